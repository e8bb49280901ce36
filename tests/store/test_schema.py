"""The schema: what the migrations make is what the models say, and it can be spread over machines by its part (docs/scale.md)."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

import bot.store
from bot.models import metadata
from bot.models.base import Hot
from bot.store import schema
from bot.store.db import Db
from bot.store.many import Many

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


def test_migrations_only_add() -> None:
    """While processes are updated one after the other, the older ones go on with the newer schema.
    An index may go: they are slower then, not wrong."""
    taken = re.compile(r"drop_(?!index)|rename_|alter_column|\bDROP\b|\bRENAME\b")
    files = sorted((schema.MIGRATIONS / "versions").glob("[0-9]*.py"))
    upgrades = {
        path.name: path.read_text("utf-8").partition("def upgrade")[2].partition("def downgrade")[0] for path in files
    }
    assert len(upgrades) >= 15 and all(upgrades.values())
    assert {name: found for name, text in upgrades.items() if (found := taken.findall(text))} == {}


COUNTED = {"flow_count", "tally", "day_count", "unsent", "watching"}
"""A row for each part and thing that is counted, or conversation and officer: spread like the hot ones."""
EVERYWHERE = {
    "flow_edit", "flow_version", "invite", "media_host", "officer", "outage", "part_lease", "rate", "rota_gap", "template", "throttle",
    "worker", "correction", "disclosure", "handover", "instruction", "notice", "officer_session", "quarantine_act", "shift",
    "handover_case", "push_device", "swap", "backlog", "bulk", "bulk_case", "officer_factor", "reply", "reply_use", "saved_view",
}  # fmt: skip
"""They grow with officers, content and days, not with messages: whole on one machine, or copied to each."""


def test_every_table_has_its_place_among_many_machines() -> None:
    """A new table is hot, or stands in one of the two lists because somebody has thought about it."""
    assert set(metadata.tables) == {*HOT, *COUNTED, *EVERYWHERE}
    kinds = {str(metadata.tables[name].c.part.type) for name in (*HOT, *COUNTED)}
    assert kinds == {"SMALLINT"}, "rows of one part lie together only where the part has one type"
    assert all("part" in metadata.tables[name].primary_key.columns for name in COUNTED)


def _changes() -> Iterator[tuple[str, sa.Update | sa.Delete]]:
    """Prepared changes of hot tables."""
    for each in pkgutil.iter_modules(bot.store.__path__):
        if each.name == "migrations":
            continue
        for name, value in vars(importlib.import_module(f"bot.store.{each.name}")).items():
            for one in value.values() if isinstance(value, dict) else [value]:
                statement = one._statement if isinstance(one, Many) else one
                if isinstance(statement, sa.Update | sa.Delete) and statement.table.name in HOT:  # type: ignore[attr-defined]
                    yield f"{each.name}.{name}", statement


def test_a_claim_and_every_change_on_the_way_of_a_message_names_its_part() -> None:
    """Where the part is named, one machine is asked."""
    found = dict(_changes())
    assert len(found) >= 12, "the way of a message has at least these"
    for name, statement in found.items():
        assert statement.whereclause is not None, name
        columns = {each.name for each in sa.sql.visitors.iterate(statement.whereclause) if isinstance(each, sa.Column)}
        assert "part" in columns, name


async def test_nothing_runs_inside_the_database(db: Db) -> None:
    """Triggers and functions do not go along when tables are spread, and nobody finds them in the code."""
    inside = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL SELECT proname FROM pg_proc "
        "WHERE pronamespace = current_schema()::regnamespace",
    }
    async with db.read() as conn:
        assert (await conn.execute(sa.text(inside[db.dialect]))).all() == []
        if not db.is_sqlite:  # an id that one machine hands out would be asked for by all
            serial = "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND (is_identity = 'YES' "
            rows = await conn.execute(sa.text(serial + "OR column_default LIKE 'nextval%')"))
            assert {row[0] for row in rows}.isdisjoint(HOT)
