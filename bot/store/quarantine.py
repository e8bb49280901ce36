"""Senders who only disturb: suggested by a machine, held by a human, lifted by a human, every act written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Address, Author, Contact, Conversation, Message, Officer, Quarantine, QuarantineAct, Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.sight import Sight

CONTACT, ADDRESS, TALK, MESSAGE = table(Contact), table(Address), table(Conversation), table(Message)
OFFICER, TICKET, ACT = table(Officer), table(Ticket), table(QuarantineAct)

PAGE = 50
ACTS = 30
SEEN = 5
"""So many of the last messages of a conversation are looked at for the citizen's last words."""
TRUST = timedelta(days=7)
"""So long a human's "no" stands before the machine may suggest the same sender again."""

_QUARANTINED = sa.text("contact.quarantine <> ''")  # literal: a partial index is not matched with parameters


async def suggest_quarantine(conn: AsyncConnection, contact: Ref, reason: str, now: datetime) -> bool:
    """The machine's word: changes nothing but the list that humans look at. False when one has decided lately or it stands
    there already."""
    free = sa.and_(
        CONTACT.c.quarantine == Quarantine.NONE,
        sa.or_(CONTACT.c.quarantine_at.is_(None), CONTACT.c.quarantine_at <= now - TRUST),
    )
    return await _write(conn, contact, free, Quarantine.SUGGESTED, "suggested", None, reason, now)


async def set_quarantine(conn: AsyncConnection, contact: Ref, officer_id: int, reason: str, now: datetime) -> bool:
    """Held by a human. False when they are held already."""
    free = CONTACT.c.quarantine != Quarantine.HELD
    return await _write(conn, contact, free, Quarantine.HELD, "held", officer_id, reason, now)


async def lift_quarantine(conn: AsyncConnection, contact: Ref, officer_id: int, now: datetime) -> bool:
    """Out of it, or out of the list of suggestions. False when there was nothing to lift."""
    for state, act in ((Quarantine.HELD, "lifted"), (Quarantine.SUGGESTED, "dismissed")):
        if await _write(conn, contact, CONTACT.c.quarantine == state, Quarantine.NONE, act, officer_id, "", now):
            return True
    return False


async def _write(
    conn: AsyncConnection, contact: Ref, free: sa.ColumnElement[bool], state: Quarantine, act: str,
    officer_id: int | None, reason: str, now: datetime,
) -> bool:  # fmt: skip
    done = await conn.execute(
        sa.update(CONTACT)
        .where(CONTACT.c.id == contact.id, CONTACT.c.part == contact.part, free)
        .values(quarantine=state, quarantine_reason=reason, quarantine_by=officer_id, quarantine_at=now)
    )
    if done.rowcount != 1:
        return False
    row = {"at": now, "contact_id": contact.id, "contact_part": contact.part, "officer_id": officer_id}
    await conn.execute(sa.insert(ACT).values(**row, act=act, reason=reason))
    return True


async def reason_of(conn: AsyncConnection, contact: Ref) -> str:
    """Why they are suggested or held; '' for others."""
    query = sa.select(CONTACT.c.quarantine_reason).where(CONTACT.c.id == contact.id, CONTACT.c.part == contact.part)
    return (await conn.execute(query)).scalar() or ""


async def addresses(conn: AsyncConnection, contact: Ref) -> list[Ref]:
    """Where this person writes from, the oldest first."""
    query = sa.select(ADDRESS.c.id, ADDRESS.c.part).where(
        ADDRESS.c.contact_id == contact.id, ADDRESS.c.contact_part == contact.part
    )
    return [Ref(*row) for row in await conn.execute(query.order_by(ADDRESS.c.id))]


async def said_since(conn: AsyncConnection, conversation: Ref, seq: int) -> Sequence[RowMapping]:
    """What a citizen wrote from this message on."""
    query = sa.select(MESSAGE.c.body, MESSAGE.c.kind, MESSAGE.c.data).where(
        MESSAGE.c.conversation_id == conversation.id,
        MESSAGE.c.part == conversation.part,
        MESSAGE.c.seq >= seq,
        MESSAGE.c.author == Author.CITIZEN,
    )
    return (await conn.execute(query.order_by(MESSAGE.c.seq))).mappings().all()


# -- for the desk ----------------------------------------------------------------------------------


def _confided(sight: Sight) -> sa.ColumnElement[bool]:
    """Somebody who talks about a case that may not be seen just now: neither are they, nor their words."""
    talks = ADDRESS.join(TALK, sa.and_(TALK.c.id == ADDRESS.c.conversation_id, TALK.c.part == ADDRESS.c.part))
    about = talks.join(TICKET, sa.and_(TICKET.c.id == TALK.c.ticket_id, TICKET.c.part == TALK.c.part))
    theirs = (ADDRESS.c.contact_id == CONTACT.c.id, ADDRESS.c.contact_part == CONTACT.c.part)
    return sa.exists(sa.select(sa.literal(1)).select_from(about).where(*theirs, sight.hides()).correlate(CONTACT))


async def listed(
    conn: AsyncConnection, after: tuple[str, bytes] | None, sight: Sight
) -> tuple[list[RowMapping], tuple[str, bytes] | None]:
    """Suggestions first, then who is held; and the place to go on from (None = that was all)."""
    some = (
        sa.select(CONTACT)
        .where(_QUARANTINED, ~_confided(sight))
        .order_by(CONTACT.c.quarantine.desc(), CONTACT.c.id.desc())
    )
    if after:
        past = sa.tuple_(sa.literal(after[0]), sa.literal(after[1], CONTACT.c.id.type))
        some = some.where(sa.tuple_(CONTACT.c.quarantine, CONTACT.c.id) < past)
    page = some.limit(PAGE + 1).subquery()
    query = (
        sa.select(
            page.c.id, page.c.part, page.c.name, page.c.phone, page.c.quarantine, page.c.quarantine_reason,
            page.c.quarantine_at, ADDRESS.c.account, ADDRESS.c.address, ADDRESS.c.conversation_id,
            ADDRESS.c.part.label("talk_part"), TICKET.c.number, OFFICER.c.name.label("officer"),
        )
        .join(ADDRESS, sa.and_(ADDRESS.c.contact_id == page.c.id, ADDRESS.c.contact_part == page.c.part))
        .outerjoin(TALK, sa.and_(TALK.c.id == ADDRESS.c.conversation_id, TALK.c.part == ADDRESS.c.part))
        .outerjoin(TICKET, sa.and_(TICKET.c.id == TALK.c.ticket_id, TICKET.c.part == TALK.c.part))
        .outerjoin(OFFICER, OFFICER.c.id == page.c.quarantine_by)
        .order_by(ADDRESS.c.id.desc())
    )  # fmt: skip
    found = {row["id"]: row for row in (await conn.execute(query)).mappings()}  # of several addresses the first
    rows = sorted(found.values(), key=lambda row: (row["quarantine"], row["id"]), reverse=True)
    more = (rows[PAGE - 1]["quarantine"], rows[PAGE - 1]["id"]) if len(rows) > PAGE else None
    return rows[:PAGE], more


async def last_words(conn: AsyncConnection, rows: Sequence[RowMapping]) -> dict[bytes, list[RowMapping]]:
    """What each of them wrote last, by conversation: enough for a human to judge."""
    found: dict[bytes, list[RowMapping]] = {row["conversation_id"]: [] for row in rows}
    query = (
        sa.select(MESSAGE.c.conversation_id, MESSAGE.c.body, MESSAGE.c.kind, MESSAGE.c.at)
        .join(TALK, sa.and_(TALK.c.id == MESSAGE.c.conversation_id, TALK.c.part == MESSAGE.c.part))
        .where(
            TALK.c.id.in_(list(found)),
            TALK.c.part.in_(sorted({row["talk_part"] for row in rows})),
            MESSAGE.c.seq > TALK.c.seq - SEEN,
            MESSAGE.c.author == Author.CITIZEN,
        )
        .order_by(MESSAGE.c.conversation_id, MESSAGE.c.seq)
    )
    for row in (await conn.execute(query)).mappings():
        found[row["conversation_id"]].append(row)
    return found


async def acts(conn: AsyncConnection, sight: Sight) -> Sequence[RowMapping]:
    """What was done lately and by whom, the newest first."""
    query = (
        sa.select(ACT.c.at, ACT.c.act, ACT.c.reason, CONTACT.c.name, OFFICER.c.name.label("officer"))
        .outerjoin(CONTACT, sa.and_(CONTACT.c.id == ACT.c.contact_id, CONTACT.c.part == ACT.c.contact_part))
        .outerjoin(OFFICER, OFFICER.c.id == ACT.c.officer_id)
        .where(~_confided(sight))
        .order_by(ACT.c.id.desc())
        .limit(ACTS)
    )
    return (await conn.execute(query)).mappings().all()
