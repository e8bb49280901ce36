"""Officers' browsers that want news while the desk is closed."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Officer, PushDevice
from bot.models.base import table
from bot.store.boxes import Row
from bot.store.many import insert_into

DEVICE, OFFICER = table(PushDevice), table(Officer)
MOST = 5
"""Browsers an officer may have; the oldest gives way."""


async def of_officer(conn: AsyncConnection, officer_id: int) -> Sequence[Row]:
    query = sa.select(DEVICE).where(DEVICE.c.officer_id == officer_id).order_by(DEVICE.c.id)
    return (await conn.execute(query)).all()


async def add(
    conn: AsyncConnection, officer_id: int, endpoint: str, p256dh: str, auth: str, language: str, now: datetime
) -> None:  # fmt: skip
    """A browser names itself once: who signs in there next has it, and nobody else."""
    insert = insert_into(conn.dialect.name, DEVICE).values(
        officer_id=officer_id, endpoint=endpoint, p256dh=p256dh, auth=auth, language=language, created_at=now
    )
    names = ("officer_id", "p256dh", "auth", "language", "created_at")
    before = (await conn.execute(sa.select(DEVICE.c.officer_id).where(DEVICE.c.endpoint == endpoint))).scalar()
    await conn.execute(
        insert.on_conflict_do_update(index_elements=["endpoint"], set_={name: insert.excluded[name] for name in names})
    )
    old = [row.id for row in await of_officer(conn, officer_id)][:-MOST]
    await conn.execute(sa.delete(DEVICE).where(DEVICE.c.id.in_(old)))
    await _count(conn, {officer_id, *([before] if before is not None else [])})


async def drop(conn: AsyncConnection, endpoint: str, officer_id: int | None = None) -> bool:
    """`officer_id`: only if it is theirs. False when it had gone."""
    query = sa.delete(DEVICE).where(DEVICE.c.endpoint == endpoint)
    if officer_id is not None:
        query = query.where(DEVICE.c.officer_id == officer_id)
    whose = list((await conn.execute(query.returning(DEVICE.c.officer_id))).scalars())
    await _count(conn, whose)
    return bool(whose)


async def _count(conn: AsyncConnection, officer_ids: Collection[int]) -> None:
    """Kept with the officer, so that a call needs no second look."""
    count = sa.select(sa.func.count()).where(DEVICE.c.officer_id == OFFICER.c.id).scalar_subquery()
    await conn.execute(sa.update(OFFICER).where(OFFICER.c.id.in_(officer_ids)).values(pushes=count))


async def wanting(conn: AsyncConnection, officer_ids: Collection[int]) -> set[int]:
    """Those of them who have asked for it somewhere."""
    query = sa.select(OFFICER.c.id).where(OFFICER.c.id.in_(officer_ids), OFFICER.c.pushes > 0)
    return set((await conn.execute(query)).scalars())
