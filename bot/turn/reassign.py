"""A case from hand to hand, or out of somebody's hands into the queue, because a human says so. The citizen is not disturbed."""

from bot.errors import Conflict, NotFound, Sentence, WargiError
from bot.message import clean
from bot.models import LEADS, STAFF, WAITING, Officer
from bot.models.ref import Ref
from bot.store import cases, duty, notices
from bot.store.batch import Batch
from bot.store.db import Db, Unit
from bot.turn import House
from bot.turn.claim import take
from bot.turn.handover import LONGEST, hand
from bot.turn.leads import only_leads
from bot.turn.release import MOVED, note, release


async def pass_on(db: Db, house: House, by: Officer, ticket: Ref, to: int | None, words: str) -> None:
    """`reassign` with what the next one should know: it stands on top of the conversation until they have answered."""
    words = clean(words, LONGEST).strip()
    if to is not None and not words:
        raise WargiError("tulis catatan untuk rekan: apa yang sudah dilakukan dan apa yang masih ditunggu")
    taker = None
    if to is not None:
        async with db.read() as conn:
            taker = await duty.officer(conn, to)
        if taker is None or not taker.active or taker.role not in STAFF:
            raise WargiError("rekan ini tidak aktif; pilih rekan lain")
    await reassign(db, house, by, ticket, taker, words=words)


async def reassign(
    db: Db, house: House, by: Officer, ticket: Ref, to: Officer | None, back: bool = False, words: str = ""
) -> None:
    """`to` None: into the queue, where it keeps its place. `back`: takes an act of one's own back, which needs no further right.
    `words`: a note for who comes next; with one, `to` is also told where they are reached away from the desk. Raises `Conflict`,
    `NotFound`."""
    async with db.unit() as unit:
        batch = house.batch()
        await cases.load(unit.conn, batch, [ticket])
        if ticket.id not in batch.tickets:
            raise NotFound("tiket tidak ditemukan")
        if batch.tickets[ticket.id]["state"] in WAITING:
            await _out_of_the_queue(unit, batch, house, by, ticket, to, back, words)
        else:
            await _out_of_hands(unit, batch, house, by, ticket, to, back, words)
        if to is not None and to.id != by.id:
            number = batch.tickets[ticket.id]["number"]
            url = f"/desk/tiket/{number}"
            values = {"name": by.name, "number": number}
            await notices.tell(unit, [to.id or 0], "handed", url, batch.now, call=bool(words), **values)
        await batch.flush(unit)


async def _out_of_the_queue(
    unit: Unit, batch: Batch, house: House, by: Officer, ticket: Ref, to: Officer | None, back: bool, words: str
) -> None:  # fmt: skip
    if to is None:
        raise Conflict("kasus ini sudah di antrean")
    if to.id != by.id and by.role not in LEADS and not back:
        raise Conflict("hanya pemimpin regu yang memberi kasus dari antrean kepada orang lain")
    case = await take(unit, batch, house, to, ticket, actor="officer" if to.id == by.id else "clock")
    note(batch, batch.talks[case["address_id"]], by.id or 0, words)


async def _out_of_hands(
    unit: Unit, batch: Batch, house: House, by: Officer, ticket: Ref, to: Officer | None, back: bool, words: str
) -> None:  # fmt: skip
    thread, case = await cases.open_for(unit.conn, batch, ticket)
    holder, number = await cases.officer_name(unit.conn, case["officer_id"]), case["number"]
    if case["state"] not in duty.HELD or case["officer_id"] is None:
        raise Conflict("kasus ini sedang tidak dipegang petugas")
    if case["officer_id"] != by.id and by.role not in LEADS and not back:
        raise Conflict("kasus ini ditangani {who}", holder)
    if to is not None and to.id == case["officer_id"]:
        raise Conflict("kasus ini sudah dipegang {who}", holder)
    note(batch, thread, by.id or 0, words)
    if to is None:
        release(
            batch,
            thread,
            case,
            MOVED,
            Sentence("{officer} menyerahkan kasus {number} ke antrean", officer=by.name, number=number),
            "officer",
            by.id,
        )
        return
    only_leads(house, case, to)
    said = Sentence(
        "{officer} menyerahkan kasus {number} kepada {other}", officer=by.name, number=number, other=to.name
    )
    await hand(unit, batch, house, thread, case, holder, to, MOVED, said, by)
