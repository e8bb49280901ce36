"""What the desk reads. Lists are paged by key, never by offset, and nothing here counts a whole table."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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
from bot.store import tally
from bot.store.sight import ALL, Sight
from bot.store.sla import CLOCK

TICKET, CONTACT, ADDRESS, TALK = table(Ticket), table(Contact), table(Address), table(Conversation)
MESSAGE, OFFICER, EVENT, SURVEY = table(Message), table(Officer), table(TicketEvent), table(Survey)
DISCLOSURE, INSTRUCTION = table(Disclosure), table(Instruction)
_PARENT = TICKET.alias("parent")

PAGE = 50
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


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets, and the place to go on from (None = that was all)."""

    rows: list[RowMapping]
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


async def _page(conn: AsyncConnection, query: sa.Select[Any]) -> Page:
    rows = list((await conn.execute(query.limit(PAGE + 1))).mappings())
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(rows[:PAGE], (more["rank"], Ref(more["id"], more["part"])) if more else None)


def _past(after: tuple[int, Ref]) -> sa.ColumnElement[bool]:
    return sa.tuple_(TICKET.c.rank, TICKET.c.id, TICKET.c.part) > sa.tuple_(
        sa.literal(after[0], sa.BigInteger), sa.literal(after[1].id, TICKET.c.id.type), sa.literal(after[1].part)
    )


_ORDER = (TICKET.c.rank, TICKET.c.id, TICKET.c.part)


def _ranges(wheres: Sequence[sa.ColumnElement[bool]], after: tuple[int, Ref] | None, limit: int) -> sa.Subquery:
    """The first `limit` waiting tickets of several ranges of one index, each read from its own beginning: a rare skill costs what a
    common one does. Filtering the common index instead would walk past everybody else's tickets."""
    parts = []
    for where in wheres:
        one = sa.select(TICKET.c.id, TICKET.c.part, TICKET.c.rank).where(_WAITING, where)
        one = one.where(_past(after)) if after else one
        parts.append(sa.select(one.order_by(*_ORDER).limit(limit).subquery()))
    every = sa.union_all(*parts).subquery()
    return sa.select(every).order_by(every.c.rank, every.c.id, every.c.part).limit(limit).subquery("first")


async def waiting(
    conn: AsyncConnection, after: tuple[int, Ref] | None, topics: Collection[str] = (), sight: Sight = ALL
) -> Page:
    """The queue: the smallest rank is next; only of these topics where some are named."""
    if not topics:
        query = _list().where(_WAITING, *sight.where()).order_by(*_ORDER)
        return await _page(conn, query.where(_past(after)) if after else query)
    first = _ranges([(TICKET.c.topic == topic) & sight.sees() for topic in sorted(topics)], after, PAGE + 1)
    joined = first.join(TICKET, (first.c.id == TICKET.c.id) & (first.c.part == TICKET.c.part))
    return await _page(conn, _list(joined).order_by(*_ORDER))


async def held(conn: AsyncConnection, officer_id: int, after: tuple[int, Ref] | None) -> Page:
    """What this officer works on."""
    query = _list().where(TICKET.c.officer_id == officer_id, TICKET.c.state.in_(_HELD))
    query = query.order_by(TICKET.c.rank, TICKET.c.id, TICKET.c.part)
    return await _page(conn, query.where(_past(after)) if after else query)


async def newest(conn: AsyncConnection, after: tuple[int, Ref] | None, sight: Sight) -> Page:
    """All tickets, the newest first."""
    query = _list().where(*sight.where()).order_by(TICKET.c.id.desc(), TICKET.c.part.desc())
    if after:
        ref = sa.tuple_(sa.literal(after[1].id, TICKET.c.id.type), sa.literal(after[1].part))
        query = query.where(sa.tuple_(TICKET.c.id, TICKET.c.part) < ref)
    return await _page(conn, query)


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
    mine = sa.select(sa.literal(1)).where(TICKET.c.officer_id == officer_id, TICKET.c.state.in_(_HELD))
    some = mine.limit(COUNTED + 1).subquery()
    held_now = sa.select(sa.func.count()).select_from(some).scalar_subquery()
    others: sa.ColumnElement[int] = sa.literal(0)
    if apart:
        in_line = (TICKET.c.language.in_(sorted(languages)), TICKET.c.line.in_(sorted(apart)))
        theirs = sa.select(sa.literal(1)).where(_WAITING, *in_line, TICKET.c.urgency != Urgency.CRITICAL)
        others = sa.select(sa.func.count()).select_from(theirs.limit(COUNTED + 1).subquery()).scalar_subquery()
    row = (await conn.execute(sa.select(tally.WAITING_NOW, held_now, others))).one()
    return max(0, int(row[0]) - row[2]), row[1]


# -- one case --------------------------------------------------------------------------------------


async def case(conn: AsyncConnection, number: str, part: int, sight: Sight) -> RowMapping | None:
    """A ticket that this viewer may see, with its citizen, its conversation, the last rating that was asked for, and when the viewer last
    asked for its numbers."""
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
            DISCLOSURE.c.officer_id == sight.officer_id,
            DISCLOSURE.c.number == TICKET.c.number,
            DISCLOSURE.c.what == "numbers",
        )
        .order_by(DISCLOSURE.c.at.desc())
        .limit(1)
        .correlate(TICKET)
        .scalar_subquery()
    )
    query = (
        sa.select(
            TICKET, CONTACT.c.name, CONTACT.c.phone, CONTACT.c.quarantine, CONTACT.c.quarantine_reason,
            ADDRESS.c.address, OFFICER.c.name.label("officer"),
            TALK.c.owner, TALK.c.seq, TALK.c.officer_id.label("talk_officer"), TALK.c.ticket_id.label("talk_ticket"),
            _PARENT.c.number.label("parent_number"), INSTRUCTION.c.title.label("instruction_title"),
            TALK.c.last_inbound_at,
            SURVEY.c.state.label("survey"), SURVEY.c.comment, SURVEY.c.answered_at, disclosed.label("disclosed_at"),
        )
        .select_from(
            _joined().outerjoin(SURVEY, (SURVEY.c.id == last) & (SURVEY.c.part == TICKET.c.part))
            .outerjoin(_PARENT, (_PARENT.c.id == TICKET.c.parent_id) & (_PARENT.c.part == TICKET.c.parent_part))
            .outerjoin(INSTRUCTION, INSTRUCTION.c.id == TICKET.c.instruction_id)
        )
        .where(TICKET.c.number == number, TICKET.c.part == part, *sight.where())
    )  # fmt: skip
    return (await conn.execute(query)).mappings().first()


async def conversation(conn: AsyncConnection, number: str, part: int, sight: Sight) -> Ref | None:
    """Where the ticket of this number is talked about, for whoever may see it."""
    query = sa.select(TICKET.c.conversation_id).where(TICKET.c.number == number, TICKET.c.part == part, *sight.where())
    found = (await conn.execute(query)).scalar()
    return Ref(found, part) if found is not None else None


async def messages(conn: AsyncConnection, conversation: Ref, since: int, until: int) -> list[RowMapping]:
    """The messages `since` … `until` of a conversation in order. `seq` has no gaps, so neither has this."""
    query = (
        sa.select(
            MESSAGE.c.seq, MESSAGE.c.author, MESSAGE.c.kind, MESSAGE.c.body, MESSAGE.c.data, MESSAGE.c.at,
            MESSAGE.c.delivery, MESSAGE.c.error, MESSAGE.c.key, MESSAGE.c.external_id, MESSAGE.c.officer_id, OFFICER.c.name.label("officer"),
        )
        .select_from(MESSAGE.outerjoin(OFFICER, OFFICER.c.id == MESSAGE.c.officer_id))
        .where(
            MESSAGE.c.conversation_id == conversation.id,
            MESSAGE.c.part == conversation.part,
            MESSAGE.c.seq.between(since, until),
        )
        .order_by(MESSAGE.c.seq)
    )  # fmt: skip
    return list((await conn.execute(query)).mappings())


async def history(conn: AsyncConnection, ticket: Ref) -> list[RowMapping]:
    """Who did what to a ticket, when and why; the first hundred steps."""
    query = (
        sa.select(
            EVENT.c.at, EVENT.c.kind, EVENT.c.actor, EVENT.c.before, EVENT.c.after, EVENT.c.why,
            OFFICER.c.name.label("officer"),
        )
        .select_from(EVENT.outerjoin(OFFICER, OFFICER.c.id == EVENT.c.officer_id))
        .where(EVENT.c.ticket_id == ticket.id, EVENT.c.part == ticket.part)
        .order_by(EVENT.c.id)
        .limit(100)
    )  # fmt: skip
    return list((await conn.execute(query)).mappings())
