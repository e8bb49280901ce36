"""A machine that falls asleep in the middle of a transaction does not keep its citizens to itself."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.errors import StoreDown
from bot.store import db, leases
from bot.store.db import Db

pytestmark = pytest.mark.postgres


async def test_who_sleeps_in_a_transaction_loses_its_rows(
    cluster: Any, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "IDLE", "300ms")
    url = cluster.create_database(template=template)
    sleeper, other = Db(url, tmp_path), Db(url, tmp_path)
    await sleeper.open()
    await other.open()
    try:
        async with sleeper.unit() as unit:
            held, _ = await leases.share(unit.conn, "sleeper")
        asleep, wake = asyncio.Event(), asyncio.Event()

        async def turn() -> None:
            async with sleeper.unit() as unit:
                await leases.fence(unit.conn, "sleeper", held, [7])  # as at the begin of a turn
                asleep.set()
                await wake.wait()
                await unit.conn.execute(sa.text("SELECT 1"))

        turning = asyncio.create_task(turn())
        await asleep.wait()
        async with other.unit(patient=True) as freed:  # waits for the row that the sleeper holds
            await freed.conn.execute(sa.text("UPDATE part_lease SET until = to_timestamp(0)"))
        async with other.unit() as theirs:
            mine, _ = await leases.share(theirs.conn, "other")
        assert 7 in mine
        wake.set()
        with pytest.raises(StoreDown):
            await turning
    finally:
        await sleeper.close()
        await other.close()
        cluster.drop_database(url)
