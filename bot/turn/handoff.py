"""Tickets are opened and cases come to the officers' queue here."""

from datetime import datetime, timedelta
from typing import Any

from bot import clock, failpoint
from bot.engine.effects import HandOff, OpenTicket, Say
from bot.engine.texts import text
from bot.models import WAITING, Owner, State, Urgency
from bot.models.cases import FRESH
from bot.models.ref import Ref
from bot.policy import moves, number, rank
from bot.store.batch import Batch
from bot.store.talk import Talk
from bot.turn import House, sealing, sla, topic, waiting
from bot.turn.say import say
from bot.turn.words import links

NUMBER_BITS = 27


def open_ticket(batch: Batch, house: House, talk: Talk, what: OpenTicket | HandOff, reason: str) -> dict[str, Any]:
    """A ticket in the queue with everything that was gathered; its number encodes the part."""
    now = batch.now
    urgency, talk.urgency = talk.urgency or Urgency.NORMAL, ""
    ticket: dict[str, Any] = {
        "id": clock.new_id(), "part": talk.part, "number": number.make(talk.part, clock.random_bits(NUMBER_BITS)),
        "conversation_id": talk.conversation_id, "address_id": talk.address_id, "contact_id": talk.contact_id,
        "contact_part": talk.contact_part, "account": talk.account, "language": talk.language or "id",
        "state": State.QUEUED, "urgency": urgency, "rank": rank.rank(now, urgency), "topic": what.topic,
        "subtopic": what.subtopic, "place": what.place, "place_code": str(what.answers.get("place_code") or ""),
        "details": what.details, "answers": sealing.seal(house.vault, what.answers, what.sealed),
        "guess": topic.guessed(house.triage, what.details),
        "reason": reason, "officer_id": None, "opened_at": now, "updated_at": now, "first_answer_at": None,
        "resolved_at": None, "score": None, "version": 0, **FRESH,
        "line": house.triage.routing.line(what.topic, what.subtopic),
    }  # fmt: skip
    failpoint.here("ticket.insert")
    batch.insert("ticket", ticket)
    batch.tickets[ticket["id"]] = ticket
    batch.event(ticket, "opened", "citizen", after=State.QUEUED, why=reason)
    sla.opened(batch, house, ticket)
    if elsewhere := what.answers.get("elsewhere"):
        batch.event(ticket, "outside", "citizen", why=str(elsewhere))
    batch.queue_changed = True
    talk.ticket_id = ticket["id"]
    return ticket


def hand_off(batch: Batch, house: House, talk: Talk, what: HandOff) -> dict[str, Any]:
    """To the queue at once. A ticket of this conversation that still waits is taken along instead of opening a second one."""
    ticket = batch.tickets.get(talk.ticket_id) if talk.ticket_id else None
    if ticket is not None and ticket["state"] in WAITING and not what.topic and not what.details:
        batch.event(ticket, "asked", "citizen", why=what.reason)
    else:
        ticket = open_ticket(batch, house, talk, what, what.reason)
    failpoint.here("handoff.insert")
    talk.owner = Owner.QUEUE
    waiting.handed(batch, talk)
    batch.queue_changed = True
    return ticket


def move(
    batch: Batch, ticket: dict[str, Any], after: State, actor: str, officer_id: int | None = None, why: str = ""
) -> None:
    """One allowed move and its row of history. Raises `Conflict` for any other."""
    before = ticket["state"]
    moves.check(before, after)
    ticket |= moves.consequences(ticket, after)
    # who asked the citizen keeps the case until the answer is there
    ticket["officer_id"] = officer_id if after in (State.ASSIGNED, State.WAITING_CITIZEN) else None
    batch.queue_changed = True
    batch.event(ticket, "moved", actor, officer_id, before=before, after=after, why=why)


def leave_queue(batch: Batch, house: House, talk: Talk, cancel: bool) -> None:
    """The citizen would rather talk to the bot again; with `cancel` the waiting ticket ends, else it keeps its place."""
    ticket = batch.tickets.get(talk.ticket_id) if talk.ticket_id else None
    if cancel and ticket is not None and ticket["state"] == State.QUEUED:
        move(batch, ticket, State.CANCELLED, "citizen")
        say(batch, talk, Say(text(house.flows, "queue_cancelled", talk.language), notice=True), links(house, ticket))
    talk.owner = Owner.BOT
    talk.end_epoch()
    talk.session = None
    batch.touch(talk)


def ticket_ref(talk: Talk) -> Ref | None:
    return Ref(talk.ticket_id, talk.part) if talk.ticket_id else None


def later(now: datetime, hours: float) -> datetime:
    return now + timedelta(hours=hours)
