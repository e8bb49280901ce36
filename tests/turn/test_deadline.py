"""Deadlines of real cases at a real desk: clocks start, stand still, warn and act."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from bot import clock, timers
from bot.engine.effects import OpenTicket
from bot.errors import Conflict
from bot.metrics import Metrics
from bot.models import Message, SlaClock, SlaNotice, SlaPause, State, Tally, Ticket, TicketEvent, Timer, Urgency
from bot.models.base import table
from bot.models.ref import Ref
from bot.paging import Pager
from bot.store import alarms, boxes, cases, talk, tally
from bot.store import sla as rows
from bot.store.batch import CLOCKS, Batch
from bot.store.db import Db
from bot.turn import House, Ways, handoff
from bot.turn.claim import claim
from bot.turn.reply import reply
from bot.turn.resolve import resolve
from bot.turn.urgency import set_urgency
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import application

START = datetime.fromisoformat("2026-11-23T02:00:00+00:00")


class Time:
    """A clock that tests move, and the timers that ring meanwhile."""

    def __init__(self, db: Db, house_: House) -> None:
        self.db, self.house, self.now = db, house_, START
        self.undo = clock.freeze(lambda: self.now)

    async def go(self, minutes: float) -> int:
        """Rings every timer of clocks at its own time; returns how many."""
        end, rung, timer = self.now + timedelta(minutes=minutes), 0, table(Timer)
        while True:
            async with self.db.read() as conn:
                query = sa.select(timer).where(timer.c.kind == CLOCKS, timer.c.due_at <= end).order_by(timer.c.due_at)
                row = (await conn.execute(query.limit(1))).first()
            if row is None:
                self.now = end
                return rung
            self.now = max(self.now, row.due_at)
            async with self.db.unit() as unit:
                assert await timers.ring(unit, self.house, row.kind, Ref(row.ref, row.part), row.id) == "done"
            rung += 1


@pytest.fixture
def time(db: Db) -> Any:
    made = Time(db, application(db)[keys.HOUSE])
    yield made
    made.undo()


async def opened(time: Time, address: str = "a", **more: Any) -> Ref:
    """A report that came through a flow, in the queue with the conversation."""
    async with time.db.unit() as unit:
        key = ("whatsapp:1", address)
        thread = (await talk.load(unit.conn, [key])).get(key) or talk.new(*key, clock.now())
        batch = Batch(clock.now())
        ticket = handoff.open_ticket(
            batch, time.house, thread, OpenTicket(topic="jalan", details="Jalan rusak"), "flow"
        )
        batch.touch(thread)
        await batch.flush(unit)
    return Ref(ticket["id"], ticket["part"])


async def read(db: Db, what: Any, /, **where: Any) -> list[Any]:
    rows_ = table(what)
    query = sa.select(rows_).where(*(rows_.c[name] == value for name, value in where.items())).order_by(rows_.c.id)
    async with db.read() as conn:
        return list((await conn.execute(query)).all())


async def shown(db: Db, ticket: Ref) -> dict[str, tuple[str, int]]:
    async with db.read() as conn:
        return {row["kind"]: (row["outcome"], row["used"] // 60) for row in await rows.clocks(conn, ticket)}


async def move(time: Time, ticket: Ref, after: State, actor: str = "officer") -> None:
    async with time.db.unit() as unit:
        batch = Batch(clock.now())
        _, case = await cases.open_for(unit.conn, batch, ticket)
        handoff.move(batch, case, after, actor)
        await batch.flush(unit)


async def test_a_case_from_the_queue_to_its_end(time: Time) -> None:
    """Warned at four minutes, late at five, claimed at six; the agency and the citizen have the ball for a while."""
    db = time.db
    rina, lead = await seed.officer(db), await seed.officer(db, "Lia", "lead")
    ticket = await opened(time)
    clocks = {row.kind: row for row in await read(db, SlaClock)}
    assert clocks["first_answer"].due_at == START + timedelta(minutes=5)
    assert set(clocks) == {"first_answer", "verify", "solution"}
    assert await time.go(3.9) == 0
    assert await time.go(2.1) == 2  # once the warning, once the end
    told = [(row.what, row.kind, row.name, row.via) for row in await read(db, SlaNotice)]
    assert told == [("warn", "first_answer", "Lia", "desk"), ("breach", "first_answer", "Lia", "desk")]
    assert await time.go(10) == 0  # and never again

    await claim(db, time.house, rina, ticket)
    (row,) = await read(db, Ticket, id=ticket.id)
    await reply(db, time.house, rina, Ref(row.conversation_id, ticket.part), "Sampurasun, kami bantu.", "kunci001")
    await time.go(1)
    first = (await read(db, SlaClock, kind="first_answer"))[0]
    assert (first.outcome, first.used, first.due_at) == ("late", 16 * 60, START + timedelta(minutes=5))

    await move(time, ticket, State.DISPATCHED)
    await time.go(60)
    await move(time, ticket, State.IN_PROGRESS, "agency")
    await time.go(30)
    await move(time, ticket, State.WAITING_CITIZEN, "agency")
    await time.go(600)
    await move(time, ticket, State.IN_PROGRESS, "citizen")
    await time.go(15)
    await move(time, ticket, State.DONE, "agency")
    await time.go(5)
    await resolve(db, time.house, rina, ticket)
    await time.go(1)
    # 09.00 to 16.17 WIB on a Monday, and from 16.18 on nobody works: the break at noon counts for neither
    assert await shown(db, ticket) == {
        "first_answer": ("late", 16), "verify": ("met", 17), "agency_accept": ("met", 60), "solution": ("met", 17),
        "agency_solution": ("met", 90),
    }  # fmt: skip
    solution = (await read(db, SlaClock, kind="solution"))[0]
    assert [(row.ball, row.why) for row in await read(db, SlaPause, clock_id=solution.id)] == [
        ("agency", "dispatched"), ("citizen", "waiting_citizen"), ("agency", "in_progress"),
    ]  # fmt: skip
    assert all(row.until is not None for row in await read(db, SlaPause))
    assert not await read(db, Timer, kind=CLOCKS) and lead.id


async def test_class_queue_and_counts(time: Time) -> None:
    """A higher urgency moves the deadline and is written down; a case whose officer is silent goes back if the norm says so."""
    db = time.db
    rina = await seed.officer(db)
    await seed.officer(db, "Lia", "lead")
    ticket, other = await opened(time), await opened(time, "b")
    await time.go(0.2)
    await set_urgency(db, rina, ticket, Urgency.CRITICAL)
    await time.go(0.1)
    first = (await read(db, SlaClock, ticket_id=ticket.id, kind="first_answer"))[0]
    assert (first.due_at, first.budget, first.urgency) == (START + timedelta(minutes=1), 60, "critical")
    (audit,) = await read(db, TicketEvent, kind="deadline")
    assert (audit.why, audit.before, audit.after) == (
        "first_answer", "2026-11-23T02:05:00+00:00", "2026-11-23T02:01:00+00:00",
    )  # fmt: skip

    strict = time.house.triage.norms
    rules = tuple(replace(rule, breach="queue") if rule.kind == "first_answer" else rule for rule in strict.rules)
    time.house.triage = replace(time.house.triage, norms=replace(strict, rules=rules, known={}))
    await claim(db, time.house, rina, other)
    await time.go(6)  # she says nothing
    (row,) = await read(db, Ticket, id=other.id)
    assert (row.state, row.officer_id) == ("queued", None)
    moves = [
        (each.actor, each.before, each.after, each.why)
        for each in await read(db, TicketEvent, ticket_id=other.id, kind="moved")
    ]
    assert moves == [("officer", "queued", "assigned", ""), ("clock", "assigned", "queued", "tenggat lewat")]
    told = [(row.what, row.name) for row in await read(db, SlaNotice, ticket_id=other.id)]
    assert sorted(told) == [(what, name) for what in ("breach", "warn") for name in ("Lia", "Rina Marlina")]
    assert any("tenggatnya lewat" in row.body for row in await read(db, Message, author="system"))

    # the kept counts are what the table holds
    async with db.read() as conn:
        assert await tally.wrong(conn) == {} and await tally.waiting(conn) == 2


async def test_many_deadlines_ring_once_each(time: Time) -> None:
    """What was due while nobody was there: each is told once, and a second look finds nothing."""
    db = time.db
    await seed.officer(db, "Lia", "lead")
    async with db.unit() as unit:
        batch = Batch(clock.now())
        for n in range(60):
            thread = talk.new("whatsapp:1", f"n{n}", clock.now())
            handoff.open_ticket(batch, time.house, thread, OpenTicket(details="Jalan rusak"), "flow")
            batch.touch(thread)
        await batch.flush(unit)
    time.now += timedelta(hours=1)
    async with db.read() as conn:
        due = await boxes.due(conn, None, clock.now(), 200)
    async with db.unit() as unit:
        await timers.ring_clocks(unit, time.house, due)
    assert len(due) == 60
    assert await time.go(60) == 0
    with pytest.raises(Conflict):  # somebody had them before: nothing is written
        async with db.unit() as unit:
            await timers.ring_clocks(unit, time.house, due)
    told = await read(db, SlaNotice)
    assert len(told) == len({row.ticket_id for row in told}) == 60 and {row.what for row in told} == {"breach"}
    assert sum(row.n for row in await _all(db, Tally)) == 60


class Mails:
    """What a real mail server on this machine has taken."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.texts.append(f"{envelope.rcpt_tos[0]} {envelope.content.decode()}")
        return "250 OK"


async def test_a_warning_leaves_the_desk_where_that_is_wanted(time: Time, unused_tcp_port: int) -> None:
    """By mail, to the lead who has an address; while the server is away it is tried again."""
    db, mails = time.db, Mails()
    lead = await seed.officer(db, "Lia", "lead")
    async with db.unit() as unit:
        await alarms.set_ways(unit.conn, lead.id or 0, {"email": "lia@example.org"})
    time.house.triage = replace(time.house.triage, norms=replace(time.house.triage.norms, ways=("email", "telegram")))
    time.house.ways = Ways(mail_url="smtp://127.0.0.1:9", mail_from="wargi@example.org")
    ticket = await opened(time)
    await time.go(4.5)
    pager = Pager(db, time.house, Metrics())
    assert await pager.begin_due(None) == 1
    await pager.settled()
    (row,) = await read(db, SlaNotice, via="email")
    assert (row.state, row.attempts, row.next_at is not None) == ("ready", 1, True)

    server = Controller(mails, hostname="127.0.0.1", port=unused_tcp_port)
    server.start()
    time.house.ways = replace(time.house.ways, mail_url=f"smtp://127.0.0.1:{unused_tcp_port}")
    time.now += timedelta(seconds=3)
    assert await pager.begin_due(None) == 1
    await pager.settled()
    assert await pager.begin_due(None) == 0
    server.stop()
    (row,) = await read(db, SlaNotice, via="email")
    (case,) = await read(db, Ticket, id=ticket.id)
    assert (row.state, row.attempts, row.error) == ("sent", 2, "")
    assert len(mails.texts) == 1 and mails.texts[0].startswith("lia@example.org") and case.number in mails.texts[0]


async def _all(db: Db, what: Any) -> list[Any]:
    async with db.read() as conn:
        return list((await conn.execute(sa.select(table(what)))).all())
