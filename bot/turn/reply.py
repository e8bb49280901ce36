"""What officers write: to the citizen, or among themselves."""

from collections.abc import Mapping

import sqlalchemy as sa

from bot import clock
from bot.errors import Conflict, WargiError
from bot.message import clean, templated
from bot.models import Author, Delivery, Message, Officer, Owner, State
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import cases, talk
from bot.store.batch import Batch, message_row
from bot.store.db import Db, Unit
from bot.store.talk import Talk
from bot.turn import House, outside, sla
from bot.turn.handoff import links
from bot.turn.say import marked, send

MESSAGE = table(Message)
CLOSED = (
    "warga ini sudah lebih dari 24 jam tidak menulis, jadi WhatsApp hanya menerima templat; "
    "kirim salah satu templat di bawah, lalu lanjutkan setelah warga membalas"
)
LIMIT = 4000
"""Below every platform's own limit, so that an officer never learns of it from a failure."""


async def reply(db: Db, house: House, officer: Officer, conversation: Ref, words: str, key: str) -> int:
    """Sends; returns the message's seq. The same `key` again returns the first seq and sends nothing. Raises `Conflict`, also when
    the platform's window is closed, and `NotFound`."""
    return await _write(db, house, officer, conversation, words, key)


async def note(db: Db, officer: Officer, conversation: Ref, words: str, key: str) -> int:
    """An internal note: any officer may write one, it never leaves the desk."""
    return await _write(db, None, officer, conversation, words, key)


async def _write(db: Db, house: House | None, officer: Officer, conversation: Ref, words: str, key: str) -> int:
    """Without a house it stays inside."""
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
        if house is None:
            row = message_row(thread, Author.NOTE, batch.now, body=words, officer_id=officer.id, key=key)
            batch.insert("message", row)
        else:
            await _hold(unit, thread, officer)
            if outside.closed(house, thread, batch.now):
                raise Conflict(CLOSED)
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


async def send_template(
    db: Db, house: House, officer: Officer, conversation: Ref, purpose: str, typed: Mapping[str, str], key: str
) -> int:
    """An approved template in the officer's name, window or not. Raises `Conflict`, `NotFound`."""
    async with db.unit() as unit:
        thread = await talk.of_conversation(unit.conn, conversation)
        if (seq := await _sent_before(unit, thread, key)) is not None:
            return seq
        batch = Batch(clock.now())
        await _hold(unit, thread, officer)
        found = outside.usable(house, purpose) if templated(house.channels.get(thread.channel)) else None
        if found is None:
            raise Conflict("templat ini tidak dapat dikirim; pilih yang lain")
        if missing := [each for each in found.typed if not clean(typed.get(each, "")).strip()]:
            raise WargiError(f"isi dulu {', '.join(missing)}")
        values = {each: clean(typed[each]) for each in found.typed} | await _known(unit, batch, house, thread, officer)
        template = outside.Fallback(found.fill(values), found.say(values), True).payload()
        row = message_row(
            thread, Author.OFFICER, batch.now, body=template["text"], officer_id=officer.id, key=key,
            delivery=Delivery.READY, data=marked(template),
        )  # fmt: skip
        send(batch, thread, row, {"text": template["text"], "template": template, "outside": True}, None)
        await _first_answer(unit, batch, thread, officer)
        thread.updated_at = batch.now
        await batch.flush(unit)
        return thread.seq


async def _known(unit: Unit, batch: Batch, house: House, thread: Talk, officer: Officer) -> dict[str, str]:
    """The variables that nobody types."""
    known = {"officer": officer.name}
    if thread.ticket_id is not None:
        await cases.load(unit.conn, batch, [Ref(thread.ticket_id, thread.part)])
        known |= links(house, batch.tickets[thread.ticket_id])
    return known


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
