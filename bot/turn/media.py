"""Citizens' files: written down with their message, and asked for again, kindly and once, when they cannot be had."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot import clock
from bot.engine.effects import Say
from bot.engine.texts import text
from bot.errors import NotFound
from bot.message import Inbound, clean
from bot.models import MediaState, Owner
from bot.models.ref import Ref
from bot.store import media, talk
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.turn import House
from bot.turn.say import say

BURST = timedelta(minutes=10)
"""Files that came within so long of one another are one burst: one request is enough for them."""
LATE = timedelta(hours=23)
"""Nobody is asked about a file of yesterday: the platform may not let us write any more, and they have gone on."""
MOST = 2**31 - 1


def record(batch: Batch, account: str, message: Mapping[str, Any], inbound: Inbound) -> None:
    """One row a file, in the transaction of its message."""
    for position, file in enumerate(inbound.attachments):
        batch.insert(
            "media",
            {
                "id": clock.new_id(), "part": message["part"], "message_id": message["id"],
                "conversation_id": message["conversation_id"], "position": position, "account": account,
                "kind": file.kind, "ref": file.ref, "mime": clean(file.mime, 128), "name": clean(file.name, 256),
                "size": min(max(file.size, 0), MOST), "state": MediaState.PENDING, "attempts": 0, "next_at": batch.now,
                "error": "", "sha256": "", "type": "", "clean": "", "clean_type": "", "thumb": "", "width": 0, "height": 0,
                "seconds": None, "asked_at": None, "created_at": batch.now, "fetched_at": None,
            },
        )  # fmt: skip


def keep(batch: Batch, account: str, message: Mapping[str, Any], kind: str, name: str, row: Mapping[str, Any]) -> Ref:
    """A file of ours that lies on the shelf already; `row`: what `put_away` said of it."""
    media_id = clock.new_id()
    blank = {"clean": "", "clean_type": "", "thumb": "", "width": 0, "height": 0, "seconds": None, "asked_at": None}
    batch.insert(
        "media",
        {
            "id": media_id, "part": message["part"], "message_id": message["id"],
            "conversation_id": message["conversation_id"], "position": 0, "account": account, "kind": kind, "ref": "",
            "mime": row["type"], "name": clean(name, 256), "attempts": 0, "next_at": batch.now, "created_at": batch.now,
            "fetched_at": batch.now, **blank, **row,
        },
    )  # fmt: skip
    return Ref(media_id, message["part"])


def _request(row: Mapping[str, Any], error: str) -> str:
    """Which text asks for it."""
    if error == "too_big":
        return "file_too_big"
    if error in ("markup", "program", "archive", "unknown"):
        return "file_refused"
    return {"image": "photo_lost", "voice": "voice_lost", "audio": "voice_lost"}.get(row["kind"], "file_lost")


async def ask_again(unit: Unit, house: House, row: Mapping[str, Any], error: str) -> None:
    """Once a burst, and only while the bot speaks or the citizen waits: an officer asks in their own words."""
    conversation = Ref(row["conversation_id"], row["part"])
    now = clock.now()
    if row["kind"] == "sticker" or now - row["created_at"] > LATE:
        return
    try:
        thread = await talk.of_conversation(unit.conn, conversation)  # locks it: two files cannot ask at once
    except NotFound:
        return
    if thread.conversation_id != conversation.id or thread.owner not in (Owner.BOT, Owner.QUEUE):
        return
    if await media.asked_near(unit.conn, conversation, row["created_at"], BURST):
        return
    batch = Batch(now, house.limits)
    batch.touch(thread)
    say(batch, thread, Say(text(house.flows, _request(row, error), thread.language), notice=True))
    await batch.flush(unit)
    await media.asked(unit.conn, Ref(row["id"], row["part"]), now)
