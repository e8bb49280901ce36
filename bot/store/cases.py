"""Tickets and surveys as the verbs need them: loaded under the lock of their conversation."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotFound
from bot.models import Officer, Survey, Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import alarms, talk
from bot.store.batch import Batch
from bot.store.many import beside
from bot.store.talk import Talk

TICKET, SURVEY, OFFICER = table(Ticket), table(Survey), table(Officer)


async def load(conn: AsyncConnection, batch: Batch, refs: Sequence[Ref]) -> None:
    """Puts these tickets and their open or last surveys into the batch."""
    if not refs:
        return
    ids, parts = [ref.id for ref in refs], sorted({ref.part for ref in refs})
    tickets = await conn.execute(sa.select(TICKET).where(TICKET.c.id.in_(ids), beside(TICKET.c.part).in_(parts)))
    for row in tickets.mappings():
        batch.tickets[row["id"]] = dict(row)
    surveys = await conn.execute(
        sa.select(SURVEY).where(SURVEY.c.ticket_id.in_(ids), beside(SURVEY.c.part).in_(parts)).order_by(SURVEY.c.round)
    )
    for row in surveys.mappings():
        batch.surveys[row["ticket_id"]] = dict(row)


async def tickets_of(conn: AsyncConnection, surveys: Sequence[Ref]) -> list[Ref]:
    """The tickets that these surveys ask about; unknown surveys are passed over."""
    if not surveys:
        return []
    query = sa.select(SURVEY.c.ticket_id, SURVEY.c.part).where(
        SURVEY.c.id.in_([ref.id for ref in surveys]), beside(SURVEY.c.part).in_(sorted({ref.part for ref in surveys}))
    )
    return [Ref(*row) for row in await conn.execute(query)]


async def hold(conn: AsyncConnection, tickets: Sequence[Ref]) -> None:
    """Locks the conversations of these tickets' citizens, in the order in which all do who lock several. For whoever needs many, before
    anything about them is read; SQLite has one writer."""
    if conn.dialect.name == "sqlite":
        return
    query = sa.select(TICKET.c.address_id, TICKET.c.part).where(
        TICKET.c.id.in_([ref.id for ref in tickets]), TICKET.c.part.in_(sorted({ref.part for ref in tickets}))
    )
    await talk.hold(conn, [Ref(*row) for row in await conn.execute(query)])


async def open_for(conn: AsyncConnection, batch: Batch, ticket: Ref) -> tuple[Talk, dict[str, Any]]:
    """The ticket and the talk of its citizen, both locked: first the conversation, then the ticket, as every verb does. Raises `NotFound`."""
    found = await conn.execute(
        sa.select(TICKET.c.address_id).where(TICKET.c.id == ticket.id, TICKET.c.part == ticket.part)
    )
    address_id = found.scalar()
    if address_id is None:
        raise NotFound("tiket tidak ditemukan")
    thread = await talk.of_address(conn, Ref(address_id, ticket.part))
    await load(conn, batch, [ticket])
    await alarms.load(conn, batch, alarms.refs([thread]))
    return thread, batch.tickets[ticket.id]


async def officer_name(conn: AsyncConnection, officer_id: int | None) -> str:
    """The name to tell others; '' for nobody."""
    if officer_id is None:
        return ""
    return (await conn.execute(sa.select(OFFICER.c.name).where(OFFICER.c.id == officer_id))).scalar() or ""


async def rounds(conn: AsyncConnection, ticket: Ref) -> int:
    """How often this ticket's citizen has been asked for a rating."""
    query = sa.select(sa.func.max(SURVEY.c.round)).where(SURVEY.c.ticket_id == ticket.id, SURVEY.c.part == ticket.part)
    return (await conn.execute(query)).scalar() or 0


async def survey(conn: AsyncConnection, ref: Ref) -> dict[str, Any] | None:
    query = sa.select(SURVEY).where(SURVEY.c.id == ref.id, SURVEY.c.part == ref.part)
    row = (await conn.execute(query)).mappings().first()
    return dict(row) if row else None
