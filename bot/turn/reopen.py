"""A case that was over is not: it waits in the queue again."""

from bot.errors import Conflict, Sentence
from bot.models import Officer, State
from bot.models.ref import Ref
from bot.store import cases
from bot.store.db import Db
from bot.turn import House
from bot.turn.deliver import deliver
from bot.turn.handoff import move
from bot.turn.say import line
from bot.turn.tell import reason_of, tell


async def reopen(db: Db, house: House, officer: Officer, ticket: Ref, reason: str) -> None:
    """Raises `Conflict` for a case that is not over, `NotFound`, `WargiError` without a reason."""
    reason = reason_of(reason, Sentence("alasan"))
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        if case["state"] == State.MERGED:
            raise Conflict("kasus ini digabung; batalkan penggabungannya")
        deliver(batch, house, case, "reopened")
        move(batch, case, State.REOPENED, "officer", officer.id, why=reason)
        line(
            batch,
            thread,
            Sentence("{officer} membuka kembali kasus {number}", officer=officer.name, number=case["number"]),
            officer.id,
        )
        tell(batch, house, thread, case, "step_reopened")
        await batch.flush(unit)
