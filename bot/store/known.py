"""Open reports of the same topic near a place, and the citizens who follow one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Follow, State, Ticket
from bot.models.base import table
from bot.models.ref import Ref

TICKET, FOLLOW = table(Ticket), table(Follow)
OVER = (State.DONE, State.RESOLVED, State.CLOSED, State.REJECTED, State.MERGED, State.CANCELLED)
SCANNED = 50


async def near(conn: AsyncConnection, topic: str, region: str, since: datetime) -> list[dict[str, Any]]:
    """The newest open tickets of a topic in a region, by the beginning of its code."""
    columns = [
        TICKET.c[name] for name in ("id", "part", "topic", "place_code", "details", "answers", "opened_at", "state")
    ]
    query = (
        sa.select(*columns)
        .where(
            TICKET.c.place_code >= region,
            TICKET.c.place_code < f"{region}~",  # after every digit and dot: the index answers it
            TICKET.c.topic == topic,
            TICKET.c.opened_at >= since,
            TICKET.c.state.not_in(OVER),
        )
        .order_by(TICKET.c.opened_at.desc())
        .limit(SCANNED)
    )
    return [dict(row) for row in (await conn.execute(query)).mappings()]


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
    """A row of `follow` with its ticket's topic and place."""
    query = (
        sa.select(FOLLOW, TICKET.c.topic, TICKET.c.place_code)
        .join_from(FOLLOW, TICKET, sa.and_(TICKET.c.id == FOLLOW.c.ticket_id, TICKET.c.part == FOLLOW.c.ticket_part))
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
