"""What is done to older messages: an edit, a deletion, a reaction, an answer to one of them; and which pictures belong together.

Every message keeps what was first said in it, for it may be evidence in a case: an edit puts the old words into `data.edits`, a
deletion is a mark. They stand in the message and not in a table of their own because they are rare, few and always read with it.
Whoever else changes `data` must lock the row (or hold the conversation) too.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Sentence
from bot.message import Inbound
from bot.models import Author, Message
from bot.models.base import table
from bot.store import boxes
from bot.store.batch import Batch
from bot.store.talk import Talk
from bot.turn import sealing
from bot.turn.moved import shown
from bot.turn.say import line

MESSAGE = table(Message)
LOOK_BACK = 1000
"""What is edited or answered is looked for among so many last messages of its conversation; platforms' ids have no index."""
BURST = timedelta(seconds=3)
MOST_EDITS = 20
PICTURES = ("image", "video", "document")
TOLD_ONCE = ("unsupported", "lost", "unreadable")
"""Several in one burst get one answer."""

NEWS = {
    "number_changed": Sentence("Nomor WhatsApp warga berganti. Pastikan orangnya sama sebelum membahas laporan lama."),
    "id_changed": Sentence("Identitas WhatsApp warga berganti. Pastikan orangnya sama sebelum membahas laporan lama."),
    "chat_moved": Sentence("Obrolan Telegram ini mendapat nomor baru dari Telegram."),
    "identity_changed": Sentence(
        "Kode keamanan WhatsApp warga berubah, biasanya karena ganti ponsel. Pastikan orangnya sama."
    ),
    "blocked": Sentence("Warga memblokir bot ini. Pesan tidak sampai selama blokir belum dibuka."),
    "unblocked": Sentence("Warga membuka blokir bot ini. Pesan dapat dikirim lagi."),
    "system": Sentence("Ada kabar dari platform tentang akun warga ini."),
}
"""What platforms tell about a citizen, as a line for officers."""

Turns = Iterable[tuple[boxes.Row, Inbound]]


async def load(conn: AsyncConnection, batch: Batch, talks: Mapping[tuple[str, str], Talk], turns: Turns) -> None:
    """Puts into the batch the older messages that these turns refer to, locked, and how the conversations of pictures went on."""
    wanted: dict[bytes, tuple[Talk, set[str]]] = {}
    recent: dict[bytes, Talk] = {}
    for row, inbound in turns:
        thread = talks.get((row.account, row.address))
        if thread is None:
            continue
        # a button says itself where it belongs; what it stands under need not be looked for
        names = {inbound.target, "" if inbound.choice else inbound.reply_to} - {""}
        if names:
            wanted.setdefault(thread.conversation_id, (thread, set()))[1].update(names)
        if inbound.kind in PICTURES or inbound.kind in TOLD_ONCE:
            recent[thread.conversation_id] = thread
    if wanted:
        found = await conn.execute(_referred(wanted.values()))
        for each in found.mappings():
            batch.messages[(each["conversation_id"], each["external_id"])] = dict(each)
    for thread in recent.values():
        if (last := (await conn.execute(_last(thread))).first()) is not None:
            batch.last[thread.conversation_id] = (last.kind, (last.data or {}).get("album", ""))


def _referred(wanted: Iterable[tuple[Talk, set[str]]]) -> sa.Select[Any]:
    """In the order of ids, as everybody locks messages."""
    columns = (MESSAGE.c.id, MESSAGE.c.part, MESSAGE.c.conversation_id, MESSAGE.c.external_id, MESSAGE.c.seq,
               MESSAGE.c.author, MESSAGE.c.body, MESSAGE.c.data)  # fmt: skip
    places = [
        sa.and_(
            MESSAGE.c.conversation_id == thread.conversation_id,
            MESSAGE.c.part == thread.part,
            MESSAGE.c.seq > thread.seq - LOOK_BACK,
            MESSAGE.c.external_id.in_(sorted(names)),
        )
        for thread, names in wanted
    ]
    return sa.select(*columns).where(sa.or_(*places)).order_by(MESSAGE.c.id).with_for_update()


def _last(thread: Talk) -> sa.Select[Any]:
    own = (MESSAGE.c.conversation_id == thread.conversation_id, MESSAGE.c.part == thread.part)
    recent = (MESSAGE.c.seq > thread.seq - 20, MESSAGE.c.author == Author.CITIZEN)
    return sa.select(MESSAGE.c.kind, MESSAGE.c.data).where(*own, *recent).order_by(MESSAGE.c.seq.desc()).limit(1)


# -- together --------------------------------------------------------------------------------------


def continues(batch: Batch, thread: Talk, inbound: Inbound, at: datetime) -> bool:
    """This picture belongs to the one before it: one album, or (where a platform names none) one burst of pictures."""
    kind, album = batch.last.get(thread.conversation_id, ("", ""))
    if inbound.kind not in PICTURES or kind not in PICTURES:
        return False
    if inbound.album or album:
        return inbound.album == album
    return _soon(thread, at)


def told(batch: Batch, thread: Talk, inbound: Inbound, at: datetime) -> bool:
    """The citizen has just been told that this kind cannot be read."""
    return batch.last.get(thread.conversation_id, ("", ""))[0] == inbound.kind and _soon(thread, at)


def _soon(thread: Talk, at: datetime) -> bool:
    before = thread.previous_inbound_at
    return before is not None and at - before < BURST


# -- acts ------------------------------------------------------------------------------------------


def news(batch: Batch, thread: Talk, inbound: Inbound) -> None:
    """A line for the officers; of somebody who has never written to us there is nothing to tell."""
    if thread.is_new or (inbound.kind == "chat_moved" and not thread.address_changed):
        return  # Telegram says it in both chats, and once more to whoever writes into the old one
    told = NEWS[inbound.kind]
    if inbound.moved_from and thread.send_to:
        where = Sentence("obrolan yang baru") if inbound.kind == "chat_moved" else shown(thread.send_to)
        told = Sentence("{news} Balasan di sini sekarang dikirim ke {where}.", news=told, where=where)
    line(batch, thread, told)


def apply(batch: Batch, thread: Talk, inbound: Inbound, at: datetime) -> bool:
    """Does it to the message that it names. False where we have no such message: then it becomes a line of its own."""
    act, message = ACTS.get(inbound.kind), batch.messages.get((thread.conversation_id, inbound.target))
    if act is None or message is None or (message["author"] != Author.CITIZEN and inbound.kind != "reaction"):
        return False
    data = dict(message["data"] or {})
    act(message, data, inbound, inbound.sent_at or at)
    message["data"] = data or None
    batch.message_changed(message)
    return True


def _edited(message: dict[str, Any], data: dict[str, Any], inbound: Inbound, at: datetime) -> None:
    """The newest words are shown, all earlier ones kept. An edit that was overtaken by a later one only joins the history."""
    edits = list(data.get("edits") or ())
    if inbound.location is not None:  # a live location moves for hours: its first place and its last are enough
        place = inbound.location
        if not edits and data.get("location"):
            edits.append({"at": at.isoformat(), "location": data["location"]})
        data["location"] = {"latitude": place.latitude, "longitude": place.longitude, "name": place.name}
    elif (words := sealing.hidden(inbound.text) if data.get(sealing.PRIVATE) else inbound.text) == message["body"]:
        return
    elif data.get("edited_at", "") > at.isoformat():
        edits.append({"at": at.isoformat(), "text": words})
    else:
        edits.append({"at": at.isoformat(), "text": message["body"]})
        message["body"], data["edited_at"] = words, at.isoformat()
    data["edits"] = edits[:1] + edits[1:][1 - MOST_EDITS :]


def _deleted(message: dict[str, Any], data: dict[str, Any], inbound: Inbound, at: datetime) -> None:
    data.setdefault("deleted", at.isoformat())


def _reaction(message: dict[str, Any], data: dict[str, Any], inbound: Inbound, at: datetime) -> None:
    if inbound.emoji:
        data["reactions"] = {"citizen": inbound.emoji}
    else:
        data.pop("reactions", None)


ACTS: dict[str, Callable[[dict[str, Any], dict[str, Any], Inbound, datetime], None]] = {
    "edited": _edited,
    "deleted": _deleted,
    "reaction": _reaction,
}
