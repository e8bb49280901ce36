"""Where one report stands, for the citizen who asks."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Ticket, TicketEvent
from bot.models.base import table
from bot.models.ref import Ref

TICKET, EVENT = table(Ticket), table(TicketEvent)


async def standing(conn: AsyncConnection, number: str, part: int) -> dict[str, Any] | None:
    """`number topic state agency updated_at`; None for a number that no report has. Nothing else is read, so nothing else can leak."""
    columns = [TICKET.c[name] for name in ("number", "topic", "state", "agency", "updated_at")]
    query = sa.select(*columns).where(TICKET.c.number == number, TICKET.c.part == part)
    row = (await conn.execute(query)).mappings().first()
    return dict(row) if row else None


async def moved(conn: AsyncConnection, conversation: Ref, since: datetime) -> list[str]:
    """The states that reports of this conversation have come to since then, oldest first."""
    same = sa.and_(EVENT.c.ticket_id == TICKET.c.id, EVENT.c.part == TICKET.c.part)
    query = sa.select(EVENT.c.after).select_from(TICKET.join(EVENT, same)).where(
        TICKET.c.conversation_id == conversation.id, TICKET.c.part == conversation.part,
        EVENT.c.kind == "moved", EVENT.c.at >= since,
    )  # fmt: skip
    return [str(state) for state in (await conn.execute(query.order_by(EVENT.c.id))).scalars()]
