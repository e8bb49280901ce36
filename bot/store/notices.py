"""What officers are told: seen at the desk, and what must also reach them elsewhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Notice, Officer
from bot.models.base import table
from bot.models.news import NEWS
from bot.store import push
from bot.store.boxes import Row
from bot.store.db import Unit
from bot.store.kept import Kept
from bot.store.many import at, overdue

NOTICE, OFFICER = table(Notice), table(Officer)
SHOWN = 5
_UNSEEN = Kept(
    sa.select(NOTICE)
    .where(NOTICE.c.officer_id == sa.bindparam("officer", type_=sa.Integer), NOTICE.c.seen_at.is_(None))
    .order_by(NOTICE.c.id.desc())
    .limit(SHOWN)
)
_OVERDUE = overdue(NOTICE.c.next_at, NOTICE.c.attempts == 0)


def topic(officer_id: int) -> str:
    """The hint that this officer has news."""
    return f"news:{officer_id}"


async def tell(
    unit: Unit, officer_ids: Iterable[int], kind: str, url: str, now: datetime, call: bool = False, **values: Any
) -> None:
    """`kind` and `values`: which words of `models.news`, and what stands in them. `call`: it also goes where they are reached away
    from the desk; else only to browsers in which they have asked for it."""
    whom = sorted(set(officer_ids))
    if not whom:
        return
    pushed = set(whom) if call else await push.wanting(unit.conn, whom)
    row = {"at": now, "kind": kind, "data": values, "text": "", "url": url, "quiet": not call}
    rows = [{"officer_id": each, **row, "next_at": now if each in pushed else None} for each in whom]
    await unit.conn.execute(sa.insert(NOTICE), rows)
    unit.hints.update(map(topic, whom))


def words(row: Mapping[str, Any], translate: Callable[[str], str] = str) -> str:
    """What it says, in the language of whoever reads it. Rows of before kinds were kept have their words in them."""
    return translate(NEWS[row["kind"]]).format(**(row["data"] or {})) if row["kind"] in NEWS else row["text"]


async def unseen(conn: AsyncConnection, officer_id: int) -> list[dict[str, Any]]:
    return await _UNSEEN(conn, officer=officer_id)


async def see(conn: AsyncConnection, officer_id: int, up_to: int, now: datetime) -> None:
    """Everything up to this one has been read; it need not be sent any more either."""
    mine = (NOTICE.c.officer_id == officer_id) & (NOTICE.c.id <= up_to) & NOTICE.c.seen_at.is_(None)
    await conn.execute(sa.update(NOTICE).where(mine).values(seen_at=now, next_at=None))


async def due(conn: AsyncConnection, now: datetime, limit: int) -> Sequence[Row]:
    query = (
        sa.select(NOTICE, OFFICER.c.telegram, OFFICER.c.whatsapp, OFFICER.c.email, OFFICER.c.pushes)
        .join(OFFICER, OFFICER.c.id == NOTICE.c.officer_id)
        .where(_OVERDUE)
        .order_by(NOTICE.c.next_at, NOTICE.c.id)
        .limit(limit)
    )
    return (await conn.execute(query, at(now))).all()


async def take(conn: AsyncConnection, notice: int, now: datetime, again: datetime) -> bool:
    """True for the one process that may send it now; it comes back at `again` if that process dies."""
    mine = sa.update(NOTICE).where(NOTICE.c.id == notice, _OVERDUE)
    done = await conn.execute(mine.values(next_at=again, attempts=NOTICE.c.attempts + 1), at(now))
    return done.rowcount == 1


async def settle(conn: AsyncConnection, notice: int, again: datetime | None, error: str) -> None:
    await conn.execute(sa.update(NOTICE).where(NOTICE.c.id == notice).values(next_at=again, error=error[:500]))
