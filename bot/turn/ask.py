"""Waiting for the citizen: the question goes out in their language, the answer brings the ticket back to where it was."""

from datetime import timedelta
from typing import Any

from bot.errors import Conflict, Sentence
from bot.message import Inbound
from bot.models import Officer, Owner, State
from bot.models.ref import Ref
from bot.store import cases
from bot.store.batch import Batch
from bot.store.db import Db
from bot.store.talk import Talk
from bot.triage.identity import mask
from bot.turn import House, acts
from bot.turn.deliver import deliver
from bot.turn.handoff import move
from bot.turn.tell import next_word, only_holder, reason_of, tell
from bot.turn.words import command

BURST = timedelta(minutes=1)
"""Lines that follow an answer so closely belong to it."""
OFFICER = "officer"
SHOWN = 500


def put(
    batch: Batch, house: House, thread: Talk, ticket: dict[str, Any], question: str, actor: str, officer_id: int | None
) -> None:
    """Asks. What the citizen writes next is the answer, unless the conversation is about another case just now."""
    back = State(ticket["state"])
    move(batch, ticket, State.WAITING_CITIZEN, actor, officer_id if actor == OFFICER else None, why=question)
    ticket["back_to"] = back
    if thread.owner in (Owner.BOT, Owner.SURVEY):
        thread.owner, thread.ticket_id = Owner.BOT, ticket["id"]
    ticket["conversation_id"] = thread.conversation_id
    tell(batch, house, thread, ticket, "ask_agency" if actor == "agency" else "ask_officer", question=question)


async def ask(db: Db, house: House, officer: Officer, ticket: Ref, question: str) -> None:
    """An officer asks and keeps the case. Raises `Conflict`, `NotFound`, `WargiError`."""
    question = reason_of(question, Sentence("pertanyaan"))
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        only_holder(case, officer)
        if case["state"] != State.ASSIGNED:
            raise Conflict("hanya kasus yang sedang ditangani petugas yang bisa menunggu jawaban warga")
        put(batch, house, thread, case, question, OFFICER, case["officer_id"])
        await batch.flush(unit)


async def go_on(db: Db, house: House, officer: Officer, ticket: Ref, words: str) -> None:
    """The officer has the answer some other way (by telephone, in another conversation): the ticket goes back without one."""
    words = reason_of(words, Sentence("jawaban warga"))
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        if case["state"] != State.WAITING_CITIZEN:
            raise Conflict("kasus ini tidak sedang menunggu jawaban warga")
        _back(batch, house, case, "officer", officer.id, words)
        unit.changed(thread.ref)
        await batch.flush(unit)


def _back(
    batch: Batch, house: House, ticket: dict[str, Any], actor: str, officer_id: int | None, words: str
) -> None:  # fmt: skip
    back, holder = State(ticket["back_to"] or State.ASSIGNED), ticket["officer_id"] or officer_id
    move(batch, ticket, back, actor, holder if back == State.ASSIGNED else officer_id, why=words)
    if back != State.ASSIGNED:
        deliver(batch, house, ticket, "answered")


def answered(batch: Batch, house: House, thread: Talk, inbound: Inbound) -> bool:
    """True when this message was the answer that a ticket waits for and nobody else need answer it."""
    ticket = batch.tickets.get(thread.ticket_id) if thread.ticket_id else None
    if ticket is None or thread.owner == Owner.QUEUE or inbound.kind in acts.TOLD_ONCE:
        return False
    if thread.owner == Owner.OFFICER:
        if ticket["state"] == State.WAITING_CITIZEN:
            _take(batch, house, thread, ticket, inbound)
        return False  # the officer reads it
    if ticket["state"] != State.WAITING_CITIZEN:
        return _more(batch, house, thread, ticket, inbound)
    if inbound.choice or not (inbound.text or inbound.attachments or inbound.location):
        return False
    if (word := command(house.flows, inbound.text)) is not None:
        if word != "cancel" or thread.session is not None:
            return False
        deliver(batch, house, ticket, "cancelled")
        move(batch, ticket, State.CANCELLED, "citizen", why=_words(inbound))
        tell(batch, house, thread, ticket, "step_cancelled")
        return True
    if not next_word(thread, ticket) or (thread.session is not None and inbound.text.strip().isdigit()):
        return False  # the answer to a question of the bot's
    _take(batch, house, thread, ticket, inbound)
    tell(batch, house, thread, ticket, "ask_taken")
    return True


def _take(batch: Batch, house: House, thread: Talk, ticket: dict[str, Any], inbound: Inbound) -> None:
    _mark(batch, thread, ticket, inbound)
    ticket["conversation_id"], ticket["answered_at"] = thread.conversation_id, batch.now
    _back(batch, house, ticket, "citizen", None, _words(inbound))


def _more(batch: Batch, house: House, thread: Talk, ticket: dict[str, Any], inbound: Inbound) -> bool:
    """People write in several lines: what follows an answer at once belongs to it and is not taken for something new."""
    at = ticket["answered_at"]
    if at is None or batch.now - at > BURST or ticket["state"] != State.IN_PROGRESS or thread.session is not None:
        return False
    if inbound.choice or command(house.flows, inbound.text) or not (inbound.text or inbound.attachments):
        return False
    _mark(batch, thread, ticket, inbound)
    batch.event(ticket, "replied", "citizen", why=_words(inbound))
    return True


def _mark(batch: Batch, thread: Talk, ticket: dict[str, Any], inbound: Inbound) -> None:
    """The message is this ticket's: an agency sees the files of such messages, and of no other."""
    message = batch.messages.get((thread.conversation_id, inbound.external_id))
    if message is not None:
        message["data"] = {**(message["data"] or {}), "ticket": ticket["number"]}


def _words(inbound: Inbound) -> str:
    """As the history keeps it, numbers masked."""
    return mask(inbound.text)[:SHOWN] or f"[{inbound.kind}]"
