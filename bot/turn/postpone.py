"""A case that cannot be worked on before a date: the agency says why, and a timer brings it back."""

from datetime import datetime, timedelta
from typing import Any

from bot.models import State
from bot.models.ref import Ref
from bot.store import cases
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.store.talk import Talk
from bot.turn import House
from bot.turn.deliver import deliver
from bot.turn.handoff import move
from bot.turn.tell import day, tell

DUE = "postponed"
"""Timer kind; its subject is the ticket."""
LONGEST = timedelta(days=366)


def put_off(
    batch: Batch,
    house: House,
    thread: Talk,
    ticket: dict[str, Any],
    until: datetime,
    reason: str,
    officer_id: int | None,
) -> None:
    move(batch, ticket, State.POSTPONED, "agency", officer_id, why=f"{day(until)}: {reason}")
    ticket["postponed_until"] = until
    batch.timer(DUE, Ref(ticket["id"], ticket["part"]), until)
    tell(batch, house, thread, ticket, "step_postponed", until=day(until), reason=reason)


async def resume(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """The date has come. A ticket that has moved on meanwhile, or was put off again, is left alone."""
    thread, case = await cases.open_for(unit.conn, batch, subject)
    if case["state"] != State.POSTPONED or case["postponed_until"] is None or case["postponed_until"] > batch.now:
        return
    move(batch, case, State.IN_PROGRESS, "clock", why="tanggal penundaan tiba")
    tell(batch, house, thread, case, "step_resumed")
    deliver(batch, house, case, "resumed")
