"""One message of a conversation, by its number, for whoever does something to it; and who may be shown that it was read."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.models import Address, Author, Conversation, Delivery, Message, OutboxItem, Owner
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.many import beside

MESSAGE, OUTBOX, ADDRESS, TALK = table(Message), table(OutboxItem), table(Address), table(Conversation)


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


async def heard(conn: AsyncConnection, conversation: Ref, since: int, until: int) -> list[dict[str, Any]]:
    """What is noted beside the citizen's messages of this stretch; those beside which nothing is are left out."""
    query = (
        sa.select(MESSAGE.c.seq, MESSAGE.c.data)
        .where(
            MESSAGE.c.conversation_id == conversation.id,
            MESSAGE.c.part == conversation.part,
            MESSAGE.c.seq.between(since, until),
            MESSAGE.c.author == Author.CITIZEN,
            MESSAGE.c.data.is_not(None),
        )
        .order_by(MESSAGE.c.seq)
    )
    return [dict(row) for row in (await conn.execute(query)).mappings()]


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


async def with_bot(conn: AsyncConnection, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these (account, address) whose conversation is the bot's; who is new is, too."""
    wanted = set(keys)
    query = (
        sa.select(ADDRESS.c.account, ADDRESS.c.address, TALK.c.owner)
        .join_from(
            ADDRESS,
            TALK,
            (TALK.c.id == ADDRESS.c.conversation_id) & (TALK.c.part == ADDRESS.c.part),
        )
        .where(
            beside(ADDRESS.c.part).in_({clock.part_of(key[0].partition(":")[0], key[1]) for key in wanted}),
            ADDRESS.c.address.in_({key[1] for key in wanted}),
        )
    )
    taken = {
        (row.account, row.address) for row in await conn.execute(query) if row.owner not in (Owner.BOT, Owner.SURVEY)
    }
    return wanted - taken
