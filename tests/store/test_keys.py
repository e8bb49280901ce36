"""Keys of the inbox: what is repeated is known for a month, and then nothing is left of it."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock, rounds
from bot.message import Item
from bot.store import boxes
from bot.store.db import Db


async def test_keys_go_after_a_month_and_not_before(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "FORGOTTEN", 2)
    now = clock.now()

    def arrived(name: str, days: float, state: str) -> dict[str, Any]:
        at = now - timedelta(days=days)
        undo = clock.freeze(at, seed=len(name))
        try:
            item = Item("whatsapp:1", "message", name, "w1", b"{}", int(at.timestamp()) // 3600)
            return boxes.inbox_row(item, at) | {"state": state}
        finally:
            undo()

    rows = [
        arrived("a", 400, "done"), arrived("ab", 31, "done"), arrived("abc", 30.1, "done"), arrived("abcd", 31, "parked"),
        arrived("abcde", 31, "waiting"), arrived("abcdef", 29.9, "done"), arrived("abcdefg", 7, "done"), arrived("abcdefgh", 0, "pending"),
    ]  # fmt: skip
    await db.write([boxes.put(rows, db.dialect)])
    await rounds.forget(db)
    await db.write([boxes.put([row | {"id": clock.new_id()} for row in rows[5:]], db.dialect)])  # once more
    async with db.read() as conn:
        found = (await conn.execute(sa.text("SELECT external_id FROM inbox ORDER BY external_id"))).scalars().all()
    assert found == ["abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"]
