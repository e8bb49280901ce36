"""A sender who writes more than anybody can answer is answered a little later, once for all of it; humans are told why.

Words of danger, officers' talks and the queue never come here. What is written meanwhile is stored like any other message.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import RowMapping

from bot.engine.effects import Said, Say
from bot.engine.match import normalise
from bot.engine.texts import text
from bot.message import Attachment, Location
from bot.models import Owner, Quarantine
from bot.models.ref import Ref
from bot.policy.patience import LONG
from bot.store import quarantine, talk
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.turn import House, dialogue, pace
from bot.turn.say import say

MOST = 50
"""Messages that one late answer looks at; all are stored, and officers read all."""


async def over(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """The pause is over: one answer to all that was written in it. An officer who has it by now answers instead."""
    thread = await talk.of_conversation(unit.conn, subject)
    if thread.conversation_id != subject.id or "since" not in (thread.pace or {}):
        return
    thread.pace = dict(thread.pace or {})
    since = int(thread.pace.pop("since"))
    batch.touch(thread)
    if thread.owner != Owner.BOT or thread.quarantine == Quarantine.HELD:
        return
    rows = await quarantine.said_since(unit.conn, thread.ref, max(since, thread.seq - MOST))
    heard = together(house, rows)
    if heard is None:
        say(batch, thread, Say(text(house.flows, "patience_short", thread.language)))
    else:
        dialogue.respond(batch, house, thread, heard)


def together(house: House, rows: Sequence[RowMapping]) -> Said | None:
    """Several messages as one: what is more than a few words joined, each once, else the last. None where all only disturbs."""
    useful = [row for row in rows if not (row["body"] and pace.disturbs(house, row["body"]))]
    if not useful:
        return None
    if len(useful) == 1 or (useful[-1]["data"] or {}).get("choice"):
        return _one(useful[-1])
    lines = {normalise(row["body"]): row["body"] for row in useful if len(row["body"].split()) >= LONG}
    files = tuple(each for row in useful for each in _one(row).attachments)
    last = _one(useful[-1])
    return Said("\n".join(lines.values()) or last.text, kind=last.kind, attachments=files, location=last.location)


def _one(row: RowMapping) -> Said:
    """A stored message as it was heard."""
    data: dict[str, Any] = row["data"] or {}
    files = tuple(
        Attachment(each["kind"], each["ref"], each["mime"], each["name"], each["size"])
        for each in data.get("attachments", ())
    )
    spot = data.get("location")
    place = Location(spot["latitude"], spot["longitude"], spot["name"]) if spot else None
    return Said(row["body"], str(data.get("choice", "")), row["kind"], files, place)
