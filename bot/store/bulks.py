"""Acts on many cases: what was asked for, and what became of each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Bulk, BulkCase, Officer, Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.boxes import Row
from bot.store.sight import Sight

BULK, CASE, TICKET, OFFICER = table(Bulk), table(BulkCase), table(Ticket), table(Officer)
RECENT = 20


async def named(conn: AsyncConnection, numbers: Sequence[tuple[str, int]], sight: Sight) -> list[RowMapping]:
    """The tickets with these numbers (and parts) as they are now; none that may not be seen."""
    parts = sorted({part for _, part in numbers})
    query = sa.select(
        TICKET.c.id, TICKET.c.part, TICKET.c.number, TICKET.c.state, TICKET.c.officer_id, TICKET.c.topic, TICKET.c.subtopic,
        TICKET.c.urgency, TICKET.c.version,
    ).where(TICKET.c.number.in_([name for name, _ in numbers]), TICKET.c.part.in_(parts), *sight.where())  # fmt: skip
    return list((await conn.execute(query)).mappings())


async def now_of(conn: AsyncConnection, ticket: Ref) -> RowMapping | None:
    """What an act may change of a ticket, as it is now."""
    query = sa.select(
        TICKET.c.state, TICKET.c.officer_id, TICKET.c.topic, TICKET.c.subtopic, TICKET.c.urgency, TICKET.c.version
    ).where(TICKET.c.id == ticket.id, TICKET.c.part == ticket.part)
    return (await conn.execute(query)).mappings().first()


async def add(conn: AsyncConnection, row: dict[str, Any], cases: Sequence[RowMapping]) -> int:
    bulk_id = int((await conn.execute(sa.insert(BULK).values(row).returning(BULK.c.id))).scalar_one())
    rows = [
        {"bulk_id": bulk_id, "ticket_id": case["id"], "part": case["part"], "number": case["number"]} for case in cases
    ]
    if rows:
        await conn.execute(sa.insert(CASE), rows)
    return bulk_id


async def one(conn: AsyncConnection, bulk_id: int) -> Row | None:
    query = sa.select(BULK, OFFICER.c.name.label("officer")).join_from(BULK, OFFICER, OFFICER.c.id == BULK.c.officer_id)
    return (await conn.execute(query.where(BULK.c.id == bulk_id))).first()


async def recent(conn: AsyncConnection, officer_id: int) -> list[Row]:
    """This officer's last acts."""
    query = sa.select(BULK).where(BULK.c.officer_id == officer_id).order_by(BULK.c.id.desc()).limit(RECENT)
    return list((await conn.execute(query)).all())


async def cases(conn: AsyncConnection, bulk_id: int) -> list[Row]:
    return list((await conn.execute(sa.select(CASE).where(CASE.c.bulk_id == bulk_id).order_by(CASE.c.id))).all())


async def step(conn: AsyncConnection, bulk_id: int, before: str, after: str, **values: Any) -> bool:
    """From one stage to the next; False if another process was faster, or it has been called off."""
    change = sa.update(BULK).where(BULK.c.id == bulk_id, BULK.c.state == before).values(state=after, **values)
    return bool((await conn.execute(change)).rowcount)


async def take_over(conn: AsyncConnection, bulk_id: int, running: str, now: datetime, lost: timedelta) -> bool:
    """Goes on with what a process that is gone has left."""
    gone = (BULK.c.id == bulk_id, BULK.c.state == running, BULK.c.due_at <= now - lost)
    return bool((await conn.execute(sa.update(BULK).where(*gone).values(due_at=now))).rowcount)


async def settle(conn: AsyncConnection, case_id: int, outcome: str, why: str = "", **values: Any) -> None:
    change = sa.update(CASE).where(CASE.c.id == case_id).values(outcome=outcome, why=why, **values)
    await conn.execute(change)


async def due(conn: AsyncConnection, now: datetime, waiting: str, running: str, lost: timedelta) -> list[int]:
    """What is to be carried out now, and what was begun and never ended."""
    query = sa.select(BULK.c.id).where(
        sa.or_(
            sa.and_(BULK.c.state == waiting, BULK.c.due_at <= now),
            sa.and_(BULK.c.state == running, BULK.c.due_at <= now - lost),
        )
    )
    return list((await conn.execute(query.order_by(BULK.c.id).limit(10))).scalars())
