"""A human takes an alarm up: at the desk, or with the button of the call in a messenger."""

from bot import clock
from bot.errors import NotFound
from bot.models import Officer, PageState
from bot.models.ref import Ref
from bot.store import alarms, cases, talk
from bot.store.batch import Batch
from bot.store.boxes import Row
from bot.store.db import Db, Unit
from bot.turn import alarm

REPLY = -1
"""The step of a call that only tells an officer what became of their press."""


async def acknowledge(db: Db, officer: Officer, ref: Ref, via: str = "desk") -> str:
    """'' when this officer is the one; else the name of who was first. Raises `NotFound`."""
    async with db.unit() as unit:
        return await _within(unit, Batch(clock.now()), officer, ref, via)


async def _within(unit: Unit, batch: Batch, officer: Officer, ref: Ref, via: str) -> str:
    where = await alarms.conversation_of(unit.conn, ref)
    thread = await talk.of_conversation(unit.conn, where) if where else None
    row = await alarms.one(unit.conn, batch, ref)
    first = ""
    if not alarm.acknowledge(batch, thread, row, officer.id or 0, officer.name, via) and (
        row["acknowledged_by"] != officer.id
    ):
        first = await cases.officer_name(unit.conn, row["acknowledged_by"]) or "bot"
    await batch.flush(unit)
    return first


async def by_button(unit: Unit, row: Row, ref: Ref) -> None:
    """The button of a call, pressed in a messenger. Only the officer whom this address belongs to; any other press does
    nothing. They are told what became of it. (Where the citizen of that alarm has a turn in the same batch, the two write the
    same conversation, the batch fails, and each is run alone.)"""
    channel = row.account.partition(":")[0]
    officers = await alarms.active_officers(unit.conn)
    officer = next((each for each in officers if row.address and getattr(each, channel, "") == row.address), None)
    if officer is None:
        return
    batch = Batch(clock.now())
    batch.insert(
        "page",
        {
            "id": clock.new_id(), "part": ref.part, "alarm_id": ref.id, "at": batch.now, "round": 0, "step": REPLY,
            "officer_id": officer.id, "name": officer.name, "via": channel, "target": row.address,
            "state": PageState.READY, "attempts": 0, "next_at": batch.now, "sent_at": None, "error": "",
        },
    )  # fmt: skip
    try:
        await _within(unit, batch, officer, ref, channel)
    except NotFound:
        return
