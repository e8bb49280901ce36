"""An officer writes down what a citizen says on the telephone or at the counter: a report like any other, marked as such."""

from bot.engine.effects import OpenTicket
from bot.errors import Sentence, WargiError
from bot.message import clean
from bot.models import Author, Officer, Owner, Urgency
from bot.record import record
from bot.store import cases, talk
from bot.store.batch import message_row
from bot.store.db import Db
from bot.triage.phone import phone
from bot.turn import House
from bot.turn.handoff import open_ticket, ticket_ref
from bot.turn.say import SPOKEN, line

ACCOUNT = f"{SPOKEN}:desk"
"""Nothing is sent there: what officers and bot write is told by word of mouth."""
WAYS = {"phone": Sentence("lewat telepon"), "visit": Sentence("di loket")}
SHORTEST = 10
"""Letters of a story: less is no report."""


@record
class Spoken:
    """The form, as it was typed."""

    way: str
    name: str
    phone: str
    language: str
    topic: str
    place: str
    details: str
    urgency: str = Urgency.NORMAL


async def enter(db: Db, house: House, officer: Officer, what: Spoken, key: str) -> str:
    """Opens the ticket and returns its number; the same `key` again returns the first one's. Raises `WargiError` with what is missing."""
    number = phone(what.phone) if what.phone else ""
    if what.way not in WAYS:
        raise WargiError("pilih apakah warga menelepon atau datang")
    if number is None:
        raise WargiError("nomor telepon itu tidak lengkap; tulis seperti 0812 3456 7890, atau kosongkan")
    if len(what.details) < SHORTEST:
        raise WargiError("tulis ceritanya, paling sedikit satu kalimat")
    if what.topic and what.topic not in house.flows.topics:
        raise WargiError("topik itu tidak ada; pilih dari daftar")
    urgency = Urgency(what.urgency) if what.urgency in set(Urgency) else Urgency.NORMAL
    async with db.unit() as unit:
        batch, address = house.batch(), f"form-{key}"
        known = await talk.load(unit.conn, {(ACCOUNT, address)})
        if (thread := known.get((ACCOUNT, address))) is not None:
            if (ref := ticket_ref(thread)) is not None:
                await cases.load(unit.conn, batch, [ref])
                return str(batch.tickets[ref.id]["number"])
            raise WargiError("formulir ini sudah dipakai; muat ulang halaman")
        thread = talk.new(ACCOUNT, address, batch.now)
        thread.name, thread.phone = clean(what.name, 200), (number or "").lstrip("+")
        thread.language = what.language if what.language in house.flows.languages else "id"
        thread.owner, thread.urgency, thread.last_inbound_at = Owner.QUEUE, urgency, batch.now
        batch.touch(thread)
        batch.insert("message", message_row(thread, Author.CITIZEN, batch.now, body=what.details))
        report = OpenTicket(topic=what.topic, place=what.place, details=what.details, answers={"place": what.place})
        ticket = open_ticket(batch, house, thread, report, what.way)
        batch.event(ticket, "entered", "officer", officer.id, why=str(WAYS[what.way]))
        line(
            batch,
            thread,
            Sentence("{officer} mencatat laporan ini {way}", officer=officer.name, way=WAYS[what.way]),
            officer.id,
        )
        await batch.flush(unit)
        return str(ticket["number"])
