"""One message of a conversation, by its number, for whoever does something to it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Author, Delivery, Message, OutboxItem
from bot.models.base import table
from bot.models.ref import Ref

MESSAGE, OUTBOX = table(Message), table(OutboxItem)


async def at(conn: AsyncConnection, conversation: Ref, seq: int) -> dict[str, Any] | None:
    query = sa.select(MESSAGE).where(
        MESSAGE.c.conversation_id == conversation.id, MESSAGE.c.part == conversation.part, MESSAGE.c.seq == seq
    )
    row = (await conn.execute(query)).mappings().first()
    return dict(row) if row is not None else None


async def queued(conn: AsyncConnection, message: Ref) -> bool:
    """It has not left yet, or not again."""
    query = sa.select(OUTBOX.c.id).where(OUTBOX.c.id == message.id, OUTBOX.c.part == message.part)
    return (await conn.execute(query)).first() is not None


async def leaves_again(conn: AsyncConnection, message: Ref) -> None:
    """What becomes of it counts anew."""
    query = sa.update(MESSAGE).where(MESSAGE.c.id == message.id, MESSAGE.c.part == message.part)
    await conn.execute(query.values(delivery=Delivery.READY, error=""))


async def last_heard(conn: AsyncConnection, conversation: Ref) -> str | None:
    """The platform's id of the citizen's newest message."""
    query = (
        sa.select(MESSAGE.c.external_id)
        .where(
            MESSAGE.c.conversation_id == conversation.id,
            MESSAGE.c.part == conversation.part,
            MESSAGE.c.author == Author.CITIZEN,
        )
        .order_by(MESSAGE.c.seq.desc())
        .limit(1)
    )
    return (await conn.execute(query)).scalar()
