"""A case from hand to hand, or out of somebody's hands into the queue, because a human says so. The citizen is not disturbed."""

from bot.errors import Conflict, NotFound
from bot.models import LEADS, WAITING, Officer
from bot.models.ref import Ref
from bot.store import cases, duty, notices
from bot.store.batch import Batch
from bot.store.db import Db, Unit
from bot.store.talk import Talk
from bot.turn import House
from bot.turn.claim import take
from bot.turn.handover import hand
from bot.turn.leads import only_leads
from bot.turn.release import MOVED, release


async def reassign(db: Db, house: House, by: Officer, ticket: Ref, to: Officer | None, back: bool = False) -> None:
    """`to` None: into the queue. `back`: takes an act of one's own back, which needs no further right. Raises `Conflict`, `NotFound`."""
    async with db.unit() as unit:
        batch = house.batch()
        await cases.load(unit.conn, batch, [ticket])
        if ticket.id not in batch.tickets:
            raise NotFound("tiket tidak ditemukan")
        if batch.tickets[ticket.id]["state"] in WAITING:
            await _out_of_the_queue(unit, batch, house, by, ticket, to, back)
        else:
            await _out_of_hands(unit, batch, house, by, ticket, to, back)
        if to is not None and to.id != by.id:
            number = batch.tickets[ticket.id]["number"]
            url = f"/desk/tiket/{number}"
            await notices.tell(unit, [to.id or 0], "handed", url, batch.now, name=by.name, number=number)
        await batch.flush(unit)


async def _out_of_the_queue(
    unit: Unit, batch: Batch, house: House, by: Officer, ticket: Ref, to: Officer | None, back: bool
) -> None:  # fmt: skip
    if to is None:
        raise Conflict("kasus ini sudah di antrean")
    if to.id != by.id and by.role not in LEADS and not back:
        raise Conflict("hanya pemimpin regu yang memberi kasus dari antrean kepada orang lain")
    await take(unit, batch, house, to, ticket, actor="officer" if to.id == by.id else "clock")


async def _out_of_hands(
    unit: Unit, batch: Batch, house: House, by: Officer, ticket: Ref, to: Officer | None, back: bool
) -> None:  # fmt: skip
    thread, case = await cases.open_for(unit.conn, batch, ticket)
    holder = await cases.officer_name(unit.conn, case["officer_id"])
    if case["state"] not in duty.HELD or case["officer_id"] is None:
        raise Conflict("kasus ini sedang tidak dipegang petugas")
    if case["officer_id"] != by.id and by.role not in LEADS and not back:
        raise Conflict(f"kasus ini ditangani {holder}", holder)
    if to is None:
        words = f"{by.name} mengembalikan kasus {case['number']} ke antrean"
        release(batch, thread, case, MOVED, words, "officer", by.id)
        _told(batch, thread)
        return
    if to.id == case["officer_id"]:
        raise Conflict(f"kasus ini sudah dipegang {holder}")
    only_leads(house, case, to)
    words = f"{by.name} menyerahkan kasus {case['number']} kepada {to.name}"
    await hand(unit, batch, house, thread, case, holder, to, MOVED, words, by)


def _told(batch: Batch, thread: Talk) -> None:
    batch.touch(thread)
    batch.queue_changed = True
