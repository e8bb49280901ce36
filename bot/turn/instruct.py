"""A leader's one instruction with a deadline for many tickets (*instruksi*). Each ticket is written under its own lock."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot import clock
from bot.errors import Conflict, NotFound, Sentence, WargiError
from bot.message import clean
from bot.models import OVER, Officer
from bot.models.ref import Ref
from bot.policy import number
from bot.record import record
from bot.store import cases, instructions
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn.tell import reason_of


@record
class Chosen:
    """Which tickets: by their numbers, or those of a topic in a region."""

    numbers: str = ""
    topic: str = ""
    region: str = ""


async def instruct(
    db: Db, officer: Officer, title: str, text: str, deadline: datetime, chosen: Chosen
) -> tuple[int, list[WargiError]]:  # fmt: skip
    """Its id, and what could not be taken along, with the reason. Raises `WargiError` where nothing is left to instruct."""
    title, text = reason_of(title, Sentence("judul"))[:200], clean(text, 4000).strip()
    if deadline <= clock.now():
        raise WargiError("tenggat sudah lewat")
    refs, left = await _find(db, chosen)
    if not refs:
        raise _nothing(left)
    async with db.unit() as unit:
        id_ = await instructions.add(unit.conn, title, text, deadline, officer.id or 0, clock.now())
    return id_, left + await _put(db, officer, refs, id_, title)


async def extend(db: Db, officer: Officer, id_: int, chosen: Chosen) -> list[WargiError]:
    """More tickets under an instruction that is there. Raises `NotFound`, `WargiError`."""
    async with db.read() as conn:
        row = await instructions.one(conn, id_)
        if row is None:
            raise NotFound("instruksi tidak ditemukan")
    refs, left = await _find(db, chosen)
    if not refs:
        raise _nothing(left)
    return left + await _put(db, officer, refs, id_, row["title"])


async def _find(db: Db, chosen: Chosen) -> tuple[list[Ref], list[WargiError]]:
    refs: list[Ref] = []
    left: list[WargiError] = []
    async with db.read() as conn:
        for written in list(dict.fromkeys(filter(None, re.split(r"[\s,;]+", chosen.numbers))))[: instructions.MOST]:
            try:
                ref = await instructions.numbered(conn, *number.read(written))
            except NotFound:
                ref = None
            if ref is None:
                left.append(WargiError("{number} tidak dikenal", number=clean(written, 20)))
            elif ref not in refs:
                refs.append(ref)
        if chosen.topic and re.fullmatch(r"\d\d(\.\d\d){0,2}", chosen.region):
            refs += [ref for ref in await instructions.matching(conn, chosen.topic, chosen.region) if ref not in refs]
    return refs[: instructions.MOST], left


def _nothing(left: list[WargiError]) -> WargiError:
    if left:
        return WargiError("tidak ada laporan yang cocok: {left}", left=left)
    return WargiError("tidak ada laporan yang cocok; tulis nomornya, atau pilih topik dan wilayah")


async def _put(db: Db, officer: Officer, refs: Sequence[Ref], id_: int, title: str) -> list[WargiError]:
    left = list[WargiError]()
    for ref in refs:
        async with db.unit() as unit:
            batch = Batch(clock.now())
            thread, case = await cases.open_for(unit.conn, batch, ref)
            try:
                _free(case, id_)
            except Conflict as error:
                left.append(error)
                continue
            if case["instruction_id"] is None:
                case["instruction_id"] = id_
                batch.event(case, "instruction", "officer", officer.id, why=title)
                unit.changed(thread.ref)
                await batch.flush(unit)
    return left


def _free(case: dict[str, object], id_: int) -> None:
    if case["state"] in OVER:
        raise Conflict("{number} sudah selesai", number=case["number"])
    if case["instruction_id"] not in (None, id_):
        raise Conflict("{number} sudah di bawah instruksi lain", number=case["number"])
