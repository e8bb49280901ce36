"""Clocks as the tick and the desk read them. What they show is worked out by `policy.sla`, never here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Author, Message, Officer, SlaClock, SlaNotice, SlaPause, Ticket, TicketEvent
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.kept import Kept
from bot.store.many import Due, Many, at, beside, overdue
from bot.store.sight import Sight

CLOCK, PAUSE, NOTICE = table(SlaClock), table(SlaPause), table(SlaNotice)
TICKET, EVENT, MESSAGE, OFFICER = table(Ticket), table(TicketEvent), table(Message), table(Officer)

INSERTS = {
    "sla_clock": Many(sa.insert(CLOCK), CLOCK.c.keys()),
    "sla_pause": Many(sa.insert(PAUSE), PAUSE.c.keys()),
    "sla_notice": Many(sa.insert(NOTICE), NOTICE.c.keys()),
}
CLOCK_CHANGES = (
    "calendar", "budget", "urgency", "topic", "due_at", "warn_at", "paused_at", "paused_for", "stopped_at", "outcome",
    "used", "warned_at", "breached_at",
)  # fmt: skip
UPDATE_CLOCK = Many(
    sa.update(CLOCK)
    .where(CLOCK.c.id == sa.bindparam("b_id"), CLOCK.c.part == sa.bindparam("b_part"))
    .values({name: sa.bindparam(name) for name in CLOCK_CHANGES})
)
_CLOCKS = Kept(
    sa.select(CLOCK)
    .where(
        CLOCK.c.ticket_id == sa.bindparam("ticket", type_=CLOCK.c.ticket_id.type),
        CLOCK.c.part == sa.bindparam("in_part", type_=sa.SmallInteger),
    )
    .order_by(CLOCK.c.started_at, CLOCK.c.id)
)
_END_PAUSE = Many(
    sa.update(PAUSE)
    .where(PAUSE.c.id == sa.bindparam("b_id"), PAUSE.c.part == sa.bindparam("b_part"))
    .values(until=sa.bindparam("b_until"))
)
LOOKED_AT = 2000
"""Messages since the first answer that may start or stop a clock; a talk that is longer has other troubles."""
HEARD = ("opened", "moved", "urgency", "topic", "answered")


@dataclass(slots=True)
class Loaded:
    """A ticket with all that its clocks are worked out from."""

    ticket: dict[str, Any]
    clocks: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    """By kind and round."""
    history: list[tuple[datetime, str, str, str, str, str]] = field(default_factory=list)
    """at, kind, before, after, actor, why; in order."""
    pauses: dict[bytes, list[dict[str, Any]]] = field(default_factory=dict)
    """By clock, in order."""


async def load(conn: AsyncConnection, refs: Sequence[Ref]) -> dict[bytes, Loaded]:
    """These tickets with one SELECT a table; unknown ones are passed over."""
    ids, parts = [ref.id for ref in refs], sorted({ref.part for ref in refs})
    found = await conn.execute(sa.select(TICKET).where(TICKET.c.id.in_(ids), beside(TICKET.c.part).in_(parts)))
    loaded = {row["id"]: Loaded(dict(row)) for row in found.mappings()}
    kept = await conn.execute(sa.select(CLOCK).where(CLOCK.c.ticket_id.in_(ids), beside(CLOCK.c.part).in_(parts)))
    owners: dict[bytes, bytes] = {}
    for row in kept.mappings():
        loaded[row["ticket_id"]].clocks[(row["kind"], row["round"])] = dict(row)
        owners[row["id"]] = row["ticket_id"]
    told = (EVENT.c.at, EVENT.c.kind, EVENT.c.before, EVENT.c.after, EVENT.c.actor, EVENT.c.why)
    query = sa.select(EVENT.c.ticket_id, *told).where(
        EVENT.c.ticket_id.in_(ids), beside(EVENT.c.part).in_(parts), EVENT.c.kind.in_(HEARD)
    )
    for each in await conn.execute(query.order_by(EVENT.c.ticket_id, EVENT.c.id)):
        if each[0] in loaded:
            loaded[each[0]].history.append((each[1], each[2], each[3], each[4], each[5], each[6]))
    for clock_, there in (await pauses(conn, list(owners), parts)).items():
        loaded[owners[clock_]].pauses[clock_] = there
    return loaded


async def clocks(conn: AsyncConnection, ref: Ref) -> list[dict[str, Any]]:
    """All clocks of a ticket, in order of their start."""
    return await _CLOCKS(conn, ticket=ref.id, in_part=ref.part)


async def pauses(
    conn: AsyncConnection, clocks_: Sequence[bytes], parts: Sequence[int]
) -> dict[bytes, list[dict[str, Any]]]:
    """Pauses by their clock, in order; only of clocks that have some."""
    found: dict[bytes, list[dict[str, Any]]] = {}
    query = sa.select(PAUSE).where(PAUSE.c.clock_id.in_(list(clocks_)), beside(PAUSE.c.part).in_(list(parts)))
    for row in (await conn.execute(query.order_by(PAUSE.c.clock_id, PAUSE.c.n))).mappings():
        found.setdefault(row["clock_id"], []).append(dict(row))
    return found


def end_pauses(rows: Sequence[dict[str, Any]]) -> tuple[Many, Sequence[dict[str, Any]]]:
    return _END_PAUSE, [{"b_id": row["id"], "b_part": row["part"], "b_until": row["until"]} for row in rows]


async def talked(conn: AsyncConnection, conversation: Ref, since: datetime) -> list[tuple[datetime, str]]:
    """When the citizen and the officers wrote in a conversation since then."""
    query = (
        sa.select(MESSAGE.c.at, MESSAGE.c.author)
        .where(
            MESSAGE.c.conversation_id == conversation.id,
            MESSAGE.c.part == conversation.part,
            MESSAGE.c.author.in_([Author.CITIZEN, Author.OFFICER]),
            MESSAGE.c.at > since,
        )
        .order_by(MESSAGE.c.seq)
        .limit(LOOKED_AT)
    )
    return [(row[0], row[1]) for row in await conn.execute(query)]


# -- for the desk ----------------------------------------------------------------------------------


async def running(
    conn: AsyncConnection, after: tuple[datetime, Ref] | None, officer_id: int | None, limit: int, sight: Sight
) -> list[RowMapping]:
    """Clocks that run, the next deadline first, each with its ticket; only this officer's when one is named."""
    query = (
        sa.select(
            CLOCK.c.id, CLOCK.c.part, CLOCK.c.kind, CLOCK.c.party, CLOCK.c.due_at, CLOCK.c.warned_at, CLOCK.c.breached_at,
            TICKET.c.number, TICKET.c.state, TICKET.c.urgency, TICKET.c.topic, TICKET.c.opened_at,
            OFFICER.c.name.label("officer"),
        )
        .join_from(CLOCK, TICKET, sa.and_(TICKET.c.id == CLOCK.c.ticket_id, TICKET.c.part == CLOCK.c.part))
        .outerjoin(OFFICER, OFFICER.c.id == TICKET.c.officer_id)
        .where(sa.text("sla_clock.stopped_at IS NULL AND sla_clock.due_at IS NOT NULL"), *sight.where())
        .order_by(CLOCK.c.due_at, CLOCK.c.id, CLOCK.c.part)
    )  # fmt: skip
    if officer_id is not None:
        query = query.where(TICKET.c.officer_id == officer_id)
    if after is not None:
        place = sa.tuple_(
            sa.literal(after[0], CLOCK.c.due_at.type),
            sa.literal(after[1].id, CLOCK.c.id.type),
            sa.literal(after[1].part),
        )
        query = query.where(sa.tuple_(CLOCK.c.due_at, CLOCK.c.id, CLOCK.c.part) > place)
    return list((await conn.execute(query.limit(limit))).mappings())


async def notices(conn: AsyncConnection, officer_id: int, limit: int = 20) -> list[dict[str, Any]]:
    """What this officer was told and has not put away, newest first."""
    return await _notices(limit)(conn, officer=officer_id)


@cache
def _notices(limit: int) -> Kept:
    mine = (NOTICE.c.officer_id == sa.bindparam("officer", type_=sa.Integer)) & sa.text("sla_notice.seen_at IS NULL")
    return Kept(sa.select(NOTICE).where(mine, NOTICE.c.via == "desk").order_by(NOTICE.c.id.desc()).limit(limit))


async def seen(conn: AsyncConnection, officer_id: int, at: datetime) -> None:
    """This officer has read all of it."""
    mine = sa.update(NOTICE).where(NOTICE.c.officer_id == officer_id, NOTICE.c.seen_at.is_(None))
    await conn.execute(mine.values(seen_at=at))


async def told(conn: AsyncConnection, ref: Ref) -> list[RowMapping]:
    """Who was told about this ticket's deadlines, in order."""
    query = sa.select(NOTICE).where(NOTICE.c.ticket_id == ref.id, NOTICE.c.part == ref.part)
    return list((await conn.execute(query.order_by(NOTICE.c.id).limit(100))).mappings())


# -- calls that leave the desk ---------------------------------------------------------------------


_CALLS_DUE = Due(
    sa.select(NOTICE).where(overdue(NOTICE.c.next_at, NOTICE.c.attempts == 0)).order_by(NOTICE.c.next_at, NOTICE.c.id),
    NOTICE.c.part,
)


async def calls_due(
    conn: AsyncConnection, parts: Sequence[int] | None, now: datetime, limit: int
) -> Sequence[sa.Row[Any]]:
    return await _CALLS_DUE(conn, parts, limit, **at(now))


async def settle_call(
    conn: AsyncConnection, call: Ref, state: str, attempts: int, next_at: datetime | None, error: str
) -> None:
    values = {"state": state, "attempts": attempts, "next_at": next_at, "error": error[:500]}
    await conn.execute(sa.update(NOTICE).where(NOTICE.c.id == call.id, NOTICE.c.part == call.part).values(values))
