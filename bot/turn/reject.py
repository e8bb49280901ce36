"""A case that cannot be taken up: the citizen hears why, kindly, and how to come back."""

from bot.errors import Sentence
from bot.models import Officer, State
from bot.models.ref import Ref
from bot.store import cases
from bot.store.db import Db
from bot.turn import House
from bot.turn.handoff import move
from bot.turn.say import line
from bot.turn.tell import let_go, no_open_alarm, only_holder, reason_of, tell


async def reject(db: Db, house: House, officer: Officer, ticket: Ref, reason: str) -> None:
    """Raises `Conflict`, `NotFound`, and `WargiError` without a reason."""
    reason = reason_of(reason, Sentence("alasan untuk warga"))
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        only_holder(case, officer)
        no_open_alarm(batch, thread, case)
        move(batch, case, State.REJECTED, "officer", officer.id, why=reason)
        let_go(batch, thread, case)
        line(
            batch,
            thread,
            Sentence("{officer} menolak kasus {number}", officer=officer.name, number=case["number"]),
            officer.id,
        )
        tell(batch, house, thread, case, "step_rejected", reason=reason)
        await batch.flush(unit)
