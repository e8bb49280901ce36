"""What is due of an alarm: silence becomes an answer, the next persons are called."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot import clock
from bot.models import LEADS, AlarmState, Officer, PageState
from bot.models.ref import Ref
from bot.policy import escalation
from bot.policy.escalation import Person
from bot.store import alarms, cases, talk
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.store.talk import Talk
from bot.turn import House, alarm
from bot.turn.handoff import ticket_ref


async def escalate(unit: Unit, house: House, ref: Ref) -> None:
    """One alarm's due steps, under the lock of its conversation. Raises `NotFound`."""
    batch = house.batch()
    where = await alarms.conversation_of(unit.conn, ref)
    thread = await talk.of_conversation(unit.conn, where) if where else None
    row = await alarms.one(unit.conn, batch, ref)
    if row["next_at"] is None or row["next_at"] > batch.now:
        return
    if thread is not None and row["answer_by"] is not None:
        if current := ticket_ref(thread):
            await cases.load(unit.conn, batch, [current])
        alarm.silent(batch, house, thread, row)
    if row["state"] == AlarmState.PAGING:
        await _call(unit, house, batch, row, thread)
    else:
        row["next_at"] = row["answer_by"]
    batch.alarm_changed(row)
    await batch.flush(unit)


async def _call(unit: Unit, house: House, batch: Batch, row: dict[str, Any], thread: Talk | None) -> None:
    plan, now = house.triage.plan, batch.now
    steps, taken, following = escalation.due(plan, row["round_at"], row["step"], now)
    row["next_at"] = min(each for each in (following, row["answer_by"]) if each)
    if not steps:
        return
    officers = [person(each, now) for each in await alarms.active_officers(unit.conn)]
    # beyond the last step everybody is called again
    called = await alarms.called(unit.conn, row) if taken <= len(plan.steps) else set()
    holder = thread.officer_id if thread else None
    found, missing = escalation.call(plan, steps, officers, row["agency"], called, row["language"], holder)
    row.update(step=taken, nobody=row["nobody"] or missing)
    if house.ways.webhook_url:
        batch.insert("page", _page(row, now, Person("webhook", ()), "webhook", house.ways.webhook_url))
    for each in found:
        for via, target in _ways(house, each):
            batch.insert("page", _page(row, now, each, via, target))
    await alarms.paged_now(unit.conn, [each.officer_id for each in found if each.officer_id is not None], now)


def _ways(house: House, person: Person) -> Sequence[tuple[str, str]]:
    """Those that can be used here: what is switched off calls nobody."""
    off = {via for via in ("telegram", "whatsapp") if via not in house.channels} | (
        {"email"} - {house.ways.mail_url and "email"}
    )
    if house.push is None:
        off.add("push")
    return [(via, target) for via, target in person.ways if via not in off]


def _page(row: Mapping[str, Any], now: Any, person: Person, via: str, target: str) -> dict[str, Any]:
    there = via == "desk"  # the page fetches it by itself
    return {
        "id": clock.new_id(), "part": row["part"], "alarm_id": row["id"], "at": now, "round": row["round"],
        "step": row["step"], "officer_id": person.officer_id, "name": person.name, "via": via, "target": target,
        "state": PageState.SENT if there else PageState.READY, "attempts": 0, "next_at": None if there else now,
        "sent_at": now if there else None, "error": "",
    }  # fmt: skip


def person(officer: Officer, now: Any) -> Person:
    """An officer as the rules of escalation see them."""
    ways = [("desk", "")]
    ways += [("push", "")] if officer.pushes else []
    ways += [(via, target) for via in ("telegram", "whatsapp", "email") if (target := getattr(officer, via))]
    return Person(
        officer.name, tuple(ways), officer.id, officer.duty_until is not None and officer.duty_until > now,
        officer.role in LEADS, frozenset(officer.languages.split(",")), officer.paged_at,
    )  # fmt: skip
