"""A statement on SQLite: one crossing to the database's thread, and nothing of it left behind."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.store.db import Db
from bot.store.many import Many, write


async def test_a_statement_crosses_once_and_reading_needs_no_end(tmp_path: Path) -> None:
    db = Db(f"sqlite:///{tmp_path}/one.db", tmp_path)
    await db.open()
    async with db.unit() as unit:
        await unit.conn.execute(sa.text("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
        done = await unit.conn.execute(sa.text("INSERT INTO t VALUES (1), (2), (3) RETURNING a"))
        assert done.scalars().all() == [1, 2, 3]
        assert (await unit.conn.execute(sa.text("UPDATE t SET a = a + 10"))).rowcount == 3
    with pytest.raises(IntegrityError):
        async with db.unit() as unit:
            await unit.conn.execute(sa.text("DELETE FROM t WHERE a = 11"))
            await unit.conn.execute(sa.text("INSERT INTO t VALUES (12)"))
    async with db.read() as conn:
        driver = (await conn.get_raw_connection()).driver_connection
        assert driver is not None
        crossings: list[object] = []
        queue, put = driver._tx, driver._tx.put_nowait

        class Counted:
            def put_nowait(self, what: object) -> None:
                crossings.append(what)
                put(what)

        driver._tx = Counted()
        rows = (await conn.execute(sa.text("SELECT a FROM t ORDER BY a"))).scalars().all()
        assert rows == [11, 12, 13], "what failed has left nothing"
        await conn.rollback()
        driver._tx = queue
        assert len(crossings) == 1
    await db.close()


async def test_what_changes_no_decision_is_written_while_a_unit_decides(tmp_path: Path) -> None:
    """A webhook's rows wait for no turn; once the turn has begun to write they wait for its end, and neither takes the other along."""
    db = Db(f"sqlite:///{tmp_path}/between.db", tmp_path)
    await db.open()
    async with db.unit() as unit:
        await unit.conn.execute(sa.text("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
    into = Many(sa.insert(sa.table("t", sa.column("a"))), ["a"])

    async def there() -> list[int]:
        async with db.read() as conn:
            return list((await conn.execute(sa.text("SELECT a FROM t ORDER BY a"))).scalars())

    with pytest.raises(ZeroDivisionError):
        async with db.unit() as unit:
            await unit.conn.execute(sa.text("SELECT a FROM t"))
            await db.write([(into, [{"a": 1}])], between=True)
            assert await there() == [1], "safe before the unit ends"
            await unit.conn.execute(sa.text("INSERT INTO t VALUES (2)"))
            late = asyncio.create_task(db.write([(into, [{"a": 3}])], between=True))
            assert (await unit.conn.execute(sa.text("SELECT a FROM t"))).scalars().all() == [1, 2]
            assert not late.done()
            raise ZeroDivisionError
    await late
    assert await there() == [1, 3], "what failed has left nothing, and has taken nothing along"
    with pytest.raises(IntegrityError):
        await db.write([(into, [{"a": 4}, {"a": 4}])], between=True)
    assert await there() == [1, 3]
    await db.close()


async def test_a_statement_that_was_cut_off_leaves_nothing(tmp_path: Path) -> None:
    """It may still be on its way to the thread when its transaction is rolled back."""
    db = Db(f"sqlite:///{tmp_path}/cut.db", tmp_path)
    await db.open()
    async with db.unit() as unit:
        await unit.conn.execute(sa.text("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
    assert db._writer is not None
    driver: Any = (await db._writer.get_raw_connection()).driver_connection
    go = threading.Event()

    async def turn() -> None:
        async with db.unit() as unit:
            driver._tx.put_nowait((None, go.wait))  # the thread is busy with something else
            await write(unit.conn, [(Many(sa.insert(sa.table("t", sa.column("a"))), ["a"]), [{"a": 1}])])

    cut = asyncio.create_task(turn())
    while driver._tx.empty():  # noqa: ASYNC110
        await asyncio.sleep(0)
    cut.cancel()
    await asyncio.sleep(0)
    go.set()
    await asyncio.wait({cut})
    assert cut.cancelled()
    async with db.unit() as unit:
        assert (await unit.conn.execute(sa.text("SELECT count(*) FROM t"))).scalar() == 0
    await db.close()
