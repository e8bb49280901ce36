"""What an agency does with a case: accept, ask the citizen, say that it is not theirs, report it done. Each is a row with its time.

The same acts for somebody who has signed in and for whoever holds the link of a mail; who may see the ticket at all was asked
before, and is asked here once more under the lock.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot import clock
from bot.errors import Conflict, NotFound, Sentence, WargiError
from bot.models import State
from bot.models.ref import Ref
from bot.record import record
from bot.store import cases
from bot.store.batch import Batch
from bot.store.db import Db
from bot.store.talk import Talk
from bot.turn import House, ask, postpone, verify
from bot.turn.deliver import opens
from bot.turn.handoff import move
from bot.turn.say import line
from bot.turn.tell import reason_of, tell

AGENCY = "agency"


@record
class Actor:
    """Who acts for an agency: an officer's row with that role, or the holder of a link."""

    agency: str
    officer_id: int | None = None
    token: str = ""


Act = Callable[[Batch, House, Talk, dict[str, Any], Actor], None]


async def _do(db: Db, house: House, who: Actor, ticket: Ref, act: Act) -> None:
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        if not who.agency or case["agency"] != who.agency or (who.token and not opens(house, who.token, case)):
            raise NotFound("tiket tidak ditemukan")
        act(batch, house, thread, case, who)
        unit.changed(thread.ref)
        await batch.flush(unit)


def _move(batch: Batch, case: dict[str, Any], after: State, who: Actor, why: str = "") -> None:
    move(batch, case, after, AGENCY, who.officer_id, why=why)


def _take_up(batch: Batch, house: House, thread: Talk, case: dict[str, Any], who: Actor, told: bool) -> None:
    """Whoever asks or reports has accepted; of two steps at once the citizen hears the last one only."""
    if case["state"] == State.DISPATCHED:
        _move(batch, case, State.IN_PROGRESS, who)
        if told:
            tell(batch, house, thread, case, "step_accepted")


async def accept(db: Db, house: House, who: Actor, ticket: Ref) -> None:
    """Raises `Conflict`, `NotFound`."""

    def act(batch: Batch, house: House, thread: Talk, case: dict[str, Any], who: Actor) -> None:
        if case["state"] == State.POSTPONED:
            _move(batch, case, State.IN_PROGRESS, who)
            tell(batch, house, thread, case, "step_resumed")
        elif case["state"] == State.DISPATCHED:
            _take_up(batch, house, thread, case, who, told=True)
        else:
            raise Conflict("laporan ini sudah diterima")

    await _do(db, house, who, ticket, act)


async def need_information(db: Db, house: House, who: Actor, ticket: Ref, question: str) -> None:
    """The citizen is asked by the bot. Raises `Conflict`, `NotFound`, `WargiError`."""
    question = reason_of(question, Sentence("pertanyaan"))

    def act(batch: Batch, house: House, thread: Talk, case: dict[str, Any], who: Actor) -> None:
        _take_up(batch, house, thread, case, who, told=False)
        ask.put(batch, house, thread, case, question, AGENCY, who.officer_id)

    await _do(db, house, who, ticket, act)


async def not_ours(db: Db, house: House, who: Actor, ticket: Ref, reason: str) -> None:
    """Back to the officers, counted. Raises `Conflict`, `NotFound`, `WargiError`."""
    reason = reason_of(reason, Sentence("alasan"))

    def act(batch: Batch, house: House, thread: Talk, case: dict[str, Any], who: Actor) -> None:
        name = house.triage.agencies.name(case["agency"])
        _move(batch, case, State.RETURNED, who, f"{name}: {reason}")
        line(
            batch,
            thread,
            Sentence(
                "{agency} mengembalikan kasus {number}: {reason}", agency=name, number=case["number"], reason=reason
            ),
        )
        tell(batch, house, thread, case, "step_returned", agency_name=name)

    await _do(db, house, who, ticket, act)


async def done(
    db: Db, house: House, who: Actor, ticket: Ref, note: str, files: Sequence[dict[str, Any]] = ()
) -> None:  # fmt: skip
    """With proof: words, and the columns of files that lie on the shelf already. The citizen is asked whether it is true.
    Raises `Conflict`, `NotFound`, `WargiError`."""
    note = reason_of(note, Sentence("keterangan hasil"))

    def act(batch: Batch, house: House, thread: Talk, case: dict[str, Any], who: Actor) -> None:
        _take_up(batch, house, thread, case, who, told=False)
        _move(batch, case, State.DONE, who, note)
        verify.ask(batch, house, thread, case, note, files)

    await _do(db, house, who, ticket, act)


async def put_off(db: Db, house: House, who: Actor, ticket: Ref, until: datetime, reason: str) -> None:
    """Raises `Conflict`, `NotFound`, `WargiError`."""
    reason = reason_of(reason, Sentence("alasan"))
    if until <= clock.now():
        raise WargiError("tanggal penundaan sudah lewat")
    if until > clock.now() + postpone.LONGEST:
        raise WargiError("paling lama satu tahun")

    def act(batch: Batch, house: House, thread: Talk, case: dict[str, Any], who: Actor) -> None:
        _take_up(batch, house, thread, case, who, told=False)
        postpone.put_off(batch, house, thread, case, until, reason, who.officer_id)

    await _do(db, house, who, ticket, act)
