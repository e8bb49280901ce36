"""Who is on duty, who is there, and what each holds and was given."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import (
    Assignment,
    Conversation,
    Handover,
    HandoverState,
    Message,
    Officer,
    Role,
    State,
    Ticket,
    TicketEvent,
)
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.boxes import Row
from bot.store.people import officer_of

OFFICER, TICKET, ASSIGNMENT, TALK = table(Officer), table(Ticket), table(Assignment), table(Conversation)
MESSAGE, EVENT, SHEET = table(Message), table(TicketEvent), table(Handover)
WORKING = (Role.OFFICER, Role.LEAD, Role.ADMIN)
HELD = (State.ASSIGNED, State.WAITING_CITIZEN)
"""A case in these states is in the hands of the officer whom it names."""


def _one_of(column: sa.Column[Any], values: Collection[str]) -> sa.ColumnElement[bool]:
    """Written out: a list of parameters would be spelled anew at each question."""
    return column.in_([sa.literal_column(f"'{value}'") for value in values])


_NOW = sa.bindparam("now", type_=OFFICER.c.duty_until.type)
_AT_WORK = sa.and_(OFFICER.c.active, _one_of(OFFICER.c.role, WORKING), OFFICER.c.duty_until > _NOW)
_ONE = OFFICER.c.id == sa.bindparam("officer", type_=sa.Integer)
# Made once: these are asked for each case that is given out.
_ON_DUTY = sa.select(OFFICER).where(_AT_WORK).order_by(OFFICER.c.id)
_TEAM = sa.select(
    *(OFFICER.c[name] for name in ("id", "role", "languages", "topics", "away", "present_at", "duty_since", "opted_out", "capacity"))
).where(_AT_WORK)  # fmt: skip
_LOCKED = sa.select(OFFICER).where(_ONE, _AT_WORK).with_for_update()
_OFFICER = sa.select(OFFICER).where(_ONE)


async def on_duty(conn: AsyncConnection, now: datetime) -> list[Officer]:
    return [officer_of(row) for row in (await conn.execute(_ON_DUTY, {"now": now})).mappings()]


async def team(conn: AsyncConnection, now: datetime) -> Sequence[Row]:
    """Those on duty, as far as assignment asks: half of the time that whole officers take."""
    return (await conn.execute(_TEAM, {"now": now})).all()


async def locked(conn: AsyncConnection, officer_id: int, now: datetime) -> Officer | None:
    """This officer, if they are on duty, locked until the end: two processes do not fill the same hands at once."""
    row = (await conn.execute(_LOCKED, {"officer": officer_id, "now": now})).mappings().first()
    return officer_of(row) if row else None


async def officer(conn: AsyncConnection, officer_id: int) -> Officer | None:
    row = (await conn.execute(_OFFICER, {"officer": officer_id})).mappings().first()
    return officer_of(row) if row else None


async def leads(conn: AsyncConnection) -> list[int]:
    query = sa.select(OFFICER.c.id).where(OFFICER.c.active, OFFICER.c.role.in_((Role.LEAD, Role.ADMIN)))
    return list((await conn.execute(query.order_by(OFFICER.c.id))).scalars())


async def named(conn: AsyncConnection, word: str) -> list[int]:
    """Who is meant by a login or a role."""
    mine = (OFFICER.c.login == word.lower()) | (OFFICER.c.role == word)
    return list((await conn.execute(sa.select(OFFICER.c.id).where(OFFICER.c.active, mine))).scalars())


async def set_duty(conn: AsyncConnection, officer_id: int, since: datetime, until: datetime | None) -> None:
    """On shift until then; None ends it. Who is on shift already keeps the time since when."""
    now = sa.literal(since, OFFICER.c.duty_since.type)
    still = sa.and_(OFFICER.c.duty_until > since, OFFICER.c.duty_since.is_not(None))
    begun = sa.case((still, OFFICER.c.duty_since), else_=now) if until else OFFICER.c.duty_since
    values: dict[str, Any] = {"duty_until": until, "duty_since": begun, "away": False}
    await conn.execute(sa.update(OFFICER).where(OFFICER.c.id == officer_id).values(values))


async def set_values(conn: AsyncConnection, officer_id: int, **values: Any) -> None:
    await conn.execute(sa.update(OFFICER).where(OFFICER.c.id == officer_id).values(values))


async def seen(conn: AsyncConnection, officer_id: int, now: datetime) -> None:
    await set_values(conn, officer_id, present_at=now)


# -- what they hold and were given -----------------------------------------------------------------


_SINCE = sa.bindparam("since", type_=ASSIGNMENT.c.started_at.type)


_THEIRS = sa.bindparam("officers", type_=sa.Integer, expanding=True)
_NOTHING: sa.ColumnElement[int] = sa.literal_column("0")
_GIVEN = sa.select(
    ASSIGNMENT.c.officer_id, ASSIGNMENT.c.started_at, ASSIGNMENT.c.weight, ASSIGNMENT.c.distress,
    sa.literal_column("''").label("urgency"), sa.literal_column("''").label("account"), _NOTHING.label("count"),
).where(ASSIGNMENT.c.officer_id.in_(_THEIRS), ASSIGNMENT.c.started_at >= _SINCE)  # fmt: skip
_HOLDING = (
    sa.select(TICKET.c.officer_id, sa.null(), _NOTHING, _NOTHING, TICKET.c.urgency, TICKET.c.account, sa.func.count())
    .where(TICKET.c.officer_id.in_(_THEIRS), _one_of(TICKET.c.state, HELD))
    .group_by(TICKET.c.officer_id, TICKET.c.urgency, TICKET.c.account)
)
_BURDENS = sa.union_all(_GIVEN, _HOLDING)


async def burdens(conn: AsyncConnection, officer_ids: Collection[int], since: datetime) -> Sequence[Row]:
    """In one question: each case that was given to them since then (`officer_id`, `started_at`, `weight`, `distress`), and how many
    cases (`count`) of each `urgency` and `account` they hold, with no `started_at`. In no order."""
    return (await conn.execute(_BURDENS, {"officers": sorted(officer_ids), "since": since})).all()


async def given(conn: AsyncConnection, officer_id: int, since: datetime) -> Sequence[Row]:
    """What was given to this officer since then, in order: `started_at`, `distress`."""
    query = (
        sa.select(ASSIGNMENT.c.started_at, ASSIGNMENT.c.distress)
        .where(ASSIGNMENT.c.officer_id == officer_id, ASSIGNMENT.c.started_at >= since)
        .order_by(ASSIGNMENT.c.started_at, ASSIGNMENT.c.id)
    )
    return (await conn.execute(query)).all()


async def held_by(conn: AsyncConnection, officer_id: int) -> list[tuple[Ref, str]]:
    """The cases in this officer's hands, the most urgent first."""
    query = (
        sa.select(TICKET.c.id, TICKET.c.part, TICKET.c.number)
        .where(TICKET.c.officer_id == officer_id, TICKET.c.state.in_(HELD))
        .order_by(TICKET.c.rank, TICKET.c.id)
    )
    return [(Ref(row[0], row[1]), row[2]) for row in await conn.execute(query)]


# -- what waits ------------------------------------------------------------------------------------


_LAST = (
    sa.select(ASSIGNMENT.c.officer_id)
    .join(TICKET, (TICKET.c.id == ASSIGNMENT.c.ticket_id) & (TICKET.c.part == ASSIGNMENT.c.part))
    .where(TICKET.c.address_id == sa.bindparam("address", type_=TICKET.c.address_id.type))
    .where(TICKET.c.part == sa.bindparam("of_part", type_=sa.SmallInteger))
    .where(ASSIGNMENT.c.started_at >= _SINCE)
    .order_by(ASSIGNMENT.c.started_at.desc())
    .limit(sa.literal_column("1"))
)


async def last_officer(conn: AsyncConnection, address: Ref, since: datetime) -> int | None:
    """Who helped the citizen of this address last."""
    return (await conn.execute(_LAST, {"address": address.id, "of_part": address.part, "since": since})).scalar()


async def why_queued(conn: AsyncConnection, ticket: Ref) -> str:
    """The reason of the last move of its history."""
    query = (
        sa.select(EVENT.c.why)
        .where(EVENT.c.ticket_id == ticket.id, EVENT.c.part == ticket.part, EVENT.c.kind == "moved")
        .order_by(EVENT.c.id.desc())
        .limit(1)
    )
    return (await conn.execute(query)).scalar() or ""


# -- silence and absence ---------------------------------------------------------------------------


async def silent(conn: AsyncConnection, now: datetime, limit: int) -> Sequence[Row]:
    """Assignments whose officer should have done something by now."""
    query = (
        sa.select(ASSIGNMENT.c.id, ASSIGNMENT.c.part, ASSIGNMENT.c.ticket_id)
        .where(ASSIGNMENT.c.silent_at.is_not(None), ASSIGNMENT.c.silent_at <= now)
        .order_by(ASSIGNMENT.c.silent_at, ASSIGNMENT.c.id)
        .limit(limit)
    )
    return (await conn.execute(query)).all()


async def watched(conn: AsyncConnection, assignment: Ref) -> Row | None:
    """The assignment, if it is open and its officer is still waited for."""
    query = sa.select(ASSIGNMENT).where(
        ASSIGNMENT.c.id == assignment.id, ASSIGNMENT.c.part == assignment.part,
        ASSIGNMENT.c.ended_at.is_(None), ASSIGNMENT.c.silent_at.is_not(None),
    )  # fmt: skip
    return (await conn.execute(query)).first()


async def heard(conn: AsyncConnection, assignment: Ref) -> None:
    """Nobody need wait for a sign of this officer any more."""
    target = (ASSIGNMENT.c.id == assignment.id) & (ASSIGNMENT.c.part == assignment.part)
    await conn.execute(sa.update(ASSIGNMENT).where(target).values(silent_at=None))


async def has_acted(
    conn: AsyncConnection, officer_id: int, ticket: Ref, conversation: Ref, seq: int, since: datetime
) -> bool:
    """True if this officer has written or done anything here after `since`; looks at the last 200 messages."""
    said = (
        sa.select(sa.literal(1))
        .where(
            MESSAGE.c.conversation_id == conversation.id, MESSAGE.c.part == conversation.part,
            MESSAGE.c.seq > seq - 200, MESSAGE.c.officer_id == officer_id, MESSAGE.c.at > since,
            MESSAGE.c.author.in_(("officer", "note")),
        )
        .exists()
    )  # fmt: skip
    did = (
        sa.select(sa.literal(1))
        .where(
            EVENT.c.ticket_id == ticket.id, EVENT.c.part == ticket.part, EVENT.c.officer_id == officer_id,
            EVENT.c.at > since,
        )
        .exists()
    )  # fmt: skip
    return bool((await conn.execute(sa.select(said | did))).scalar())


async def leaving(conn: AsyncConnection, now: datetime, absent: datetime) -> list[int]:
    """Officers whose duty has run out, and those who hold a case without being on duty or having been seen since `absent`."""
    over = sa.and_(OFFICER.c.duty_until.is_not(None), OFFICER.c.duty_until <= now)
    holds = sa.select(sa.literal(1)).where(TICKET.c.officer_id == OFFICER.c.id, TICKET.c.state.in_(HELD)).exists()
    gone = sa.and_(
        OFFICER.c.duty_until.is_(None), sa.or_(OFFICER.c.present_at <= absent, OFFICER.c.present_at.is_(None)), holds,
        ~sa.select(sa.literal(1)).where(ASSIGNMENT.c.officer_id == OFFICER.c.id, ASSIGNMENT.c.started_at > absent).exists(),
    )  # fmt: skip
    told = (
        sa.select(sa.literal(1)).where(SHEET.c.officer_id == OFFICER.c.id, SHEET.c.state == HandoverState.OPEN).exists()
    )
    rows = await conn.execute(sa.select(OFFICER.c.id).where(sa.or_(over, sa.and_(gone, ~told))).order_by(OFFICER.c.id))
    return list(rows.scalars())
