"""Citizens' files in the database: what waits to be fetched, what became of it, and how the platforms' servers behave."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Address, Conversation, Media, MediaHost, Message
from bot.models.base import table
from bot.models.ref import Ref
from bot.record import record
from bot.store.many import Due, Many, at, insert_into, overdue

MEDIA, HOST, MESSAGE = table(Media), table(MediaHost), table(Message)
ADDRESS, TALK = table(Address), table(Conversation)
INSERT_MEDIA = Many(sa.insert(MEDIA), MEDIA.c.keys())
HOUR = timedelta(hours=1)
_PENDING = MEDIA.c.state == sa.literal_column("'pending'")  # literal: a partial index is not matched with parameters


@record
class Host:
    """An account's media server as it has been lately."""

    failures: int = 0
    errors: int = 0
    until: datetime | None = None


_PAUSED = sa.select(HOST.c.account).where(
    HOST.c.until > sa.bindparam("now", type_=HOST.c.until.type),
    HOST.c.until <= sa.bindparam("far", type_=HOST.c.until.type),
)
_DUE = Due(
    sa.select(MEDIA)
    # a full disk of ours is no try of theirs, but a pause
    .where(_PENDING, overdue(MEDIA.c.next_at, MEDIA.c.error == ""), MEDIA.c.account.not_in(_PAUSED))
    .order_by(MEDIA.c.next_at, MEDIA.c.id),
    MEDIA.c.part,
)


async def due(
    conn: AsyncConnection, parts: Sequence[int] | None, now: datetime, limit: int
) -> tuple[list[RowMapping], dict[str, Host]]:
    """Files of these parts (None: of all) whose turn it is, longest waiting first, without those of servers that are left alone."""
    rows = [row._mapping for row in await _DUE(conn, parts, limit, **at(now))]
    names = {row["account"] for row in rows}
    found = await conn.execute(sa.select(HOST).where(HOST.c.account.in_(names))) if names else None
    hosts = {row.account: Host(row.failures, row.errors, row.until) for row in found} if found else {}
    return rows, hosts


async def settle(conn: AsyncConnection, media: Ref, changes: Mapping[str, Any]) -> bool:
    """What became of a file; False when somebody has settled it already."""
    query = sa.update(MEDIA).where(MEDIA.c.id == media.id, MEDIA.c.part == media.part, _PENDING).values(**changes)
    return (await conn.execute(query)).rowcount == 1


async def failed(conn: AsyncConnection, account: str, now: datetime, server: bool) -> Host:
    """Counts an error of this account's server, locked until the commit; `server`: it was the server's own fault, not the file's."""
    first = insert_into(conn.dialect.name, HOST).values(account=account, failures=0, errors=0, hour_at=now, until=None)
    await conn.execute(first.on_conflict_do_nothing())
    query = (
        sa.update(HOST)
        .where(HOST.c.account == account)
        .values(
            failures=HOST.c.failures + (1 if server else 0),
            errors=sa.case((HOST.c.hour_at <= now - HOUR, 1), else_=HOST.c.errors + 1),
            hour_at=sa.case((HOST.c.hour_at <= now - HOUR, now), else_=HOST.c.hour_at),
        )
        .returning(HOST.c.failures, HOST.c.errors, HOST.c.hour_at)
    )
    row = (await conn.execute(query)).one()
    return Host(row.failures, row.errors, row.hour_at + HOUR)


async def pause(conn: AsyncConnection, account: str, until: datetime) -> None:
    await conn.execute(sa.update(HOST).where(HOST.c.account == account).values(until=until))


async def worked(conn: AsyncConnection, account: str) -> None:
    """The server gave a file: what was before does not count any more, but for the hour's errors."""
    query = sa.update(HOST).where(HOST.c.account == account, HOST.c.failures > 0)
    await conn.execute(query.values(failures=0, until=None))


async def asked_near(conn: AsyncConnection, conversation: Ref, at: datetime, within: timedelta) -> bool:
    """Has the citizen been asked already for a file of the same burst?"""
    query = sa.select(sa.literal(1)).where(
        MEDIA.c.conversation_id == conversation.id,
        MEDIA.c.part == conversation.part,
        MEDIA.c.asked_at.is_not(None),
        MEDIA.c.created_at.between(at - within, at + within),
    )
    return (await conn.execute(query.limit(1))).scalar() is not None


async def asked(conn: AsyncConnection, media: Ref, at: datetime) -> None:
    query = sa.update(MEDIA).where(MEDIA.c.id == media.id, MEDIA.c.part == media.part)
    await conn.execute(query.values(asked_at=at))


async def address_of(conn: AsyncConnection, conversation: Ref) -> str:
    """The address that a conversation belongs to; '' if it is gone."""
    query = (
        sa.select(ADDRESS.c.address)
        .join_from(TALK, ADDRESS, (ADDRESS.c.id == TALK.c.address_id) & (ADDRESS.c.part == TALK.c.part))
        .where(TALK.c.id == conversation.id, TALK.c.part == conversation.part)
    )
    return (await conn.execute(query)).scalar() or ""


async def one(conn: AsyncConnection, media: Ref) -> RowMapping | None:
    query = sa.select(MEDIA).where(MEDIA.c.id == media.id, MEDIA.c.part == media.part)
    return (await conn.execute(query)).mappings().first()


async def of_messages(conn: AsyncConnection, conversation: Ref, since: int, until: int) -> dict[int, list[RowMapping]]:
    """The files of the messages `since` … `until` of a conversation, by the message's `seq`."""
    query = (
        sa.select(MESSAGE.c.seq, MEDIA)
        .join_from(MEDIA, MESSAGE, (MESSAGE.c.id == MEDIA.c.message_id) & (MESSAGE.c.part == MEDIA.c.part))
        .where(
            MEDIA.c.conversation_id == conversation.id,
            MEDIA.c.part == conversation.part,
            MESSAGE.c.seq.between(since, until),
        )
        .order_by(MESSAGE.c.seq, MEDIA.c.position)
    )
    found: dict[int, list[RowMapping]] = {}
    for row in (await conn.execute(query)).mappings():
        found.setdefault(row["seq"], []).append(row)
    return found


async def by_message(conn: AsyncConnection, ids: Sequence[bytes], part: int) -> dict[bytes, list[RowMapping]]:
    """The files of these messages, by the message's id."""
    found: dict[bytes, list[RowMapping]] = {}
    if ids:
        query = sa.select(MEDIA).where(MEDIA.c.message_id.in_(ids), MEDIA.c.part == part).order_by(MEDIA.c.position)
        for row in (await conn.execute(query)).mappings():
            found.setdefault(row["message_id"], []).append(row)
    return found


async def waiting(conn: AsyncConnection) -> tuple[int, datetime | None]:
    """How many files are still to be fetched, and since when the oldest waits."""
    query = sa.select(sa.func.count(), sa.func.min(MEDIA.c.created_at)).where(_PENDING)
    row = (await conn.execute(query)).one()
    return row[0], row[1]
