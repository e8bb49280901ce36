"""A lead says what is known already: whoever reports it may follow it instead, and hears when it is over."""

from datetime import datetime, timedelta

from bot import clock
from bot.errors import Conflict, NotFound, WargiError
from bot.models import Officer
from bot.models.ref import Ref
from bot.record import record
from bot.store import incidents
from bot.store.batch import Batch
from bot.store.db import Db, Unit
from bot.turn import House, known

ENDS = "incident"
"""Timer kind: the time of an incident is over."""
LONGEST = timedelta(days=31)
TITLE, TEXT = 80, 300
"""Letters of a title and of a text at most: both stand in one bubble."""


@record
class Declared:
    """What the form says."""

    title: str
    topic: str
    places: str
    """As written, a place a line."""
    text: str
    text_su: str
    until: datetime | None


async def declare(db: Db, house: House, officer: Officer, what: Declared) -> None:
    """Raises `WargiError` that says what is missing or which place is not clear."""
    now = clock.now()
    if len(what.title) < 5 or len(what.text) < 10:
        raise WargiError("Tulis judul dan keterangan untuk warga, misalnya: Pipa PDAM pecah.")
    if what.topic and what.topic not in house.flows.topics:
        raise WargiError("topik itu tidak ada; pilih dari daftar")
    if what.until is None or not now < what.until <= now + LONGEST:
        raise WargiError("Pilih sampai kapan kejadian ini berlaku, paling lama 31 hari dari sekarang.")
    row = {
        "id": clock.new_id(), "title": what.title, "topic": what.topic, "places": codes(house, what.places),
        "text": what.text, "text_su": what.text_su, "valid_until": what.until, "declared_at": now,
        "declared_by": officer.id or 0, "ended_at": None, "ended_by": None,
    }  # fmt: skip
    async with db.unit() as unit:
        batch = Batch(now)
        await incidents.declare(unit.conn, row)
        batch.timer(ENDS, Ref(row["id"], incidents.PART), what.until)  # type: ignore[arg-type]
        await batch.flush(unit)


def codes(house: House, written: str) -> list[str]:
    """The regions that these lines name. Raises `WargiError`."""
    places = house.triage.senses.places
    if places is None:
        raise WargiError("Daftar wilayah sedang dimuat. Coba lagi sebentar.")
    found = []
    for each in filter(None, (part.strip() for part in written.splitlines())):
        seen = places.find(each, asked=True)
        place = seen.unique
        if place is None:
            several = "; ".join(one.shown for one in seen.candidates[:5])
            if several:
                raise WargiError("Tempat “{place}” belum jelas. Mungkin: {several}.", place=each[:60], several=several)
            raise WargiError(
                "Tempat “{place}” belum jelas. Tulis nama desa, kecamatan, atau kabupatennya.", place=each[:60]
            )
        found.append(place.code)
    if not found:
        raise WargiError("Tulis setidaknya satu tempat, satu baris satu tempat.")
    return list(dict.fromkeys(found))


async def end(db: Db, officer: Officer, incident: Ref) -> None:
    """Its followers are told. Raises `Conflict` when it is over already."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        if not await incidents.end(unit.conn, incident, batch.now, officer.id):
            raise Conflict("Kejadian ini sudah selesai.")
        await known.resolved(unit.conn, batch, incident)
        await batch.flush(unit)


async def over(unit: Unit, batch: Batch, house: House, incident: Ref) -> None:
    """Its time is over."""
    if not await incidents.end(unit.conn, incident, batch.now, None):
        raise NotFound("kejadian sudah selesai")
    await known.resolved(unit.conn, batch, incident)
