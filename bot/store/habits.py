"""How many messages came in which hour: the inbox's key begins with it."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import InboxItem
from bot.models.base import table

INBOX = table(InboxItem)


async def counts(conn: AsyncConnection, hours: Sequence[int]) -> dict[str, dict[int, int]]:
    """By account and hour."""
    query = sa.select(INBOX.c.account, INBOX.c.hour, sa.func.count())
    query = query.where(INBOX.c.hour.in_(hours), INBOX.c.kind == "message").group_by(INBOX.c.account, INBOX.c.hour)
    found: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for account, hour, count in await conn.execute(query):
        found[account][hour] = count
    return found


async def newest(conn: AsyncConnection, since: int) -> dict[str, int]:
    """The hour of each account's last message, of those that wrote at all."""
    query = sa.select(INBOX.c.account, sa.func.max(INBOX.c.hour)).where(
        INBOX.c.hour >= since, INBOX.c.kind == "message"
    )
    return {account: hour for account, hour in await conn.execute(query.group_by(INBOX.c.account))}
