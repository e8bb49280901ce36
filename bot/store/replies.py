"""Ready replies and how often each was sent."""

from collections.abc import Collection
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Officer, Reply, ReplyUse
from bot.models.base import table
from bot.store.boxes import Row
from bot.store.many import Many, insert_into

REPLY, USE, OFFICER = table(Reply), table(ReplyUse), table(Officer)


async def every(conn: AsyncConnection) -> list[Row]:
    """All of them with who changed each last, in the order of their titles; there are some hundred at most."""
    query = sa.select(REPLY, OFFICER.c.name.label("officer")).join_from(
        REPLY, OFFICER, OFFICER.c.id == REPLY.c.officer_id
    )
    return list((await conn.execute(query.order_by(sa.func.lower(REPLY.c.title), REPLY.c.slug))).all())


async def put(
    conn: AsyncConnection, rows: Collection[tuple[str, str, dict[str, str]]], officer_id: int, now: datetime
) -> None:  # fmt: skip
    """Slug, title, texts; one that is there already is replaced."""
    values = [
        {"slug": slug, "title": title, "texts": texts, "officer_id": officer_id, "at": now}
        for slug, title, texts in rows
    ]
    await _put(conn.dialect.name)(conn, values)


@cache
def _put(dialect: str) -> Many:
    insert = insert_into(dialect, REPLY)
    changes = {name: insert.excluded[name] for name in ("title", "texts", "officer_id", "at")}
    return Many(insert.on_conflict_do_update(index_elements=["slug"], set_=changes), REPLY.c.keys())


async def drop(conn: AsyncConnection, slug: str) -> bool:
    """Whether there was one. What was counted stays: it was sent."""
    return bool((await conn.execute(sa.delete(REPLY).where(REPLY.c.slug == slug))).rowcount)


async def uses(conn: AsyncConnection) -> dict[str, tuple[int, datetime]]:
    """How often each was sent, and when last."""
    return {row.key: (row.uses, row.last_at) for row in await conn.execute(sa.select(USE))}


async def used(conn: AsyncConnection, key: str, now: datetime) -> None:
    await _used(conn.dialect.name)(conn, [{"key": key, "uses": 1, "last_at": now}])


@cache
def _used(dialect: str) -> Many:
    insert = insert_into(dialect, USE)
    changes = {"uses": USE.c.uses + insert.excluded.uses, "last_at": insert.excluded.last_at}
    return Many(insert.on_conflict_do_update(index_elements=["key"], set_=changes), USE.c.keys())
