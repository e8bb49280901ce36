"""Waiting cases are given out: the most urgent and oldest first, each to whom the rules pick, until nobody is free or nothing waits."""

from dataclasses import replace

from bot import clock, logs
from bot.errors import Conflict, NotFound
from bot.models import Owner, Urgency
from bot.models.ref import Ref
from bot.policy import load
from bot.policy.assignment import PUSH, Case, Person, capacity, pick, room
from bot.policy.load import Borne
from bot.store import duty, notices
from bot.store.boxes import Row
from bot.store.db import Db, Unit
from bot.turn import House
from bot.turn.claim import take
from bot.turn.crew import crew, there
from bot.turn.front import LOOKS, front, ref


async def assign(db: Db, house: House) -> int:
    """How many were given out. Any process may do this at any time: the claim decides, under its locks."""
    rule, now = house.triage.staff.assignment, clock.now()
    if rule.mode != PUSH:
        return 0
    async with db.read() as conn:
        officers = await duty.team(conn, now)
    if not any(there(rule, each, now) for each in officers):
        return 0
    queue = await front(db, house.triage.routing)
    if not queue:
        return 0
    async with db.read() as conn:
        team = await crew(conn, rule, officers, now)
    given = 0
    for _ in range(LOOKS):
        row = queue.pop()
        if row is None or not any(each.ready and each.open < capacity(rule, each) + 3 for each in team.values()):
            break
        done = await _one(db, house, row, team)
        if done is not None:
            given += done
            await queue.on(row)
    return given


async def _one(db: Db, house: House, row: Row, team: dict[int, Person]) -> bool | None:
    """Tries to give out one case; `team` is what it was, and is brought up to date. None: nobody takes it, nor any behind it in its
    line. What fails does not stop the next."""
    now, staff = clock.now(), house.triage.staff
    able, case = [*team.values()], _case(house, row)
    talked = row.owner == Owner.OFFICER and row.talks_with is not None  # a second case of a citizen who is being helped
    if talked:
        able = [each for each in able if each.id == row.talks_with]
    try:
        if pick(staff.assignment, staff.load, house.triage.routing.wait, case, able, now) is None:
            return False if talked or case.channel in staff.assignment.channels else None
        async with db.read() as conn:
            before = await duty.last_officer(conn, Ref(row.address_id, row.part), now - staff.assignment.back)
        case = replace(case, before=before)
        who = pick(staff.assignment, staff.load, house.triage.routing.wait, case, able, now)
        if who is None or not await give(db, house, who, ref(row), case):
            return False
    except (Conflict, NotFound):
        return False  # somebody was faster, or the citizen has changed their mind
    except Exception as error:
        logs.get("assign").error("case not given out", ticket=row.number, error=logs.fault(error))
        return False
    mine, weight = team[who], staff.assignment.weight(case.urgency)
    borne = (now, load.distress(staff.load, case.urgency, case.topic))
    team[who] = replace(
        mine, open=mine.open + weight, given=mine.given + weight,
        channels={**mine.channels, case.channel: mine.channels.get(case.channel, 0) + weight},
        borne=Borne([*mine.borne.cases, borne], mine.borne.opted_out),
    )  # fmt: skip
    return True


def _case(house: House, row: Row) -> Case:
    leads = house.triage.routing.for_leads(row.urgency, row.topic, row.subtopic)
    return Case(row.urgency, row.language, row.topic, row.account.partition(":")[0], row.opened_at, for_leads=leads)


class _Gone(Exception):
    """They have left, or somebody else has filled their hands: nothing of this transaction stays."""


async def give(db: Db, house: House, officer_id: int, ticket: Ref, case: Case) -> bool:
    """One case into one officer's hands. False if they have just left or been filled. Raises `Conflict` with who was faster."""
    try:
        async with db.unit() as unit:
            await _give(unit, house, officer_id, ticket, case)
    except _Gone:
        return False
    return True


async def _give(unit: Unit, house: House, officer_id: int, ticket: Ref, case: Case) -> None:
    rule, batch = house.triage.staff.assignment, house.batch()
    officer = await duty.officer(unit.conn, officer_id)
    if officer is None:
        raise _Gone
    taken = await take(unit, batch, house, officer, ticket, actor="clock")
    # conversation first, then the officer, as an alarm's calls do; what was read before the lock may be old
    officer = await duty.locked(unit.conn, officer_id, batch.now)
    if officer is None or not there(rule, officer, batch.now):
        raise _Gone
    person = (await crew(unit.conn, rule, [officer], batch.now))[officer_id]
    if case.urgency != Urgency.CRITICAL and not room(rule, person, case):
        raise _Gone
    shown = str(taken["number"])
    await notices.tell(unit, [officer_id], "given", f"/desk/tiket/{shown}", batch.now, number=shown)
    await batch.flush(unit)
