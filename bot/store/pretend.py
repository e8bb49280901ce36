"""What the invented service of `wargi demo` asks and writes beside the verbs."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.models import Address, AgencyDelivery, Author, DeliveryState, InboxItem, Message, Officer, State, Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.models.types import EPOCH, MICRO

CARRIED, TICKET, OFFICER, ADDRESS = table(AgencyDelivery), table(Ticket), table(Officer), table(Address)
MESSAGE = table(Message)
TELLING = (OFFICER, ADDRESS, TICKET, table(InboxItem))
"""Tables of which one row says that a database is in use."""
JOINABLE = (State.QUEUED, State.ASSIGNED, State.DISPATCHED, State.IN_PROGRESS)


async def used(conn: AsyncConnection) -> list[str]:
    """The names of those tables that hold anything."""
    return [
        each.name
        for each in TELLING
        if (await conn.execute(sa.select(sa.literal(1)).select_from(each).limit(1))).first()
    ]


async def authors(conn: AsyncConnection, ids: Collection[bytes], parts: Collection[int]) -> dict[bytes, str]:
    """Who wrote these messages."""
    query = sa.select(MESSAGE.c.id, MESSAGE.c.author).where(MESSAGE.c.id.in_(ids), MESSAGE.c.part.in_(parts))
    return {row[0]: row[1] for row in await conn.execute(query)}


async def newest(conn: AsyncConnection, message: Ref) -> bytes | None:
    """The last thing that bot or officers have said in the conversation of this message."""
    talk = sa.select(MESSAGE.c.conversation_id).where(MESSAGE.c.id == message.id, MESSAGE.c.part == message.part)
    query = sa.select(MESSAGE.c.id).where(
        MESSAGE.c.conversation_id == talk.scalar_subquery(), MESSAGE.c.part == message.part,
        MESSAGE.c.author.in_([Author.BOT, Author.OFFICER]),
    )  # fmt: skip
    return (await conn.execute(query.order_by(MESSAGE.c.seq.desc()).limit(1))).scalar()


_NEXT = "SELECT min(CASE WHEN kind <> 'sla' THEN due_at END), min(CASE WHEN kind = 'sla' THEN due_at END) FROM timer"


async def next_due(conn: AsyncConnection) -> tuple[datetime | None, datetime | None]:
    """When the next timer rings, and the next of the deadlines. Asked before every event, so on SQLite by one crossing to its thread."""
    if conn.dialect.name != "sqlite":
        row = (await conn.execute(sa.text(_NEXT))).one()
        return row[0], row[1]
    driver: Any = (await conn.get_raw_connection()).driver_connection
    first, second = await driver._execute(lambda: driver._conn.execute(_NEXT).fetchone())
    return _time(first), _time(second)


def _time(micros: int | None) -> datetime | None:
    return None if micros is None else EPOCH + micros * MICRO


async def report(conn: AsyncConnection, account: str, address: str) -> sa.RowMapping | None:
    """The newest ticket of an address, if it has one."""
    theirs = sa.and_(ADDRESS.c.id == TICKET.c.address_id, ADDRESS.c.part == TICKET.c.part)
    query = sa.select(TICKET).join(ADDRESS, theirs).where(ADDRESS.c.account == account, ADDRESS.c.address == address)
    query = query.where(ADDRESS.c.part == clock.part_of(account.partition(":")[0], address))
    return (await conn.execute(query.order_by(TICKET.c.id.desc()).limit(1))).mappings().first()


async def ticket(conn: AsyncConnection, ref: Ref) -> sa.RowMapping:
    query = sa.select(TICKET).where(TICKET.c.id == ref.id, TICKET.c.part == ref.part)
    return (await conn.execute(query)).mappings().one()


async def joinable(conn: AsyncConnection, ref: Ref, topic: str) -> str:
    """The number of the newest other open case about this topic; '' when there is none."""
    query = sa.select(TICKET.c.number).where(
        TICKET.c.topic == topic, TICKET.c.id != ref.id, TICKET.c.state.in_(JOINABLE)
    )
    return str((await conn.execute(query.order_by(TICKET.c.id.desc()).limit(1))).scalar() or "")


async def carried(conn: AsyncConnection) -> None:
    """What waits to be sent to agencies counts as sent."""
    sent = {"state": DeliveryState.SENT, "attempts": 1, "sent_at": CARRIED.c.created_at, "next_at": None}
    await conn.execute(sa.update(CARRIED).where(CARRIED.c.state == DeliveryState.READY).values(sent))


async def set_officer(conn: AsyncConnection, login: str, **values: Any) -> None:
    await conn.execute(sa.update(OFFICER).where(OFFICER.c.login == login).values(values))
