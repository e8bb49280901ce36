"""What happens because time passed: each timer is one verb, run under the lock of its conversation."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot import clock, courier, failpoint
from bot.errors import Conflict, NotFound
from bot.models.ref import Ref
from bot.store import boxes, cases, talk
from bot.store.batch import CLOCKS, Batch
from bot.store.db import Unit
from bot.turn import (
    House,
    alarm,
    asleep,
    deadline,
    dialogue,
    findings,
    happened,
    identity,
    incident,
    known,
    linking,
    moved,
    outside,
    pace,
    patience,
    postpone,
    receipt,
    renewal,
    survey,
    verify,
    waiting,
)  # fmt: skip


async def _quiet(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """Somebody stopped typing."""
    thread = await talk.of_conversation(unit.conn, subject)
    if thread.conversation_id == subject.id:
        dialogue.quiet(batch, house, thread)


async def _waited(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """A step has waited long enough."""
    thread = await talk.of_conversation(unit.conn, subject)
    if thread.conversation_id == subject.id:
        dialogue.waited(batch, house, thread)


async def _asleep(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """Nobody has written for long."""
    thread = await talk.of_conversation(unit.conn, subject)
    if thread.conversation_id == subject.id:
        asleep.ring(batch, house, thread)


async def _survey(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """Nobody answered the question for a rating."""
    row = await cases.survey(unit.conn, subject)
    if row is None:
        return
    thread, _ = await cases.open_for(unit.conn, batch, Ref(row["ticket_id"], subject.part))
    if (current := batch.surveys[row["ticket_id"]])["id"] == subject.id:
        survey.expire(batch, thread, current)


async def _forgotten(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """Somebody in a harmful situation has left the bot's questions unanswered."""
    thread = await talk.of_conversation(unit.conn, subject)
    if thread.conversation_id == subject.id:
        alarm.forgotten(batch, house, thread)


async def _status(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """A status whose message nobody knew: it goes through the inbox again."""
    await boxes.awake(unit.conn, subject)


async def _known(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """Somebody known has written from a new address."""
    await moved.met(unit, batch, subject)


async def _linked(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """A code that was given here has been typed elsewhere."""
    await linking.told(unit, batch, house, subject)


async def _window(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """Soon free words will not reach this citizen any more."""
    thread = await talk.of_conversation(unit.conn, subject)
    if thread.conversation_id == subject.id and thread.ticket_id:
        await cases.load(unit.conn, batch, [Ref(thread.ticket_id, thread.part)])
        outside.closes_soon(batch, house, thread)


VERBS: dict[str, Callable[[Unit, Batch, House, Ref], Awaitable[None]]] = {
    dialogue.QUIET: _quiet,
    dialogue.LATER: _waited,
    dialogue.LOOKUP: findings.looked_up,
    dialogue.ERRAND: findings.answered,
    happened.HAPPENED: happened.happened,
    asleep.ASLEEP: _asleep,
    survey.EXPIRES: _survey,
    alarm.FORGOTTEN: _forgotten,
    receipt.AGAIN: _status,
    identity.KNOWN: _known,
    linking.LINKED: _linked,
    known.DONE: known.tell,
    CLOCKS: deadline.tick,
    waiting.WAIT: waiting.tell,
    waiting.ASKED: waiting.tell_asked,
    pace.PAUSE: patience.over,
    incident.ENDS: incident.over,
    outside.CLOSES: _window,
    postpone.DUE: postpone.resume,
    verify.VERIFIED: verify.confirmed,
    courier.REPORT: courier.report,
    renewal.RENEW: renewal.tell,
}


async def ring_clocks(unit: Unit, house: House, rows: Sequence[boxes.Row]) -> None:
    """Timers of deadlines, all in one transaction with few statements. Raises `Conflict` when one was set anew meanwhile: nothing is written then."""
    act = await deadline.tick_all(unit, house, [Ref(row.ref, row.part) for row in rows])
    if not await boxes.drop_timers(unit.conn, [Ref(row.id, row.part) for row in rows]):
        raise Conflict("a deadline has moved")
    await act()
    failpoint.here("deadline.before_commit")


BULK = frozenset({known.DONE, outside.CLOSES})
"""News for many, for which nobody waits: while a crowd waits for answers these do not ring."""
OF_TALK = frozenset({dialogue.QUIET, dialogue.LATER, dialogue.LOOKUP, happened.HAPPENED, asleep.ASLEEP})
"""Kinds whose subject is a conversation, and that would fail again: officers take it over."""
UNKNOWN_WAIT = timedelta(minutes=1)


async def ring(unit: Unit, house: House, kind: str, subject: Ref, timer: bytes) -> str:
    """Runs one timer's verb and drops the timer, in one transaction: it rings once. Returns the outcome's name."""
    verb = VERBS.get(kind)
    if verb is None:  # a newer version's: it stays for those who know it
        await boxes.postpone_timer(unit.conn, Ref(timer, subject.part), clock.now() + UNKNOWN_WAIT)
        return "unknown"
    batch, outcome = house.batch(), "done"
    try:
        await verb(unit, batch, house, subject)  # locks the conversation first, as every turn does
    except NotFound:
        outcome = "gone"
    if not await boxes.drop_timer(unit.conn, Ref(timer, subject.part)):
        return "moved"
    if outcome == "done":
        await batch.flush(unit)
    failpoint.here("timer.before_commit")
    return outcome
