"""Brings the database to the newest schema. Alembic is imported only when there is something to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.errors import ConfigError, StoreDown
from bot.models import metadata
from bot.models.base import spell_out
from bot.store.db import Db

MIGRATIONS = Path(__file__).parent / "migrations"


def ours(name: str | None, kind: str, parents: object = None) -> bool:
    """Whether a table of the database is one of the models'. The index to look in is not: each database has a kind of table for it."""
    return kind != "table" or name is None or not name.startswith("search")


def revisions() -> list[str]:
    """The known revisions, oldest first: the file names begin with them."""
    return sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def version(db: Db) -> str | None:
    """The database's revision; None for an empty one."""
    try:
        async with db.read() as conn:
            return (await conn.execute(sa.text("SELECT version_num FROM alembic_version"))).scalar()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") == "42P01" or "no such table" in str(error.orig):
            return None
        raise


@contextmanager
def _refusing(db: Db) -> Iterator[None]:
    """The database's own reason is for whoever starts us: it names a role or a file, and no citizen's words are near yet."""
    try:
        yield
    except (StoreDown, DBAPIError) as error:
        cause = error.__cause__ if isinstance(error, StoreDown) else error
        said = str(getattr(cause, "orig", cause)).partition("\n")[0] or type(cause).__name__
        where = db.url.set(query={}).render_as_string(hide_password=True)
        raise ConfigError(f"{where} does not answer: {said}; check that it runs, and WARGI_DATABASE_URL") from error


async def ready(db: Db) -> bool:
    """Connects and migrates; True when it migrated. Raises `ConfigError`."""
    with _refusing(db):
        await db.open()
        return await prepare(db)


async def prepare(db: Db, to: str = "") -> bool:
    """Migrates where needed, to the newest schema or to the one named; True when it did. Raises `ConfigError` for a database from
    a newer version."""
    known, found = revisions(), await version(db)
    if found == (to or known[-1]):
        return False
    if found is not None and found not in known:
        raise ConfigError(
            f"the database has schema {found}, this wargi knows schemas up to {known[-1]}: install the newer wargi again"
        )
    async with db.unit(patient=True) as unit:
        if db.is_sqlite:
            await unit.conn.exec_driver_sql("BEGIN IMMEDIATE")  # the driver would not begin one for DDL by itself
        else:
            # one process migrates, the others wait here and find nothing to do
            await unit.conn.execute(sa.text("SELECT pg_advisory_xact_lock(7726)"))
        await unit.conn.run_sync(_upgrade, to or "head")
    if not db.is_sqlite:
        async with db.unit(patient=True) as unit:
            await unit.conn.execute(sa.text("ANALYZE"))
    return True


def alembic_config(connection: sa.Connection) -> Any:
    from alembic.config import Config

    spell_out(connection.dialect.name)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    config.attributes["target_metadata"], config.attributes["ours"] = metadata, ours
    return config


def _upgrade(connection: sa.Connection, to: str) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection), to)


async def peek(db: Db) -> str | None:
    """The revision of a database that another process may be serving: reads only, takes no lock. Raises `ConfigError`."""
    with _refusing(db):
        await db.open_for_reading()
        try:
            return await version(db)
        finally:
            await db.close()
