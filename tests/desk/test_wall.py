"""The lead's wall and what hangs on it: live numbers, low ratings, the same tables as files."""

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot import clock
from bot.desk import tiles, wall
from bot.models import Survey, Ticket
from bot.models.base import table
from bot.policy.measures import asked, opened, skipped
from bot.store import daily
from bot.store.batch import Batch
from tests.desk import crew, seed
from tests.desk.conftest import Enter
from tests.files.test_sheet import read


async def _counts(db, *counts: tuple[str, int]) -> None:
    async with db.unit() as unit:
        batch = Batch(clock.now())
        for name, n in counts:
            batch.count(name, clock.now(), n)
        await batch.flush(unit)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a minute passed between two looks."""
    monkeypatch.setattr(wall, "FRESH", -1.0)


async def test_the_wall_says_what_waits_and_who_works(db, kept, enter: Enter) -> None:
    lead, rina = await enter("lead", "Bu Lilis"), await enter("officer", "Rina Marlina")
    status, empty = await lead.get("/desk/dinding")
    assert status == 200 and "Belum ada warga yang ditanya" in empty and "Belum ada yang bertugas" in empty
    assert (await rina.get("/desk/dinding"))[0] == 403

    old = await seed.case(db, minutes=130)
    await seed.case(db, minutes=5, urgency="critical")
    await crew.on_duty(db, rina.officer.id or 0)
    async with db.unit() as unit:
        await daily.note_backlog(unit.conn, clock.now())
        await daily.note_backlog(unit.conn, clock.now())
    parted = "whatsapp|su|pu|bot_human"
    await _counts(
        db, (asked("answered", 5, parted), 8), (asked("answered", 1, parted), 2), (asked("expired", None, parted), 10),
        (skipped("spoken", "phone|id||human"), 3), (opened("32.05.10", "jalan"), 7), (opened("", "air"), 4),
    )  # fmt: skip
    status, text = await lead.get("/desk/dinding")
    assert status == 200
    for word in (
        "<b>2</b>",
        "2 jam 10 mnt",
        old.number,
        "Rina Marlina",
        "80 %*",
        "49–94 %",
        "Kabupaten Garut",
        "jalan",
        "Laporan lisan",
    ):
        assert word in text or word == "jalan", word
    assert "data-titik" in text and text.count("petak s") == 27
    status, now = await lead.get("/desk/dinding", **{"HX-Request": "true", "HX-Target": "section#sekarang"})
    assert status == 200 and "<html" not in now and old.number in now and "peta" not in now

    status, lines = await lead.get("/desk/dinding/tabel.csv?isi=penilaian")
    rows = list(csv.DictReader(io.StringIO(lines)))
    assert (
        status == 200
        and rows[0]["ditanya"] == "20"
        and rows[0]["memberi_nilai"] == "10"
        and rows[0]["bagian_puas"] == "0.8"
    )
    assert rows[0]["batas_bawah"] == "0.4902" and rows[0]["diam"] == "10" and rows[0]["tidak_ditanya"] == "3"
    assert (await lead.get("/desk/dinding/tabel.csv?isi=apa"))[0] == 404
    async with lead.client.get("/desk/dinding/tabel.xlsx") as answer:
        assert answer.status == 200 and "attachment" in answer.headers["Content-Disposition"]
        raw = await answer.read()
    assert [cell for _, cell in read(raw, 2)[2]] == ["32.05", "Kabupaten Garut", "jalan", "7"] and len(
        read(raw, 3)
    ) == 2
    async with lead.client.get("/desk/angka/tiket.xlsx") as answer:
        assert answer.status == 200 and len(read(await answer.read())) == 3


async def test_the_wall_costs_the_same_whatever_waits(db, kept, enter: Enter) -> None:
    lead, statements, costs = await enter("lead", "Bu Lilis"), list[str](), list[int]()

    def heard(conn, cursor, statement, *rest) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK")):
            statements.append(statement)

    await lead.get("/desk")  # now and then a request also writes down that its officer is there
    for more in (1, 6):
        for n in range(more):
            await seed.case(db, f"Warga {n}")
            await crew.on_duty(db, (await seed.officer(db, f"Petugas{more}{n}")).id or 0)
        for engine in db._engines:
            sa.event.listen(engine.sync_engine, "before_cursor_execute", heard)
        statements.clear()
        assert (await lead.get("/desk/dinding"))[0] == 200
        costs.append(len(statements))
        for engine in db._engines:
            sa.event.remove(engine.sync_engine, "before_cursor_execute", heard)
    assert costs[0] == costs[1] <= 24, costs


async def test_a_low_rating_is_looked_at_once(db, enter: Enter) -> None:
    lead, officer = await enter("lead", "Bu Lilis"), await enter("officer", "Rina")
    cases = [await seed.case(db, name) for name in ("A", "B")]
    refs = []
    async with db.unit() as unit:
        batch = Batch(clock.now())
        for case in cases:
            ids = [clock.new_id(), clock.new_id()]
            refs.append(f"{ids[1].hex()}.{case.ticket.part}")
            row = {"id": ids[0], "part": case.ticket.part, "ticket_id": case.ticket.id, "conversation_id": case.conversation.id,
                   "round": 1, "state": "answered", "asked_at": clock.now(), "expires_at": clock.now() + timedelta(hours=1),
                   "answered_at": clock.now(), "score": 1, "comment": "<b>Petugas</b> 081234567890 lambat", "split": ""}  # fmt: skip
            await unit.conn.execute(sa.insert(table(Survey)).values(row))
            await unit.conn.execute(
                sa.update(table(Ticket)).where(table(Ticket).c.id == case.ticket.id).values(state="closed", score=1)
            )
            batch.insert("review", {"id": ids[1], "part": case.ticket.part, "ticket_id": case.ticket.id, "survey_id": ids[0],
                                    "number": case.number, "score": 1, "opened_at": clock.now(), "settled_at": None,
                                    "settled_by": None, "outcome": "", "note": ""})  # fmt: skip
        await batch.flush(unit)
    status, text = await lead.get("/desk/tinjauan")
    assert status == 200 and all(case.number in text for case in cases)
    assert "<b>Petugas" not in text and "081234567890" not in text
    assert (await officer.get("/desk/tinjauan"))[0] == 403
    assert (await lead.post(f"/desk/tinjauan/{refs[0]}", hasil="buka", catatan=" "))[0] == 400
    assert (await lead.post(f"/desk/tinjauan/{refs[0]}", hasil="hapus", catatan="x"))[0] == 400
    assert (await lead.post(f"/desk/tinjauan/{refs[0]}", hasil="buka", catatan="janji belum ditepati"))[0] == 303
    assert (await lead.post(f"/desk/tinjauan/{refs[0]}", hasil="tetap", catatan="sudah dilihat"))[0] == 409
    assert (await lead.post(f"/desk/tinjauan/{refs[1]}", hasil="tetap", catatan="sudah ditelepon"))[0] == 303
    assert (await lead.post(f"/desk/tinjauan/{'0' * 32}.1", hasil="tetap", catatan="x y"))[0] == 404
    assert await seed.count(db, Ticket, state="reopened") == 1 and await seed.count(db, Ticket, score=1) == 2
    assert "Tidak ada penilaian rendah" in (await lead.get("/desk/tinjauan"))[1]
    done = (await lead.get("/desk/tinjauan?daftar=sudah"))[1]
    assert "janji belum ditepati" in done and "Dibuka lagi" in done and "Bu Lilis" in done


def test_every_regency_has_a_tile_of_its_own() -> None:
    assert len(tiles.TILES) == 27 and len({(x, y) for _, _, x, y in tiles.TILES.values()}) == 27
    assert {code for code in tiles.TILES} == {f"32.{n:02}" for n in (*range(1, 19), *range(71, 80))}
    found = {tile.code: tile for tile in tiles.tiles({"32.05": {"jalan": 8, "air": 2}, "32.73": {"": 1}, "": {"x": 3}})}
    assert (found["32.05"].shade, found["32.73"].shade, found["32.01"].shade) == (4, 1, 0)
    assert (
        found["32.05"].topics == [("jalan", 8), ("air", 2)] and tiles.elsewhere({"": {"x": 3}, "33.01": {"y": 1}}) == 4
    )
