"""The changes of one transaction: verbs add to it, `flush` writes it with one executemany a table."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot import clock, wib
from bot.message import Limits
from bot.models import (
    AgencyDelivery,
    Alarm,
    Assignment,
    Author,
    Delivery,
    Errand,
    Follow,
    LinkCode,
    Message,
    Page,
    Review,
    Survey,
    Ticket,
    TicketEvent,
)
from bot.models.base import table
from bot.models.cases import FRESH, line_of
from bot.models.ref import Ref
from bot.store import aliases, boxes, daily, media, quarantine, search, sketch, sla, talk_rows, tally, walks
from bot.store.db import Unit
from bot.store.many import Many, Work, changed, write
from bot.store.talk import Talk

TICKET, EVENT, ASSIGNMENT, SURVEY = table(Ticket), table(TicketEvent), table(Assignment), table(Survey)
ERRAND, REVIEW = table(Errand), table(Review)
AGENCY_DELIVERY = table(AgencyDelivery)
ALARM, PAGE, MESSAGE, LINK_CODE, FOLLOW = table(Alarm), table(Page), table(Message), table(LinkCode), table(Follow)

TICKET_CHANGES = (
    "conversation_id", "state", "urgency", "rank", "officer_id", "updated_at", "first_answer_at", "resolved_at",
    "score", "version", "details", "topic", "subtopic", "place", "place_code", *FRESH,
)  # fmt: skip
_UPDATE_TICKET = Many(
    sa.update(TICKET)
    .where(TICKET.c.id == sa.bindparam("b_id"), TICKET.c.part == sa.bindparam("b_part"))
    .values({name: sa.bindparam(name) for name in TICKET_CHANGES})
)
SURVEY_CHANGES = ("state", "answered_at", "score", "comment")
_UPDATE_SURVEY = Many(
    sa.update(SURVEY)
    .where(SURVEY.c.id == sa.bindparam("b_id"), SURVEY.c.part == sa.bindparam("b_part"))
    .values({name: sa.bindparam(name) for name in SURVEY_CHANGES})
)
ALARM_CHANGES = (
    "ticket_id", "number", "agency", "state", "confirmed", "answer_by", "acknowledged_at", "acknowledged_by",
    "acknowledged_via", "round", "step", "round_at", "next_at", "nobody",
)  # fmt: skip
_UPDATE_ALARM = Many(
    sa.update(ALARM)
    .where(ALARM.c.id == sa.bindparam("b_id"), ALARM.c.part == sa.bindparam("b_part"))
    .values({name: sa.bindparam(name) for name in ALARM_CHANGES})
)
_CANCEL_CALLS = Many(
    sa.update(PAGE)
    .where(
        PAGE.c.alarm_id == sa.bindparam("b_alarm"),
        PAGE.c.part == sa.bindparam("b_part"),
        PAGE.c.next_at.is_not(None),
        PAGE.c.step >= sa.literal_column("0"),
    )
    .values(next_at=sa.null(), error=sa.literal_column("'sudah diterima'"))
)
_END_ASSIGNMENT = Many(
    sa.update(ASSIGNMENT)
    .where(
        ASSIGNMENT.c.ticket_id == sa.bindparam("b_ticket"),
        ASSIGNMENT.c.part == sa.bindparam("b_part"),
        ASSIGNMENT.c.ended_at.is_(None),
    )
    .values(ended_at=sa.bindparam("b_at"), silent_at=sa.null())
)
_UPDATE_MESSAGE = Many(
    sa.update(MESSAGE)
    .where(MESSAGE.c.id == sa.bindparam("b_id"), MESSAGE.c.part == sa.bindparam("b_part"))
    .values(body=sa.bindparam("b_body"), data=sa.bindparam("b_data", type_=MESSAGE.c.data.type))
)
_INSERTS = {  # in an order that a reader of half a transaction could live with
    "ticket": Many(sa.insert(TICKET), TICKET.c.keys()),
    "ticket_event": Many(sa.insert(EVENT), EVENT.c.keys()),
    "assignment": Many(sa.insert(ASSIGNMENT), ASSIGNMENT.c.keys()),
    "follow": Many(sa.insert(FOLLOW), FOLLOW.c.keys()),
    "survey": Many(sa.insert(SURVEY), SURVEY.c.keys()),
    "alarm": Many(sa.insert(ALARM), ALARM.c.keys()),
    "page": Many(sa.insert(PAGE), PAGE.c.keys()),
    "agency_delivery": Many(sa.insert(AGENCY_DELIVERY), AGENCY_DELIVERY.c.keys()),
    "message": boxes.INSERT_MESSAGE,
    "media": media.INSERT_MEDIA,
    "outbox": boxes.INSERT_OUTBOX,
    "review": Many(sa.insert(REVIEW), REVIEW.c.keys()),
    "errand": Many(sa.insert(ERRAND), ERRAND.c.keys()),
    "link_code": Many(sa.insert(LINK_CODE), LINK_CODE.c.keys()),
    **sla.INSERTS,
}
MOVES_CLOCKS = frozenset({"moved", "answered", "urgency", "topic"})
"""Rows of a ticket's history after which its clocks are worked out anew, by a timer: whichever verb wrote them."""
CLOCKS = "sla"
"""That timer's kind; its subject is the ticket."""


class Batch:
    """Tickets and surveys are plain rows (dicts) here: loaded, changed by verbs, written whole."""

    def __init__(self, now: datetime, limits: Mapping[str, Limits] | None = None) -> None:
        self.now = now
        self.limits: Mapping[str, Limits] = limits or {}
        """Of the channels, by name: what a verb that speaks must know of them."""
        self.talks: dict[bytes, Talk] = {}
        self.tickets: dict[bytes, dict[str, Any]] = {}
        self.surveys: dict[bytes, dict[str, Any]] = {}
        """Open or last surveys by their ticket's id."""
        self.alarms: dict[bytes, dict[str, Any]] = {}
        """The alarms of this batch's conversations."""
        self.messages: dict[tuple[bytes, str], dict[str, Any]] = {}
        """Messages that a turn may refer to, by conversation and external id: loaded ones, and citizens' own of this batch."""
        self.last: dict[bytes, tuple[str, str]] = {}
        """Kind and album of a citizen's last message, by conversation, where a turn wants to know."""
        self.queue_changed = False
        self.known: dict[bytes, tuple[Any, ...]] = {}
        """By address: reports that may be about the same thing as the one that is about to be sent."""
        self.claims: dict[aliases.Key, Ref] = {}
        """Names that belong to these contacts from now on."""
        self.counted: list[str] = []
        """What has happened and is counted once it is written."""
        self._walks: dict[tuple[str, int, str], tuple[int, int]] = {}
        """How often a step of a flow was reached, answered, left, and by whom."""
        self._changed_alarms: dict[bytes, dict[str, Any]] = {}
        self._cancelled: list[dict[str, Any]] = []
        self._changed_tickets: dict[bytes, dict[str, Any]] = {}
        self._changed_surveys: dict[bytes, dict[str, Any]] = {}
        self._changed_messages: dict[bytes, dict[str, Any]] = {}
        self._ended: list[dict[str, Any]] = []
        self._suspects: dict[bytes, tuple[Ref, str]] = {}
        self._timers: list[dict[str, Any]] = []
        self._changed_clocks: list[dict[str, Any]] = []
        self._counts: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._days: defaultdict[tuple[date, str], int] = defaultdict(int)
        self._inserts: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def touch(self, talk_: Talk) -> None:
        """This conversation is written at the end."""
        self.talks[talk_.address_id] = talk_

    def walked(self, talk_: Talk, id_: str, kind: str) -> None:
        """What this citizen did at a step of a flow."""
        times, who = self._walks.get((id_, talk_.part, kind), (0, 0))
        self._walks[id_, talk_.part, kind] = times + 1, who | sketch.bit(talk_.address_id)

    def insert(self, table_name: str, row: dict[str, Any]) -> None:
        self._inserts[table_name].append(row)

    def event(self, ticket: dict[str, Any], kind: str, actor: str, officer_id: int | None = None, *,
              before: str = "", after: str = "", why: str = "") -> None:  # fmt: skip
        """One row of the ticket's history, and the ticket is written at the end."""
        self.insert(
            "ticket_event",
            {
                "id": clock.new_id(), "part": ticket["part"], "ticket_id": ticket["id"], "at": self.now, "kind": kind,
                "actor": actor, "officer_id": officer_id, "before": before, "after": after, "why": why,
            },
        )  # fmt: skip
        if kind in ("opened", "moved"):
            self._tally(before, -1, ticket["part"])
            self._tally(after, 1, ticket["part"])
        if kind in MOVES_CLOCKS:
            self.timer(CLOCKS, Ref(ticket["id"], ticket["part"]), self.now)
        ticket["updated_at"] = self.now
        ticket["version"] += 1
        self._changed_tickets[ticket["id"]] = ticket

    def _tally(self, state: str, by: int, part: int) -> None:
        if state:
            self._counts[(str(state), part)] += by

    def count(self, name: str, at: datetime, by: int = 1) -> None:
        """One of the counts of days; `name` as `policy.measures` spells it."""
        self._days[wib.day(at), name] += by

    def clock_changed(self, clock_: dict[str, Any]) -> None:
        self._changed_clocks.append(clock_)

    def alarm_changed(self, alarm: dict[str, Any]) -> None:
        self._changed_alarms[alarm["id"]] = alarm

    def cancel_calls(self, alarm: Ref) -> None:
        """What has not left yet does not leave any more."""
        self._cancelled.append({"b_alarm": alarm.id, "b_part": alarm.part})

    def suspect(self, talk_: Talk, reason: str) -> None:
        """The machine suggests quarantine for this sender; humans decide, and nothing else changes."""
        self._suspects[talk_.contact_id] = (Ref(talk_.contact_id, talk_.contact_part), reason)

    def survey_changed(self, survey: dict[str, Any]) -> None:
        self._changed_surveys[survey["id"]] = survey

    def message_changed(self, message: dict[str, Any]) -> None:
        """Its body and data are written at the end."""
        self._changed_messages[message["id"]] = message

    def end_assignment(self, ticket: dict[str, Any]) -> None:
        self._ended.append({"b_ticket": ticket["id"], "b_part": ticket["part"], "b_at": self.now})

    def timer(self, kind: str, ref: Ref, due_at: datetime) -> None:
        self._timers.append({"id": clock.new_id(), "part": ref.part, "kind": kind, "ref": ref.id, "due_at": due_at})

    async def flush(self, unit: Unit, *more: Work, last: bool = False) -> None:
        """Writes everything, and `more`, inside the unit's transaction; notes what must be told after its commit. `last`: the unit
        ends here, so that it may be written together with the commit."""
        fresh = {row["id"] for row in self._inserts.get("ticket", ())}
        for ticket in self._changed_tickets.values():
            about = ticket["topic"], ticket["subtopic"]
            if ticket["line"] not in (line_of(*about), line_of(*about, apart=True)):
                ticket["line"] = line_of(*about)
        tickets = [changed(row, TICKET_CHANGES) for id_, row in self._changed_tickets.items() if id_ not in fresh]
        raised = {row["id"] for row in self._inserts.get("alarm", ())}
        alarms = [changed(row, ALARM_CHANGES) for id_, row in self._changed_alarms.items() if id_ not in raised]
        fresh |= {row["id"] for row in self._inserts.get("message", ())} if self._changed_messages else set()
        messages = [_message_change(row) for id_, row in sorted(self._changed_messages.items()) if id_ not in fresh]
        part = min((each.part for each in self.talks.values()), default=0)
        work = [
            *talk_rows.work(self.talks.values(), self.now),
            aliases.work(unit.conn, self.claims, self.now),
            (_END_ASSIGNMENT, self._ended),
            *((statement, self._inserts.get(name, ())) for name, statement in _INSERTS.items()),
            (_UPDATE_MESSAGE, messages),
            (_UPDATE_TICKET, tickets),
            (_UPDATE_SURVEY, [changed(row, SURVEY_CHANGES) for row in self._changed_surveys.values()]),
            (_UPDATE_ALARM, alarms),
            (_CANCEL_CALLS, self._cancelled),
            (sla.UPDATE_CLOCK, [changed(row, sla.CLOCK_CHANGES) for row in self._changed_clocks]),
            tally.work(unit.conn, self._counts),
            boxes.timers(unit.conn, self._timers),
            walks.work(unit.conn, self._walks, self.now),
            daily.work(unit.conn, self._days, part),
            search.work(unit.conn, self._found_by()),
            *more,
        ]
        if last and not self._suspects:
            unit.last += work
        else:
            await write(unit.conn, work)
        if self._inserts.get("media"):
            unit.hints.add("media")
        for contact, reason in self._suspects.values():
            await quarantine.suggest_quarantine(unit.conn, contact, reason, self.now)
        unit.outbox += self._inserts.get("outbox", ())
        unit.counted += self.counted
        for each in self.talks.values():
            unit.changed(each.ref)
            if each.epoch_rose:
                unit.epochs[each.conversation_id] = each.epoch
            if each.account.startswith("web:"):
                unit.hints.add(f"w:{each.address}")
        if self.queue_changed:
            unit.queue_changed()
        if self._changed_alarms:
            unit.hints.add("alarm")
        if self._inserts.get("errand"):
            unit.hints.add("errand")

    def _found_by(self) -> list[dict[str, Any]]:
        """What the index learns: new reports, and what people write while a case is with people. The bot's talk costs it nothing."""
        spoken = [row for row in self._inserts.get("message", ()) if row["author"] in search.HEARD]
        found = []
        for ticket in self._inserts.get("ticket", ()):
            if talk_ := self.talks.get(ticket["address_id"]):
                numbers = (talk_.phone, talk_.address)
                found.append(search.report(ticket, talk_.name, talk_.username, numbers))
        given = (row for row in self._changed_tickets.values() if row["agency"] and row["dispatched_at"] == self.now)
        found += [search.dispatched(ticket) for ticket in given]
        talks = {each.conversation_id: each for each in self.talks.values()} if spoken else {}
        for row in spoken:
            talk_ = talks.get(row["conversation_id"])
            if talk_ and talk_.ticket_id and (row["author"] != Author.CITIZEN or talk_.owner in search.LISTENS):
                found.append(search.line(row, talk_.ticket_id, talk_.name))
        return found


def _message_change(row: dict[str, Any]) -> dict[str, Any]:
    return {"b_id": row["id"], "b_part": row["part"], "b_body": row["body"], "b_data": row["data"]}


def message_row(talk_: Talk, author: str, at: datetime, *, body: str, kind: str = "text",
                data: dict[str, Any] | None = None, delivery: str = Delivery.NONE, officer_id: int | None = None,
                external_id: str | None = None, key: str | None = None) -> dict[str, Any]:  # fmt: skip
    """The next message of a conversation; its `seq` has no gaps because the conversation is locked."""
    talk_.seq += 1
    return {
        "id": clock.new_id(),
        "part": talk_.part,
        "conversation_id": talk_.conversation_id,
        "seq": talk_.seq,
        "author": author,
        "officer_id": officer_id,
        "kind": kind,
        "body": body,
        "data": data,
        "at": at,
        "external_id": external_id,
        "delivery": delivery,
        "error": "",
        "key": key,
    }
