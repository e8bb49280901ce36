"""While more wait than can be answered at once: who is taken first, what waits, and that one failing timer stops no other."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock, timers
from bot.channels.web import Web
from bot.delivery import Delivery
from bot.message import Item
from bot.metrics import Metrics
from bot.models import Timer
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import boxes
from bot.store.db import Db
from bot.turn import handoff, intake, shares
from bot.web import keys
from bot.worker import Worker
from tests.desk.conftest import application

MOST = 16
ACCOUNT = "web:1"


async def test_a_flood_does_not_stand_before_others_first_words(db: Db) -> None:
    """One has written sixty times before the others came. Everybody's own words stay in order, and nothing is left over."""
    items = [Item(ACCOUNT, "message", f"loud-{n:03}", "loud", b"x") for n in range(60)]
    items += [Item(ACCOUNT, "event", "nobody's", None, b"x")]
    items += [Item(ACCOUNT, "message", f"{who}-{n}", who, b"x") for n in range(2) for who in "abcdefgh"]
    await db.write([boxes.put([boxes.inbox_row(each, clock.now()) for each in items], db.dialect)])
    batches: list[list[str]] = []
    said: dict[str, list[str]] = defaultdict(list)
    parts = None if db.is_sqlite else list(range(256))
    while True:
        async with db.unit() as unit:
            rows = await shares.take(unit.conn, parts, MOST)
            if not rows:
                break
            await boxes_done(unit.conn, rows)
        batches.append([row.address or "" for row in rows])
        for row in rows:
            said[row.address or ""].append(row.external_id)
    assert set("abcdefgh") <= set(batches[0] + batches[1]), "in the first batches, not behind sixty others"
    assert batches[0].count("loud") == 4, "the loud one has a share, too"
    assert all(len(batch) == MOST for batch in batches[:-1]), "no place stays empty while anybody waits"
    assert sum(map(len, said.values())) == len(items)
    assert all(words == sorted(words) for words in said.values())


async def test_a_number_drawn_twice_costs_one_more_draw_and_not_a_transaction_a_turn(
    db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a country's hundred million tickets one of some hundred new numbers is taken already; its batch is run together once more."""
    part = clock.part_of("web", "a")
    people = [name for n in range(5000) if clock.part_of("web", name := f"n{n}") == part][:6]
    web = Web()
    said = [web.item(each, f"{each}-{n}", words) for each in people for n, words in enumerate(("halo", "1", "petugas"))]
    await db.write([boxes.put([boxes.inbox_row(each, clock.now()) for each in said], db.dialect)])
    house = application(db)[keys.HOUSE]
    house.channels["web"] = web
    draws, runs = iter((7, 7, *range(100))), 0
    monkeypatch.setattr(handoff.clock, "random_bits", lambda bits: next(draws) if bits == handoff.NUMBER_BITS else 1)
    real = intake.run

    async def counted(*args: Any) -> Any:
        nonlocal runs
        runs += 1
        return await real(*args)

    monkeypatch.setattr(intake, "run", counted)
    metrics = Metrics()
    worker = Worker(db, house, Delivery(db, {}, metrics), metrics, "w1")
    if not db.is_sqlite:
        await worker._share()
    assert await worker._batch() == len(said)
    async with db.read() as conn:
        tickets, left = [
            (await conn.execute(sa.text(query))).scalar()
            for query in (
                "SELECT count(DISTINCT number) FROM ticket",
                "SELECT count(*) FROM inbox WHERE state != 'done'",
            )
        ]
    assert (tickets, left, runs) == (len(people), 0, 2)


async def boxes_done(conn: Any, rows: Any) -> None:
    await conn.execute(
        sa.update(boxes.INBOX).where(boxes.INBOX.c.id.in_([row.id for row in rows])).values(state="done")
    )


async def test_timers_ring_together_or_alone_and_news_for_many_waits(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[bytes] = []

    async def good(unit: Any, batch: Any, house: Any, subject: Ref) -> None:
        rung.append(subject.id)

    async def bad(unit: Any, batch: Any, house: Any, subject: Ref) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(timers, "VERBS", {"good": good, "bad": bad, "news": good})
    monkeypatch.setattr(timers, "BULK", frozenset({"news"}))
    metrics = Metrics()
    worker = Worker(db, application(db)[keys.HOUSE], Delivery(db, {}, metrics), metrics, "w1")
    if not db.is_sqlite:
        await worker._share()
    now = clock.now()
    kinds = ["good", "bad", "good", "news", "news"]
    due = [now - timedelta(minutes=11 if n == 4 else 1) for n in range(len(kinds))]
    rows = [
        {"id": clock.new_id(), "part": n, "kind": kind, "ref": b"%016d" % n, "due_at": due[n]}
        for n, kind in enumerate(kinds)
    ]
    async with db.unit() as unit:
        await unit.conn.execute(sa.insert(table(Timer)), rows)
    worker.crowd.came(clock.monotonic() + 1000)
    await worker._bell._ring()
    refs = [row["ref"] for row in rows]
    assert set(rung) == {refs[0], refs[2], refs[4]}, "the bad one stops nobody; news wait, but not for ever"

    async def left() -> dict[str, Any]:
        async with db.read() as conn:
            return {row.kind: row.due_at for row in await conn.execute(sa.select(table(Timer)))}

    waiting = await left()
    assert set(waiting) == {"bad", "news"} and waiting["bad"] > now, "what failed is tried again later"
    worker.crowd.came(-1000.0)
    await worker._bell._ring()
    assert rung[-1] == refs[3] and set(await left()) == {"bad"}
    rung_ = metrics.registry.get_sample_value
    assert rung_("wargi_timers_total", {"kind": "good", "outcome": "done"}) == 2
    assert rung_("wargi_timers_total", {"kind": "bad", "outcome": "failed"}) == 1
