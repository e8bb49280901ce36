"""What is a row's own fault stays as it is and is parked; what is the database's passes, and is `StoreDown`."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.errors import StoreDown
from bot.store import db as store
from bot.store import schema
from bot.store.db import Db


class Said(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


PASSES = [
    *("08003", "08006", "40001", "40P01", "53100", "53300", "55P03", "57P01", "57P03", "57014", "25006", "58030"),
]
STAYS = ["22P05", "22021", "23505", "42P01", "42501", "54000", "21000"]


@pytest.mark.parametrize("state", PASSES + STAYS)
async def test_by_sqlstate(db: Db, state: str) -> None:
    expected: Any = StoreDown if state in PASSES else sa.exc.DBAPIError
    with pytest.raises(expected):
        async with db.unit():
            raise sa.exc.DBAPIError("SELECT 1", None, Said(state))
    with pytest.raises(expected):
        async with db.read():
            raise sa.exc.DBAPIError("SELECT 1", None, Said(state))


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), sa.exc.TimeoutError("no connection free")])
async def test_no_connection(db: Db, error: Exception) -> None:
    with pytest.raises(StoreDown):
        async with db.unit():
            raise error


@pytest.mark.parametrize("statement", ["SELECT * FROM tidak_ada", "SELECT tidak_ada FROM ticket", "SELEK 1"])
async def test_a_wrong_statement_stays(db: Db, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        async with db.read() as conn:
            await conn.execute(sa.text(statement))


async def test_a_readonly_file(tmp_path: Path) -> None:
    db = Db(f"sqlite:///{tmp_path}/wargi.db", tmp_path)
    await schema.ready(db)
    with pytest.raises(StoreDown) as caught:
        async with db.read() as conn:
            await conn.execute(sa.text("DELETE FROM ticket"))
    assert isinstance(caught.value.__cause__, sa.exc.OperationalError)
    await db.close()


def test_the_fast_path_raises_the_same() -> None:
    from bot.store.many import _translated

    for kind in (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.OperationalError):
        assert isinstance(_translated(kind("x"), []), getattr(sa.exc, kind.__name__))


@pytest.mark.postgres
async def test_a_statement_that_takes_too_long(
    cluster: Any, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever for a server that has vanished; a migration may take its time."""
    monkeypatch.setattr(store._postgres_engine, "__defaults__", (0.3, True, False))
    db = Db(cluster.create_database(template=template), tmp_path)
    await db.open()
    with pytest.raises(StoreDown):
        async with db.unit() as unit:
            await unit.conn.execute(sa.text("SELECT pg_sleep(5)"))
    async with db.unit(patient=True) as unit:
        await unit.conn.execute(sa.text("SELECT pg_sleep(0.6)"))
    await asyncio.gather(*[_one(db) for _ in range(5)])
    await db.close()


async def _one(db: Db) -> None:
    async with db.read() as conn:
        assert (await conn.execute(sa.text("SELECT 1"))).scalar() == 1
