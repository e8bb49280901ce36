"""What officers write: to the citizen, or among themselves."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from bot import clock, failpoint
from bot.engine.texts import text
from bot.errors import Conflict, NotFound, Stale, WargiError
from bot.files.kinds import TYPES, name_of
from bot.links import sign
from bot.message import File, clean, templated
from bot.models import Author, Delivery, Message, Officer, Owner, State
from bot.models.base import table
from bot.models.ref import Ref
from bot.policy import mention, view
from bot.policy.view import View
from bot.record import record
from bot.store import cases, messages, notices, people, talk
from bot.store.batch import Batch, message_row
from bot.store.db import Db, Unit
from bot.store.talk import Talk
from bot.turn import House, media, outside, sight, sla
from bot.turn.acts import MOST_EDITS
from bot.turn.say import cut, marked, queue, send
from bot.turn.words import links

MESSAGE = table(Message)
LIMIT = 4000
"""Of one message at the desk; a platform that takes less gets it in parts."""
SEEN = 7 * 86_400
"""Seconds for which a citizen can open a file whose channel carries none."""
EMOJI = ("👍", "🙏", "❤", "👌", "🎉")
"""Known to every platform that has reactions (Telegram has a fixed list)."""


@record
class Kept:
    """A file that lies on the shelf already: its name, and the columns of its row."""

    name: str
    row: Mapping[str, Any]

    @property
    def file(self) -> File:
        """As it leaves: a photo without what its camera wrote into it."""
        row = self.row
        mime = row.get("clean_type") or row["type"]
        family = TYPES[mime].family
        return File(family, row.get("clean") or row["sha256"], mime, name_of(self.name, mime, "berkas"), row["size"])


async def reply(
    db: Db, house: House, officer: Officer, conversation: Ref, words: str, key: str, *, answers: int = 0,
    kept: Kept | None = None, seen: View | None = None,
) -> int:  # fmt: skip
    """Sends; returns the message's seq. `answers`: the number of the message that this one answers. `seen`: what the officer's
    page showed. The same `key` again returns the first seq and sends nothing. Raises `Stale` where the citizen or a colleague has
    said something since, `Conflict`, also when the platform's window is closed, and `NotFound`."""
    words = _words(words, empty=kept is not None)
    async with db.unit() as unit:
        thread = await talk.of_conversation(unit.conn, conversation)
        if (seq := await _sent_before(unit, thread, key)) is not None:
            return seq
        batch = house.batch()
        await _hold(unit, thread, officer)
        await _read(unit, thread, conversation, officer, seen)
        if outside.closed(house, thread, batch.now):
            raise _closed(house, thread)
        more, data = await _answering(unit, batch, thread, answers) if answers else ({}, {})
        _speak(batch, house, thread, officer, words, key, data, more, kept)
        await _first_answer(unit, batch, thread, officer)
        sla.wrote(batch, thread)
        thread.updated_at = batch.now
        await batch.flush(unit)
        failpoint.here("reply.before_commit")
        heard = await messages.last_heard(unit.conn, thread.ref)
        if heard is not None:  # whoever answers has read; who only opens the case has promised nothing
            unit.then(lambda: house.courtesies.attend(house.channels, thread.account, thread.address, heard))
        return thread.seq


def _speak(
    batch: Batch, house: House, thread: Talk, officer: Officer, words: str, key: str, data: dict[str, Any],
    more: dict[str, Any], kept: Kept | None,
) -> None:  # fmt: skip
    """One bubble, or as many as the platform's limits make of it. A file is the last of them, with the words that fit under it."""
    limits = batch.limits.get(thread.channel)
    room = limits.caption(kept.file) if limits and kept else None
    bubbles = cut(batch, thread, words) if words else []
    caption = ""
    if kept is not None and room is not None and len(bubbles) == 1 and limits and limits.size(words) <= room:
        caption = bubbles.pop()

    def bubble(text: str, kind: str = "text", **payload: Any) -> dict[str, Any]:
        last = kept is None and not bubbles
        row = message_row(
            thread, Author.OFFICER, batch.now, body=text, kind=kind, officer_id=officer.id, key=key if last or kind != "text" else None,
            data=dict(data) or None, delivery=Delivery.READY,
        )  # fmt: skip
        send(batch, thread, row, {"text": text, **more, **payload}, None)
        data.clear()
        more.clear()  # only the first of several answers the message
        return row

    while bubbles:
        bubble(bubbles.pop(0))
    if kept is None:
        return
    file = kept.file
    if room is not None:
        row = bubble(caption, file.kind, file=asdict(file))
        media.keep(batch, thread.account, row, file.kind, kept.name, kept.row)
        return
    row = message_row(
        thread,
        Author.OFFICER,
        batch.now,
        body="",
        kind=file.kind,
        officer_id=officer.id,
        key=key,
        delivery=Delivery.READY,
    )
    ref = media.keep(batch, thread.account, row, file.kind, kept.name, kept.row)
    link = sign(house.vault.signing_key("links"), f"/berkas/{ref}", batch.now, SEEN)
    words = text(house.flows, "file_here", thread.language).replace("{address}", house.public_url + link)
    send(batch, thread, row, {"text": words}, None)


async def note(
    db: Db, house: House, officer: Officer, conversation: Ref, words: str, key: str, number: str = ""
) -> int:
    """An internal note: any officer may write one, it never leaves the desk. Colleagues whom it names with an at-sign are told, once,
    but for those who may not open the case: the note says who was not. `number`: of the ticket that it stands at."""
    words = _words(words)
    async with db.unit() as unit:
        thread = await talk.of_conversation(unit.conn, conversation)
        if (seq := await _sent_before(unit, thread, key)) is not None:
            return seq
        batch = Batch(clock.now())
        everybody = {each.id or 0: each for each in (await people.nameable(unit.conn) if "@" in words else ())}
        named = mention.named(words, ((who, each.login, each.name) for who, each in everybody.items()))
        shut = (
            await sight.shut_out(unit.conn, house, number, [everybody[who] for who in named.people])
            if number
            else set()
        )
        data = {
            "named": [name for who, name in named.people.items() if who not in shut],
            "shut": [name for who, name in named.people.items() if who in shut],
            "unknown": named.unknown,
        }
        row = message_row(
            thread,
            Author.NOTE,
            batch.now,
            body=words,
            officer_id=officer.id,
            key=key,
            data=data if any(data.values()) else None,
        )
        batch.insert("message", row)
        batch.touch(thread)
        told = [who for who in named.people if who != officer.id and who not in shut]
        kind, url = ("named", f"/desk/tiket/{number}#m{thread.seq}") if number else ("named_apart", "/desk")
        await notices.tell(unit, told, kind, url, batch.now, name=officer.name, number=number)
        thread.updated_at = batch.now
        await batch.flush(unit)
        return thread.seq


async def react(db: Db, house: House, officer: Officer, conversation: Ref, seq: int, emoji: str, key: str) -> int:
    """A sign under a citizen's message. Raises `Conflict`, `NotFound`."""
    if emoji not in EMOJI:
        raise WargiError("reaksi ini tidak dikenal; pilih salah satu yang ditawarkan")
    async with db.unit() as unit:
        thread = await talk.of_conversation(unit.conn, conversation)
        if (before := await _sent_before(unit, thread, key)) is not None:
            return before
        batch = house.batch()
        await _hold(unit, thread, officer)
        limits = batch.limits.get(thread.channel)
        if limits is None or not limits.reacts:
            raise Conflict("kanal ini tidak mengenal reaksi; tulis balasan biasa")
        if outside.closed(house, thread, batch.now):
            raise _closed(house, thread)
        more, data = await _answering(unit, batch, thread, seq)
        if not more:
            raise Conflict("pesan ini tidak dapat diberi reaksi")
        row = message_row(
            thread, Author.OFFICER, batch.now, body=emoji, kind="reaction", officer_id=officer.id, key=key, data=data,
            delivery=Delivery.READY,
        )  # fmt: skip
        send(batch, thread, row, {"text": emoji, "react": emoji, **more}, None)
        await batch.flush(unit)
        return thread.seq


async def edit(db: Db, house: House, officer: Officer, conversation: Ref, seq: int, words: str) -> None:
    """New words for a message of one's own that has left, where the platform can do that. The old ones are kept. Raises `Conflict`,
    `NotFound`."""
    words = _words(words)
    async with db.unit() as unit:
        thread = await talk.of_conversation(unit.conn, conversation)
        batch = house.batch()
        await _hold(unit, thread, officer)
        limits = batch.limits.get(thread.channel)
        if limits is None or not limits.edits:
            raise Conflict("pesan di kanal ini tidak dapat diubah setelah terkirim; kirim ralat")
        if limits.size(words) > limits.text:
            raise WargiError("pesan terlalu panjang; paling banyak {most} huruf", most=limits.text)
        row = await messages.at(unit.conn, conversation, seq)
        ours = row is not None and row["author"] == Author.OFFICER and row["officer_id"] == officer.id
        if row is None or not ours or row["kind"] != "text" or not row["external_id"]:
            raise Conflict("hanya pesan teks Anda sendiri yang sudah terkirim yang dapat diubah")
        if await messages.queued(unit.conn, Ref(row["id"], row["part"])):
            raise Conflict("pesan ini masih dikirim; coba lagi sebentar")
        data = dict(row["data"] or {})
        data["edits"] = [*data.get("edits", ()), {"at": batch.now.isoformat(), "text": row["body"]}][-MOST_EDITS:]
        batch.message_changed({**row, "body": words, "data": data})
        await messages.leaves_again(unit.conn, Ref(row["id"], row["part"]))
        queue(batch, thread, row["id"], {"text": words, "edit": row["external_id"]}, None)
        await batch.flush(unit)


async def _answering(unit: Unit, batch: Batch, thread: Talk, seq: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the bubble carries to name the message that it answers, and what its own message notes. Nothing where the platform has
    no such thing: the words alone are an answer, too."""
    row = await messages.at(unit.conn, thread.ref, seq)
    if row is None or row["author"] not in (Author.CITIZEN, Author.OFFICER, Author.BOT):
        raise NotFound("no such message")
    limits = batch.limits.get(thread.channel)
    more = {"reply_to": row["external_id"]} if limits and limits.quotes and row["external_id"] else {}
    return more, {"reply": seq}


def _words(words: str, empty: bool = False) -> str:
    words = clean(words).strip()
    if not words and not empty:
        raise WargiError("pesan kosong; tulis dulu isinya")
    if len(words) > LIMIT:
        raise WargiError("pesan terlalu panjang ({count} huruf); paling banyak {most}", count=len(words), most=LIMIT)
    return words


async def send_template(
    db: Db, house: House, officer: Officer, conversation: Ref, purpose: str, typed: Mapping[str, str], key: str,
    seen: View | None = None,
) -> int:  # fmt: skip
    """An approved template in the officer's name, window or not. Raises `Stale`, `Conflict`, `NotFound`."""
    async with db.unit() as unit:
        thread = await talk.of_conversation(unit.conn, conversation)
        if (seq := await _sent_before(unit, thread, key)) is not None:
            return seq
        batch = house.batch()
        await _hold(unit, thread, officer)
        await _read(unit, thread, conversation, officer, seen)
        found = outside.usable(house, purpose) if templated(house.channels.get(thread.channel)) else None
        if found is None:
            raise Conflict("templat ini tidak dapat dikirim; pilih yang lain")
        if missing := [each for each in found.typed if not clean(typed.get(each, "")).strip()]:
            raise WargiError("isi dulu {fields}", fields=", ".join(missing))
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


def _closed(house: House, thread: Talk) -> Conflict:
    if templated(house.channels.get(thread.channel)):
        return Conflict(
            "warga ini sudah lebih dari 24 jam tidak menulis, jadi WhatsApp hanya menerima templat; "
            "kirim salah satu templat di bawah, lalu lanjutkan setelah warga membalas"
        )
    return Conflict(
        "warga ini sudah lebih dari 24 jam tidak menulis, dan kanal ini tidak menerima pesan sampai warga menulis lagi; "
        "hubungi lewat kanal lain"
    )


async def _hold(unit: Unit, thread: Talk, officer: Officer) -> None:
    """Two voices confuse a citizen: only who holds the conversation speaks in it."""
    if thread.owner == Owner.OFFICER and thread.officer_id == officer.id:
        return
    who = await cases.officer_name(unit.conn, thread.officer_id) if thread.owner == Owner.OFFICER else ""
    raise Conflict("{who} memegang percakapan ini", who) if who else Conflict("ambil kasus ini dulu sebelum membalas")


async def _read(unit: Unit, thread: Talk, shown: Ref, officer: Officer, seen: View | None) -> None:
    """What is sent answers what the officer has read. Their own words, the bot's and the system's lines are no news to them; other words
    for what the citizen had said are."""
    if seen is None or shown != thread.ref:
        return
    if seen.since:
        now = view.changes(await messages.heard(unit.conn, shown, seen.since, seen.until))
        if changed := view.differ(seen.changes, now):
            raise Stale(
                "warga mengubah pesan yang sudah Anda baca; pesan Anda belum dikirim. Baca dulu, lalu kirim lagi",
                changed=changed,
            )
    if thread.seq <= seen.until:
        return
    others = (MESSAGE.c.author == Author.CITIZEN) | (
        MESSAGE.c.author.in_((Author.OFFICER, Author.NOTE)) & (MESSAGE.c.officer_id != officer.id)
    )
    mine = (MESSAGE.c.conversation_id == shown.id) & (MESSAGE.c.part == shown.part)
    query = sa.select(MESSAGE.c.author, MESSAGE.c.officer_id).where(mine, MESSAGE.c.seq > seen.until, others)
    news = (await unit.conn.execute(query.order_by(MESSAGE.c.seq).limit(1))).first()
    if news is not None:
        if news.author == Author.CITIZEN:
            raise Stale("warga menulis sesuatu yang baru; pesan Anda belum dikirim. Baca dulu, lalu kirim lagi")
        who = await cases.officer_name(unit.conn, news.officer_id)
        raise Stale("{who} menulis sesuatu yang baru; pesan Anda belum dikirim. Baca dulu, lalu kirim lagi", who)


async def _first_answer(unit: Unit, batch: Batch, thread: Talk, officer: Officer) -> None:
    if thread.ticket_id is None:
        return
    await cases.load(unit.conn, batch, [Ref(thread.ticket_id, thread.part)])
    ticket = batch.tickets[thread.ticket_id]
    if ticket["first_answer_at"] is None and ticket["state"] == State.ASSIGNED:
        ticket["first_answer_at"] = batch.now
        batch.event(ticket, "answered", "officer", officer.id)
