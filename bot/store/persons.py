"""One person with all that officers may want to see at once: where they write from, their cases, who may be the same, what was joined."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Address, Contact, Conversation, Joining, Officer, Ticket, Twin
from bot.models.base import table
from bot.models.ref import Ref
from bot.record import record
from bot.store.kept import Kept
from bot.store.sight import VIEWER, Sight

CONTACT, ADDRESS, TALK, TICKET = table(Contact), table(Address), table(Conversation), table(Ticket)
TWIN, JOINING, OFFICER = table(Twin), table(Joining), table(Officer)
MOST = 20


@record
class Other:
    """Perhaps the same person; `number`: their newest case."""

    contact: Ref
    name: str
    username: str
    why: str
    number: str


@record
class Person:
    contacts: tuple[Ref, ...]
    addresses: tuple[Mapping[str, Any], ...]
    """`account address phone username last_inbound_at`, the oldest first."""
    tickets: tuple[Mapping[str, Any], ...]
    """`number state topic account`, the newest first."""
    others: tuple[Other, ...]
    joinings: tuple[RowMapping, ...]


_ID = sa.bindparam("contact", type_=CONTACT.c.id.type)
_PART = sa.bindparam("contact_part", type_=sa.SmallInteger)


def _members() -> sa.CTE:
    """All contacts that are this person: along the trail of joins to its end, and from there to whatever leads to it."""
    columns = (CONTACT.c.id, CONTACT.c.part, CONTACT.c.same_id, CONTACT.c.same_part)
    up = sa.select(*columns).where(CONTACT.c.id == _ID, CONTACT.c.part == _PART).cte("up", recursive=True)
    up = up.union(sa.select(*columns).join(up, (CONTACT.c.id == up.c.same_id) & (CONTACT.c.part == up.c.same_part)))
    down = sa.select(up.c.id, up.c.part).cte("down", recursive=True)
    return down.union(sa.select(CONTACT.c.id, CONTACT.c.part).join(down, CONTACT.c.same_id == down.c.id))


async def load(conn: AsyncConnection, contact: Ref, sight: Sight) -> Person:
    """Only cases that may be seen. Addresses and cases come with one statement: each address with its own part's tickets, by their index."""
    named = {"contact": contact.id, "contact_part": contact.part, VIEWER: sight.officer_id}
    rows = await _all(sight.kind)(conn, **named)
    contacts = tuple(dict.fromkeys(Ref(row["contact_id"], row["contact_part"]) for row in rows)) or (contact,)
    addresses = {row["address_id"]: row for row in rows}
    return Person(
        contacts,
        tuple(addresses[id_] for id_ in sorted(addresses)[:MOST]),
        tuple(row for row in rows if row["number"])[:MOST],
        tuple(await _others(conn, contacts, sight)),
        tuple(await _joinings(conn, contacts) if len(contacts) > 1 else ()),
    )


@lru_cache(16)
def _all(sight: Sight) -> Kept:
    """Made once for a kind of viewer: every case that is shown asks it."""
    who = _members()
    return Kept(
        sa.select(
            who.c.id.label("contact_id"), who.c.part.label("contact_part"), ADDRESS.c.id.label("address_id"),
            ADDRESS.c.account, ADDRESS.c.address, ADDRESS.c.send_to, CONTACT.c.name, CONTACT.c.phone, CONTACT.c.username,
            TALK.c.last_inbound_at, TICKET.c.number, TICKET.c.state, TICKET.c.topic, TICKET.c.opened_at,
        )
        .select_from(
            who.join(CONTACT, (CONTACT.c.id == who.c.id) & (CONTACT.c.part == who.c.part))
            .join(ADDRESS, (ADDRESS.c.contact_id == who.c.id) & (ADDRESS.c.contact_part == who.c.part))
            .outerjoin(TALK, (TALK.c.id == ADDRESS.c.conversation_id) & (TALK.c.part == ADDRESS.c.part))
            .outerjoin(TICKET, (TICKET.c.address_id == ADDRESS.c.id) & (TICKET.c.part == ADDRESS.c.part) & sight.sees())
        )
        .order_by(TICKET.c.id.desc()).limit(5 * MOST)
    )  # fmt: skip


async def _joinings(conn: AsyncConnection, contacts: Collection[Ref]) -> Sequence[RowMapping]:
    query = (
        sa.select(JOINING.c.id, JOINING.c.part, JOINING.c.how, JOINING.c.at, JOINING.c.undone_at, OFFICER.c.name.label("officer"))
        .select_from(JOINING.outerjoin(OFFICER, OFFICER.c.id == JOINING.c.officer_id))
        .where(JOINING.c.contact_id.in_([ref.id for ref in contacts]), JOINING.c.part.in_(sorted({ref.part for ref in contacts})))
        .order_by(JOINING.c.id).limit(MOST)
    )  # fmt: skip
    return (await conn.execute(query)).mappings().all()


_FLAGGED = Kept(
    sa.select(TWIN.c.other_id, TWIN.c.other_part, TWIN.c.why, CONTACT.c.name, CONTACT.c.username)
    .select_from(TWIN.join(CONTACT, (CONTACT.c.id == TWIN.c.other_id) & (CONTACT.c.part == TWIN.c.other_part)))
    .where(TWIN.c.contact_id == _ID, TWIN.c.part == _PART)
    .order_by(TWIN.c.id)
    .limit(MOST)
)


async def _others(conn: AsyncConnection, contacts: Collection[Ref], sight: Sight) -> list[Other]:
    """Flagged, and not joined since."""
    found: dict[Ref, Other] = {}
    for contact in contacts:
        for row in await _FLAGGED(conn, contact=contact.id, contact_part=contact.part):
            ref = Ref(row["other_id"], row["other_part"])
            if ref not in contacts and ref not in found:
                found[ref] = Other(ref, row["name"], row["username"], row["why"], await _newest(conn, ref, sight))
    return list(found.values())


async def _newest(conn: AsyncConnection, contact: Ref, sight: Sight) -> str:
    query = (
        sa.select(TICKET.c.number)
        .select_from(ADDRESS.join(TICKET, (TICKET.c.address_id == ADDRESS.c.id) & (TICKET.c.part == ADDRESS.c.part)))
        .where(ADDRESS.c.contact_id == contact.id, ADDRESS.c.contact_part == contact.part, *sight.where())
    )
    return (await conn.execute(query.order_by(TICKET.c.id.desc()).limit(1))).scalar() or ""
