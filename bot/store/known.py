"""Open reports of the same topic near a place, and the citizens who follow one."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Address, Contact, Follow, Incident, State, Ticket, TicketEvent
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.kept import Kept
from bot.store.sight import ALL, VIEWER, Sight

TICKET, FOLLOW, INCIDENT, EVENT = table(Ticket), table(Follow), table(Incident), table(TicketEvent)
ADDRESS, CONTACT = table(Address), table(Contact)
OVER = (State.DONE, State.RESOLVED, State.CLOSED, State.REJECTED, State.MERGED, State.CANCELLED)
SCANNED = 50


async def near(
    conn: AsyncConnection, topic: str, codes: Sequence[str], since: datetime, sight: Sight = ALL
) -> list[dict[str, Any]]:
    """The newest open tickets of a topic in these places. Each code is a range of its own that begins at `since`: a range over all of a
    region's codes would walk past everything that was ever reported there."""
    if not codes:
        return []
    size = 1 << (len(codes) - 1).bit_length()  # one statement for each power of two
    named = {f"code_{n}": codes[min(n, len(codes) - 1)] for n in range(size)}
    return await _near(sight.kind, size)(conn, **named, about=topic, since=since, **{VIEWER: sight.officer_id})


@lru_cache(32)
def _near(sight: Sight, size: int) -> Kept:
    columns = [
        TICKET.c[name]
        for name in ("id", "part", "number", "topic", "place_code", "details", "answers", "opened_at", "state")
    ]
    return Kept(
        sa.select(*columns)
        .where(
            TICKET.c.place_code.in_([sa.bindparam(f"code_{n}", type_=sa.String) for n in range(size)]),
            TICKET.c.topic == sa.bindparam("about", type_=sa.String),
            TICKET.c.opened_at >= sa.bindparam("since", type_=TICKET.c.opened_at.type),
            TICKET.c.state.not_in(OVER),
            *sight.where(),
        )
        .order_by(TICKET.c.opened_at.desc())
        .limit(SCANNED)
    )


async def followers(conn: AsyncConnection, tickets: Sequence[bytes]) -> dict[bytes, int]:
    """How many citizens follow each of these tickets; none = not in it."""
    if not tickets:
        return {}
    query = (
        sa.select(FOLLOW.c.ticket_id, sa.func.count(sa.distinct(FOLLOW.c.address_id)))
        .where(FOLLOW.c.ticket_id.in_(tickets))
        .group_by(FOLLOW.c.ticket_id)
    )
    return {row[0]: row[1] for row in await conn.execute(query)}


async def untold(conn: AsyncConnection, ticket: Ref) -> list[Ref]:
    """One row for each citizen who follows a ticket and has not heard yet."""
    query = sa.select(FOLLOW.c.id, FOLLOW.c.part, FOLLOW.c.address_id).where(
        FOLLOW.c.ticket_id == ticket.id, FOLLOW.c.told_at.is_(None)
    )
    by_address = {row[2]: Ref(row[0], row[1]) for row in await conn.execute(query)}
    return list(by_address.values())


async def follow(conn: AsyncConnection, ref: Ref) -> dict[str, Any] | None:
    """A row of `follow` with its ticket's topic and place, or its incident's title."""
    query = (
        sa.select(FOLLOW, TICKET.c.topic, TICKET.c.place_code, INCIDENT.c.title)
        .select_from(
            FOLLOW.outerjoin(
                TICKET, sa.and_(TICKET.c.id == FOLLOW.c.ticket_id, TICKET.c.part == FOLLOW.c.ticket_part)
            ).outerjoin(INCIDENT, sa.and_(INCIDENT.c.id == FOLLOW.c.ticket_id, INCIDENT.c.part == FOLLOW.c.ticket_part))
        )
        .where(FOLLOW.c.id == ref.id, FOLLOW.c.part == ref.part)
    )
    row = (await conn.execute(query)).mappings().first()
    return dict(row) if row else None


async def told(conn: AsyncConnection, row: dict[str, Any], at: datetime) -> None:
    """This citizen has heard, however often they chose to follow."""
    await conn.execute(
        sa.update(FOLLOW)
        .where(
            FOLLOW.c.ticket_id == row["ticket_id"],
            FOLLOW.c.address_id == row["address_id"],
            FOLLOW.c.part == row["part"],
        )
        .values(told_at=at)
    )


async def unfollow(conn: AsyncConnection, ticket: Ref, address: Ref) -> None:
    """This citizen does not follow it any more."""
    await conn.execute(
        sa.delete(FOLLOW).where(
            FOLLOW.c.ticket_id == ticket.id, FOLLOW.c.address_id == address.id, FOLLOW.c.part == address.part
        )
    )


# -- for the desk ----------------------------------------------------------------------------------

SHOWN = 30
_PAIRED = ("merged", "distinct")


async def paired(conn: AsyncConnection, ticket: Ref) -> list[tuple[str, str]]:
    """What officers said of this case and others, in order: `merged` into, or `distinct` from, a number."""
    query = sa.select(EVENT.c.kind, EVENT.c.after).where(
        EVENT.c.ticket_id == ticket.id, EVENT.c.part == ticket.part, EVENT.c.kind.in_(_PAIRED)
    )
    return [(row[0], row[1]) for row in await conn.execute(query.order_by(EVENT.c.id))]


async def following(conn: AsyncConnection, ticket: bytes, sight: Sight) -> list[RowMapping]:
    """Who follows it: name and channel, when, and the number of their own report where it was merged into this one."""
    own = sa.and_(
        TICKET.c.address_id == FOLLOW.c.address_id,
        TICKET.c.part == FOLLOW.c.part,
        TICKET.c.state == State.MERGED,
        sight.sees(),
    )
    query = (
        sa.select(
            ADDRESS.c.account, ADDRESS.c.address, CONTACT.c.name, CONTACT.c.phone, sa.func.min(FOLLOW.c.at).label("at"),
            sa.func.max(FOLLOW.c.told_at).label("told_at"), sa.func.max(TICKET.c.number).label("number"),
        )
        .join_from(FOLLOW, ADDRESS, sa.and_(ADDRESS.c.id == FOLLOW.c.address_id, ADDRESS.c.part == FOLLOW.c.part))
        .join(CONTACT, sa.and_(CONTACT.c.id == ADDRESS.c.contact_id, CONTACT.c.part == ADDRESS.c.contact_part))
        .outerjoin(TICKET, own)
        .where(FOLLOW.c.ticket_id == ticket)
        .group_by(ADDRESS.c.id, ADDRESS.c.account, ADDRESS.c.address, CONTACT.c.name, CONTACT.c.phone)
        .order_by(sa.text("at"))
        .limit(SHOWN)
    )  # fmt: skip
    return list((await conn.execute(query)).mappings())
