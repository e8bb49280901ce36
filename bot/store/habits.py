"""How many messages came in which hour: the keys of inbox and of what was handled begin with it."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import InboxItem, Seen
from bot.models.base import table

INBOX, SEEN = table(InboxItem), table(Seen)
MESSAGES: tuple[tuple[sa.Table, sa.ColumnElement[bool]], ...] = (
    (INBOX, INBOX.c.kind == "message"),
    (SEEN, SEEN.c.account != ""),
)
"""Where they stand in their first hour, and then; for some seconds between in both."""


async def counts(conn: AsyncConnection, hours: Sequence[int]) -> dict[str, Counter[int]]:
    """By account and hour."""
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for where, messages in MESSAGES:
        query = sa.select(where.c.account, where.c.hour, sa.func.count()).where(where.c.hour.in_(hours), messages)
        for account, hour, count in await conn.execute(query.group_by(where.c.account, where.c.hour)):
            found[account][hour] += count
    return found


async def newest(conn: AsyncConnection, since: int) -> dict[str, int]:
    """The hour of each account's last message, of those that wrote at all."""
    found: dict[str, int] = {}
    for where, messages in MESSAGES:
        query = sa.select(where.c.account, sa.func.max(where.c.hour)).where(where.c.hour >= since, messages)
        for account, hour in await conn.execute(query.group_by(where.c.account)):
            found[account] = max(hour, found.get(account, hour))
    return found
