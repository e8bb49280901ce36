"""A turn that fails for a reason of ours: the case goes to the officers with all that was gathered, and the citizen hears so."""

from typing import Any

from bot.engine.effects import HandOff, Say
from bot.engine.texts import text
from bot.errors import WargiError
from bot.message import Inbound
from bot.models import Author, Owner, Quarantine, Urgency
from bot.models.ref import Ref
from bot.store import boxes, cases, talk
from bot.store.batch import Batch, message_row
from bot.store.db import Unit
from bot.store.talk import Talk
from bot.turn import House, handoff
from bot.turn.say import say
from bot.turn.words import links

FAULT = "fault"
"""Why the ticket was opened."""


async def item(unit: Unit, house: House, row: boxes.Row, reason: str) -> None:
    """Instead of this inbox row's turn: its words are stored, the row is parked with its reason."""
    batch = house.batch()
    found = _read(house, row)
    if row.kind == "message" and row.address and (found is None or not found.silent):
        talks = await talk.load(unit.conn, {(row.account, row.address)})
        thread = talks.get((row.account, row.address)) or talk.new(row.account, row.address, batch.now)
        await cases.load(unit.conn, batch, [ref for ref in [handoff.ticket_ref(thread)] if ref])
        words = found.text if found else ""
        message = message_row(
            thread, Author.CITIZEN, row.received_at, body=words, kind=found.kind if found else "unsupported",
            external_id=row.external_id[:512],
        )  # fmt: skip
        batch.insert("message", message)
        thread.previous_inbound_at, thread.last_inbound_at = thread.last_inbound_at, row.received_at
        batch.touch(thread)
        if row.urgent == 1:
            thread.urgency = Urgency.CRITICAL
        _hand_over(batch, house, thread, words)
    await batch.flush(unit, boxes.park([(row.id, row.part, reason)]))


async def conversation(unit: Unit, house: House, subject: Ref) -> None:
    """Instead of a timer's turn, which would fail the next time too."""
    batch = house.batch()
    thread = await talk.of_conversation(unit.conn, subject)
    if thread.conversation_id == subject.id:
        await cases.load(unit.conn, batch, [ref for ref in [handoff.ticket_ref(thread)] if ref])
        _hand_over(batch, house, thread, "")
        await batch.flush(unit)


def _read(house: House, row: boxes.Row) -> Inbound | None:
    channel = house.channels.get(row.account.partition(":")[0])
    try:
        found = channel.parse(row.kind, row.raw) if channel else None
    except WargiError:
        return None
    return found if isinstance(found, Inbound) else None


def _hand_over(batch: Batch, house: House, thread: Talk, words: str) -> None:
    if thread.owner not in (Owner.BOT, Owner.SURVEY) or thread.quarantine == Quarantine.HELD:
        return  # officers have it already, or nobody is to be answered
    ticket = handoff.hand_off(batch, house, thread, gathered(thread.session, words))
    thread.session = None
    say(batch, thread, Say(text(house.flows, "trouble", thread.language), notice=True), links(house, ticket))


def gathered(session: dict[str, Any] | None, words: str) -> HandOff:
    """What can be read of a session, however damaged: it may be what the turn failed over."""
    kept: Any = (session or {}).get("answers")
    answers = {str(name): value for name, value in kept.items()} if isinstance(kept, dict) else {}
    told = [answers.get("details"), *_list(session, "extra"), *_list(session, "lines"), words]
    fields = {name: str(answers.get(name) or "") for name in ("topic", "subtopic", "place")}
    sealed = tuple(str(name) for name in _list(session, "sealed"))
    return HandOff(
        FAULT, **fields, details="\n".join(str(each) for each in told if each), answers=answers, sealed=sealed
    )


def _list(session: dict[str, Any] | None, name: str) -> list[Any]:
    found = (session or {}).get(name)
    return found if isinstance(found, list) else []
