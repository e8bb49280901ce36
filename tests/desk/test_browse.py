"""Filtered lists and the names they are kept under: what is in them, who sees which, and what a page costs."""

from typing import Any

import sqlalchemy as sa

from bot.models import Ticket
from bot.models.base import table
from bot.store import views
from bot.store.db import Db
from bot.triage.place import Gazetteer
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import Enter
from tests.desk.test_seek import numbers
from tests.store.test_queue import read
from tests.store.test_search import fill

TICKET = table(Ticket)


async def test_filters_and_the_names_they_are_kept_under(db: Db, app: Any, enter: Enter) -> None:
    rina, asep, lead = await enter(), await enter("officer", "Asep Sunandar"), await enter("lead", "Dedi Supriadi")
    road = await seed.case(db, "Euis", topic="jalan", urgency="high")
    lamp = await seed.case(db, "Ujang", topic="pju", language="su", account="telegram:7000")
    harm = await seed.case(db, "Neng", topic="kekerasan")
    async with db.unit() as unit:
        for case, values in (
            (road, {"place_code": "32.05.22.2001"}),
            (harm, {"state": "assigned", "officer_id": asep.officer.id}),
        ):
            await unit.conn.execute(sa.update(TICKET).where(TICKET.c.id == case.ticket.id).values(**values))
    app[keys.HOUSE].triage.senses.places = Gazetteer.load()
    table_: list[tuple[str, set[seed.Case]]] = [
        ("", {road, lamp}), ("topik=pju", {lamp}), ("urgensi=high", {road}), ("bahasa=su&kanal=telegram", {lamp}),
        ("kanal=whatsapp", {road}), ("status=selesai", set()), ("status=ditangani", set()), ("tempat=Cikajang", {road}),
        ("tempat=Cisompet", set()), ("tempat=Garut", {road}), ("tempat=zzzz", set()), ("petugas=tanpa", {road, lamp}),
        ("petugas=saya", set()), ("status=ngarang", {road, lamp}), ("petugas=%27", set()), ("kanal=%25", set()),
        ("banyak=200", {road, lamp}),
    ]  # fmt: skip
    for query, cases in table_:
        status, text = await rina.get(f"/desk/daftar?{query}")
        assert status == 200 and numbers(text) == {case.number for case in cases}, query
    assert numbers((await asep.get("/desk/daftar?petugas=saya"))[1]) == {harm.number}
    assert harm.number in (await lead.get("/desk/daftar?status=ditangani"))[1]
    for who, name, shared in ((rina, "Punya Rina", "ya"), (lead, "Jalan <b>", "ya"), (lead, "Punya Dedi", "")):
        form = {"nama": name, "saringan": "topik=pju&status=terbuka", "bersama": shared}
        assert (await who.post("/desk/daftar/tampilan", **form))[0] == 303
    _, text = await asep.get("/desk/daftar")
    assert "Jalan &lt;b&gt;" in text and "Punya" not in text, "only leads give a view to everybody"
    assert "/desk/daftar?status=terbuka&amp;topik=pju" in text
    _, text = await rina.get("/desk/daftar")
    assert "Punya Rina" in text and text.count("/hapus") == 1, "everybody's view is for leads to drop"
    own = text.partition("/desk/daftar/tampilan/")[2].partition("/")[0]
    assert (await asep.post(f"/desk/daftar/tampilan/{own}/hapus"))[0] == 404
    assert (await rina.post(f"/desk/daftar/tampilan/{own}/hapus"))[0] == 303


async def test_a_page_costs_what_it_shows(db: Db) -> None:
    """From 500 to 2,500 tickets the first page stays what it was, and pages of a rare topic leave nothing out."""
    where: list[Any] = [TICKET.c.topic == "kekerasan"]
    costs: list[int] = []
    for first, last in ((0, 500), (500, 2_500)):
        await fill(db, first, last)
        costs.append(await read(db, lambda conn: views.find(conn, ["closed", "rejected"], [], None, 50)))
    assert costs[1] <= costs[0] * 1.3 + 10, costs
    seen: list[bytes] = []
    after = None
    async with db.read() as conn:
        while True:
            refs, after = await views.find(conn, ["closed"], where, after, 50)
            seen += [ref.id for ref in refs]
            if after is None:
                break
        wanted = sa.select(TICKET.c.id).where(*where).order_by(TICKET.c.id.desc())
        assert seen == list((await conn.execute(wanted)).scalars())


async def test_an_officers_own_are_found_however_long_ago_they_came(db: Db) -> None:
    """The first case of all stays on the list of who holds it, at the price of a row, whatever came since."""
    rina = 7
    old = await seed.case(db, "Euis")
    async with db.unit() as unit:
        await unit.conn.execute(
            sa.update(TICKET).where(TICKET.c.id == old.ticket.id).values(state="assigned", officer_id=rina)
        )
    mine, costs = [TICKET.c.officer_id == rina], []
    for first, last in ((0, 200), (200, 1000)):
        await fill(db, first, last)
        async with db.read() as conn:
            assert await views.among(conn, ["assigned"], mine, None, 50) == ([old.ticket], None)
            assert await views.among(conn, [], mine, old.ticket, 50) == ([], None)
        costs.append(await read(db, lambda conn: views.among(conn, ["assigned"], mine, None, 50)))
    assert costs[1] <= costs[0] + 5, costs
