"""What every table shares: names of constraints, and the two primary key columns of a hot table."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.declarative import DeferredReflection
from sqlmodel import Field, SQLModel

from bot.models.types import Bytes

metadata = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}
"""SQLite keeps a hot table in its primary key: one tree instead of two, and new rows stay together."""


def partial(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """An index over some rows. `sqlite_where=` beside `postgresql_where=` would load both dialects into every process, which uses
    one; only who compares or writes a schema wants them (`spell_out`)."""
    return sa.Index(name, *columns, unique=unique, info={"where": where})


def spell_out(dialect: str) -> None:
    """Tells this dialect of the conditions of all indexes."""
    for each in metadata.tables.values():
        for index in each.indexes:
            if "where" in index.info:
                index.dialect_kwargs[f"{dialect}_where"] = sa.text(index.info["where"])


class Row(DeferredReflection, SQLModel):
    """A table, and nothing of an ORM: rows are read and written as Core does it. What a class would need for more is put off until
    somebody asks, which nobody does: pydantic's checks of values (`table=True` checks nothing) and the mapper, together a quarter of
    what all models cost at a start."""

    model_config = {"defer_build": True}


class Hot(Row):
    """A table that grows with every message: `(id, part)` is its key, and every unique key of it contains `part`."""

    id: bytes = Field(primary_key=True, sa_type=Bytes)
    part: int = Field(primary_key=True, sa_type=sa.SmallInteger, sa_column_kwargs={"autoincrement": False})


def table(model: type[SQLModel]) -> sa.Table:
    """The Core table of a model: the hot path never makes ORM objects."""
    return model.__table__  # type: ignore[attr-defined, no-any-return]
