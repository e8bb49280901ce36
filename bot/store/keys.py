"""Keys against repetition: a handled row of the inbox becomes a short one after an hour, and nothing after a month."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import InboxItem, Seen
from bot.models.base import table
from bot.store.many import Many, Work, insert_into

INBOX, SEEN = table(InboxItem), table(Seen)
WHOLE = timedelta(hours=1)
"""So long a handled row stays as it is: whoever looks into it finds it, and a process of an older version, which knows no short keys
while machines are updated one after the other, still refuses what is sent again."""
KEPT = timedelta(days=30)
"""WhatsApp sends again for seven days at most; the alarm of silence compares with three weeks."""
LATE, EARLY = 8 * 24, 24
"""Hours that the platform's clock may lie behind or before ours. What lies further off (Telegram's presses have no hour) keeps its row
for the month: short keys go by that hour."""


def mark(row: Mapping[str, Any]) -> bytes:
    """Two different things of one hour and part have the same one once in 2^96."""
    return blake2b("\n".join((row["account"], row["kind"], row["external_id"])).encode(), digest_size=12).digest()


@cache
def put(dialect: str) -> Many:
    """Stores inbox rows, with `mark` in each, but what is known in either form."""
    values = [sa.bindparam(column.name, type_=column.type) for column in INBOX.c]
    known = sa.exists().where(
        SEEN.c.hour == sa.bindparam("hour"), SEEN.c.mark == sa.bindparam("mark"), SEEN.c.part == sa.bindparam("part")
    )
    return Many(
        insert_into(dialect, INBOX)
        .from_select(INBOX.c.keys(), sa.select(*values).where(~known))
        .on_conflict_do_nothing()
    )


@cache
def _remember(dialect: str) -> Many:
    return Many(insert_into(dialect, SEEN).on_conflict_do_nothing(), SEEN.c.keys())


_DROP = Many(sa.delete(INBOX).where(INBOX.c.id == sa.bindparam("b_id"), INBOX.c.part == sa.bindparam("b_part")))
_FORGET = Many(
    sa.delete(SEEN).where(
        SEEN.c.hour == sa.bindparam("b_hour"),
        SEEN.c.mark == sa.bindparam("b_mark"),
        SEEN.c.part == sa.bindparam("b_part"),
    )
)
_DONE = INBOX.c.state == sa.literal_column("'done'")
_HANDLED = (
    sa.select(INBOX.c.id, INBOX.c.part, INBOX.c.hour, INBOX.c.account, INBOX.c.kind, INBOX.c.external_id)
    .where(INBOX.c.id > sa.bindparam("after"), INBOX.c.id < sa.bindparam("before"), _DONE)
    .where(INBOX.c.hour.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(INBOX.c.id)
    .limit(sa.bindparam("limit"))
)
_OLD = (
    sa.select(INBOX.c.id, INBOX.c.part)
    .where(INBOX.c.id < sa.bindparam("before"), _DONE)
    .order_by(INBOX.c.id)
    .limit(sa.bindparam("limit"))
)
_OLD_SEEN = (
    sa.select(SEEN.c.hour.label("b_hour"), SEEN.c.mark.label("b_mark"), SEEN.c.part.label("b_part"))
    .where(SEEN.c.hour < sa.bindparam("before"))
    .order_by(SEEN.c.hour)
    .limit(sa.bindparam("limit"))
)


async def handled(conn: AsyncConnection, now: datetime, after: bytes, limit: int) -> Sequence[Mapping[str, Any]]:
    """Rows beyond `after`, oldest first, that need no longer stay as they are."""
    hour = int(now.timestamp()) // 3600
    limits = {"after": after, "before": _id(now - WHOLE), "first": hour - LATE, "last": hour + EARLY, "limit": limit}
    return [dict(row) for row in (await conn.execute(_HANDLED, limits)).mappings()]


def remember(rows: Sequence[Mapping[str, Any]], dialect: str) -> Work:
    """Their short keys."""
    return _remember(dialect), [
        {"hour": row["hour"], "mark": mark(row), "part": row["part"],
         "account": row["account"] if row["kind"] == "message" else ""}
        for row in rows
    ]  # fmt: skip


def drop(refs: Sequence[tuple[bytes, int]]) -> Work:
    """The rows themselves, whose short keys have been committed."""
    return _DROP, [{"b_id": id_, "b_part": part} for id_, part in refs]


async def old(conn: AsyncConnection, now: datetime, limit: int) -> list[Work]:
    """Takes away what was handled so long ago that nobody sends it again, the oldest first."""
    rows = (await conn.execute(_OLD, {"before": _id(now - KEPT), "limit": limit})).all()
    hour = int((now - KEPT).timestamp()) // 3600 - LATE
    marks = (await conn.execute(_OLD_SEEN, {"before": hour, "limit": limit})).mappings()
    return [drop([(row.id, row.part) for row in rows]), (_FORGET, [dict(row) for row in marks])]


def _id(at: datetime) -> bytes:
    """So a UUIDv7 of that time begins."""
    return int(at.timestamp() * 1000).to_bytes(6, "big")
