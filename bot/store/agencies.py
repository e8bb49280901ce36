"""What agencies may see, and what was sent to them. Whose a ticket is stands in every query, so no page can forget to ask."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import (
    LEADS,
    WITH_AGENCY,
    Address,
    AgencyDelivery,
    Contact,
    Conversation,
    DeliveryState,
    Media,
    MediaState,
    Message,
    Officer,
    State,
    Ticket,
    TicketEvent,
)  # fmt: skip
from bot.models.base import table
from bot.models.cases import BEYOND
from bot.models.ref import Ref
from bot.store.many import Due, at, overdue
from bot.store.sight import ALL, Sight

TICKET, EVENT, OFFICER, CONTACT = table(Ticket), table(TicketEvent), table(Officer), table(Contact)
DELIVERY, MEDIA, MESSAGE, ADDRESS = table(AgencyDelivery), table(Media), table(Message), table(Address)
TALK = table(Conversation)
PAGE = 50
MOST = 200
LATE = timedelta(minutes=15)
"""So long an agency may not know of a case that was given to it before people hear of that, though it is still tried."""
FILES = 1000
"""Looked at for one report: those of one citizen since it was opened."""
AT_WORK = (*WITH_AGENCY, State.WAITING_CITIZEN)
SEEN = (*AT_WORK, State.RESOLVED, State.CLOSED)
"""What an agency sees of its own: work, and what came of it."""
_HAS = sa.text("ticket.agency <> ''")  # literal: a partial index is not matched with parameters
_BEYOND = sa.text(f"ticket.{BEYOND}")
_STUCK = sa.text("agency_delivery.state = 'stuck'")
_DUE = sa.text("agency_delivery.next_at IS NOT NULL")
_SHOWN = (
    TICKET.c.id, TICKET.c.part, TICKET.c.number, TICKET.c.state, TICKET.c.topic, TICKET.c.place, TICKET.c.urgency,
    TICKET.c.opened_at, TICKET.c.updated_at, TICKET.c.dispatched_at, TICKET.c.agency, TICKET.c.returns,
    TICKET.c.denials, TICKET.c.postponed_until,
)  # fmt: skip


async def own(conn: AsyncConnection, agency: str, over: bool, after: Ref | None, number: str = "",
              among: Collection[Ref] | None = None) -> list[RowMapping]:  # fmt: skip
    """An agency's tickets, the newest first: what it has to work on, or what is over. One more than a page means: there are more.
    `among`: only these."""
    states = (State.RESOLVED, State.CLOSED) if over else AT_WORK
    query = sa.select(*_SHOWN).where(_HAS, TICKET.c.agency == agency, TICKET.c.state.in_(states))
    if number:
        query = query.where(TICKET.c.number == number)
    if among is not None:
        query = query.where(TICKET.c.id.in_([ref.id for ref in among]))
    if after:
        query = query.where(
            sa.tuple_(TICKET.c.id, TICKET.c.part)
            < sa.tuple_(sa.literal(after.id, TICKET.c.id.type), sa.literal(after.part))
        )
    query = query.order_by(TICKET.c.id.desc(), TICKET.c.part.desc()).limit(PAGE + 1)
    return list((await conn.execute(query)).mappings())


async def ticket(conn: AsyncConnection, number: str, part: int, agency: str | None) -> RowMapping | None:
    """One ticket of this agency; None for anybody else's. `agency` None: whoever has it (a link is checked by its own means)."""
    query = (
        sa.select(TICKET, CONTACT.c.name, CONTACT.c.phone, ADDRESS.c.address)
        .select_from(
            TICKET.outerjoin(
                CONTACT, (CONTACT.c.id == TICKET.c.contact_id) & (CONTACT.c.part == TICKET.c.contact_part)
            ).outerjoin(ADDRESS, (ADDRESS.c.id == TICKET.c.address_id) & (ADDRESS.c.part == TICKET.c.part))
        )
        .where(TICKET.c.number == number, TICKET.c.part == part, _HAS, TICKET.c.state.in_(SEEN))
    )
    if agency is not None:
        query = query.where(TICKET.c.agency == agency)
    return (await conn.execute(query)).mappings().first()


async def steps(conn: AsyncConnection, of: Ref, since: datetime | None) -> list[RowMapping]:
    """What has happened since it came here; what was before is none of the agency's business."""
    query = sa.select(EVENT.c.at, EVENT.c.kind, EVENT.c.actor, EVENT.c.before, EVENT.c.after, EVENT.c.why).where(
        EVENT.c.ticket_id == of.id, EVENT.c.part == of.part, EVENT.c.kind.in_(("moved", "replied"))
    )
    if since is not None:
        query = query.where(EVENT.c.at >= since)
    return list((await conn.execute(query.order_by(EVENT.c.id).limit(MOST))).mappings())


async def files(conn: AsyncConnection, ticket: Mapping[str, Any]) -> list[RowMapping]:
    """The files of this very report: what the form gathered, what answered a question about it, and proofs, in whichever conversation
    with this citizen they came. Another report keeps its own."""
    refs = {
        str(each.get("ref")) for each in (ticket["answers"] or {}).get("attachments") or () if isinstance(each, dict)
    }
    theirs = sa.select(TALK.c.id).where(TALK.c.address_id == ticket["address_id"], TALK.c.part == ticket["part"])
    query = (
        sa.select(MEDIA, MESSAGE.c.data)
        .join_from(MEDIA, MESSAGE, (MESSAGE.c.id == MEDIA.c.message_id) & (MESSAGE.c.part == MEDIA.c.part))
        .where(
            MEDIA.c.conversation_id.in_(theirs), MEDIA.c.part == ticket["part"], MEDIA.c.state == MediaState.STORED,
            # what came after it was opened, or is named in it
            sa.or_(MEDIA.c.id > ticket["id"], MEDIA.c.ref.in_(sorted(refs))),
        )
        .order_by(MEDIA.c.id).limit(FILES)
    )  # fmt: skip
    rows = (await conn.execute(query)).mappings()
    return [
        row for row in rows
        if (row["ref"] and row["ref"] in refs) or (row["data"] or {}).get("ticket") == ticket["number"]
    ]  # fmt: skip


# -- for the desk ----------------------------------------------------------------------------------


async def lying(conn: AsyncConnection, states: Sequence[State], sight: Sight) -> list[RowMapping]:
    """Tickets in these states, which all lie beyond the desk, those that wait longest first: each state is read from the beginning of its
    own range."""
    order = (TICKET.c.updated_at, TICKET.c.id)
    firsts = [
        sa.select(
            sa.select(TICKET.c.id, TICKET.c.part).where(_BEYOND, TICKET.c.state == state, *sight.where())
            .order_by(*order).limit(MOST).subquery()
        )
        for state in states
    ]  # fmt: skip
    some = sa.union_all(*firsts).subquery()
    mine = (TICKET.c.id == some.c.id) & (TICKET.c.part == some.c.part)
    query = sa.select(*_SHOWN, TICKET.c.external_number).select_from(some.join(TICKET, mine))
    return list((await conn.execute(query.order_by(*order).limit(MOST))).mappings())


async def forwarded(conn: AsyncConnection) -> list[RowMapping]:
    """Everything that went to SP4N-LAPOR!, for the export."""
    columns = (
        TICKET.c.number, TICKET.c.external_class, TICKET.c.external_agency, TICKET.c.external_number,
        TICKET.c.external_status, TICKET.c.topic, TICKET.c.place_code, TICKET.c.opened_at, TICKET.c.state,
    )  # fmt: skip
    query = sa.select(*columns).where(TICKET.c.external_class != "").order_by(TICKET.c.id).limit(10_000)
    return list((await conn.execute(query)).mappings())


# -- deliveries ------------------------------------------------------------------------------------

_TO_TRY = Due(
    sa.select(DELIVERY)
    .where(overdue(DELIVERY.c.next_at, DELIVERY.c.attempts == 0))
    .order_by(DELIVERY.c.next_at, DELIVERY.c.id),
    DELIVERY.c.part,
)


async def due(conn: AsyncConnection, parts: Sequence[int] | None, now: datetime, limit: int) -> list[RowMapping]:
    """What is to be tried."""
    return [row._mapping for row in await _TO_TRY(conn, parts, limit, **at(now))]


async def settle(
    conn: AsyncConnection, delivery: Ref, state: str, attempts: int, now: datetime, again: datetime | None, error: str
) -> bool:
    """What became of a try; False when somebody has settled it already."""
    query = (
        sa.update(DELIVERY)
        .where(DELIVERY.c.id == delivery.id, DELIVERY.c.part == delivery.part, _DUE)
        .values(
            state=state, attempts=attempts, next_at=again, error=error[:500],
            sent_at=now if state == DeliveryState.SENT else None,
        )
    )  # fmt: skip
    return (await conn.execute(query)).rowcount == 1


async def oldest(conn: AsyncConnection) -> datetime | None:
    """When the oldest was written that an agency could not be told so far."""
    tried = sa.select(DELIVERY.c.created_at).where(_DUE, DELIVERY.c.attempts > 0)
    both = tried.union_all(sa.select(DELIVERY.c.created_at).where(_STUCK)).subquery()
    found: datetime | None = (await conn.execute(sa.select(sa.func.min(both.c.created_at)))).scalar()
    return found


async def stuck(conn: AsyncConnection, sight: Sight = ALL, since: datetime | None = None) -> list[RowMapping]:
    """The oldest first; not those about a case that may not be seen. `since`: also what is still tried, but was written before."""
    its = (TICKET.c.id == DELIVERY.c.ticket_id) & (TICKET.c.part == DELIVERY.c.part)
    seen = sa.or_(DELIVERY.c.ticket_id.is_(None), sight.sees())
    which = (
        _STUCK if since is None else sa.or_(_STUCK, _DUE & (DELIVERY.c.attempts > 0) & (DELIVERY.c.created_at < since))
    )
    query = sa.select(DELIVERY).outerjoin(TICKET, its).where(which, seen).order_by(DELIVERY.c.id).limit(MOST)
    return list((await conn.execute(query)).mappings())


async def resend(conn: AsyncConnection, delivery: Ref, now: datetime) -> bool:
    """From the beginning; False when it is not stuck any more."""
    query = sa.update(DELIVERY).where(DELIVERY.c.id == delivery.id, DELIVERY.c.part == delivery.part, _STUCK)
    values = {"state": DeliveryState.READY, "attempts": 0, "next_at": now}
    return (await conn.execute(query.values(values))).rowcount == 1


async def unsent(conn: AsyncConnection, kind: str) -> set[str]:
    """Targets that have not got their last one of this kind yet."""
    query = sa.select(DELIVERY.c.target).where(sa.or_(_DUE, _STUCK), DELIVERY.c.kind == kind)
    return set((await conn.execute(query)).scalars())


async def lead_mails(conn: AsyncConnection) -> list[str]:
    query = sa.select(OFFICER.c.email).where(OFFICER.c.active, OFFICER.c.role.in_(sorted(LEADS)), OFFICER.c.email != "")
    return list((await conn.execute(query.order_by(OFFICER.c.id))).scalars())
