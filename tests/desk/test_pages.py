"""What the pages show, and what they never show; how many statements a page costs."""

import asyncio
import html
import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from aiohttp import web

from bot.desk import lists
from bot.models import Message, Role, Urgency
from bot.models.base import table
from bot.store.desk import PAGE
from tests.desk import seed
from tests.desk.conftest import HTMX, Enter

EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</bdi></li></ol><form action=https://evil.example>",
    "{{ 71*91 }}{% include 'base.html' %}",
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "&lt;script&gt;",
]


@pytest.mark.parametrize("evil", EVIL)
async def test_words_are_never_markup(db, enter: Enter, evil: str) -> None:
    """Through every field a citizen or an officer fills, on every page."""
    admin = await enter("admin", evil)
    case = await seed.case(
        db, evil, (("citizen", evil), ("note", evil), ("system", evil), ("bot", evil)), topic=evil, subtopic=evil, place=evil,
        details=evil, answers={evil: evil}, reason=evil, errors={3: ("failed", evil)}, kinds={0: "document"},
    )  # fmt: skip
    assert (await admin.post(f"{case.url}/ambil"))[0] == 303
    assert (await admin.post(f"{case.url}/tulis", teks=evil, kunci="a" * 32))[0] == 303
    for path in (
        case.url,
        "/desk",
        "/desk?daftar=milik",
        "/desk?daftar=semua",
        "/desk/petugas",
        f"/desk?cari={quote(evil)}",
    ):
        status, text = await admin.get(path)
        checker = Checker()
        checker.feed(text)
        assert status == 200 and not checker.bad, (path, checker.bad)
        assert "{{" not in evil or "6461" not in re.sub(r"[0-9a-fA-F]{9,}", "", checker.words)


async def test_a_page_that_fails_leaves_nothing_reading_behind(
    db, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list beside a case that is not there takes longer than to find that out."""
    officer, reading, load = await enter("officer"), 0, lists.load

    async def slow(request: web.Request) -> lists.List:
        nonlocal reading
        reading += 1
        await asyncio.sleep(0.1)
        shown = await load(request)
        reading -= 1
        return shown

    monkeypatch.setattr(lists, "load", slow)
    assert (await officer.get("/desk/tiket/SP-0000-0000"))[0] == 404
    assert reading == 0


class Checker(HTMLParser):
    """A page as a browser reads it: tags that we never write, and attributes that would run or lead away."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("img", "iframe", "object", "style") or (tag == "script" and "src" not in given):
            self.bad.append(tag)
        self.bad += [f"{tag} {name}" for name in given if name.startswith(("on", "hx-on")) or name == "style"]
        for name in ("href", "src", "action", "hx-get", "hx-post"):
            address = given.get(name) or "/"
            if not address.startswith(("/desk", "/chat", "#", "/")) or address.startswith("//"):
                self.bad.append(address)

    def handle_data(self, data: str) -> None:
        self.words += data


async def test_direction_marks_are_shown_and_isolated(db, enter: Enter) -> None:
    officer = await enter()
    case = await seed.case(db, "Asep \u202egnp.exe", (("citizen", "lihat \u202efdp.exe \u2066x"),))
    _, text = await officer.get(case.url)
    assert "\u202e" not in text and "\u2066" not in text and "[U+202E]fdp" in text
    assert '<bdi class="isi">lihat' in text


async def test_citizens_cannot_imitate_the_system(db, enter: Enter) -> None:
    officer = await enter()
    case = await seed.case(
        db, "Petugas Rina", (("citizen", "SISTEM: kasus ditutup\nPetugas · Rina: sudah"), ("system", "Rina mengambil"))
    )
    _, text = await officer.get(case.url)
    assert re.search(r'id="m1" class="m citizen"[^>]*>\s*<p class="siapa">.*?<b>Warga</b>', text)
    assert 'id="m2" class="sistem"' in text


async def test_phone_numbers_are_masked(db, enter: Enter) -> None:
    officer = await enter()
    case = await seed.case(db, "", phone="6281234567731")
    for path in (case.url, "/desk", "/desk?daftar=semua"):
        _, text = await officer.get(path)
        assert "0812••••7731" in text and "34567731" not in text


async def test_case_shows_what_the_citizen_already_said(db, enter: Enter) -> None:
    """B5: nobody asks twice."""
    officer = await enter()
    case = await seed.case(
        db, "Euis", language="su", reason="misunderstood", urgency=Urgency.HIGH, topic="air_bersih", place="Desa Mekar",
        details="Air mati", answers={"sejak": "kemarin", "photo": "1 foto"},
    )  # fmt: skip
    _, text = await officer.get(case.url)
    for words in (
        "Basa Sunda",
        "Bot dua kali tidak memahami",
        "Air bersih",
        "Desa Mekar",
        "Air mati",
        "Sejak",
        "kemarin",
        case.number,
    ):
        assert words in text, words
    assert re.search(r'value="high"[^>]*aria-pressed="true"', text)


async def test_unknown_numbers_are_404(enter: Enter) -> None:
    officer = await enter()
    for number in ("AAAA-AAAA", "0000-0000", "x", "%00", "A" * 300, "....", "1%2F2"):
        assert (await officer.get(f"/desk/tiket/{number}"))[0] == 404
        assert (await officer.post(f"/desk/tiket/{number}/ambil"))[0] == 404
    assert (await officer.get("/desk?setelah=x"))[0] == 404
    assert (await officer.get("/desk?setelah=1_zz.5"))[0] == 404


async def test_lists_search_and_pages(db, enter: Enter) -> None:
    officer = await enter()
    cases = [
        await seed.case(db, f"Warga Ke{i}", minutes=i, urgency=Urgency.CRITICAL if i == 3 else Urgency.NORMAL)
        for i in range(60)
    ]
    seen: list[str] = []
    path: str | None = "/desk"
    while path:
        _, text = await officer.get(path)
        seen += re.findall(r'id="k-([0-9A-Z-]+)"', text)
        found = re.search(r'href="([^"]+)"[^>]*>Kasus berikutnya', text)
        path = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == 60 == len(set(seen))
    assert seen[0] == cases[3].number and seen[1] == cases[59].number
    _, text = await officer.get("/desk?daftar=semua")
    assert len(re.findall('id="k-', text)) == PAGE and "Kasus berikutnya" in text
    _, text = await officer.get(f"/desk?cari={cases[7].number.lower().replace('-', ' ')}")
    assert re.findall(r'id="k-([0-9A-Z-]+)"', text) == [cases[7].number]
    _, text = await officer.get("/desk?cari=ke41")
    assert re.findall(r'id="k-([0-9A-Z-]+)"', text) == [cases[41].number]
    for nothing in ("%25", "_", "Tidak ada ini"):
        assert "Tidak ditemukan" in (await officer.get(f"/desk?cari={nothing}"))[1]


async def test_many_waiting_are_shown_as_99_plus(db, enter: Enter) -> None:
    officer = await enter()
    for _ in range(101):
        await seed.case(db)
    assert '<span class="hitung">99+</span>' in (await officer.get("/desk"))[1]


async def test_empty_lists_say_what_to_do(enter: Enter) -> None:
    officer = await enter()
    for path, words in (
        ("/desk", "Kasus baru muncul di sini"),
        ("/desk?daftar=milik", "ambil yang paling atas"),
        ("/desk?daftar=semua", "/chat"),
    ):
        assert words in (await officer.get(path))[1]


async def test_statement_count_does_not_grow(db, enter: Enter) -> None:
    officer = await enter()
    statements: list[str] = []

    def heard(conn, cursor, statement, *rest) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK")):
            statements.append(statement)

    case = await seed.case(db, "Satu", tuple(("citizen", str(i)) for i in range(40)))
    counted: dict[str, list[int]] = {}
    await officer.get("/desk")  # now and then a request also writes down that its officer is there
    for engine in db._engines:
        sa.event.listen(engine.sync_engine, "before_cursor_execute", heard)
    for _ in range(2):
        for path in ("/desk", "/desk?daftar=milik", "/desk?daftar=semua", case.url):
            statements.clear()
            assert (await officer.get(path))[0] == 200
            counted.setdefault(path, []).append(len(statements))
            assert not any(re.search(r"count\(\*\).*FROM ticket\b(?!.*LIMIT)", each, re.S) for each in statements)
        for i in range(30):
            await seed.case(db, f"Lagi {i}")
    assert all(before == after <= 13 for before, after in counted.values()), counted
    assert counted["/desk"] == [6, 6]


async def test_the_queue_reads_its_index(db) -> None:
    """Also with a big table of closed tickets: no scan, no sort. PostgreSQL, which would scan these few rows, is told not to."""
    from bot.store import desk

    query = (
        desk._list().where(desk._WAITING).order_by(desk.TICKET.c.rank, desk.TICKET.c.id, desk.TICKET.c.part).limit(51)
    )
    async with db.unit() as unit:
        text = str(query.compile(dialect=unit.conn.dialect, compile_kwargs={"literal_binds": True}))
        if not db.is_sqlite:
            await unit.conn.execute(sa.text("SET LOCAL enable_seqscan = off"))
            await unit.conn.execute(sa.text("SET LOCAL enable_sort = off"))
            plan = [row[0] for row in await unit.conn.execute(sa.text("EXPLAIN " + text))]
            assert any("ix_ticket_queue" in step for step in plan), plan
            return
        plan = [row[3] for row in await unit.conn.execute(sa.text("EXPLAIN QUERY PLAN " + text))]
    assert any("ix_ticket_queue" in step for step in plan) and not any("SCAN contact" in step for step in plan), plan
    assert not any(step == "USE TEMP B-TREE FOR ORDER BY" for step in plan), plan


async def test_older_messages_come_on_request_without_gaps(db, enter: Enter) -> None:
    officer = await enter()
    case = await seed.case(db, "Banyak", tuple(("citizen", f"pesan {i}") for i in range(1, 131)))
    _, text = await officer.get(case.url)
    assert re.findall(r'data-seq="(\d+)"', text) == [str(i) for i in range(81, 131)]
    _, text = await officer.get(f"{case.url}?dari=31", **HTMX)
    assert re.findall(r'data-seq="(\d+)"', text) == [str(i) for i in range(31, 131)]
    assert text.startswith("<section") and "<html" not in text
    for odd in ("0", "-5", "x", "9999", "²", "9" * 30):
        assert (await officer.get(f"{case.url}?dari={odd}"))[0] == 200


async def test_attachments_and_places_in_words(db, enter: Enter) -> None:
    officer = await enter()
    case = await seed.case(db, "Foto", (("citizen", ""), ("citizen", "di sini")), kinds={0: "image", 1: "location"})
    _, text = await officer.get(case.url)
    assert "Foto" in text and "Lokasi" in text


@pytest.mark.parametrize("role", list(Role))
async def test_only_admins_see_the_way_to_officers(enter: Enter, role: Role) -> None:
    text = (await (await enter(role)).get("/desk"))[1]
    assert ("/desk/petugas" in text) == (role == Role.ADMIN)


MARKED = [
    ({"reply": 1}, ["Membalas", "Jalan <b>rusak</b>"]),
    ({"reply": 0}, ["Membalas pesan yang tidak ada di percakapan ini"]),
    ({"reply": 99}, ["Membalas pesan sebelumnya", "dari=99#m99"]),
    ({"forwarded": 1}, ["Diteruskan"]),
    ({"forwarded": 2}, ["Diteruskan berkali-kali"]),
    ({"edits": [{"at": "2026-09-21T14:13:20+00:00", "text": "kata <lama>"}]}, ["<details", "diedit", "kata <lama>"]),
    ({"edits": [{"at": "2026-09-21T14:13:20+00:00", "location": {"latitude": -6.5}}]}, ["diedit", "-6.5"]),
    ({"deleted": "2026-09-21T14:13:20+00:00"}, ["dihapus warga"]),
    ({"reactions": {"citizen": "👍"}}, ["Reaksi", "👍"]),
    ({"cards": [{"name": "Euis", "phones": [], "proof": True}]}, ["dijamin oleh platform"]),
    ({"details": {"what": "poll"}}, ["belum didukung (jajak pendapat)"]),
    ({"details": {"what": "hologram_2"}}, ["belum didukung (hologram 2)"]),
    ({"details": {"flow": {"rt": "<03>"}}}, ["rt", "<03>"]),
    (
        {"details": {"referral": {"headline": "Lapor", "source_url": "https://fb"}}},
        ["Datang dari", "Lapor · https://fb"],
    ),
    ({"details": {"order": {"items": [{"quantity": "2", "product_retailer_id": "SKU"}]}}}, ["Pesanan", "2 × SKU"]),
    ({"details": {"quote": "mana"}}, ["Mengutip", "mana"]),
]


async def test_what_stands_beside_a_message(db, enter: Enter) -> None:
    officer = await enter()
    said = (("citizen", "Jalan <b>rusak</b>"), *(("citizen", "x"),) * len(MARKED))
    case = await seed.case(db, "Tanda", said, kinds=dict.fromkeys(range(1, len(said)), "unsupported"))
    message = table(Message)
    async with db.unit() as unit:
        for seq, (data, _) in enumerate(MARKED, 2):
            await unit.conn.execute(sa.update(message).where(message.c.seq == seq).values(data=data))
    _, text = await officer.get(case.url)
    bubbles = re.split(r'<li id="m\d+"', text)[2:]
    for bubble, (data, words) in zip(bubbles, MARKED, strict=True):
        for word in words:
            assert word in bubble or html.escape(word) in bubble, (data, word)
    assert "<b>rusak" not in text and "<lama>" not in text and "<03>" not in text


async def test_an_error_in_words_that_help(db, enter: Enter) -> None:
    officer = await enter()
    errors = {0: ("failed", "Re-engagement message (131047)"), 1: ("failed", "Odd (7)")}
    case = await seed.case(db, "Galat", (("bot", "a"), ("bot", "b")), errors=errors)
    _, text = await officer.get(case.url)
    assert "lebih dari 24 jam" in text and "Re-engagement message (131047)" in text and "Odd (7)" in text


async def test_a_refused_form_leads_back_to_its_page(enter: Enter) -> None:
    """To a page of the desk only, and not to the address of the form itself."""
    rina = await enter("lead")
    host = rina.origin["Origin"]
    for came, wanted in {
        f"{host}/desk/jadwal?minggu=2026-11-23": '<a class="tombol utama" href="/desk/jadwal?minggu=2026-11-23">Kembali</a>',
        f"{host}/desk/jadwal/tambah": "",
        f"{host}/chat": "",
        "https://evil.example/desk/jadwal": "",
        "http://[": "",
        f'{host}/desk/x"><script>': 'href="/desk/x%22%3E%3Cscript%3E"',
    }.items():
        form = {"csrf": rina.csrf_token(), "petugas": "1", "dinas": "pagi", "tanggal": "besok"}
        headers = {**rina.origin, "Referer": came}
        async with rina.client.post("/desk/jadwal/tambah", data=form, headers=headers) as answer:
            text = await answer.text()
        assert answer.status == 400 and (wanted in text if wanted else "Kembali</a>" not in text), came
