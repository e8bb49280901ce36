"""A lead has looked at a case whose citizen was not satisfied: it is opened again, or stays as it is, for a reason that is kept."""

from bot import clock
from bot.errors import Conflict, NotFound, Sentence
from bot.models import OVER, Officer, State
from bot.models.ref import Ref
from bot.store import cases, wall
from bot.store.db import Db
from bot.turn import House
from bot.turn.handoff import move
from bot.turn.say import line
from bot.turn.tell import reason_of, tell


async def settle(db: Db, house: House, lead: Officer, review: Ref, again: bool, note: str) -> None:
    """Once: raises `Conflict` for the second one, and where a case that is to be opened again is not over; `NotFound`."""
    note = reason_of(note, Sentence("catatan tinjauan"))
    async with db.unit() as unit:
        row = await wall.review(unit.conn, review)
        if row is None:
            raise NotFound("no such review")
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, Ref(row.ticket_id, row.part))
        values = {
            "settled_at": clock.now(),
            "settled_by": lead.id,
            "outcome": "reopened" if again else "kept",
            "note": note,
        }
        if not await wall.settle(unit.conn, review, values):
            raise Conflict("penilaian ini sudah ditinjau")
        if again:
            if case["state"] not in OVER or case["state"] == State.MERGED:
                raise Conflict("kasus ini sudah terbuka lagi")
            move(batch, case, State.REOPENED, "officer", lead.id, why=note)
            line(
                batch,
                thread,
                Sentence(
                    "{officer} membuka kembali kasus {number} setelah penilaian warga",
                    officer=lead.name,
                    number=case["number"],
                ),
                lead.id,
            )
            tell(batch, house, thread, case, "step_reopened")
        batch.event(case, "reviewed", "officer", lead.id, after=str(values["outcome"]), why=note)
        unit.queue_changed()
        await batch.flush(unit)
