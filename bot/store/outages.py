"""What a human must mend, by name: written when it begins, gone when it is over."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Outage
from bot.models.base import table
from bot.store.many import insert_into

OUTAGE = table(Outage)


OLDEST = sa.select(OUTAGE.c.name + ": " + OUTAGE.c.text).order_by(OUTAGE.c.since).limit(1).scalar_subquery()
"""For a line on every desk page, inside the statement that fetches its alarms."""


async def begin(conn: AsyncConnection, name: str, text: str, now: datetime) -> None:
    """The first one's time stays; its words are the newest."""
    insert = insert_into(conn.dialect.name, OUTAGE).values(name=name, text=text[:500], since=now)
    await conn.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"text": insert.excluded.text}))


async def end(conn: AsyncConnection, name: str) -> bool:
    """False when there was none."""
    return (await conn.execute(sa.delete(OUTAGE).where(OUTAGE.c.name == name))).rowcount > 0


async def open_ones(conn: AsyncConnection) -> Sequence[sa.RowMapping]:
    return (await conn.execute(sa.select(OUTAGE).order_by(OUTAGE.c.since, OUTAGE.c.name))).mappings().all()
