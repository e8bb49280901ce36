"""Two cases are about one thing, or are not: an officer's word, and what follows from it. Undone as easily.

The citizen of a merged case follows the other one: they are told now, and again when it is done.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.errors import Conflict, NotFound, Sentence, WargiError
from bot.message import clean
from bot.models import AlarmState, Officer, Owner, Role, State, Ticket, Urgency
from bot.models.base import table
from bot.models.ref import Ref
from bot.policy import number, rank
from bot.store import cases, desk, known
from bot.store.batch import Batch
from bot.store.db import Db
from bot.store.sight import ALL, Sight
from bot.store.talk import Talk
from bot.turn import House, alarm
from bot.turn.deliver import deliver
from bot.turn.handoff import move
from bot.turn.known import follower
from bot.turn.say import line
from bot.turn.sight import sight
from bot.turn.tell import tell

TICKET = table(Ticket)


async def ref_of(conn: AsyncConnection, shown: str, sight: Sight = ALL) -> Ref:
    """The ticket of a number. Raises `NotFound`."""
    found = await desk.ref_of(conn, *number.read(shown), *sight.where())
    if found is None:
        raise NotFound("tiket tidak ditemukan")
    return found


async def _meant(conn: AsyncConnection, typed: str, sight: Sight) -> Ref:
    """Of a number that somebody has typed into a form: they read what is wrong with it, and type again."""
    try:
        return await ref_of(conn, typed, sight)
    except NotFound:
        raise WargiError("nomor {number} tidak dikenal; periksa lagi nomornya", number=clean(typed, 20)) from None


async def merge(db: Db, house: House, officer: Officer, ticket: Ref, into: str) -> None:
    """Makes the citizen of `ticket` a follower of the case with the number `into`. Raises `Conflict`, `NotFound`."""
    async with db.unit() as unit:
        batch, other = house.batch(), await _meant(unit.conn, into, sight(house, officer))
        if other == ticket:
            raise Conflict("kasus tidak dapat digabungkan dengan dirinya sendiri")
        await cases.hold(unit.conn, [ticket, other])
        await cases.open_for(unit.conn, batch, other)
        talk, _ = await cases.open_for(unit.conn, batch, ticket)
        case, main = batch.tickets[ticket.id], batch.tickets[other.id]
        _check(house, batch, officer, talk, case, main)
        if await known.followers(unit.conn, [ticket.id]):
            raise Conflict("kasus ini sudah diikuti warga lain; gabungkan kasus yang lain ke kasus ini")
        move(batch, case, State.MERGED, "officer", officer.id, why=main["number"])
        case["parent_id"], case["parent_part"] = other.id, other.part
        batch.end_assignment(case)
        batch.event(case, "merged", "officer", officer.id, after=main["number"])
        batch.event(main, "merged_in", "officer", officer.id, after=case["number"])
        if rank.WEIGHT[Urgency(case["urgency"])] > rank.WEIGHT[Urgency(main["urgency"])]:
            batch.event(main, "urgency", "officer", officer.id, before=main["urgency"], after=case["urgency"])
            main["urgency"], main["rank"] = case["urgency"], rank.rank(main["opened_at"], Urgency(case["urgency"]))
        deliver(batch, house, main, "joined", note=case["number"])
        batch.insert("follow", follower(talk, other, batch.now))
        if (called := batch.alarms.get(talk.alarm_id or b"")) and called["ticket_id"] == ticket.id:
            alarm.end(batch, talk)
        if talk.ticket_id == ticket.id and talk.owner in (Owner.QUEUE, Owner.OFFICER):
            talk.owner, talk.officer_id, talk.session = Owner.BOT, None, None
            talk.end_epoch()
        line(
            batch,
            talk,
            Sentence(
                "{officer} menggabungkan kasus {number} ke {other}",
                officer=officer.name,
                number=case["number"],
                other=main["number"],
            ),
            officer.id,
        )
        tell(batch, house, talk, case, "merged_told")
        await batch.flush(unit)


def _check(
    house: House, batch: Batch, officer: Officer, talk: Talk, case: dict[str, object], main: dict[str, object]
) -> None:
    if case["officer_id"] not in (None, officer.id) and officer.role == Role.OFFICER:
        raise Conflict("kasus ini ditangani petugas lain")
    if main["state"] in known.OVER:
        raise Conflict("kasus tujuan sudah selesai")
    for each in (case, main):
        topic = house.flows.topics.get(str(each["topic"]))
        if topic is not None and topic.confidential:
            raise Conflict("laporan rahasia tidak digabungkan: pelapor yang satu tidak boleh tahu tentang yang lain")
    called = batch.alarms.get(talk.alarm_id or b"")
    if called and called["ticket_id"] == case["id"] and called["state"] in (AlarmState.PAGING, AlarmState.ASKING):
        raise Conflict("panggilan darurat kasus ini belum diterima; terima dulu")


async def part(db: Db, house: House, officer: Officer, ticket: Ref) -> None:
    """A merged case stands on its own again and waits in the queue. Raises `Conflict`, `NotFound`."""
    async with db.unit() as unit:
        batch = house.batch()
        talk, case = await cases.open_for(unit.conn, batch, ticket)
        into = [after for kind, after in await known.paired(unit.conn, ticket) if kind == "merged"]
        if case["state"] != State.MERGED or not into:
            raise Conflict("kasus ini tidak sedang digabung")
        move(batch, case, State.REOPENED, "officer", officer.id)
        batch.event(case, "parted", "officer", officer.id, after=into[-1])
        await known.unfollow(unit.conn, await ref_of(unit.conn, into[-1]), Ref(talk.address_id, talk.part))
        line(
            batch,
            talk,
            Sentence(
                "{officer} memisahkan kasus {number} dari {other}",
                officer=officer.name,
                number=case["number"],
                other=into[-1],
            ),
            officer.id,
        )
        tell(batch, house, talk, case, "parted_told")
        await batch.flush(unit)


async def distinct(db: Db, officer: Officer, ticket: Ref, other: str) -> None:
    """They are not the same; the page does not say so again. Raises `NotFound`."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        _, case = await cases.open_for(unit.conn, batch, ticket)
        found = await ref_of(unit.conn, other)
        await cases.load(unit.conn, batch, [found])
        its = batch.tickets[found.id]["number"]
        if ("distinct", its) not in await known.paired(unit.conn, ticket):
            batch.event(case, "distinct", "officer", officer.id, after=its)
            batch.insert("ticket_event", {  # history only: its conversation need not be locked
                "id": clock.new_id(), "part": found.part, "ticket_id": found.id, "at": batch.now, "kind": "distinct",
                "actor": "officer", "officer_id": officer.id, "before": "", "after": case["number"], "why": "",
            })  # fmt: skip
        await batch.flush(unit)
