"""An officer gives a case to an agency (*disposisi*)."""

from bot import clock
from bot.errors import Conflict, Sentence, WargiError
from bot.message import clean
from bot.models import LEADS, Officer, State
from bot.models.ref import Ref
from bot.policy import directory
from bot.store import cases
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import House
from bot.turn.deliver import deliver
from bot.turn.handoff import move
from bot.turn.say import line
from bot.turn.tell import LONGEST, let_go, only_holder, tell


async def dispatch(
    db: Db, house: House, officer: Officer, ticket: Ref, slug: str, note: str = "", topic: str = "", place: str = ""
) -> None:
    """Raises `Conflict`, `NotFound`, and `WargiError` for an agency that is not in the directory. `topic` and `place` correct the
    ticket's own; empty ones leave them."""
    agencies = house.triage.agencies
    if slug not in agencies.agencies:
        raise WargiError("instansi belum dipilih")
    if topic and topic not in house.flows.topics:
        raise WargiError("topik itu tidak ada; pilih dari daftar")
    note, place = " ".join(clean(note, LONGEST).split()), " ".join(clean(place, 300).split())
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        only_holder(case, officer)
        if directory.needs_lead(agencies, case["returns"]) and officer.role not in LEADS:
            raise Conflict(
                "laporan ini sudah {count} kali dikembalikan; pemimpin regu yang meneruskannya", count=case["returns"]
            )
        for name, wanted in (("topic", topic), ("place", place)):
            if wanted and wanted != case[name]:
                batch.event(case, name, "officer", officer.id, before=case[name], after=wanted)
                case[name] = wanted
        name = agencies.name(slug)
        move(batch, case, State.DISPATCHED, "officer", officer.id, why=f"{name}: {note}" if note else name)
        case["agency"], case["dispatched_at"] = slug, batch.now
        let_go(batch, thread, case)
        line(
            batch,
            thread,
            Sentence(
                "{officer} meneruskan kasus {number} ke {agency}",
                officer=officer.name,
                number=case["number"],
                agency=name,
            ),
            officer.id,
        )
        tell(batch, house, thread, case, "step_dispatched")
        deliver(batch, house, case, "dispatched", note)
        await batch.flush(unit)


async def open_identity(db: Db, officer: Officer, ticket: Ref, reason: str) -> None:
    """The agency may see who reported it. Raises `Conflict` when no agency has it."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        if not case["agency"]:
            raise Conflict("laporan ini sedang tidak di instansi mana pun")
        if not case["identity_open"]:
            case["identity_open"] = True
            batch.event(case, "identity", "officer", officer.id, why=reason)
        unit.changed(thread.ref)
        await batch.flush(unit)
