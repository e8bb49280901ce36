"""Keys of the inbox: what is repeated is known for a month, after an hour in short, and then nothing is left of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock, rounds
from bot.message import Item
from bot.store import boxes, habits, keys
from bot.store.db import Db


async def test_keys_shrink_after_an_hour_and_go_after_a_month(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "FORGOTTEN", 2)
    now, round_ = clock.now(), rounds.Keys(db)

    def arrived(name: str, days: float, state: str, kind: str = "message", hour: int = -1) -> dict[str, Any]:
        at = now - timedelta(days=days)
        undo = clock.freeze(at, seed=sum(name.encode()))
        try:
            item = Item("whatsapp:1", kind, name, "w1", b"{}", int(at.timestamp()) // 3600 if hour < 0 else hour)
            return boxes.inbox_row(item, at) | {"state": state}
        finally:
            undo()

    async def put(rows: list[dict[str, Any]]) -> None:
        await db.write([boxes.put(rows, db.dialect)])

    async def left(name: str) -> list[str]:
        async with db.read() as conn:
            return list((await conn.execute(sa.text(f"SELECT {name}"))).scalars())

    async def whole() -> list[str]:
        return sorted(await left("external_id FROM inbox"))

    async def go_round(at: datetime) -> None:
        undo = clock.freeze(at)
        try:
            await round_.round()
        finally:
            undo()

    young = [arrived("now", 0, "pending"), arrived("soon", 0.03, "done")]
    late = [
        arrived("hour", 0.1, "done"),
        arrived("status", 7, "done", "status"),
        arrived("week", 7, "done"),
    ]
    odd = [
        arrived("month", 29.9, "done"),
        arrived("press", 29.9, "done", hour=0),
        arrived("parked", 31, "parked"),
        arrived("waits", 31, "waiting"),
    ]
    gone = [arrived("old", 31, "done"), arrived("press31", 31, "done", hour=0), arrived("year", 400, "done")]
    await put(young + late + odd + gone)
    await go_round(now)
    assert await whole() == sorted(row["external_id"] for row in young + late + odd), (
        "a row stays till its short key is committed"
    )
    again = [row | {"id": clock.new_id(), "state": "pending"} for row in young + late + odd]
    await put(again)
    await go_round(now)
    for _ in range(2):  # known in either form, however often it comes
        assert await whole() == sorted(row["external_id"] for row in young + odd)
        assert sorted(await left("account FROM seen")) == ["", "whatsapp:1", "whatsapp:1"]
        await put(again)
    await put([arrived("week", 7, "pending", "event")])
    assert "week" in await whole(), "another kind is another thing"
    async with db.read() as conn:
        hours = [row["hour"] for row in (*young, *late)]
        counted = await habits.counts(conn, hours)
        assert sum(counted["whatsapp:1"].values()) == 4
        assert await habits.newest(conn, min(hours)) == {"whatsapp:1": max(hours)}
    after = now + keys.KEPT + timedelta(hours=keys.LATE + 2)
    for _ in range(2):
        await go_round(after)
    assert await left("mark FROM seen") == [] and await whole() == ["now", "parked", "waits", "week"], (
        "nothing is left of it"
    )
