"""An officer says how urgent a case is; the queue follows."""

from bot import clock
from bot.models import Officer, Urgency
from bot.models.ref import Ref
from bot.policy import rank
from bot.store import cases
from bot.store.batch import Batch
from bot.store.db import Db


async def set_urgency(db: Db, officer: Officer, ticket: Ref, urgency: Urgency) -> None:
    """Raises `NotFound`. Setting what is set already is no event."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        if case["urgency"] == urgency:
            return
        batch.event(case, "urgency", "officer", officer.id, before=case["urgency"], after=urgency)
        case["urgency"], case["rank"] = urgency, rank.rank(case["opened_at"], urgency)
        batch.queue_changed = True
        unit.changed(thread.ref)
        await batch.flush(unit)
