"""An officer gives a case to a colleague by name, or back to the queue, with what the next one should know. The citizen notices nothing."""

from bot.errors import Conflict, NotFound, WargiError
from bot.message import clean
from bot.models import STAFF, Officer, Role
from bot.models.ref import Ref
from bot.store import cases, duty, notices
from bot.store.db import Db
from bot.turn import House
from bot.turn.handover import LONGEST, hand
from bot.turn.leads import only_leads
from bot.turn.release import PASSED, note, release


async def pass_on(db: Db, house: House, officer: Officer, ticket: Ref, to: int | None, words: str) -> None:
    """`to`: the colleague; None: the queue, where it keeps its place. The note stands on top of the conversation until the next one has
    answered. Raises `Conflict` when this officer does not hold the case or the colleague cannot, `NotFound`."""
    words = clean(words, LONGEST).strip()
    if to is not None and not words:
        raise WargiError("tulis catatan untuk rekan: apa yang sudah dilakukan dan apa yang masih ditunggu")
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        holder = await cases.officer_name(unit.conn, case["officer_id"])
        if case["state"] not in duty.HELD or (case["officer_id"] != officer.id and officer.role == Role.OFFICER):
            raise Conflict(f"kasus ini ditangani {holder}" if holder else "kasus ini tidak sedang Anda tangani", holder)
        note(batch, thread, officer.id or 0, words)
        if to is None:
            said = f"{officer.name} menyerahkan kasus {case['number']} ke antrean"
            release(batch, thread, case, PASSED, said, "officer", officer.id)
        else:
            taker = await duty.officer(unit.conn, to)
            if taker is None or not taker.active or taker.role not in STAFF:
                raise NotFound("rekan ini tidak ada")
            if taker.id == case["officer_id"]:
                raise Conflict(f"kasus ini sudah ditangani {taker.name}", taker.name)
            only_leads(house, case, taker)
            said = f"{officer.name} menyerahkan kasus {case['number']} kepada {taker.name}"
            await hand(unit, batch, house, thread, case, holder, taker, PASSED, said, officer)
            number = case["number"]
            url = f"/desk/tiket/{number}"
            await notices.tell(unit, [to], "handed", url, batch.now, call=True, name=officer.name, number=number)
        await batch.flush(unit)
