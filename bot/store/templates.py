"""The platform's templates as of the last sync."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.message import Approved
from bot.models import Template
from bot.models.base import table

TEMPLATE = table(Template)
SENDABLE, CHEAP = "APPROVED", "UTILITY"
"""Only these are sent: what Meta has turned into marketing costs more, and people may have opted out of it."""


async def replace(conn: AsyncConnection, account: str, found: Sequence[Approved], now: datetime) -> None:
    """What is gone at the platform is gone here. A category that changed keeps its old name beside it."""
    old = {(row["name"], row["language"]): row for row in await of_account(conn, account)}
    await conn.execute(sa.delete(TEMPLATE).where(TEMPLATE.c.account == account))
    rows = {}
    for each in found:
        was = old.get((each.name, each.language))
        before = ""
        if was is not None:
            before = was["category"] if was["category"] != each.category else was["category_before"]
        rows[each.name, each.language] = {
            "account": account, "name": each.name, "language": each.language, "status": each.status,
            "category": each.category, "category_before": "" if before == each.category else before,
            "components": list(each.components), "quality": each.quality, "synced_at": now, "error": each.error,
        }  # fmt: skip
    if rows:
        await conn.execute(sa.insert(TEMPLATE), list(rows.values()))


async def of_account(conn: AsyncConnection, account: str) -> Sequence[sa.RowMapping]:
    query = sa.select(TEMPLATE).where(TEMPLATE.c.account == account)
    return (await conn.execute(query)).mappings().all()


async def everything(conn: AsyncConnection) -> Sequence[sa.RowMapping]:
    query = sa.select(TEMPLATE).order_by(TEMPLATE.c.name, TEMPLATE.c.language, TEMPLATE.c.account)
    return (await conn.execute(query)).mappings().all()


async def sendable(conn: AsyncConnection, language: str) -> set[str] | None:
    """Names that may be sent; None where nothing was ever synced, so nothing is known."""
    rows = await everything(conn)
    if not rows:
        return None
    good = (row for row in rows if row["status"] == SENDABLE and row["category"] == CHEAP)
    return {row["name"] for row in good if row["language"] == language}
