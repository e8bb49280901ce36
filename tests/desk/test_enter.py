"""A15: an officer writes down what a citizen says by telephone or at the counter, and works on it like on any other case."""

import re

from bot.models import Message, Ticket
from bot.store.db import Db
from bot.store.invariants import look
from tests.desk import seed
from tests.desk.conftest import Enter

STORY = "Lampu jalan di depan sekolah mati sejak Senin, anak-anak pulang gelap."
FORM = {"cara": "phone", "nama": "Bu Tini", "telepon": "0812 3456 7890", "bahasa": "su", "topik": "pju", "urgensi": "high",
        "tempat": "Cikajang", "cerita": STORY}  # fmt: skip


async def test_a_report_by_telephone_is_a_case_like_any_other(db: Db, enter: Enter) -> None:
    officer = await enter()
    key = (re.search(r'name="kunci" value="(\w+)"', (await officer.get("/desk/catat"))[1]) or [""])[1]
    for _ in range(2):  # sent twice, it is one report
        assert (await officer.post("/desk/catat", kunci=key, **FORM))[0] == 303
    assert await seed.count(db, Ticket) == 1
    async with db.read() as conn:
        row = (await conn.exec_driver_sql("SELECT number, topic, urgency, language, reason, account FROM ticket")).one()
    assert tuple(row)[1:] == ("pju", "high", "su", "phone", "phone:desk")
    page = (await officer.get(f"/desk/tiket/{row.number}"))[1]
    for word in (
        "Bu Tini",
        STORY,
        "mencatat laporan ini lewat telepon",
        "Dicatat petugas: warga menelepon",
        "Telepon atau loket",
    ):
        assert word in page
    assert row.number in (await officer.get("/desk"))[1]
    assert (await officer.post(f"/desk/tiket/{row.number}/ambil"))[0] == 303
    await officer.post(f"/desk/tiket/{row.number}/tulis", teks="Sudah saya sampaikan", kunci="a" * 12, jenis="balas")
    assert (await officer.post(f"/desk/tiket/{row.number}/selesai"))[0] == 303
    async with db.read() as conn:
        assert not (await conn.exec_driver_sql("SELECT id FROM outbox")).all(), "nothing leaves: it is told by mouth"
    assert await seed.count(db, Message, delivery="suppressed") >= 2
    assert not [(rule.name, rows) for rule, rows in await look(db) if rows and not rule.late]


async def test_what_is_missing_is_said_and_nothing_typed_is_lost(db: Db, enter: Enter) -> None:
    officer = await enter()
    for odd, words in (
        ({"cerita": "pendek"}, "tulis ceritanya"), ({"telepon": "12"}, "nomor telepon itu tidak lengkap"),
        ({"cara": "merpati"}, "menelepon atau datang"), ({"topik": "naga"}, "topik itu tidak ada"), ({"kunci": ""}, "tidak membawa kuncinya"),
    ):  # fmt: skip
        status, page = await officer.post("/desk/catat", **{"kunci": "b" * 12, **FORM, **odd})
        assert (status, words in page.lower(), "Bu Tini" in page) == (422, True, True), odd
    assert await seed.count(db, Ticket) == 0
