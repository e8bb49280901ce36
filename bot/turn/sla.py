"""A ticket's clocks begin and are woken here; `deadline.py` works them out.

No verb knows of clocks. A row of history (`Batch.event`) or an officer's reply sets the ticket's one timer; when it rings,
everything is worked out anew from the history, with the times that stand there, so nothing is lost however late it rings.
"""

from datetime import datetime, timedelta
from typing import Any

from bot import clock
from bot.models.ref import Ref
from bot.policy import sla
from bot.policy.norms import Subject
from bot.policy.sla import Clock, Event, Reading
from bot.store.batch import CLOCKS, Batch
from bot.store.talk import Talk
from bot.turn import House

SOON = timedelta(seconds=1)
"""Lines of a burst are looked at together."""
Row = dict[str, Any]


def subject_of(ticket: Row) -> Subject:
    klass = str(ticket.get("external_class") or "")
    return Subject(ticket["urgency"], ticket["topic"], klass, ticket["place_code"], ticket["subtopic"])


def opened(batch: Batch, house: House, ticket: Row) -> None:
    """The clocks of a new ticket, in the transaction that makes it."""
    norms = house.triage.norms
    following: list[datetime] = []
    for each in sla.replay([Event(batch.now, sla.OPENED)], subject_of(ticket)):
        reading = sla.read(each, norms, batch.now)
        if reading is not None:
            batch.insert("sla_clock", clock_row(ticket, each, reading, {}))
            following += filter(None, (reading.warn_at, reading.due_at))
    if following:
        batch.timer(CLOCKS, Ref(ticket["id"], ticket["part"]), min(following))


def wrote(batch: Batch, talk: Talk) -> None:
    """Somebody wrote in a talk that an officer holds: an answer may be due, or may have come."""
    if talk.ticket_id is not None:
        batch.timer(CLOCKS, Ref(talk.ticket_id, talk.part), batch.now + SOON)


def clock_row(ticket: Row, each: Clock, reading: Reading, before: Row) -> Row:
    pause = each.pause
    return {
        "id": before.get("id") or clock.new_id(), "part": ticket["part"], "ticket_id": ticket["id"], "kind": each.kind,
        "round": each.round, "party": each.party, "calendar": reading.norm.calendar,
        "budget": int(reading.norm.budget.total_seconds()), "urgency": each.subject.urgency, "topic": each.subject.topic,
        "started_at": each.started_at, "due_at": reading.due_at, "warn_at": reading.warn_at,
        "paused_at": pause.since if pause else None, "paused_for": pause.ball if pause else "",
        "stopped_at": each.stopped_at, "outcome": reading.outcome, "used": int(reading.used.total_seconds()),
        "warned_at": before.get("warned_at"), "breached_at": before.get("breached_at"),
    }  # fmt: skip
