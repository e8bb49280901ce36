"""An officer gives the conversation back to the bot; the ticket waits in the queue again."""

from bot.engine.effects import Say
from bot.engine.texts import text
from bot.errors import Conflict, Sentence
from bot.models import Officer, Owner, Role, State
from bot.models.ref import Ref
from bot.store import cases
from bot.store.db import Db
from bot.turn import House
from bot.turn.handoff import move
from bot.turn.outside import speak
from bot.turn.say import line
from bot.turn.words import links


async def hand_back(db: Db, house: House, officer: Officer, ticket: Ref) -> None:
    """Raises `Conflict` when this officer does not hold the case, `NotFound`."""
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        if case["officer_id"] != officer.id and officer.role == Role.OFFICER:
            who = await cases.officer_name(unit.conn, case["officer_id"])
            raise Conflict("kasus ini ditangani {who}", who) if who else Conflict("kasus ini tidak sedang Anda tangani")
        move(batch, case, State.QUEUED, "officer", officer.id, why="dikembalikan ke bot")
        batch.end_assignment(case)
        if thread.ticket_id == ticket.id and thread.owner == Owner.OFFICER:
            thread.owner, thread.officer_id = Owner.BOT, None
            thread.end_epoch()
            line(batch, thread, Sentence("{officer} mengembalikan percakapan ke bot", officer=officer.name), officer.id)
            words = text(house.flows, "handed_back", thread.language)
            speak(batch, house, thread, Say(words, notice=True), "handed_back", links(house, case))
        await batch.flush(unit)
