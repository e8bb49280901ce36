"""What officers chose instead of the machine's guess: kept, decided by leads, learnt from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Correction, CorrectionState, Officer, Ticket, TicketEvent
from bot.models.base import table
from bot.models.ref import Ref

CORRECTION, OFFICER, EVENT, TICKET = table(Correction), table(Officer), table(TicketEvent), table(Ticket)
_SAID = sa.text("ticket_event.kind = 'topic'")  # literal: a partial index is not matched with parameters
PAGE = 50
MOST = 20_000
"""Rows that are learnt from or counted, the newest: training takes seconds, not minutes, and a page a moment."""


async def chosen(conn: AsyncConnection, ticket: Ref) -> bool:
    """Whether an officer has said before what this ticket is about."""
    query = sa.select(EVENT.c.id).where(
        EVENT.c.ticket_id == ticket.id, EVENT.c.part == ticket.part, EVENT.c.kind == "topic"
    )
    return (await conn.execute(query.limit(1))).first() is not None


async def add(conn: AsyncConnection, row: Mapping[str, Any]) -> None:
    await conn.execute(sa.insert(CORRECTION).values(dict(row)))


async def forget_pending(conn: AsyncConnection, ticket: Ref) -> None:
    """The officer has thought again: only the last word of a ticket is looked at."""
    await conn.execute(
        sa.delete(CORRECTION).where(
            CORRECTION.c.ticket_id == ticket.id,
            CORRECTION.c.part == ticket.part,
            CORRECTION.c.state == CorrectionState.PENDING,
        )
    )


async def pending(conn: AsyncConnection, after: int | None) -> tuple[list[RowMapping], int | None]:
    """What waits for a lead, the oldest first, and the id to go on from (None = that was all)."""
    query = (
        sa.select(CORRECTION, OFFICER.c.name.label("officer"))
        .join(OFFICER, OFFICER.c.id == CORRECTION.c.officer_id)
        .where(CORRECTION.c.state == CorrectionState.PENDING)
        .order_by(CORRECTION.c.id)
        .limit(PAGE + 1)
    )
    rows = list((await conn.execute(query.where(CORRECTION.c.id > after) if after is not None else query)).mappings())
    return rows[:PAGE], rows[PAGE - 1]["id"] if len(rows) > PAGE else None


async def decide(
    conn: AsyncConnection, ids: Sequence[int], state: CorrectionState, officer_id: int, now: datetime
) -> int:
    """How many were still pending: of two leads who decide at once, each correction hears the first."""
    done = await conn.execute(
        sa.update(CORRECTION)
        .where(CORRECTION.c.id.in_(list(ids)), CORRECTION.c.state == CorrectionState.PENDING)
        .values(state=state, decided_by=officer_id, decided_at=now)
    )
    return done.rowcount


async def approved(conn: AsyncConnection) -> list[RowMapping]:
    """What may be learnt from, in one order everywhere."""
    query = (
        sa.select(CORRECTION.c.id, CORRECTION.c.text, CORRECTION.c.chosen, CORRECTION.c.language)
        .where(CORRECTION.c.state == CorrectionState.APPROVED)
        .order_by(CORRECTION.c.id.desc())
        .limit(MOST)
    )
    return list(reversed(list((await conn.execute(query)).mappings())))


async def approved_mark(conn: AsyncConnection) -> tuple[int, int]:
    """Changes whenever `approved` does; costs one look at an index."""
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(CORRECTION.c.id), 0)).where(
        CORRECTION.c.state == CorrectionState.APPROVED
    )
    row = (await conn.execute(query)).one()
    return int(row[0]), int(row[1])


async def judged(conn: AsyncConnection, since: datetime) -> list[RowMapping]:
    """The officer's last word on each ticket that had a guess: when, the guess, the choice; the newest first."""
    query = (
        sa.select(EVENT.c.ticket_id, EVENT.c.at, EVENT.c.after, TICKET.c.guess)
        .join(TICKET, sa.and_(TICKET.c.id == EVENT.c.ticket_id, TICKET.c.part == EVENT.c.part))
        .where(_SAID, EVENT.c.at >= since, TICKET.c.guess.is_not(None))
        .order_by(EVENT.c.id.desc())
        .limit(MOST)
    )
    found: dict[bytes, RowMapping] = {}
    for row in (await conn.execute(query)).mappings():
        found.setdefault(row["ticket_id"], row)
    return list(found.values())
