"""Where one report stands, for the citizen who asks."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Ticket
from bot.models.base import table

TICKET = table(Ticket)


async def standing(conn: AsyncConnection, number: str, part: int) -> dict[str, Any] | None:
    """`number topic state agency updated_at`; None for a number that no report has. Nothing else is read, so nothing else can leak."""
    columns = [TICKET.c[name] for name in ("number", "topic", "state", "agency", "updated_at")]
    query = sa.select(*columns).where(TICKET.c.number == number, TICKET.c.part == part)
    row = (await conn.execute(query)).mappings().first()
    return dict(row) if row else None
