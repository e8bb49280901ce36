"""What the desk reads. Lists are paged by key, never by offset, and nothing here counts a whole table."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import (
    Address,
    Contact,
    Conversation,
    Disclosure,
    Instruction,
    Message,
    Officer,
    State,
    Survey,
    Ticket,
    TicketEvent,
    Urgency,
)
from bot.models.base import table
from bot.models.ref import Ref
from bot.record import record
from bot.store import tally
from bot.store.kept import Kept
from bot.store.sight import ALL, VIEWER, Sight
from bot.store.sla import CLOCK

TICKET, CONTACT, ADDRESS, TALK = table(Ticket), table(Contact), table(Address), table(Conversation)
MESSAGE, OFFICER, EVENT, SURVEY = table(Message), table(Officer), table(TicketEvent), table(Survey)
DISCLOSURE, INSTRUCTION = table(Disclosure), table(Instruction)
_PARENT, _OTHER = TICKET.alias("parent"), TICKET.alias("other")

PAGE = 30
"""Cards of a list: three screens of a desk. Each costs as much as a message, and the list stands beside every case."""
_MORE: sa.ColumnElement[int] = sa.literal_column(str(PAGE + 1), sa.Integer)
"""Written out: with a parameter PostgreSQL does not know that a kept plan is for a few rows."""
COUNTED = 99
"""A number above this is shown as "99+": what one officer holds costs a hundred rows at most, whatever the table holds."""

_WAITING = sa.text("ticket.state IN ('queued', 'reopened')")  # literal: a partial index is not matched with parameters
_OVER = (State.RESOLVED, State.CLOSED, State.REJECTED, State.MERGED, State.CANCELLED)
_HELD = tuple(state for state in State if state not in (*_OVER, State.QUEUED, State.REOPENED))

_NEXT_DUE = (
    sa.select(sa.func.min(CLOCK.c.due_at))
    .where(CLOCK.c.ticket_id == TICKET.c.id, CLOCK.c.part == TICKET.c.part, CLOCK.c.stopped_at.is_(None))
    .correlate(TICKET)
    .scalar_subquery()
)
_LAST, _ASKED = MESSAGE.alias("last"), SURVEY.alias("asked")
_LIST = [
    TICKET.c.id, TICKET.c.part, TICKET.c.rank, TICKET.c.number, TICKET.c.state, TICKET.c.urgency, TICKET.c.topic,
    TICKET.c.place, TICKET.c.details, TICKET.c.account, TICKET.c.opened_at, TICKET.c.officer_id, TICKET.c.score, TICKET.c.language,
    CONTACT.c.name, CONTACT.c.phone, ADDRESS.c.address, OFFICER.c.name.label("officer"),
    _LAST.c.author.label("last_author"), _LAST.c.body.label("last_body"), _LAST.c.kind.label("last_kind"),
    sa.type_coerce(_NEXT_DUE, CLOCK.c.due_at.type).label("next_due"),
]  # fmt: skip


@record
class Page:
    """Some tickets, and the place to go on from (None = that was all)."""

    rows: Sequence[Mapping[str, Any]]
    after: tuple[int, Ref] | None


def _joined(target: sa.FromClause = TICKET) -> sa.FromClause:
    """Each join is by a whole primary or unique key: one look-up a row."""
    return (
        target.outerjoin(CONTACT, (CONTACT.c.id == TICKET.c.contact_id) & (CONTACT.c.part == TICKET.c.contact_part))
        .outerjoin(ADDRESS, (ADDRESS.c.id == TICKET.c.address_id) & (ADDRESS.c.part == TICKET.c.part))
        .outerjoin(OFFICER, OFFICER.c.id == TICKET.c.officer_id)
        .outerjoin(TALK, (TALK.c.id == TICKET.c.conversation_id) & (TALK.c.part == TICKET.c.part))
    )


def _list(target: sa.FromClause = TICKET) -> sa.Select[Any]:
    last = (_LAST.c.conversation_id == TALK.c.id) & (_LAST.c.part == TALK.c.part) & (_LAST.c.seq == TALK.c.seq)
    return sa.select(*_LIST).select_from(_joined(target).outerjoin(_LAST, last))


async def _page(conn: AsyncConnection, query: Kept, after: tuple[int, Ref] | None, **values: Any) -> Page:
    if after:
        values |= {"after_rank": after[0], "after_id": after[1].id, "after_part": after[1].part}
    rows = await query(conn, **values)
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(rows[:PAGE], (more["rank"], Ref(more["id"], more["part"])) if more else None)


_ORDER = (TICKET.c.rank, TICKET.c.id, TICKET.c.part)
_AFTER = sa.tuple_(sa.bindparam("after_id", type_=TICKET.c.id.type), sa.bindparam("after_part", type_=sa.SmallInteger))
_PAST = sa.tuple_(*_ORDER) > sa.tuple_(sa.bindparam("after_rank", type_=sa.BigInteger), *_AFTER.clauses)


def _ranges(wheres: Sequence[sa.ColumnElement[bool]], later: bool, limit: int) -> sa.Subquery:
    """The first `limit` waiting tickets of several ranges of one index, each read from its own beginning: a rare skill costs what a
    common one does. Filtering the common index instead would walk past everybody else's tickets."""
    parts = []
    for where in wheres:
        one = sa.select(TICKET.c.id, TICKET.c.part, TICKET.c.rank).where(_WAITING, where)
        one = one.where(_PAST) if later else one
        parts.append(sa.select(one.order_by(*_ORDER).limit(limit).subquery()))
    every = sa.union_all(*parts).subquery()
    return sa.select(every).order_by(every.c.rank, every.c.id, every.c.part).limit(limit).subquery("first")


async def waiting(
    conn: AsyncConnection, after: tuple[int, Ref] | None, topics: Collection[str] = (), sight: Sight = ALL
) -> Page:
    """The queue: the smallest rank is next; only of these topics where some are named."""
    query = _queue(tuple(sorted(topics)), after is not None, sight.kind)
    return await _page(conn, query, after, **{VIEWER: sight.officer_id})


@lru_cache(64)
def _queue(topics: tuple[str, ...], later: bool, sight: Sight) -> Kept:
    if not topics:
        query = _list().where(_WAITING, *sight.where())
        return Kept((query.where(_PAST) if later else query).order_by(*_ORDER).limit(_MORE))
    first = _ranges([(TICKET.c.topic == topic) & sight.sees() for topic in topics], later, PAGE + 1)
    joined = first.join(TICKET, (first.c.id == TICKET.c.id) & (first.c.part == TICKET.c.part))
    return Kept(_list(joined).order_by(*_ORDER).limit(_MORE))


async def held(conn: AsyncConnection, officer_id: int, after: tuple[int, Ref] | None) -> Page:
    """What this officer works on."""
    return await _page(conn, _held(after is not None), after, officer=officer_id)


@cache
def _held(later: bool) -> Kept:
    query = _list().where(TICKET.c.officer_id == sa.bindparam("officer", type_=sa.Integer), TICKET.c.state.in_(_HELD))
    return Kept((query.where(_PAST) if later else query).order_by(*_ORDER).limit(_MORE))


async def newest(conn: AsyncConnection, after: tuple[int, Ref] | None, sight: Sight) -> Page:
    """All tickets, the newest first."""
    return await _page(conn, _newest(after is not None, sight.kind), after, **{VIEWER: sight.officer_id})


@lru_cache(16)
def _newest(later: bool, sight: Sight) -> Kept:
    query = _list().where(*sight.where()).order_by(TICKET.c.id.desc(), TICKET.c.part.desc()).limit(_MORE)
    return Kept(query.where(sa.tuple_(TICKET.c.id, TICKET.c.part) < _AFTER) if later else query)


async def ref_of(conn: AsyncConnection, number: str, part: int, *where: sa.ColumnElement[bool]) -> Ref | None:
    """The ticket with this number; None also for one that does not meet the conditions."""
    query = sa.select(TICKET.c.id, TICKET.c.part).where(TICKET.c.number == number, TICKET.c.part == part, *where)
    row = (await conn.execute(query)).first()
    return Ref(row[0], row[1]) if row else None


async def listed(conn: AsyncConnection, refs: Sequence[Ref]) -> list[RowMapping]:
    """These tickets as lists show them, in this order."""
    ids, parts = [ref.id for ref in refs], sorted({ref.part for ref in refs})
    query = _list().where(TICKET.c.id.in_(ids), TICKET.c.part.in_(parts))
    rows = {Ref(row["id"], row["part"]): row for row in (await conn.execute(query)).mappings()}
    return [rows[ref] for ref in refs if ref in rows]


async def counts(
    conn: AsyncConnection, officer_id: int, languages: Collection[str] = (), apart: Collection[str] = ()
) -> tuple[int, int]:
    """How many wait (a kept count), and how many this officer holds, which stops at COUNTED + 1. `apart`: lines of the queue that are
    not for this officer; those who stand in them are few and counted one by one, up to COUNTED + 1 of them."""
    (row,) = await _counts(tuple(sorted(languages)), tuple(sorted(apart)))(conn, officer=officer_id)
    return max(0, int(row["waiting"]) - row["others"]), row["mine"]


@lru_cache(16)
def _counts(languages: tuple[str, ...], apart: tuple[str, ...]) -> Kept:
    mine = sa.select(sa.literal(1)).where(
        TICKET.c.officer_id == sa.bindparam("officer", type_=sa.Integer), TICKET.c.state.in_(_HELD)
    )
    some = mine.limit(COUNTED + 1).subquery()
    others: sa.ColumnElement[int] = sa.literal(0)
    if apart:
        in_line = (TICKET.c.language.in_(languages), TICKET.c.line.in_(apart))
        theirs = sa.select(sa.literal(1)).where(_WAITING, *in_line, TICKET.c.urgency != Urgency.CRITICAL)
        others = sa.select(sa.func.count()).select_from(theirs.limit(COUNTED + 1).subquery()).scalar_subquery()
    held = sa.select(sa.func.count()).select_from(some).scalar_subquery()
    return Kept(sa.select(tally.WAITING_NOW.label("waiting"), held.label("mine"), others.label("others")))


# -- one case --------------------------------------------------------------------------------------


async def case(conn: AsyncConnection, number: str, part: int, sight: Sight) -> dict[str, Any] | None:
    """A ticket that this viewer may see, with its citizen, its conversation, the last rating that was asked for, when the viewer last
    asked for its numbers, and `shut`: whether there are other stories in its chat that they must not know of."""
    found = await _case(sight.kind)(conn, number=number, in_part=part, **{VIEWER: sight.officer_id})
    return found[0] if found else None


@lru_cache(16)
def _case(sight: Sight) -> Kept:
    last = (
        sa.select(_ASKED.c.id)
        .where(_ASKED.c.ticket_id == TICKET.c.id, _ASKED.c.part == TICKET.c.part)
        .order_by(_ASKED.c.round.desc())
        .limit(1)
        .correlate(TICKET)
        .scalar_subquery()
    )
    disclosed = (
        sa.select(DISCLOSURE.c.at)
        .where(
            DISCLOSURE.c.officer_id == sa.bindparam(VIEWER, type_=sa.Integer),
            DISCLOSURE.c.number == TICKET.c.number,
            DISCLOSURE.c.what == "numbers",
        )
        .order_by(DISCLOSURE.c.at.desc())
        .limit(1)
        .correlate(TICKET)
        .scalar_subquery()
    )
    here = (_OTHER.c.conversation_id == TICKET.c.conversation_id) & (_OTHER.c.part == TICKET.c.part)
    shut = (
        sa.exists().where(here, sight.hides(_OTHER)).correlate(TICKET) if sight.confided or sight.leads else sa.false()
    )
    return Kept(
        sa.select(
            TICKET, CONTACT.c.name, CONTACT.c.phone, CONTACT.c.quarantine, CONTACT.c.quarantine_reason,
            ADDRESS.c.address, OFFICER.c.name.label("officer"),
            TALK.c.owner, TALK.c.seq, TALK.c.officer_id.label("talk_officer"), TALK.c.ticket_id.label("talk_ticket"),
            _PARENT.c.number.label("parent_number"), INSTRUCTION.c.title.label("instruction_title"),
            TALK.c.last_inbound_at,
            SURVEY.c.state.label("survey"), SURVEY.c.comment, disclosed.label("disclosed_at"), shut.label("shut"),
        )
        .select_from(
            _joined().outerjoin(SURVEY, (SURVEY.c.id == last) & (SURVEY.c.part == TICKET.c.part))
            .outerjoin(_PARENT, (_PARENT.c.id == TICKET.c.parent_id) & (_PARENT.c.part == TICKET.c.parent_part))
            .outerjoin(INSTRUCTION, INSTRUCTION.c.id == TICKET.c.instruction_id)
        )
        .where(
            TICKET.c.number == sa.bindparam("number", type_=sa.String),
            TICKET.c.part == sa.bindparam("in_part", type_=sa.SmallInteger),
            *sight.where(),
        )
    )  # fmt: skip


async def conversation(conn: AsyncConnection, number: str, part: int, sight: Sight) -> Ref | None:
    """Where the ticket of this number is talked about, for whoever may see it."""
    query = sa.select(TICKET.c.conversation_id).where(TICKET.c.number == number, TICKET.c.part == part, *sight.where())
    found = (await conn.execute(query)).scalar()
    return Ref(found, part) if found is not None else None


async def hidden(conn: AsyncConnection, conversation: Ref, sight: Sight) -> list[tuple[datetime, datetime | None]]:
    """The stories of this conversation that the viewer must not know of."""
    place = {"talk": conversation.id, "in_part": conversation.part, VIEWER: sight.officer_id}
    return [story(row) for row in await _hidden(sight.kind)(conn, **place)]


@lru_cache(16)
def _hidden(sight: Sight) -> Kept:
    here = (TICKET.c.conversation_id == sa.bindparam("talk", type_=TICKET.c.id.type)) & (
        TICKET.c.part == sa.bindparam("in_part")
    )
    columns = (TICKET.c.state, TICKET.c.opened_at, TICKET.c.resolved_at, TICKET.c.updated_at)
    return Kept(sa.select(*columns).where(here, sight.hides()))


def story(ticket: Mapping[str, Any]) -> tuple[datetime, datetime | None]:
    """When a case was opened, and when it was over; None while it is not."""
    over = (ticket["resolved_at"] or ticket["updated_at"]) if ticket["state"] in _OVER else None
    return ticket["opened_at"], over


async def between(
    conn: AsyncConnection, conversation: Ref, since: datetime | None, until: datetime | None
) -> tuple[int, int]:
    """The first and the last message of this time; (1, 0) where nothing was said."""
    query = sa.select(sa.func.min(MESSAGE.c.seq), sa.func.max(MESSAGE.c.seq)).where(
        MESSAGE.c.conversation_id == conversation.id,
        MESSAGE.c.part == conversation.part,
        *([MESSAGE.c.at >= since] if since is not None else []),
        *([MESSAGE.c.at < until] if until is not None else []),
    )
    first, last = (await conn.execute(query)).one()
    return (first, last) if first is not None else (1, 0)


_MESSAGES = Kept(
    sa.select(
        MESSAGE.c.seq, MESSAGE.c.author, MESSAGE.c.kind, MESSAGE.c.body, MESSAGE.c.data, MESSAGE.c.at,
        MESSAGE.c.delivery, MESSAGE.c.error, MESSAGE.c.key, MESSAGE.c.external_id, MESSAGE.c.officer_id, OFFICER.c.name.label("officer"),
    )
    .select_from(MESSAGE.outerjoin(OFFICER, OFFICER.c.id == MESSAGE.c.officer_id))
    .where(
        MESSAGE.c.conversation_id == sa.bindparam("talk", type_=MESSAGE.c.conversation_id.type),
        MESSAGE.c.part == sa.bindparam("in_part", type_=sa.SmallInteger),
        MESSAGE.c.seq.between(sa.bindparam("since", type_=sa.Integer), sa.bindparam("until", type_=sa.Integer)),
    )
    .order_by(MESSAGE.c.seq)
)  # fmt: skip


async def messages(conn: AsyncConnection, conversation: Ref, since: int, until: int) -> list[dict[str, Any]]:
    """The messages `since` … `until` of a conversation in order. `seq` has no gaps, so neither has this."""
    return await _MESSAGES(conn, talk=conversation.id, in_part=conversation.part, since=since, until=until)


_HISTORY = Kept(
    sa.select(
        EVENT.c.at, EVENT.c.kind, EVENT.c.actor, EVENT.c.before, EVENT.c.after, EVENT.c.why,
        OFFICER.c.name.label("officer"),
    )
    .select_from(EVENT.outerjoin(OFFICER, OFFICER.c.id == EVENT.c.officer_id))
    .where(
        EVENT.c.ticket_id == sa.bindparam("ticket", type_=EVENT.c.ticket_id.type),
        EVENT.c.part == sa.bindparam("in_part", type_=sa.SmallInteger),
    )
    .order_by(EVENT.c.id)
    .limit(100)
)  # fmt: skip


async def history(conn: AsyncConnection, ticket: Ref) -> list[dict[str, Any]]:
    """Who did what to a ticket, when and why; the first hundred steps."""
    return await _HISTORY(conn, ticket=ticket.id, in_part=ticket.part)
