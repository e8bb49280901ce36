"""The index to look in, on both databases: the same answers, the rights inside, the cost, and made anew it is what it was."""

from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from bot.models import Ticket
from bot.models.base import table
from bot.store import search
from bot.store.db import Db
from bot.store.sight import Sight
from bot.triage import seek
from tests.desk import seed
from tests.store.test_queue import read

TICKET = table(Ticket)


async def found(db: Db, text: str, sight: Sight | None = None, patient: bool = False, names: bool = True) -> set[bytes]:
    asked = seek.read(text, names=names)
    async with db.read() as conn:
        hits = await search.find(conn, asked.loose if patient else asked.strict, sight or Sight(), None)
    return {ref.id for ref in hits.refs}


async def change(db: Db, case: seed.Case, **values: Any) -> None:
    async with db.unit() as unit:
        await unit.conn.execute(sa.update(TICKET).where(TICKET.c.id == case.ticket.id).values(**values))


async def test_a_case_is_found_by_whatever_is_known_of_it_and_only_by_who_may(db: Db) -> None:
    road = await seed.case(db, "Euis Komariah", (), details="Jalan berlubang")
    lamp = await seed.case(
        db, "Asep Sunandar", (), phone="6285711112222", details="Lampu jalanna pareum", place="Kecamatan Cisompet"
    )
    harm = await seed.case(db, "Neng Rani", (), phone="", details="Suami memukul istri", topic="kekerasan")
    r, la, h = (each.ticket.id for each in (road, lamp, harm))
    table_: list[tuple[str, set[bytes]]] = [
        ("lubang", {r}), ("jalan", {r, la}), ("jalan lubang", {r}), ("euis", {r}), ("komar", {r}), ("euis lubang", {r}), ("asep turun", set()),
        ("0857-1111-2222", {la}), ("085711112223", set()), ("cisompet", {la}), ("pukul", {h}), ("tidak ada", set()),
    ]  # fmt: skip
    for made in ("as written", "made anew"):
        for text, wanted in table_:
            if text == "tidak ada":
                assert not seek.read(text)
            else:
                assert await found(db, text) == wanted, (made, text)
        assert await found(db, "lobang", patient=True) == {r}
        await seed.says(db, road, "Tim turun besok", "officer")
        await search.rebuild(db)
    assert await found(db, "euis turun") == {r} and await found(db, "asep turun") == set()
    officer = Sight(7, None, frozenset({"kekerasan"}), frozenset({"data"}))
    assert await found(db, "pukul", officer) == {h}, "it waits for somebody"
    await change(db, harm, state="assigned", officer_id=8)
    assert await found(db, "pukul", officer) == set()
    await change(db, harm, officer_id=7)
    assert await found(db, "pukul", officer) == {h}
    await change(db, road, topic="data", state="closed")
    assert await found(db, "lubang", officer) == set()
    await change(db, road, topic="jalan", state="dispatched", agency="dbmpr")
    await search.rebuild(db)
    assert await found(db, "lubang", Sight(agency="dbmpr")) == {r}
    assert await found(db, "lubang", Sight(agency="dlh")) == await found(db, "lubang", Sight(agency="")) == set()
    assert await found(db, "turun", Sight(agency="dbmpr")) == set(), "the talk is none of an agency's business"
    assert await found(db, "euis", Sight(agency="dbmpr"), names=False) == set()


async def fill(db: Db, first: int, last: int) -> None:
    """Reports, every one with the same word, one in five hundred with another, one in fifty told in confidence."""
    now = clock.now()
    rows = [
        {
            "id": clock.new_id(), "part": n % 256, "number": f"N{n:07}", "conversation_id": b"c%d" % n, "address_id": b"a%d" % n,
            "contact_id": b"p%d" % n, "contact_part": n % 256, "account": "whatsapp:1", "language": "id", "state": "closed",
            "urgency": "normal", "rank": n, "topic": "kekerasan" if n % 50 == 0 else "jalan", "subtopic": "", "place": "",
            "place_code": "", "details": "jalan gelap" if n % 20 else "jalan ambles", "reason": "flow", "opened_at": now,
            "updated_at": now, "version": 0,
        }
        for n in range(first, last)
    ]  # fmt: skip
    async with db.unit() as unit:
        await unit.conn.execute(sa.insert(TICKET), rows)
        statement, documents = search.work(unit.conn, [search.report(row, "", "", ()) for row in rows])
        await statement(unit.conn, documents)
    if not db.is_sqlite:
        async with db.unit() as unit:
            await unit.conn.execute(sa.text("ANALYZE"))


async def test_the_first_page_of_a_common_word_costs_what_it_did_and_pages_follow_each_other(db: Db) -> None:
    costs = []
    sight = Sight(1, None, frozenset({"kekerasan"}), frozenset())
    for first, last in ((0, 500), (500, 2_500)):
        await fill(db, first, last)
        costs.append(await read(db, lambda conn: search.find(conn, seek.read("jalan").strict, sight, None)))
    # five times the reports: the first stride is what it was, the index is a page deeper
    assert costs[1] <= costs[0] * 1.3 + 10, costs
    seen: list[bytes] = []
    after = None
    async with db.read() as conn:
        while True:
            hits = await search.find(conn, seek.read("ambles").strict, Sight(), after)
            seen += [ref.id for ref in hits.refs]
            if (after := hits.after) is None:
                break
        wanted = sa.select(TICKET.c.id).where(TICKET.c.details == "jalan ambles").order_by(TICKET.c.id.desc())
        assert seen == list((await conn.execute(wanted)).scalars())


async def test_a_walk_that_ends_early_leaves_nobody_out(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little is walked through before the index is asked for the rest, all that fits is found, each once, the newest first."""
    rare = [await seed.case(db, "Euis", (), details="Jembatan roboh")]
    many = [await seed.case(db, "Asep", (), details=f"Jalan rusak {n}") for n in range(5)]
    rare.append(await seed.case(db, "Dadang", (), details="Jembatan miring"))
    many += [await seed.case(db, "Iis", (), details="Jalan gelap") for _ in range(3)]
    for stride, walk in ((200, 20_000), (1, 1), (1, 2), (2, 3), (3, 1), (1, 50)):
        monkeypatch.setattr(search, "STRIDE", stride)
        monkeypatch.setattr(search, "WALK", walk)
        for text, cases in {"jembatan": rare, "jalan": many, "jembatan jalan": [], "xyz": []}.items():
            async with db.read() as conn:
                hits = await search.find(conn, seek.read(text).strict, Sight(), None)
            assert hits.refs == [each.ticket for each in reversed(cases)], (stride, walk, text)
