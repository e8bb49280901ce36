"""What platforms reported about our messages: the history, only ever added to, and what it says about money."""

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Delivery, Message, MessageStatus, Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.many import Many

STATUS, MESSAGE, TICKET = table(MessageStatus), table(Message), table(Ticket)
INSERT = Many(sa.insert(STATUS), STATUS.c.keys())
ARRIVED = (Delivery.DELIVERED, Delivery.READ, Delivery.PLAYED)

_BILLABLE = (
    sa.select(sa.func.count(sa.distinct(MESSAGE.c.id)))
    .select_from(TICKET)
    .join(MESSAGE, (MESSAGE.c.conversation_id == TICKET.c.conversation_id) & (MESSAGE.c.part == TICKET.c.part))
    .join(STATUS, (STATUS.c.message_id == MESSAGE.c.id) & (STATUS.c.part == MESSAGE.c.part))
    .where(
        TICKET.c.id == sa.bindparam("id"),
        TICKET.c.part == sa.bindparam("part"),
        STATUS.c.billable,
        MESSAGE.c.delivery.in_(ARRIVED),  # what never arrived costs nothing
        MESSAGE.c.at >= TICKET.c.opened_at,
        sa.or_(TICKET.c.resolved_at.is_(None), MESSAGE.c.at <= TICKET.c.resolved_at),
    )
)


async def billable(conn: AsyncConnection, ticket: Ref) -> int:
    """How many messages of this ticket, from its opening to its end, the platform bills."""
    return int((await conn.execute(_BILLABLE, {"id": ticket.id, "part": ticket.part})).scalar_one())


async def history(conn: AsyncConnection, message: Ref) -> list[RowMapping]:
    """Everything reported about one message, as it came in."""
    query = sa.select(STATUS).where(STATUS.c.message_id == message.id, STATUS.c.part == message.part)
    return list((await conn.execute(query.order_by(STATUS.c.id))).mappings())
