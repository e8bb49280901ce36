"""Who was given a case and does nothing loses it to the next, and is told."""

from datetime import datetime

from bot import clock
from bot.errors import Sentence
from bot.models import State
from bot.models.ref import Ref
from bot.policy.assignment import PUSH
from bot.store import cases, duty, notices
from bot.store.batch import Batch
from bot.store.db import Db, Unit
from bot.turn import House
from bot.turn.crew import there
from bot.turn.release import SILENT, release


async def pass_on(db: Db, house: House, assignment: Ref, ticket: Ref) -> bool:
    """True when it went back to the queue. Writing, a note or any act on the case counts as a sign of life. Raises `NotFound`."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        row = await duty.watched(unit.conn, assignment)
        if row is None:
            return False
        conversation = Ref(case["conversation_id"], ticket.part)
        seq = thread.seq if thread.conversation_id == conversation.id else 1 << 30
        acted = await duty.has_acted(unit.conn, row.officer_id, ticket, conversation, seq, row.started_at)
        if acted or case["state"] != State.ASSIGNED or case["officer_id"] != row.officer_id:
            await duty.heard(unit.conn, assignment)
            return False
        name = await cases.officer_name(unit.conn, row.officer_id)
        minutes = int((batch.now - row.started_at).total_seconds() // 60)
        told = Sentence(
            "{officer} belum merespons selama {minutes} menit; kasus {number} kembali ke antrean",
            officer=name, minutes=minutes, number=case["number"],
        )  # fmt: skip
        release(batch, thread, case, SILENT, told)
        await _tell(unit, house, row.officer_id, name, str(case["number"]), batch.now)
        await batch.flush(unit)
    return True


async def _tell(unit: Unit, house: House, who: int, name: str, number: str, at: datetime) -> None:
    """The silent one, who counts as away until they are back; and the leads, when nobody else is there."""
    push = house.triage.staff.assignment.mode == PUSH
    if push:
        await duty.set_values(unit.conn, who, away=True)
    kind, url = "passed_on_away" if push else "passed_on", f"/desk/tiket/{number}"
    await notices.tell(unit, [who], kind, url, at, call=True, number=number)
    others = [each for each in await duty.on_duty(unit.conn, at) if each.id != who]
    if not any(there(house.triage.staff.assignment, each, at) for each in others):
        leads = [each for each in await duty.leads(unit.conn) if each != who]
        await notices.tell(unit, leads, "unheld", url, at, call=True, number=number, name=name)
