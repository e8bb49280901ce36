"""The schema: what the migrations make is what the models say, and every key of a hot table contains its part."""

from typing import Any

import pytest
import sqlalchemy as sa

from bot.models import metadata
from bot.models.base import Hot
from bot.store import schema
from bot.store.db import Db

HOT = sorted({each.__tablename__ for each in Hot.__subclasses__()})


async def test_migrations_make_what_the_models_say(db: Db) -> None:
    def differences(connection: sa.Connection) -> list[Any]:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        opts = {"compare_type": True, "include_name": schema.ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=opts), metadata))

    async with db.unit() as unit:
        assert await unit.conn.run_sync(differences) == []


async def test_the_newest_schema_needs_nothing(db: Db) -> None:
    assert await schema.prepare(db) is False
    assert await schema.version(db) == schema.revisions()[-1]


@pytest.mark.parametrize("name", HOT)
def test_every_key_of_a_hot_table_contains_its_part(name: str) -> None:
    """Only then can the table be spread over several machines by its part."""
    table = metadata.tables[name]
    assert {"id", "part"} == {column.name for column in table.primary_key}
    unique = [each for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
    unique_indexes = [index for index in table.indexes if index.unique]
    for each in (*unique, *unique_indexes):
        assert "part" in {column.name for column in each.columns}, each.name
    assert not table.foreign_key_constraints
