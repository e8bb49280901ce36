"""What officers write: to the citizen, or among themselves."""

import sqlalchemy as sa

from bot import clock
from bot.errors import Conflict, WargiError
from bot.message import clean
from bot.models import Author, Delivery, Message, Officer, Owner, State
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import cases, talk
from bot.store.batch import Batch, message_row
from bot.store.db import Db, Unit
from bot.store.talk import Talk
from bot.turn import sla
from bot.turn.say import send

MESSAGE = table(Message)
LIMIT = 4000
"""Below every platform's own limit, so that an officer never learns of it from a failure."""


async def reply(db: Db, officer: Officer, conversation: Ref, words: str, key: str) -> int:
    """Sends; returns the message's seq. The same `key` again returns the first seq and sends nothing. Raises `Conflict`, `NotFound`."""
    return await _write(db, officer, conversation, words, key, internal=False)


async def note(db: Db, officer: Officer, conversation: Ref, words: str, key: str) -> int:
    """An internal note: any officer may write one, it never leaves the desk."""
    return await _write(db, officer, conversation, words, key, internal=True)


async def _write(db: Db, officer: Officer, conversation: Ref, words: str, key: str, internal: bool) -> int:
    words = clean(words).strip()
    if not words:
        raise WargiError("pesan kosong; tulis dulu isinya")
    if len(words) > LIMIT:
        raise WargiError(f"pesan terlalu panjang ({len(words)} huruf); paling banyak {LIMIT}")
    async with db.unit() as unit:
        thread = await talk.of_conversation(unit.conn, conversation)
        if (seq := await _sent_before(unit, thread, key)) is not None:
            return seq
        batch = Batch(clock.now())
        if internal:
            row = message_row(thread, Author.NOTE, batch.now, body=words, officer_id=officer.id, key=key)
            batch.insert("message", row)
        else:
            await _hold(unit, thread, officer)
            row = message_row(
                thread, Author.OFFICER, batch.now, body=words, officer_id=officer.id, key=key, delivery=Delivery.READY
            )
            send(batch, thread, row, {"text": words}, None)
            await _first_answer(unit, batch, thread, officer)
            sla.wrote(batch, thread)
        batch.touch(thread)
        thread.updated_at = batch.now
        await batch.flush(unit)
        return thread.seq


async def _sent_before(unit: Unit, thread: Talk, key: str) -> int | None:
    query = sa.select(MESSAGE.c.seq).where(
        MESSAGE.c.conversation_id == thread.conversation_id, MESSAGE.c.part == thread.part, MESSAGE.c.key == key
    )
    return (await unit.conn.execute(query)).scalar()


async def _hold(unit: Unit, thread: Talk, officer: Officer) -> None:
    """Two voices confuse a citizen: only who holds the conversation speaks in it."""
    if thread.owner == Owner.OFFICER and thread.officer_id == officer.id:
        return
    who = await cases.officer_name(unit.conn, thread.officer_id) if thread.owner == Owner.OFFICER else ""
    raise Conflict(f"{who} memegang percakapan ini" if who else "ambil kasus ini dulu sebelum membalas", who)


async def _first_answer(unit: Unit, batch: Batch, thread: Talk, officer: Officer) -> None:
    if thread.ticket_id is None:
        return
    await cases.load(unit.conn, batch, [Ref(thread.ticket_id, thread.part)])
    ticket = batch.tickets[thread.ticket_id]
    if ticket["first_answer_at"] is None and ticket["state"] == State.ASSIGNED:
        ticket["first_answer_at"] = batch.now
        batch.event(ticket, "answered", "officer", officer.id)
