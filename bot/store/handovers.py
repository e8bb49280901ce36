"""Handovers and their cases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotFound
from bot.models import Contact, Handover, HandoverCase, HandoverState, Officer, Ticket
from bot.models.base import table
from bot.store.boxes import Row
from bot.store.duty import HELD
from bot.store.many import insert_into
from bot.store.sight import ALL, Sight

SHEET, CASE, OFFICER, TICKET, CONTACT = (
    table(Handover),
    table(HandoverCase),
    table(Officer),
    table(Ticket),
    table(Contact),
)


async def current(conn: AsyncConnection, officer_id: int) -> Row | None:
    """The one that is not settled, locked."""
    query = sa.select(SHEET).where(SHEET.c.officer_id == officer_id, SHEET.c.settled_at.is_(None)).with_for_update()
    return (await conn.execute(query)).first()


async def begin(conn: AsyncConnection, officer_id: int) -> Row:
    """The one that is not settled, made if there is none; locked."""
    fresh = insert_into(conn.dialect.name, SHEET).values(officer_id=officer_id).on_conflict_do_nothing()
    await conn.execute(fresh)
    found = await current(conn, officer_id)
    assert found is not None
    return found


async def one(conn: AsyncConnection, sheet_id: int) -> Row:
    """One that waits for the next shift, locked. Raises `NotFound`."""
    query = sa.select(SHEET).where(SHEET.c.id == sheet_id, SHEET.c.state == HandoverState.OPEN).with_for_update()
    row = (await conn.execute(query)).first()
    if row is None:
        raise NotFound("lembar serah terima ini sudah selesai")
    return row


async def change(conn: AsyncConnection, sheet_id: int, **values: Any) -> None:
    await conn.execute(sa.update(SHEET).where(SHEET.c.id == sheet_id).values(values))


async def put(conn: AsyncConnection, sheet_id: int, ticket_id: bytes, part: int, number: str, note: str | None) -> None:
    """A case of the sheet; `note` None leaves what is written there."""
    row = {"handover_id": sheet_id, "ticket_id": ticket_id, "part": part, "number": number, "note": note or ""}
    statement = insert_into(conn.dialect.name, CASE).values(row)
    keys = ["handover_id", "ticket_id"]
    if note is None:
        await conn.execute(statement.on_conflict_do_nothing(index_elements=keys))
    else:
        await conn.execute(statement.on_conflict_do_update(index_elements=keys, set_={"note": note}))


async def waits(conn: AsyncConnection, case_id: int) -> bool:
    """Nobody has decided about this case yet; asked under the lock of its sheet."""
    query = sa.select(CASE.c.id).where(CASE.c.id == case_id, CASE.c.outcome == "")
    return (await conn.execute(query)).first() is not None


async def settle_case(conn: AsyncConnection, case_id: int, outcome: str) -> None:
    await conn.execute(sa.update(CASE).where(CASE.c.id == case_id).values(outcome=outcome))


async def cases(conn: AsyncConnection, sheet_id: int, sight: Sight = ALL) -> Sequence[Row]:
    """The cases of a sheet that may be seen; `theirs`: it is still in the hands of who made the sheet."""
    query = (
        sa.select(
            CASE, TICKET.c.state, TICKET.c.urgency, TICKET.c.topic, TICKET.c.opened_at, TICKET.c.account, CONTACT.c.name,
            CONTACT.c.phone, sa.literal("").label("address"),
            sa.and_(TICKET.c.officer_id == SHEET.c.officer_id, TICKET.c.state.in_(HELD)).label("theirs"),
        )
        .join(SHEET, SHEET.c.id == CASE.c.handover_id)
        .join(TICKET, (TICKET.c.id == CASE.c.ticket_id) & (TICKET.c.part == CASE.c.part))
        .outerjoin(CONTACT, (CONTACT.c.id == TICKET.c.contact_id) & (CONTACT.c.part == TICKET.c.contact_part))
        .where(CASE.c.handover_id == sheet_id, *sight.where())
        .order_by(TICKET.c.rank, CASE.c.id)
    )  # fmt: skip
    return (await conn.execute(query)).all()


async def own(conn: AsyncConnection, officer_id: int) -> Sequence[Row]:
    """What this officer holds, with the notes that they have written for the next shift."""
    mine = sa.and_(
        CASE.c.ticket_id == TICKET.c.id,
        CASE.c.handover_id == sa.select(SHEET.c.id).where(SHEET.c.officer_id == officer_id, SHEET.c.settled_at.is_(None)).scalar_subquery(),
    )  # fmt: skip
    query = (
        sa.select(
            TICKET.c.id.label("ticket_id"), TICKET.c.part, TICKET.c.number, TICKET.c.state, TICKET.c.urgency,
            TICKET.c.topic, TICKET.c.opened_at, TICKET.c.account, CONTACT.c.name, CONTACT.c.phone,
            sa.literal("").label("address"), sa.func.coalesce(CASE.c.note, "").label("note"),
        )
        .outerjoin(CONTACT, (CONTACT.c.id == TICKET.c.contact_id) & (CONTACT.c.part == TICKET.c.contact_part))
        .outerjoin(CASE, mine)
        .where(TICKET.c.officer_id == officer_id, TICKET.c.state.in_(HELD))
        .order_by(TICKET.c.rank, TICKET.c.id)
    )  # fmt: skip
    return (await conn.execute(query)).all()


async def waiting(conn: AsyncConnection) -> Sequence[Row]:
    """Sheets that wait for the next shift, the oldest first, and how many cases each has, seen or not."""
    all_ = sa.select(sa.func.count()).where(CASE.c.handover_id == SHEET.c.id).correlate(SHEET).scalar_subquery()
    query = (
        sa.select(SHEET, OFFICER.c.name.label("officer"), all_.label("all"))
        .join(OFFICER, OFFICER.c.id == SHEET.c.officer_id)
        .where(SHEET.c.state == HandoverState.OPEN)
        .order_by(SHEET.c.opened_at, SHEET.c.id)
    )
    return (await conn.execute(query)).all()


async def overdue(conn: AsyncConnection, now: datetime) -> list[int]:
    query = sa.select(SHEET.c.id).where(SHEET.c.state == HandoverState.OPEN, SHEET.c.due_at <= now)
    return list((await conn.execute(query.order_by(SHEET.c.id))).scalars())
