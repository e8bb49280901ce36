"""A drill: everything that happens at an alarm, with nobody in danger."""

from bot import clock
from bot.models import AlarmState
from bot.models.ref import Ref
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import House
from bot.turn.alarm import alarm_row


async def drill(db: Db, house: House) -> Ref:
    """Raises an alarm that has no citizen and no ticket; the calls say that it is a drill."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        part = clock.random_bits(8)
        row = alarm_row(batch.now, part, kind="drill", state=AlarmState.PAGING, drill=True)
        batch.insert("alarm", row)
        batch.alarm_changed(row)
        await batch.flush(unit)
    return Ref(row["id"], part)
