"""A statement on SQLite: one crossing to the database's thread, and nothing of it left behind."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.store.db import Db


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
