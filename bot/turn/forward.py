"""What is not the province's goes to SP4N-LAPOR!, with its class; the number and the status that they give stay on the ticket."""

from bot.errors import Conflict, Sentence, WargiError
from bot.message import clean
from bot.models import Officer, State
from bot.models.ref import Ref
from bot.policy.lapor import CLASSES
from bot.store import cases
from bot.store.db import Db
from bot.turn import House
from bot.turn.handoff import move
from bot.turn.say import line
from bot.turn.tell import let_go, only_holder, reason_of, tell

NUMBER = 40
"""Longest external number."""


def _number(text: str) -> str:
    """As they wrote it; whoever types it may use spaces."""
    plain = "".join(clean(text, 200).split())
    if len(plain) > NUMBER or not all(letter.isalnum() or letter in "-/.#" for letter in plain):
        raise WargiError("nomor SP4N-LAPOR! hanya huruf, angka, dan tanda hubung")
    return plain.lstrip("#")


async def forward(
    db: Db, house: House, officer: Officer, ticket: Ref, class_: str, agency: str, external: str = "", reason: str = ""
) -> None:
    """Raises `Conflict`, `NotFound`, `WargiError`."""
    if class_ not in CLASSES:
        raise WargiError("kelas laporan belum dipilih")
    agency, external = reason_of(agency, Sentence("instansi tujuan"))[:200], _number(external)
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        only_holder(case, officer)
        why = " · ".join(filter(None, (CLASSES[class_], agency, external, clean(reason, 500).strip())))
        move(batch, case, State.FORWARDED, "officer", officer.id, why=why)
        case.update(external_class=class_, external_agency=agency, external_number=external, external_status="")
        let_go(batch, thread, case)
        line(
            batch,
            thread,
            Sentence(
                "{officer} mengalihkan kasus {number} ke SP4N-LAPOR!", officer=officer.name, number=case["number"]
            ),
            officer.id,
        )
        told = "step_forwarded_number" if external else "step_forwarded"
        tell(batch, house, thread, case, told, external_number=external)
        await batch.flush(unit)


async def news(db: Db, house: House, officer: Officer, ticket: Ref, external: str, status: str) -> None:
    """What they say of it now, and the number if it came later; the citizen hears what is new of it. Raises `Conflict`,
    `NotFound`, `WargiError`."""
    external, status = _number(external), " ".join(clean(status, 300).split())
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        if case["state"] != State.FORWARDED:
            raise Conflict("laporan ini tidak sedang di SP4N-LAPOR!")
        if external and external != case["external_number"]:
            batch.event(case, "external", "officer", officer.id, before=case["external_number"], after=external)
            case["external_number"] = external
            tell(batch, house, thread, case, "step_forwarded_number", external_number=external)
        if status and status != case["external_status"]:
            batch.event(case, "external", "officer", officer.id, before=case["external_status"], after=status)
            case["external_status"] = status
            tell(batch, house, thread, case, "step_external", status=status)
        unit.changed(thread.ref)
        await batch.flush(unit)
