"""An officer takes a case: one winner, the loser is told who."""

from bot import clock
from bot.engine.effects import Say
from bot.engine.texts import text
from bot.errors import Conflict
from bot.models import WAITING, Officer, Owner, State
from bot.models.ref import Ref
from bot.store import cases
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import House, alarm
from bot.turn.handoff import move
from bot.turn.outside import speak
from bot.turn.say import line


async def claim(db: Db, house: House, officer: Officer, ticket: Ref) -> None:
    """Raises `Conflict` (with the winner's name) and `NotFound`. From the commit on the bot is silent here."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        if case["state"] not in WAITING:
            who = await cases.officer_name(unit.conn, case["officer_id"])
            raise Conflict(f"kasus ini sudah diambil {who}" if who else "kasus ini tidak lagi menunggu petugas", who)
        if thread.owner == Owner.OFFICER and thread.officer_id != officer.id:
            who = await cases.officer_name(unit.conn, thread.officer_id)
            raise Conflict(f"{who} sedang berbicara dengan warga ini", who)
        move(batch, case, State.ASSIGNED, "officer", officer.id)
        batch.insert(
            "assignment",
            {
                "id": clock.new_id(),
                "part": ticket.part,
                "ticket_id": ticket.id,
                "officer_id": officer.id,
                "started_at": batch.now,
                "ended_at": None,
            },
        )
        case["conversation_id"] = thread.conversation_id
        thread.owner, thread.officer_id, thread.ticket_id = Owner.OFFICER, officer.id, ticket.id
        thread.end_epoch()
        line(batch, thread, f"{officer.name} mengambil kasus {case['number']}", officer.id)
        if (called := batch.alarms.get(thread.alarm_id or b"")) and called["ticket_id"] == ticket.id:
            alarm.acknowledge(batch, thread, called, officer.id or 0, officer.name, "desk")
        values = {"officer": officer.name, "number": str(case["number"])}
        speak(
            batch,
            house,
            thread,
            Say(text(house.flows, "claimed", thread.language), notice=True),
            "ask_to_reply",
            values,
        )
        await batch.flush(unit)
