"""One act on many cases, each by the verb that does it to one: history, counts and what citizens hear are as if done one by one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot import clock, logs
from bot.errors import Conflict, NotFound, StoreDown, WargiError, keep
from bot.models import LEADS, WAITING, Officer, Role, State, Urgency
from bot.models.ref import Ref
from bot.policy import number
from bot.policy.bulk import KINDS, LOST, MOST, Outcome, Stage, may_undo, times
from bot.store import bulks, duty
from bot.store.boxes import Row
from bot.store.db import Db
from bot.turn import House
from bot.turn.dispatch import dispatch
from bot.turn.reassign import reassign
from bot.turn.resolve import resolve
from bot.turn.sight import sight
from bot.turn.topic import set_topic, take_back
from bot.turn.urgency import set_urgency

BEFORE = ("state", "officer_id", "topic", "subtopic", "urgency")


async def begin(db: Db, house: House, officer: Officer, verb: str, value: str, named: Sequence[str]) -> int:
    """Writes down what is to be done and returns its id. Raises `WargiError` for what cannot be meant."""
    kind, found = KINDS.get(verb), []
    if kind is None:
        raise WargiError("pilih dulu tindakannya")
    for each in dict.fromkeys(named):
        try:
            found.append(number.read(each))
        except NotFound:
            raise WargiError("{number} bukan nomor tiket; periksa lagi nomornya", number=each[:20]) from None
    if not found:
        raise WargiError("pilih dulu kasusnya")
    if len(found) > MOST:
        raise WargiError("{count} kasus sekaligus terlalu banyak; paling banyak {most}", count=len(found), most=MOST)
    async with db.unit() as unit:
        await _value(unit.conn, house, kind.value, value)
        now = clock.now()
        due, until = times(kind, now)
        row = {"officer_id": officer.id, "verb": verb, "value": value, "at": now, "due_at": due, "until": until,
               "state": Stage.WAITING}  # fmt: skip
        return await bulks.add(unit.conn, row, await bulks.named(unit.conn, found, sight(house, officer)))


async def _value(conn: Any, house: House, kind: str, value: str) -> None:
    right = {
        "": lambda: not value,
        "topic": lambda: value in house.flows.topics,
        "urgency": lambda: value in list(Urgency),
        "agency": lambda: value in house.triage.agencies.agencies,
        "officer": lambda: value.isascii() and value.isdigit() and len(value) < 10,
    }[kind]()
    if kind == "officer" and right:
        to = await duty.officer(conn, int(value))
        right = to is not None and to.active and to.role != Role.AGENCY
    if not right:
        raise WargiError("pilih dulu kepada siapa, topik, urgensi atau instansi mana")


async def run(db: Db, house: House, bulk_id: int) -> None:
    """Carries it out, once, whoever calls. One case that is refused is named and stops no other."""
    async with db.unit() as unit:
        now = clock.now()
        mine = await bulks.step(unit.conn, bulk_id, Stage.WAITING, Stage.RUNNING, due_at=now)
        if not mine and not await bulks.take_over(unit.conn, bulk_id, Stage.RUNNING, now, LOST):
            return
        bulk, cases = await bulks.one(unit.conn, bulk_id), await bulks.cases(unit.conn, bulk_id)
        officer = await duty.officer(unit.conn, bulk.officer_id) if bulk else None
    if bulk is None or officer is None:
        return
    to = await _to(db, bulk)
    verb = _verb(db, house, officer, bulk, to)
    for case in cases:
        if not case.outcome:
            await _one(db, case, verb)
    async with db.unit() as unit:
        await bulks.step(unit.conn, bulk_id, Stage.RUNNING, Stage.DONE)


async def _to(db: Db, bulk: Row) -> Officer | None:
    async with db.read() as conn:
        return await duty.officer(conn, int(bulk.value)) if bulk.verb == "petugas" else None


def _verb(db: Db, house: House, officer: Officer, bulk: Row, to: Officer | None) -> Callable[[Ref], Awaitable[None]]:
    verbs: dict[str, Callable[[Ref], Awaitable[None]]] = {
        "petugas": lambda ref: reassign(db, house, officer, ref, to),
        "antrean": lambda ref: reassign(db, house, officer, ref, None),
        "topik": lambda ref: set_topic(db, house, officer, ref, bulk.value),
        "urgensi": lambda ref: set_urgency(db, officer, ref, Urgency(bulk.value)),
        "instansi": lambda ref: dispatch(db, house, officer, ref, bulk.value),
        "selesai": lambda ref: resolve(db, house, officer, ref),
    }
    return verbs[bulk.verb]


async def _one(db: Db, case: Row, verb: Callable[[Ref], Awaitable[None]]) -> None:
    ref = Ref(case.ticket_id, case.part)
    async with db.read() as conn:
        was = await bulks.now_of(conn, ref)
    outcome, why = Outcome.DONE, ""
    try:
        await verb(ref)
    except StoreDown:
        raise
    except NotFound:  # as every page answers it: nobody learns whether there is such a case
        outcome, why = Outcome.REFUSED, keep(WargiError("kasus ini tidak ada, atau dirahasiakan"))
    except WargiError as error:
        outcome, why = Outcome.REFUSED, keep(error)
    except Exception as error:
        outcome, why = Outcome.REFUSED, keep(WargiError("gangguan sistem, sudah dicatat; coba lagi"))
        logs.get("bulk").error("case left out", ticket=case.number, error=logs.fault(error))
    async with db.unit() as unit:
        new = await bulks.now_of(unit.conn, ref)
        before = {name: was[name] for name in BEFORE} if was else None
        await bulks.settle(unit.conn, case.id, outcome, why, before=before, version=new["version"] if new else 0)


async def undo(db: Db, house: House, officer: Officer, bulk_id: int) -> None:
    """Calls off what has not begun; takes back what can be taken back. Raises `NotFound` and `Conflict`."""
    async with db.unit() as unit:
        bulk = await bulks.one(unit.conn, bulk_id)
        if bulk is None or (bulk.officer_id != officer.id and officer.role not in LEADS):
            raise NotFound("unknown act")
        kind = KINDS[bulk.verb]
        if not may_undo(kind, bulk.state, bulk.until, clock.now()):
            raise Conflict("waktu untuk membatalkan sudah lewat")
        after = Stage.CANCELLED if kind.leaves else Stage.UNDONE
        if not await bulks.step(unit.conn, bulk_id, bulk.state, after):
            raise Conflict("sudah dijalankan")
        cases = [] if kind.leaves else await bulks.cases(unit.conn, bulk_id)
    for case in cases:
        if case.outcome == Outcome.DONE:
            await _back(db, house, officer, bulk, case)


async def _back(db: Db, house: House, officer: Officer, bulk: Row, case: Row) -> None:
    ref, was = Ref(case.ticket_id, case.part), case.before or {}
    outcome, why = Outcome.UNDONE, ""
    try:
        async with db.read() as conn:
            now = await bulks.now_of(conn, ref)
            holder = await duty.officer(conn, was["officer_id"]) if was.get("officer_id") else None
        if now is None or now["version"] != case.version:
            raise Conflict("sudah dikerjakan lagi sesudahnya")
        if all(now[name] == was[name] for name in BEFORE):
            return  # it was so before
        await _restore(db, house, officer, bulk.verb, ref, was, holder)
    except StoreDown:
        raise
    except WargiError as error:
        outcome, why = Outcome.KEPT, keep(error)
    async with db.unit() as unit:
        await bulks.settle(unit.conn, case.id, outcome, why)


async def _restore(
    db: Db, house: House, officer: Officer, verb: str, ref: Ref, was: Mapping[str, Any], holder: Officer | None
) -> None:  # fmt: skip
    if verb == "topik":
        await take_back(db, officer, ref, str(was["topic"]), str(was["subtopic"]))
    elif verb == "urgensi":
        await set_urgency(db, officer, ref, Urgency(str(was["urgency"])))
    else:
        waited = State(str(was["state"])) in WAITING
        await reassign(db, house, officer, ref, None if waited else holder, back=True)


async def due(db: Db, house: House) -> None:
    """What a minute's patience has ended, and what somebody could not finish."""
    async with db.read() as conn:
        ids = await bulks.due(conn, clock.now(), Stage.WAITING, Stage.RUNNING, LOST)
    for each in ids:
        await run(db, house, each)
