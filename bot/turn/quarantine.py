"""A human holds a sender who only disturbs, and lets them out again. The machine may only suggest (`Batch.suspect`)."""

from bot import clock
from bot.errors import Conflict, NotFound, Sentence, WargiError
from bot.models import Officer
from bot.models.ref import Ref
from bot.store import quarantine, talk
from bot.store.batch import Batch
from bot.store.db import Db, Unit
from bot.store.talk import Talk
from bot.triage.identity import mask
from bot.turn.say import line

SHORTEST, LONGEST = 5, 200
"""Letters of a reason."""


async def hold(db: Db, officer: Officer, contact: Ref, reason: str) -> None:
    """With a reason of one's own, or the one that the machine gave. Raises `Conflict`, `NotFound`."""
    async with db.unit() as unit:
        batch, threads = Batch(clock.now()), await _threads(unit, contact)
        words = mask(" ".join(reason.split())[:LONGEST]) or await quarantine.reason_of(unit.conn, contact)
        if sum(map(str.isalpha, words)) < SHORTEST:
            raise WargiError("Tulis alasannya dengan beberapa kata, misalnya: mengirim iklan berulang kali.")
        if not await quarantine.set_quarantine(unit.conn, contact, officer.id or 0, words, batch.now):
            raise Conflict("Pengirim ini sudah ditahan.")
        for thread in threads:
            thread.end_epoch()  # what the bot has not said yet stays unsaid
            line(
                batch,
                thread,
                Sentence("{officer} menahan pengirim ini: {reason}", officer=officer.name, reason=words),
                officer.id,
            )
        await batch.flush(unit)


async def lift(db: Db, officer: Officer, contact: Ref) -> None:
    """What they wrote meanwhile stays where it is; from now on they are answered. Raises `Conflict`, `NotFound`."""
    async with db.unit() as unit:
        batch, threads = Batch(clock.now()), await _threads(unit, contact)
        if not await quarantine.lift_quarantine(unit.conn, contact, officer.id or 0, batch.now):
            raise Conflict("Pengirim ini tidak sedang ditahan.")
        for thread in threads:
            thread.pace = None  # what the machine counted is forgiven too
            line(
                batch,
                thread,
                Sentence("{officer} melepas pengirim ini dari karantina", officer=officer.name),
                officer.id,
            )
        await batch.flush(unit)


async def _threads(unit: Unit, contact: Ref) -> list[Talk]:
    """Locked first, as every verb does, so that no turn runs while the rule changes."""
    theirs = await quarantine.addresses(unit.conn, contact)
    if not theirs:
        raise NotFound("pengirim tidak ditemukan")
    await talk.hold(unit.conn, theirs)
    return [await talk.of_address(unit.conn, ref) for ref in theirs]
