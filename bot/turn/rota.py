"""What is done to the rota: made for weeks, mended by leads, exchanged among colleagues, left by who falls sick, watched for gaps."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.errors import Conflict, Forbidden, WargiError
from bot.models import Officer, Role, ShiftState, SwapState
from bot.policy import rota
from bot.policy.rota import Gap, Rules, Shift, Worker
from bot.store import cases, duty, notices, people, shifts
from bot.store.boxes import Row
from bot.store.db import Db, Unit
from bot.turn import House, handover

PAGE = "/desk/jadwal"
NAMED = 6
"""Gaps of one notice that are named; the page has them all."""
MOST_WEEKS = 12
MEMORY = timedelta(weeks=8)
"""So far back past shifts count for fairness."""
UNUSED = timedelta(days=7)
"""A rota whose last shift ended so long ago is no longer used, and has no gaps."""


def shift_of(row: Row) -> Shift:
    return Shift(row.officer_id, row.kind, row.starts_at, row.ends_at)


def _row(shift: Shift, by: int | None, now: datetime) -> dict[str, object]:
    return {
        "officer_id": shift.officer_id, "kind": shift.kind, "starts_at": shift.starts_at, "ends_at": shift.ends_at,
        "made_by": by, "created_at": now,
    }  # fmt: skip


async def make(db: Db, house: House, lead: Officer, first: date, weeks: int) -> tuple[int, int]:
    """Fills these weeks fairly, around what stands already. How many shifts were made and how many places stay empty."""
    rules = _rules(house)
    if not 1 <= weeks <= MOST_WEEKS:
        raise WargiError("jadwal dibuat untuk 1 sampai {most} minggu", most=MOST_WEEKS)
    async with db.unit() as unit:
        await shifts.lock(unit.conn)
        now = clock.now()
        start = rota.slots(rules, first, 1)
        begin = min([slot[1] for slot in start], default=now) - MEMORY
        end = begin + MEMORY + timedelta(weeks=weeks, days=2)
        workers = [
            Worker(each.id or 0, each.role != Role.OFFICER)
            for each in await people.officers(unit.conn)
            if each.active and each.role in duty.WORKING
        ]
        taken = [shift_of(row) for row in await shifts.planned(unit.conn, begin, end)]
        made, missing = rota.plan(rules, workers, first, weeks, taken)
        made = [each for each in made if each.ends_at > now]
        await shifts.add(unit.conn, [_row(each, lead.id, now) for each in made])
        unit.hints.add("alarm")
    await watch(db, house)
    return len(made), sum(gap.missing for gap in missing)


def _rules(house: House) -> Rules:
    rules = house.triage.staff.rota
    if not rules.kinds:
        raise WargiError("jenis dinas belum ditulis; isi flows/data/shifts.yaml")
    return rules


async def add(db: Db, house: House, lead: Officer, officer_id: int, kind: str, day: date) -> None:
    """One shift by hand. Raises `Conflict` where it clashes with another of theirs."""
    rules = _rules(house)
    slot = next((each for each in rota.slots(rules, day, 1) if each[0].name == kind), None)
    if slot is None:
        raise WargiError("dinas ini tidak ada pada hari itu; pilih jenis atau tanggal lain")
    shift = Shift(officer_id, kind, slot[1], slot[2])
    async with db.unit() as unit:
        await shifts.lock(unit.conn)
        officer = await duty.officer(unit.conn, officer_id)
        if officer is None or not officer.active:
            raise WargiError("petugas ini tidak aktif; pilih petugas lain")
        if shift.ends_at <= clock.now():
            raise WargiError("dinas ini sudah lewat; pilih tanggal lain")
        if found := rota.clash(rules, shift, await _near(unit.conn, officer_id, shift)):
            raise Conflict("{name}: {found}", name=officer.name, found=found)
        await shifts.add(unit.conn, [_row(shift, lead.id, clock.now())])
        if officer_id != lead.id:
            what = _shift(rules, kind, shift.starts_at)
            await notices.tell(unit, [officer_id], "shift_new", PAGE, clock.now(), **what)
    await watch(db, house)


async def _near(conn: AsyncConnection, officer_id: int, *around: Shift) -> list[Shift]:
    """This officer's shifts that could clash with these."""
    first, last = min(each.starts_at for each in around), max(each.ends_at for each in around)
    wide = timedelta(days=2)
    return [shift_of(row) for row in await shifts.planned(conn, first - wide, last + wide, officer_id)]


async def remove(db: Db, house: House, lead: Officer, shift_id: int) -> None:
    await _drop(db, house, lead, shift_id, ShiftState.REMOVED)


async def sick(db: Db, house: House, officer: Officer, shift_id: int) -> None:
    """One's own, or a lead for somebody. The gap is told at once; a shift that runs ends with its handover."""
    await _drop(db, house, officer, shift_id, ShiftState.SICK)


async def _drop(db: Db, house: House, by: Officer, shift_id: int, state: ShiftState) -> None:
    rules, now = house.triage.staff.rota, clock.now()
    async with db.unit() as unit:
        await shifts.lock(unit.conn)
        row = await shifts.one(unit.conn, shift_id)
        if row.officer_id != by.id and by.role == Role.OFFICER:
            raise Forbidden("Hanya pemimpin regu yang mengubah dinas orang lain.")
        if row.ends_at <= now:
            raise Conflict("dinas ini sudah lewat")
        await shifts.change(unit.conn, shift_id, state, by.id, now)
        name = await cases.officer_name(unit.conn, row.officer_id)
        what = _shift(rules, row.kind, row.starts_at)
        if state == ShiftState.SICK:
            whom = [each for each in await lead_on_call(unit.conn, rules, now) if each != by.id]
            await notices.tell(unit, whom, "shift_sick", PAGE, now, call=True, name=name, **what)
        if row.officer_id != by.id:
            await notices.tell(unit, [row.officer_id], "shift_gone", PAGE, now, **what)
    if row.begun_at is not None and not rules.calls(row.kind):
        await handover.leave(db, house, row.officer_id)
    await watch(db, house)


# -- exchanges -------------------------------------------------------------------------------------


async def ask_swap(db: Db, house: House, officer: Officer, shift_id: int, to: int, other_id: int | None) -> None:
    """Asks a colleague to take a shift, or to exchange it. Raises `Conflict` with the rule that is against it."""
    rules, now = house.triage.staff.rota, clock.now()
    async with db.unit() as unit:
        mine, theirs = await _pair(unit, officer.id or 0, shift_id, to, other_id, now)
        await _may_swap(unit.conn, rules, mine, theirs, to)
        row = {"shift_id": shift_id, "other_id": other_id, "officer_id": officer.id, "to_id": to, "asked_at": now}
        await shifts.ask(unit.conn, row)
        what = _shift(rules, mine.kind, mine.starts_at)
        await notices.tell(unit, [to], "swap_asked", PAGE, now, call=True, name=officer.name, **what)


async def _pair(
    unit: Unit, asker: int, shift_id: int, to: int, other_id: int | None, now: datetime
) -> tuple[Row, Row | None]:
    mine = await shifts.one(unit.conn, shift_id)
    theirs = await shifts.one(unit.conn, other_id) if other_id else None
    if mine.officer_id != asker or to == asker or (theirs is not None and theirs.officer_id != to):
        raise Conflict("jadwal sudah berubah; muat ulang halaman")
    if mine.starts_at <= now or (theirs is not None and theirs.starts_at <= now):
        raise Conflict("dinas yang sudah mulai tidak dapat ditukar")
    taker = await duty.officer(unit.conn, to)
    if taker is None or not taker.active or taker.role not in duty.WORKING:
        raise Conflict("rekan ini tidak aktif; pilih rekan lain")
    return mine, theirs


async def _may_swap(conn: AsyncConnection, rules: Rules, mine: Row, theirs: Row | None, to: int) -> None:
    around = [shift_of(each) for each in (mine, theirs) if each is not None]
    my, other = await _near(conn, mine.officer_id, *around), await _near(conn, to, *around)
    if found := rota.swap(rules, around[0], around[1] if theirs is not None else None, my, other, to):
        raise Conflict("dinas ini tidak dapat ditukar: {found}", found=found)


async def answer_swap(db: Db, house: House, officer: Officer, swap_id: int, agreed: bool) -> None:
    """The colleague's word, or the asker's own withdrawal. Leads see every exchange that was agreed."""
    rules, now = house.triage.staff.rota, clock.now()
    async with db.unit() as unit:
        await shifts.lock(unit.conn)
        row = await shifts.swap(unit.conn, swap_id)
        if officer.id not in (row.to_id, row.officer_id) or (agreed and officer.id != row.to_id):
            raise Forbidden("Permintaan ini bukan untuk Anda.")
        if row.state != SwapState.ASKED:
            raise Conflict("permintaan ini sudah dijawab")
        if not agreed:
            state = SwapState.REFUSED if officer.id == row.to_id else SwapState.WITHDRAWN
            await shifts.settle_swap(unit.conn, swap_id, state=state, answered_at=now)
            other = row.officer_id if officer.id == row.to_id else row.to_id
            await notices.tell(unit, [other], "swap_off", PAGE, now, name=officer.name)
            return
        mine, theirs = await _pair(unit, row.officer_id, row.shift_id, row.to_id, row.other_id, now)
        await _may_swap(unit.conn, rules, mine, theirs, row.to_id)
        new = [Shift(row.to_id, mine.kind, mine.starts_at, mine.ends_at)]
        if theirs is not None:
            new.append(Shift(row.officer_id, theirs.kind, theirs.starts_at, theirs.ends_at))
        for each in filter(None, (mine, theirs)):
            await shifts.change(unit.conn, each.id, ShiftState.SWAPPED, officer.id, now)
        await shifts.add(unit.conn, [_row(each, officer.id, now) for each in new])
        await shifts.settle_swap(unit.conn, swap_id, state=SwapState.AGREED, answered_at=now)
        await notices.tell(unit, [row.officer_id], "swap_agreed", PAGE, now, name=officer.name)
        whom = [each for each in await duty.leads(unit.conn) if each != officer.id]
        await notices.tell(unit, whom, "swap_look", PAGE, now)


async def saw_swap(db: Db, lead: Officer, swap_id: int) -> None:
    async with db.unit() as unit:
        await shifts.swap(unit.conn, swap_id)
        await shifts.settle_swap(unit.conn, swap_id, seen_at=clock.now(), seen_by=lead.id)


# -- by the clock ----------------------------------------------------------------------------------


async def begin(db: Db, house: House) -> int:
    """Puts on duty whose shift has begun, each shift once: what an officer says themselves afterwards stands."""
    rules, count = house.triage.staff.rota, 0
    async with db.read() as conn:
        rows = await shifts.beginning(conn, clock.now())
    for row in rows:
        async with db.unit() as unit:
            mine = await shifts.begin(unit.conn, row.id, clock.now())
        if mine and not rules.calls(row.kind):
            await handover.start(db, row.officer_id, row.ends_at)
            count += 1
    return count


async def lead_on_call(conn: AsyncConnection, rules: Rules, now: datetime) -> list[int]:
    """Whom matters of the rota go to: the lead on call, or all leads where nobody is."""
    calls = [
        row.officer_id for row in await shifts.planned(conn, now, now + timedelta(seconds=1)) if rules.calls(row.kind)
    ]
    return calls or await duty.leads(conn)


async def watch(db: Db, house: House) -> int:
    """Tells leads of gaps that are near, each once; and once more if one was filled and opens again. How many were told."""
    rules, now = house.triage.staff.rota, clock.now()
    async with db.read() as conn:
        if not rules.kinds or not await shifts.in_use(conn, now - UNUSED):
            return 0
        rows = await shifts.planned(conn, now - timedelta(days=2), now + rules.ahead)
        known = {(row.kind, row.starts_at): row for row in await shifts.gaps(conn, now)}
    found = rota.gaps(rules, map(shift_of, rows), now, now + rules.ahead)
    open_ = {(gap.kind, gap.starts_at) for gap in found}
    filled = [row for key, row in known.items() if key not in open_ and row.missing]
    changed = [
        gap for gap in found if (old := known.get((gap.kind, gap.starts_at))) is None or old.missing != gap.missing
    ]
    if not filled and not changed:
        return 0
    async with db.unit() as unit:
        for row in filled:
            await shifts.count_gap(unit.conn, row.id, row.missing, 0)
        new = [gap for gap in changed if await _is_new(unit.conn, gap, known.get((gap.kind, gap.starts_at)), now)]
        if new:
            whom = await lead_on_call(unit.conn, rules, now)
            shown = ", ".join(
                f"{rules.label(each.kind)} {rules.when(each.starts_at)} ({each.missing})" for each in new[:NAMED]
            )
            kind, more = ("gaps_more" if len(new) > NAMED else "gaps"), len(new) - NAMED
            await notices.tell(unit, whom, kind, PAGE, now, call=True, gaps=shown, more=more)
        unit.hints.add("alarm")
    return len(new)


async def _is_new(conn: AsyncConnection, gap: Gap, old: Row | None, now: datetime) -> bool:
    if old is not None:
        return await shifts.count_gap(conn, old.id, old.missing, gap.missing) and old.missing == 0
    row = {"kind": gap.kind, "starts_at": gap.starts_at, "ends_at": gap.ends_at, "missing": gap.missing, "told_at": now}
    return await shifts.new_gap(conn, row)


def _shift(rules: Rules, kind: str, starts_at: datetime) -> dict[str, Any]:
    return {"shift": rules.label(kind), "when": rules.when(starts_at)}
