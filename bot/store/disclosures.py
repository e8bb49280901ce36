"""Who has seen what a case hides: written with the look itself, never changed, read by leads and admins."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Disclosure, Officer
from bot.models.base import table

DISCLOSURE, OFFICER = table(Disclosure), table(Officer)
PAGE = 50


async def add(conn: AsyncConnection, officer_id: int, number: str, what: str, reason: str, now: datetime) -> None:
    row = {"at": now, "officer_id": officer_id, "number": number, "what": what, "reason": reason}
    await conn.execute(sa.insert(DISCLOSURE).values(row))


async def add_new(
    conn: AsyncConnection, officer_id: int, numbers: Sequence[str], what: str, reason: str, now: datetime, since: datetime
) -> None:  # fmt: skip
    """A row for each ticket that this officer has none of this kind for since then."""
    query = sa.select(DISCLOSURE.c.number).where(
        DISCLOSURE.c.officer_id == officer_id, DISCLOSURE.c.number.in_(numbers), DISCLOSURE.c.at > since,
        DISCLOSURE.c.what == what,
    )  # fmt: skip
    known = set((await conn.execute(query)).scalars())
    for number in numbers:
        if number not in known:
            await add(conn, officer_id, number, what, reason, now)


async def newest(
    conn: AsyncConnection, after: int | None, number: str = "", officer_id: int = 0, what: str = ""
) -> tuple[list[RowMapping], int | None]:
    """Some rows, the newest first, and the id to go on from (None = that was all); only of one ticket, officer or kind."""
    query = (
        sa.select(DISCLOSURE, OFFICER.c.name.label("officer"))
        .select_from(DISCLOSURE.join(OFFICER, OFFICER.c.id == DISCLOSURE.c.officer_id))
        .order_by(DISCLOSURE.c.id.desc())
        .limit(PAGE + 1)
    )
    for column, wanted in (
        (DISCLOSURE.c.number, number),
        (DISCLOSURE.c.officer_id, officer_id),
        (DISCLOSURE.c.what, what),
    ):
        query = query.where(column == wanted) if wanted else query
    rows = list((await conn.execute(query.where(DISCLOSURE.c.id < after) if after is not None else query)).mappings())
    return rows[:PAGE], rows[PAGE - 1]["id"] if len(rows) > PAGE else None
