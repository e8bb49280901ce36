"""An officer takes a case: one winner, the loser is told who."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from bot import clock, failpoint
from bot.engine.effects import Say
from bot.engine.texts import text
from bot.errors import Conflict, Sentence
from bot.models import WAITING, Officer, Owner, State
from bot.models.ref import Ref
from bot.policy import load
from bot.policy.load import Borne
from bot.store import cases, duty, notices
from bot.store.batch import Batch
from bot.store.db import Db, Unit
from bot.turn import House, alarm
from bot.turn.deliver import deliver
from bot.turn.handoff import move
from bot.turn.leads import only_leads
from bot.turn.outside import speak
from bot.turn.release import QUIETLY
from bot.turn.say import line

SHIFT = timedelta(hours=12)
"""Who took a case without being on duty has a shift that began so long ago at most."""


async def claim(
    db: Db, house: House, officer: Officer, ticket: Ref, where: Collection[State] = WAITING
) -> None:  # fmt: skip
    """Raises `Conflict` (with the winner's name) and `NotFound`. From the commit on the bot is silent here.
    `where`: the states from which it may be taken; the queue, unless somebody means to take it back from elsewhere."""
    async with db.unit() as unit:
        batch = house.batch()
        await take(unit, batch, house, officer, ticket, where=where)
        await batch.flush(unit)
        failpoint.here("claim.before_commit")
    failpoint.here("claim.committed")


async def take(
    unit: Unit, batch: Batch, house: House, officer: Officer, ticket: Ref, actor: str = "officer",
    where: Collection[State] = WAITING,
) -> dict[str, Any]:  # fmt: skip
    """The claim inside a transaction, whoever decided it: `actor` is `officer`, or `clock` where it was given out."""
    thread, case = await cases.open_for(unit.conn, batch, ticket)
    if case["state"] not in where:
        who = await cases.officer_name(unit.conn, case["officer_id"])
        raise (
            Conflict("kasus ini sudah diambil {who}", who) if who else Conflict("kasus ini tidak lagi menunggu petugas")
        )
    if thread.owner == Owner.OFFICER and thread.officer_id != officer.id:
        who = await cases.officer_name(unit.conn, thread.officer_id)
        raise Conflict("{who} sedang berbicara dengan warga ini", who)
    only_leads(house, case, officer)
    if case["agency"] and case["state"] != State.RETURNED:
        deliver(batch, house, case, "recalled")
    if case["officer_id"] is not None:  # somebody waits for the citizen's answer with it
        batch.end_assignment(case)
    quietly = await duty.why_queued(unit.conn, ticket) in QUIETLY
    move(batch, case, State.ASSIGNED, actor, officer.id)
    await begin(unit, batch, house, case, officer)
    case["conversation_id"] = thread.conversation_id
    thread.owner, thread.officer_id, thread.ticket_id = Owner.OFFICER, officer.id, ticket.id
    thread.end_epoch()
    values = {"officer": officer.name, "number": case["number"]}
    given = actor == "clock"
    told = (
        Sentence("{officer} menerima kasus {number}", **values)
        if given
        else Sentence("{officer} mengambil kasus {number}", **values)
    )
    line(batch, thread, told, officer.id)
    if actor == "officer" and (called := batch.alarms.get(thread.alarm_id or b"")) and called["ticket_id"] == ticket.id:
        alarm.acknowledge(batch, thread, called, officer.id or 0, officer.name, "desk")
    if not quietly:  # who changes behind the scenes is not the citizen's business
        words = Say(text(house.flows, "claimed", thread.language), notice=True)
        values = {"officer": officer.name, "number": str(case["number"])}
        speak(batch, house, thread, words, "ask_to_reply", values)
    return case


async def begin(unit: Unit, batch: Batch, house: House, case: dict[str, Any], officer: Officer) -> None:
    """A stretch in which this officer holds the case, with what it weighs on them."""
    rule, humane = house.triage.staff.assignment, house.triage.staff.load
    distress = load.distress(humane, case["urgency"], case["topic"])
    patience = rule.silent.get(case["urgency"])
    batch.insert(
        "assignment",
        {
            "id": clock.new_id(), "part": case["part"], "ticket_id": case["id"], "officer_id": officer.id,
            "started_at": batch.now, "ended_at": None, "weight": rule.weight(case["urgency"]), "distress": distress,
            "silent_at": batch.now + patience if patience else None,
        },
    )  # fmt: skip
    if distress < humane.heavy or officer.debrief_at is not None:
        return
    since = officer.duty_since or batch.now - SHIFT
    before = [(row.started_at, row.distress) for row in await duty.given(unit.conn, officer.id or 0, since)]
    if load.debrief(humane, Borne([*before, (batch.now, distress)])):
        await duty.set_values(unit.conn, officer.id or 0, debrief_at=batch.now)
        whom = [each for each in await duty.leads(unit.conn) if each != officer.id]
        await notices.tell(unit, whom, "heavy", "/desk/beban", batch.now, name=officer.name)
