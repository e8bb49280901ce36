"""The rows that the numbers of service are made of, some tickets at a time, so that a year fits into the memory too."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Contact, Conversation, SlaClock, Ticket, TicketEvent
from bot.models.base import table

TICKET, EVENT, CLOCK, TALK, CONTACT = (
    table(Ticket),
    table(TicketEvent),
    table(SlaClock),
    table(Conversation),
    table(Contact),
)
SOME = 200
"""Tickets that are read and reckoned at once: some twenty milliseconds in which nobody else of this process is heard."""


@dataclass(slots=True)
class Raw:
    """A ticket with the rows of its history (at, kind, after, actor, why) and its stopped clocks (kind, outcome)."""

    ticket: dict[str, Any]
    steps: list[tuple[datetime, str, str, str, str]] = field(default_factory=list)
    clocks: list[tuple[str, str]] = field(default_factory=list)


def first_id(at: datetime) -> bytes:
    """No id that was made from then on is smaller: a UUIDv7 begins with its time."""
    return (int(at.timestamp() * 1000) << 80).to_bytes(16, "big")


async def tickets(conn: AsyncConnection, since: datetime, until: datetime) -> AsyncIterator[Raw]:
    """Every ticket that was opened in this time, in order."""
    after, part = first_id(since), -1
    person = sa.func.coalesce(CONTACT.c.same_id, TICKET.c.contact_id).label("person")
    query = (
        sa.select(*(column for column in TICKET.c if column.name not in ("answers", "guess", "details")), person)
        .outerjoin(CONTACT, sa.and_(CONTACT.c.id == TICKET.c.contact_id, CONTACT.c.part == TICKET.c.contact_part))
        .where(TICKET.c.opened_at >= since, TICKET.c.opened_at < until)
        .order_by(TICKET.c.id, TICKET.c.part)
        .limit(SOME)
    )
    while True:
        place = sa.tuple_(sa.literal(after, TICKET.c.id.type), sa.literal(part))
        page = (await conn.execute(query.where(sa.tuple_(TICKET.c.id, TICKET.c.part) > place))).mappings().all()
        found = {row["id"]: Raw(dict(row)) for row in page}
        await _steps(conn, found)
        await _clocks(conn, found)
        for raw in found.values():
            yield raw
        if len(page) < SOME:
            return
        after, part = page[-1]["id"], page[-1]["part"]


async def _steps(conn: AsyncConnection, found: dict[bytes, Raw]) -> None:
    if not found:
        return
    query = sa.select(EVENT.c.ticket_id, EVENT.c.at, EVENT.c.kind, EVENT.c.after, EVENT.c.actor, EVENT.c.why).where(
        EVENT.c.ticket_id.in_(list(found)), EVENT.c.kind.in_(["opened", "moved", "answered"])
    )
    for row in await conn.execute(query.order_by(EVENT.c.ticket_id, EVENT.c.id)):
        found[row[0]].steps.append((row[1], row[2], row[3], row[4], row[5]))


async def _clocks(conn: AsyncConnection, found: dict[bytes, Raw]) -> None:
    if not found:
        return
    query = sa.select(CLOCK.c.ticket_id, CLOCK.c.kind, CLOCK.c.outcome).where(
        CLOCK.c.ticket_id.in_(list(found)), CLOCK.c.outcome != ""
    )
    for row in await conn.execute(query):
        found[row[0]].clocks.append((row[1], row[2]))


async def bot_only(conn: AsyncConnection, since: datetime, until: datetime) -> int:
    """Conversations that began in this time, are over, and needed no ticket."""
    ticket = sa.select(sa.literal(1)).where(TICKET.c.conversation_id == TALK.c.id, TICKET.c.part == TALK.c.part)
    query = (
        sa.select(sa.func.count())
        .select_from(TALK)
        .where(
            TALK.c.id >= first_id(since),
            TALK.c.created_at >= since,
            TALK.c.created_at < until,
            TALK.c.ticket_id.is_(None),
            TALK.c.owner == "bot",
            TALK.c.session.is_(None),
            ~ticket.exists(),
        )
    )
    return int((await conn.execute(query)).scalar_one())
