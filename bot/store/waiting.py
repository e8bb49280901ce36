"""The line as it is just now, and what each citizen in it was told last. Every question reads a hundred rows at most."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Assignment, Officer, Ticket, WaitTold
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.many import insert_into

TICKET, ASSIGNMENT, OFFICER, TOLD = table(Ticket), table(Assignment), table(Officer), table(WaitTold)
MOST = 100
"""Beyond this the exact place says nothing any more."""
LATELY = timedelta(hours=2)
_WAITING = sa.text("ticket.state IN ('queued', 'reopened')")


async def ahead(conn: AsyncConnection, rank: int) -> int:
    """How many waiting tickets come before this rank; stops at MOST."""
    query = sa.select(sa.literal(1)).select_from(TICKET).where(_WAITING, TICKET.c.rank < rank).limit(MOST)
    return int((await conn.execute(sa.select(sa.func.count()).select_from(query.subquery()))).scalar_one())


async def pace(conn: AsyncConnection, now: datetime) -> tuple[int, timedelta]:
    """How many cases officers took lately, and in how long until now: the newest hundred of the last two hours."""
    first = int((now - LATELY).timestamp() * 1000) << 80  # an id begins with its time
    query = sa.select(ASSIGNMENT.c.started_at).where(ASSIGNMENT.c.id >= first.to_bytes(16, "big"))
    taken = list((await conn.execute(query.order_by(ASSIGNMENT.c.id.desc()).limit(MOST))).scalars())
    return len(taken), now - min(taken) if taken else timedelta(0)


async def on_shift(conn: AsyncConnection, now: datetime) -> int:
    query = sa.select(sa.func.count()).select_from(OFFICER).where(OFFICER.c.active, OFFICER.c.duty_until > now)
    return int((await conn.execute(query)).scalar_one())


async def told(conn: AsyncConnection, ticket: Ref) -> dict[str, Any] | None:
    row = await conn.execute(sa.select(TOLD).where(TOLD.c.id == ticket.id, TOLD.c.part == ticket.part))
    found = row.mappings().first()
    return dict(found) if found else None


async def tell(conn: AsyncConnection, ticket: Ref, klass: str, place: int, at: datetime) -> None:
    values = {"klass": klass, "place": place, "told_at": at}
    insert = insert_into(conn.dialect.name, TOLD).values(id=ticket.id, part=ticket.part, **values)
    await conn.execute(insert.on_conflict_do_update(index_elements=["id", "part"], set_=values))
