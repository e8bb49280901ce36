"""An officer finishes a case; the citizen is asked how it was, in the same transaction."""

from bot.errors import Conflict, Sentence
from bot.models import Officer, Role, State
from bot.models.ref import Ref
from bot.store import cases
from bot.store.db import Db
from bot.turn import House, alarm, known, survey
from bot.turn.handoff import move
from bot.turn.happened import waits
from bot.turn.say import line


async def resolve(db: Db, house: House, officer: Officer, ticket: Ref) -> None:
    """Raises `Conflict` when the case is somebody else's or not open, `NotFound`."""
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        if case["officer_id"] not in (None, officer.id) and officer.role == Role.OFFICER:
            who = await cases.officer_name(unit.conn, case["officer_id"])
            raise Conflict("kasus ini ditangani {who}", who)
        move(batch, case, State.RESOLVED, "officer", officer.id)
        case["resolved_at"] = batch.now
        batch.end_assignment(case)
        if (called := batch.alarms.get(thread.alarm_id or b"")) and called["ticket_id"] == ticket.id:
            alarm.end(batch, thread)
        if not survey.elsewhere(thread, case):
            thread.end_epoch()
            thread.officer_id = None
            if not waits(house, thread):  # who waits for this hears of it after the survey
                thread.session = None
        line(
            batch,
            thread,
            Sentence("{officer} menyelesaikan kasus {number}", officer=officer.name, number=case["number"]),
            officer.id,
        )
        survey.ask(batch, house, thread, case, await cases.rounds(unit.conn, ticket))
        await known.resolved(unit.conn, batch, ticket)
        await batch.flush(unit)
