"""Officers on duty, for the tests of shifts and assignment."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot import clock
from bot.models import Officer
from bot.models.base import table
from bot.store import duty
from bot.store.db import Db


async def on_duty(db: Db, officer_id: int, hours: float = 8, ago: float = 0, **more: Any) -> None:
    """On shift since `ago` hours, at an open desk."""
    now = clock.now()
    async with db.unit() as unit:
        values = {
            "duty_until": now + timedelta(hours=hours),
            "duty_since": now - timedelta(hours=ago),
            "present_at": now,
        }
        await duty.set_values(unit.conn, officer_id, **{**values, **more})


async def rows(db: Db, query: str, **values: Any) -> list[Any]:
    async with db.read() as conn:
        return list((await conn.execute(sa.text(query), values)).all())


async def of(db: Db, officer_id: int) -> Officer:
    async with db.read() as conn:
        found = await duty.officer(conn, officer_id)
    assert found is not None
    return found


async def age(db: Db, model: Any, minutes: float, *columns: str) -> None:
    """As if so much time had passed for these columns of every row."""
    target = table(model)
    async with db.unit() as unit:
        for row in (await unit.conn.execute(sa.select(target))).mappings().all():
            values = {name: row[name] - timedelta(minutes=minutes) for name in columns if row[name] is not None}
            if values:
                await unit.conn.execute(sa.update(target).where(target.c.id == row["id"]).values(values))
