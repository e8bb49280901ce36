"""Deadlines: what a ticket's history says of its clocks becomes rows, a warning before the end and an action after it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence, Set
from datetime import datetime

from bot import clock
from bot.errors import NotFound, Sentence
from bot.models import Author, Officer, Owner, PageState, Role, State, Urgency
from bot.models.ref import Ref
from bot.policy import rank, sla
from bot.policy.norms import NOTHING, QUEUE, RAISE
from bot.policy.sla import Clock, Event, Reading
from bot.store import alarms, cases
from bot.store import sla as rows
from bot.store.batch import CLOCKS, Batch
from bot.store.db import Unit
from bot.store.sla import Loaded
from bot.turn import House
from bot.turn.handoff import move
from bot.turn.happened import HAPPENED
from bot.turn.say import line
from bot.turn.sla import Row, clock_row, subject_of

BREATH = 16
"""Tickets without a pause."""
WARN, BREACH = "warn", "breach"
OVER = "tenggat lewat"
"""Why, in the history."""


async def tick(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """Works a ticket's clocks out, warns, acts, and sets the timer for what comes next. Raises `NotFound`."""
    await cases.hold(unit.conn, [subject])  # first of all: whoever has the conversation may want to set this timer
    loaded = await rows.load(unit.conn, [subject])
    if subject.id not in loaded:
        raise NotFound("tiket tidak ditemukan")
    for ticket, actions in await _work(unit, batch, house, loaded.values()):
        await _act(unit, batch, ticket, actions)


async def tick_all(unit: Unit, house: House, subjects: Sequence[Ref]) -> Callable[[], Awaitable[None]]:
    """The same for many tickets with one SELECT a table: after a night thousands are due at once. Writes the clocks; what is to be
    done about the tickets is left to the caller, for when the timers are dropped."""
    await cases.hold(unit.conn, subjects)
    batch = Batch(clock.now())
    acts = await _work(unit, batch, house, (await rows.load(unit.conn, subjects)).values())

    async def act() -> None:
        await batch.flush(unit)
        for ticket, actions in acts:  # one after another: two tickets may share a conversation
            own = Batch(batch.now)
            await _act(unit, own, ticket, actions)
            await own.flush(unit)

    return act


async def _work(unit: Unit, batch: Batch, house: House, loaded: Iterable[Loaded]) -> list[tuple[Row, Set[str]]]:
    """Clocks, pauses, warnings and timers of these tickets; returns what must be done to which."""
    told: list[tuple[Row, str, Row]] = []
    acts: list[tuple[Row, Set[str]]] = []
    ended: list[Row] = []
    for n, each in enumerate(loaded, 1):
        if n % BREATH == 0:  # two hundred tickets together: webhooks that knock meanwhile are heard
            await asyncio.sleep(0)
        if house.flows.awaits:
            batch.timer(HAPPENED, Ref(each.ticket["conversation_id"], each.ticket["part"]), batch.now)
        warned, late = await _one(unit, batch, house, each, ended)
        told += [(each.ticket, WARN, row) for row, _ in warned]
        told += [(each.ticket, BREACH, row) for row, reading in late if reading.norm.breach != NOTHING]
        if actions := {reading.norm.breach for _, reading in late} & {RAISE, QUEUE}:
            acts.append((each.ticket, actions))
    if ended:
        statement, changes = rows.end_pauses(ended)
        await statement(unit.conn, changes)
    if told:
        await _tell(unit, batch, house, told)
        unit.queue_changed()
        unit.hints.add("alarm")
    return acts


Shown = list[tuple[Row, Reading]]


async def _one(unit: Unit, batch: Batch, house: House, each: Loaded, ended: list[Row]) -> tuple[Shown, Shown]:
    """One ticket; returns the clocks that somebody must be warned of, and those that are late since now."""
    ticket, now = each.ticket, batch.now
    late: Shown = []
    warned: Shown = []
    following: list[datetime] = []
    for found in sla.replay(await _history(unit, each), subject_of(ticket)):
        before = each.clocks.get((found.kind, found.round))
        if before is not None and before["outcome"]:
            continue  # what has stopped is history, whatever the norms say now
        reading = sla.read(found, house.triage.norms, now)
        if reading is None:
            continue
        row = clock_row(ticket, found, reading, before or {})
        if row["breached_at"] is not None and reading.due_at is not None and reading.due_at > now:
            row["breached_at"] = row["warned_at"] = None  # its class was lowered: there is time again
        if reading.late_at(now) and row["breached_at"] is None:
            row["breached_at"] = row["warned_at"] = now
            late += [] if found.stopped_at else [(row, reading)]
        elif reading.warn_at is not None and reading.warn_at <= now and row["warned_at"] is None:
            row["warned_at"] = now
            warned.append((row, reading))
        following += _following(row, reading, now)
        _keep(batch, ticket, row, before)
        ended += _pauses(batch, row, found, each.pauses.get(row["id"], []))
    if following:
        batch.timer(CLOCKS, Ref(ticket["id"], ticket["part"]), min(following))
    return warned, late


async def _history(unit: Unit, each: Loaded) -> list[Event]:
    found = [Event(*row) for row in each.history]
    first = each.ticket["first_answer_at"]
    if first is not None:
        kinds = {Author.CITIZEN: sla.WROTE, Author.OFFICER: sla.REPLIED}
        conversation = Ref(each.ticket["conversation_id"], each.ticket["part"])
        found += [Event(at, kinds[Author(who)]) for at, who in await rows.talked(unit.conn, conversation, first)]
    return found


def _following(row: Row, reading: Reading, now: datetime) -> Iterable[datetime]:
    """When something is to be done about a running clock next."""
    if reading.outcome or row["breached_at"] is not None:
        return ()
    moments = [] if row["warned_at"] is not None else [reading.warn_at]
    return [at for at in (*moments, reading.due_at) if at is not None and at > now][:1]


def _keep(batch: Batch, ticket: Row, row: Row, before: Row | None) -> None:
    if before is None:
        batch.insert("sla_clock", row)
        return
    if row != before:
        batch.clock_changed(row)
    changed = [name for name in ("urgency", "topic") if row[name] != before[name]]
    if changed and not row["outcome"] and row["budget"] != before["budget"]:
        batch.insert("ticket_event", {
            "id": clock.new_id(), "part": ticket["part"], "ticket_id": ticket["id"], "at": batch.now, "kind": "deadline",
            "actor": "clock", "officer_id": None, "before": _iso(before["due_at"]), "after": _iso(row["due_at"]),
            "why": row["kind"],
        })  # fmt: skip


def _iso(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


def _pauses(batch: Batch, row: Row, each: Clock, there: Sequence[Row]) -> list[Row]:
    """New pauses are written; those that have ended are returned, to be written together."""
    ended: list[Row] = []
    for n, pause in enumerate(each.pauses):
        if n >= len(there):
            batch.insert("sla_pause", {
                "id": clock.new_id(), "part": row["part"], "clock_id": row["id"], "n": n, "ball": pause.ball,
                "since": pause.since, "until": pause.until, "why": pause.why,
            })  # fmt: skip
        elif there[n]["until"] != pause.until:
            ended.append(there[n] | {"until": pause.until})
    return ended


# -- people ----------------------------------------------------------------------------------------


async def _tell(unit: Unit, batch: Batch, house: House, told: Sequence[tuple[Row, str, Row]]) -> None:
    """Named people: whoever holds the case, and the leads on shift (all leads when none is)."""
    officers = await alarms.active_officers(unit.conn)
    leads = [each for each in officers if each.role == Role.LEAD] or [
        each for each in officers if each.role == Role.ADMIN
    ]
    on_shift = [each for each in leads if each.duty_until is not None and each.duty_until > batch.now]
    for ticket, what, row in told:
        holder = [each for each in officers if each.id == ticket["officer_id"]]
        for each in {each.id: each for each in (*holder, *(on_shift or leads))}.values():
            for via, target in (("desk", ""), *_ways(house, each)):
                batch.insert("sla_notice", _notice(batch.now, ticket, what, row, each, via, target))


def _ways(house: House, officer: Officer) -> list[tuple[str, str]]:
    """Those that can be used here: what is switched off reaches nobody."""
    usable = {*house.channels, *(["email"] if house.ways.mail_url else [])}
    return [(via, target) for via in house.triage.norms.ways if via in usable and (target := getattr(officer, via))]


def _notice(now: datetime, ticket: Row, what: str, row: Row, who: Officer, via: str, target: str) -> Row:
    there = via == "desk"  # the page fetches it by itself
    return {
        "id": clock.new_id(), "part": ticket["part"], "ticket_id": ticket["id"], "number": ticket["number"],
        "kind": row["kind"], "what": what, "at": now, "due_at": row["due_at"] or now, "officer_id": who.id, "name": who.name,
        "via": via, "target": target, "state": PageState.SENT if there else PageState.READY, "attempts": 0,
        "next_at": None if there else now, "error": "", "seen_at": None,
    }  # fmt: skip


# -- action ----------------------------------------------------------------------------------------


async def _act(unit: Unit, batch: Batch, ticket: Row, actions: Set[str]) -> None:
    """The urgency rises, or the case goes back to the queue; once, however many clocks ended together. The case is loaded anew
    under the lock of its conversation, as every verb does."""
    thread, case = await cases.open_for(unit.conn, batch, Ref(ticket["id"], ticket["part"]))
    if RAISE in actions and case["urgency"] == Urgency.NORMAL:  # to critical never: that word is for lives
        batch.event(case, "urgency", "clock", before=case["urgency"], after=Urgency.HIGH, why=OVER)
        case["urgency"], case["rank"] = Urgency.HIGH, rank.rank(case["opened_at"], Urgency.HIGH)
        batch.queue_changed = True
    if QUEUE in actions and case["state"] == State.ASSIGNED:
        move(batch, case, State.QUEUED, "clock", why=OVER)
        batch.end_assignment(case)
        if thread.ticket_id == case["id"] and thread.owner == Owner.OFFICER:
            thread.owner, thread.officer_id = Owner.QUEUE, None
            thread.end_epoch()
            line(
                batch,
                thread,
                Sentence("Kasus {number} kembali ke antrean karena tenggatnya lewat", number=case["number"]),
            )
    unit.changed(thread.ref)
