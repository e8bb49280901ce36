"""The queue's cost: what a list reads does not grow with what waits, on either database. Steps and rows, never seconds."""

import sys
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot import clock
from bot.models import Officer, State, Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.policy import rank
from bot.policy.assignment import Rule
from bot.store import agencies, desk, duty, known, lines, people, tally, wall
from bot.store.db import Db
from bot.store.sight import ALL, Sight
from bot.turn.crew import crew

NOW = datetime.fromisoformat("2026-11-23T02:00:00+00:00")
TOPICS = ["jalan", "pju", "air", "sampah"]
PLACE = "32.05.17.2001"
RARE = 60
"""So many tickets are of the rare skill and language, however many wait."""


def rows(first: int, last: int) -> list[dict[str, Any]]:
    """Waiting tickets, the oldest first; every one of them with a place in 256 parts."""
    made = []
    for n in range(first, last):
        opened = NOW - timedelta(seconds=100_000 - n)
        rare = n < RARE
        topic = "rabies" if rare else TOPICS[n % 4]
        urgency = "high" if n < 1_000 and n % 9 == 7 else "normal"
        made.append({
            "id": clock.new_id(), "part": n % 256, "number": f"N{n:07}", "conversation_id": b"c%d" % n, "address_id": b"a%d" % n,
            "contact_id": b"p%d" % n, "contact_part": n % 256, "account": "whatsapp:1", "language": "en" if rare else "id",
            "state": "queued", "urgency": urgency, "rank": rank.rank(opened, urgency),
            "topic": topic, "line": topic, "subtopic": "", "place": "", "place_code": PLACE, "details": "x",
            "answers": None, "guess": None, "reason": "flow", "officer_id": None, "opened_at": opened, "updated_at": opened,
            "version": 0,
        })  # fmt: skip
    return made


async def crew_now(conn: Any) -> int:
    """Those on duty, with what they hold and were given: what each case that is given out asks."""
    return len(await crew(conn, Rule(), await duty.team(conn, NOW), NOW))


async def fill(db: Db, first: int, last: int) -> None:
    async with db.unit() as unit:
        for start in range(first, last, 5000):
            await unit.conn.execute(sa.insert(table(Ticket)), rows(start, min(last, start + 5000)))
        counts = {("queued", part): len(range(first + (part - first) % 256, last, 256)) for part in range(256)}
        statement, changes = tally.work(unit.conn, counts)
        await statement(unit.conn, changes)
    if not db.is_sqlite:
        async with db.unit() as unit:
            await unit.conn.execute(sa.text("ANALYZE ticket"))


async def read(db: Db, what: Any) -> int:
    """What a question costs: SQLite's steps of its machine, in hundreds; PostgreSQL's pages."""
    return await (_steps if db.is_sqlite else _buffers)(db, what)


async def _steps(db: Db, what: Any) -> int:
    async with db.read() as conn:
        raw: Any = (await conn.get_raw_connection()).driver_connection
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        await what(conn)  # what is read once, at the first use, is no cost of the question
        await raw._execute(raw._conn.set_progress_handler, step, 100)
        await what(conn)
        await raw._execute(raw._conn.set_progress_handler, None, 0)
    return steps


async def _buffers(db: Db, what: Any) -> int:
    asked: list[tuple[str, Any]] = []

    def heard(conn_: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        asked.append((statement, parameters))

    async with db.unit() as unit:  # one transaction, for what is set in it
        conn = unit.conn
        for way in ("hashjoin", "mergejoin", "seqscan"):  # what pays for a small table only
            await conn.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        sa.event.listen(conn.sync_connection, "before_cursor_execute", heard)
        await what(conn)
        sa.event.remove(conn.sync_connection, "before_cursor_execute", heard)
        pages = 0
        for statement, parameters in asked:
            plan = await conn.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
            pages += _pages(plan.scalar_one())
    return pages


def _pages(plan: Any) -> int:
    top = plan[0]["Plan"]
    return int(top["Shared Hit Blocks"] + top["Shared Read Blocks"])


MINE = Sight(1, None, frozenset({"kekerasan"}), frozenset({"hapus_data"}))
QUESTIONS = {
    "the first page": lambda conn: desk.waiting(conn, None),
    "what an officer may see of it": lambda conn: desk.waiting(conn, None, (), MINE),
    "and of one skill": lambda conn: desk.waiting(conn, None, ["rabies"], MINE),
    "a rare skill": lambda conn: desk.waiting(conn, None, ["rabies"]),
    "three skills, one of them rare": lambda conn: desk.waiting(conn, None, ["jalan", "pju", "rabies"]),
    "the heads of the lines": lambda conn: lines.heads(conn),
    "the badges": lambda conn: desk.counts(conn, 1),
    "and without what is for leads": lambda conn: desk.counts(
        conn, 1, ("id", "su"), ("/hapus_data", "jalan/hapus_data")
    ),
    "those on duty": crew_now,
    "what lies outside": lambda conn: agencies.lying(conn, (State.RETURNED, State.DISPATCHED), ALL),
    "what was reported near by lately": lambda conn: known.near(conn, "jalan", [PLACE], NOW),
    "who waits longest": lambda conn: wall.oldest(conn),
    "who helped last": lambda conn: duty.last_officer(conn, Ref(b"a7", 7), NOW - Rule().back),
}


async def test_what_is_read_does_not_grow(db: Db) -> None:
    """From 1,500 to 12,000 waiting tickets: the exponent of every question stays at 0.05, and a page later costs what the first does."""
    found: dict[str, list[int]] = {name: [] for name in QUESTIONS}
    async with db.unit() as unit:
        await unit.conn.execute(sa.insert(table(Officer)), [person(n) for n in range(5)])
    for first, last in ((0, 1_500), (1_500, 12_000)):
        await fill(db, first, last)
        for name, question in QUESTIONS.items():
            found[name].append(await read(db, question))
    # eight times the tickets: 8 ** 0.05 = 1.11; a page of an index more, or ten steps, is no growth
    grown = {name: (a, b) for name, (a, b) in found.items() if b > a * 1.11 + 10}
    assert not grown, found
    async with db.read() as conn:
        assert (await desk.counts(conn, 1))[0] == 12_000
        page = await desk.waiting(conn, None, ["rabies"])
        assert len(page.rows) == desk.PAGE and {row["topic"] for row in page.rows} == {"rabies"}
        assert [row["rank"] for row in page.rows] == sorted(row["rank"] for row in page.rows)
        assert await tally.wrong(conn) == {}
        assert await crew_now(conn) == 5


def person(n: int) -> dict[str, Any]:
    """On duty."""
    words = {"name": f"Petugas {n}", "login": f"petugas{n}", "password_hash": "x", "role": "officer", "created_at": NOW}
    return words | {"duty_since": NOW, "duty_until": NOW + timedelta(hours=8), "present_at": NOW}


def test_an_officer_is_read_cheaply() -> None:
    """Calls of Python for one row, exact on any machine; the constructor makes more than five hundred."""
    row = {"id": 1, **{column.name: None for column in table(Officer).c}, **person(1)}
    calls = 0

    def called(*_: object) -> None:
        nonlocal calls
        calls += 1

    people.officer_of(row)  # what is made once, at the first use, is no cost of a row
    sys.setprofile(called)
    read = people.officer_of(row)
    sys.setprofile(None)
    assert calls < 100
    assert read == Officer(**{**row, "password_hash": ""}) and read.password_hash == ""


async def test_pages_follow_each_other_without_gap_or_repetition(db: Db) -> None:
    await fill(db, 0, 420)
    for topics in ((), ("jalan", "air")):
        seen: list[str] = []
        after = None
        async with db.read() as conn:
            while True:
                page = await desk.waiting(conn, after, topics)
                seen += [row["number"] for row in page.rows]
                after = page.after
                if after is None:
                    break
            wanted = sa.select(table(Ticket).c.number).order_by(table(Ticket).c.rank, table(Ticket).c.id)
            if topics:
                wanted = wanted.where(table(Ticket).c.topic.in_(topics))
            assert seen == list((await conn.execute(wanted)).scalars())
