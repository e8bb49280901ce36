"""The end of a shift: a sheet of open cases with notes, accepted by the next shift or, after a while, given back to the queue."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bot import clock
from bot.errors import Conflict, NotFound, Sentence
from bot.models import HandoverState, Officer, Urgency
from bot.models.ref import Ref
from bot.store import cases, duty, handovers, notices
from bot.store.batch import Batch
from bot.store.boxes import Row
from bot.store.db import Db, Unit
from bot.store.talk import Talk
from bot.turn import House
from bot.turn.claim import begin
from bot.turn.release import SHIFT_OVER, note, release
from bot.turn.say import line

SHEETS = "/desk/serah-terima"
LONGEST = 1000


async def write(db: Db, officer: Officer, notes: Mapping[str, str]) -> None:
    """Notes for the next shift, by number; only on cases in this officer's own hands."""
    async with db.unit() as unit:
        sheet = await handovers.begin(unit.conn, officer.id or 0)
        for ref, number in await duty.held_by(unit.conn, officer.id or 0):
            if number in notes:
                await handovers.put(unit.conn, sheet.id, ref.id, ref.part, number, notes[number])


async def start(db: Db, officer_id: int, until: datetime) -> None:
    """An officer comes on duty until then; what they had left behind and nobody has taken yet is theirs again."""
    async with db.unit() as unit:
        now = clock.now()
        sheet = await handovers.current(unit.conn, officer_id)
        if sheet is not None and sheet.state == HandoverState.OPEN and sheet.settled_by is None:
            await handovers.change(unit.conn, sheet.id, state=HandoverState.DRAFT, opened_at=None, due_at=None)
        await duty.set_duty(unit.conn, officer_id, now, until)
        unit.hints.update(("alarm", "queue"))


async def leave(db: Db, house: House, officer_id: int) -> int:
    """An officer goes off duty: what they hold is put on their sheet, and the next shift is told. How many cases there are.
    Critical ones wait for nobody's acceptance and go back to the queue at once."""
    async with db.unit() as unit:
        now = clock.now()
        await duty.set_duty(unit.conn, officer_id, now, None)
        unit.hints.update(("alarm", "queue"))
        held = await duty.held_by(unit.conn, officer_id)
        sheet = await (handovers.begin if held else handovers.current)(unit.conn, officer_id)
        if sheet is None or sheet.state == HandoverState.OPEN:
            return len(held)
        if not held:  # notes on cases that are done by now
            await handovers.change(unit.conn, sheet.id, state=HandoverState.ACCEPTED, settled_at=now)
            return 0
        for ref, number in held:
            await handovers.put(unit.conn, sheet.id, ref.id, ref.part, number, None)
        due = now + house.triage.staff.rota.sheet
        await handovers.change(unit.conn, sheet.id, state=HandoverState.OPEN, opened_at=now, due_at=due)
        who = await cases.officer_name(unit.conn, officer_id)
        others = [each.id or 0 for each in await duty.on_duty(unit.conn, now) if each.id != officer_id]
        whom = others or await duty.leads(unit.conn)
        await notices.tell(unit, whom, "sheet", SHEETS, now, call=not others, name=who, count=len(held))
    await _settle(db, house, sheet.id, None, frozenset(), only=Urgency.CRITICAL)
    return len(held)


async def accept(db: Db, house: House, officer: Officer, sheet_id: int, numbers: Collection[str]) -> None:
    """This officer takes over the cases they name, the rest goes back to the queue. Raises `Conflict` when another was first."""
    async with db.unit() as unit:
        try:
            sheet = await handovers.one(unit.conn, sheet_id)
        except NotFound:
            raise Conflict("serah terima ini sudah selesai; kembali ke meja petugas") from None
        if sheet.officer_id == officer.id:
            raise Conflict(
                "serah terima diterima oleh rekan, bukan oleh Anda sendiri; mulai bertugas untuk melanjutkannya"
            )
        if sheet.settled_by not in (None, officer.id):
            who = await cases.officer_name(unit.conn, sheet.settled_by)
            raise Conflict("serah terima ini sudah diterima {who}", who)
        await handovers.change(unit.conn, sheet_id, settled_by=officer.id)
    await _settle(db, house, sheet_id, officer, numbers)


async def expire(db: Db, house: House, sheet_id: int) -> None:
    """Nobody has accepted in time."""
    await _settle(db, house, sheet_id, None, frozenset())


async def _settle(
    db: Db, house: House, sheet_id: int, taker: Officer | None, numbers: Collection[str], only: str = ""
) -> None:
    """Each case in a transaction of its own, then the sheet: what a crash leaves undone is found again at its time."""
    async with db.read() as conn:
        rows = [row for row in await handovers.cases(conn, sheet_id) if not row.outcome]
    for row in rows:
        if only and row.urgency != only:
            continue
        async with db.unit() as unit:
            mine = taker if row.number in numbers else None
            try:
                sheet = await handovers.one(unit.conn, sheet_id)
            except NotFound:
                return  # its officer is back, or another process was faster
            if await handovers.waits(unit.conn, row.id):
                outcome = await _one(unit, house, sheet, row, mine)
                await handovers.settle_case(unit.conn, row.id, outcome)
    if not only:
        await _close(db, sheet_id, taker)


async def _one(unit: Unit, house: House, sheet: Row, row: Row, taker: Officer | None) -> str:
    batch = house.batch()
    thread, case = await cases.open_for(unit.conn, batch, Ref(row.ticket_id, row.part))
    if case["officer_id"] != sheet.officer_id or case["state"] not in duty.HELD:
        return "left"
    name = await cases.officer_name(unit.conn, sheet.officer_id)
    note(batch, thread, sheet.officer_id, row.note)
    if taker is None:
        release(
            batch,
            thread,
            case,
            SHIFT_OVER,
            Sentence("Dinas {officer} selesai; kasus {number} kembali ke antrean", officer=name, number=row.number),
        )
    else:
        said = Sentence(
            "{officer} menerima kasus {number} dari {other}", officer=taker.name, number=case["number"], other=name
        )
        await hand(unit, batch, house, thread, case, name, taker, SHIFT_OVER, said)
    await batch.flush(unit)
    return "queued" if taker is None else "taken"


async def hand(
    unit: Unit, batch: Batch, house: House, thread: Talk, case: dict[str, Any], name: str, taker: Officer,
    why: str, told: Sentence, by: Officer | None = None,
) -> None:  # fmt: skip
    """From hand to hand: no state changes, and the citizen notices nothing. `name`: of who had it; `by`: who gave it, if not the taker."""
    before = case["officer_id"]
    batch.end_assignment(case)
    await begin(unit, batch, house, case, taker)
    case["officer_id"] = taker.id
    batch.queue_changed = True
    actor = by or taker
    batch.event(case, "passed", "officer", actor.id, before=name, after=taker.name, why=why)
    if thread.officer_id == before:
        thread.officer_id = taker.id
    line(batch, thread, told, actor.id)


async def _close(db: Db, sheet_id: int, taker: Officer | None) -> None:
    async with db.unit() as unit:
        now = clock.now()
        try:
            sheet = await handovers.one(unit.conn, sheet_id)
        except NotFound:
            return
        state = HandoverState.ACCEPTED if taker else HandoverState.EXPIRED
        await handovers.change(unit.conn, sheet_id, state=state, settled_at=now)
        whose = await cases.officer_name(unit.conn, sheet.officer_id)
        rows = await handovers.cases(unit.conn, sheet_id)
        taken, back = (sum(row.outcome == what for row in rows) for what in ("taken", "queued"))
        whom = {sheet.officer_id, *([taker.id or 0] if taker else [])}
        if not taker:
            whom |= {each.id or 0 for each in await duty.on_duty(unit.conn, now)} | set(await duty.leads(unit.conn))
        values = {"whose": whose, "back": back} | ({"taken": taken, "name": taker.name} if taker else {})
        await notices.tell(unit, whom, "sheet_taken" if taker else "sheet_left", SHEETS, now, **values)
        unit.queue_changed()
