"""What citizens may read without signing in: their own web thread, and where a ticket stands. Nothing else leaves."""

from datetime import datetime
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotFound
from bot.message import Attachment
from bot.models import Address, Author, Delivery, Message, Ticket, TicketEvent
from bot.models.base import table
from bot.record import record
from bot.store import media

REACHED = frozenset({Delivery.ACCEPTED, Delivery.SENT, Delivery.DELIVERED, Delivery.READ, Delivery.PLAYED})
COMING = frozenset({Delivery.READY, Delivery.RETRY, Delivery.UNKNOWN})
FILES = frozenset(get_args(Attachment.__annotations__["kind"]))
"""Kinds of messages that brought a file."""
LAST = 50
"""How far back a page reaches when it opens."""

_SPOKEN = (Author.CITIZEN.value, Author.BOT.value, Author.OFFICER.value)
ADDRESS, MESSAGE, TICKET, EVENT = table(Address), table(Message), table(Ticket), table(TicketEvent)
_LAST_MOVE = (
    sa.select(sa.func.max(EVENT.c.at))
    .where(EVENT.c.ticket_id == TICKET.c.id, EVENT.c.part == TICKET.c.part, EVENT.c.kind.in_(("opened", "moved")))
    .correlate(TICKET)
    .scalar_subquery()
    .label("moved_at")
)


@record
class Bubble:
    """One message as its citizen sees it."""

    seq: int
    author: str
    text: str
    at: datetime
    key: str
    """What the page called it when it sent it."""
    choices: tuple[tuple[str, str], ...]
    """(id, label) of each answer that a question offers."""
    files: tuple[RowMapping, ...] = ()
    """What the citizen sent along, as rows of `media`."""


@record
class Thread:
    """A conversation from some point on. `cursor`: where the next look begins, before any message still coming."""

    name: str
    cursor: int
    bubbles: tuple[Bubble, ...]


@record
class Standing:
    """All that the public page says about a ticket."""

    number: str
    state: str
    topic: str
    opened_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    agency: str = ""
    external_number: str = ""
    postponed_until: datetime | None = None
    moved_at: datetime | None = None
    """When the last step was taken."""


async def thread(
    conn: AsyncConnection, account: str, address: str, part: int, name: str = "", after: int = 0
) -> Thread | None:
    """The conversation of now at this address, after message `after` if the page still shows that conversation."""
    conversation = sa.select(ADDRESS.c.conversation_id).where(
        ADDRESS.c.account == account, ADDRESS.c.address == address, ADDRESS.c.part == part
    )
    found = (await conn.execute(conversation)).scalar_one_or_none()
    if found is None:
        return None
    if name != found.hex():
        after = 0
    rows = list(reversed((await conn.execute(_messages(found, part, after))).all()))
    files = await media.by_message(conn, [row.id for row in rows if row.kind in FILES], part)
    bubbles = tuple(_bubble(row, files) for row in rows if row.author == Author.CITIZEN or row.delivery in REACHED)
    coming = next((row.seq - 1 for row in rows if row.author != Author.CITIZEN and row.delivery in COMING), None)
    if coming is None:
        coming = rows[-1].seq if rows else after
    return Thread(found.hex(), coming, bubbles)


def _messages(conversation: bytes, part: int, after: int) -> sa.Select[Any]:
    """The last ones, newest first: notes and lines about what happened are not even read."""
    columns = (
        MESSAGE.c.id,
        MESSAGE.c.seq,
        MESSAGE.c.author,
        MESSAGE.c.kind,
        MESSAGE.c.body,
        MESSAGE.c.at,
        MESSAGE.c.key,
        MESSAGE.c.external_id,
        MESSAGE.c.delivery,
        MESSAGE.c.data,
    )
    return (
        sa.select(*columns)
        .where(
            MESSAGE.c.conversation_id == conversation,
            MESSAGE.c.part == part,
            MESSAGE.c.seq > after,
            MESSAGE.c.author.in_(_SPOKEN),
        )
        .order_by(MESSAGE.c.seq.desc())
        .limit(LAST)
    )


def _bubble(row: sa.Row[Any], files: dict[bytes, list[RowMapping]]) -> Bubble:
    mine = row.author == Author.CITIZEN
    return Bubble(
        seq=row.seq,
        author=row.author,
        text=row.body,
        at=row.at,
        key=(row.key or row.external_id or "") if mine else "",
        choices=() if mine else _choices(row.data),
        files=tuple(files.get(row.id, ())),
    )


def _choices(data: object) -> tuple[tuple[str, str], ...]:
    """`choices` as [id, label] pairs; anything else is no reason to show a citizen an empty page."""
    pairs = data.get("choices") if isinstance(data, dict) else None
    if not isinstance(pairs, list):
        return ()
    return tuple((str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list | tuple) and len(pair) >= 2)


async def standing(conn: AsyncConnection, number: str, part: int) -> Standing:
    """Where the ticket stands. Raises `NotFound`. Person, place and details are not read, so they cannot leak."""
    columns = (
        TICKET.c.number,
        TICKET.c.state,
        TICKET.c.topic,
        TICKET.c.opened_at,
        TICKET.c.updated_at,
        TICKET.c.resolved_at,
        TICKET.c.agency,
        TICKET.c.external_number,
        TICKET.c.postponed_until,
        _LAST_MOVE,
    )
    query = sa.select(*columns).where(TICKET.c.number == number, TICKET.c.part == part)
    row = (await conn.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound("unknown ticket number")
    return Standing(**row)
