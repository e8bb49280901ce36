"""What flows ask of other systems: due requests, and their answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models.base import table
from bot.models.flows import Errand
from bot.models.ref import Ref
from bot.store.boxes import Row
from bot.store.many import Due, at, overdue

ERRAND = table(Errand)


_DUE = Due(
    sa.select(ERRAND)
    .where(overdue(ERRAND.c.due_at, ERRAND.c.attempts == 0), ERRAND.c.result.is_(None))
    .order_by(ERRAND.c.due_at, ERRAND.c.id),
    ERRAND.c.part,
)


async def due(conn: AsyncConnection, parts: Sequence[int] | None, now: datetime, limit: int) -> Sequence[Row]:
    return await _DUE(conn, parts, limit, **at(now))


async def again(conn: AsyncConnection, errand: Ref, attempts: int, due_at: datetime) -> None:
    query = sa.update(ERRAND).where(ERRAND.c.id == errand.id, ERRAND.c.part == errand.part)
    await conn.execute(query.values(attempts=attempts, due_at=due_at))


async def settle(conn: AsyncConnection, errand: Ref, result: dict[str, object]) -> None:
    query = sa.update(ERRAND).where(ERRAND.c.id == errand.id, ERRAND.c.part == errand.part)
    await conn.execute(query.values(result=result))


async def take(conn: AsyncConnection, errand: Ref) -> dict[str, Any] | None:
    """The answer, and the row goes."""
    here = (ERRAND.c.id == errand.id) & (ERRAND.c.part == errand.part)
    row = (await conn.execute(sa.select(ERRAND).where(here))).mappings().first()
    await conn.execute(sa.delete(ERRAND).where(here))
    return dict(row) if row else None
