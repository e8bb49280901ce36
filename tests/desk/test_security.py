"""Every door of the desk, taken from the route table: what people wrote never runs, reading changes nothing, ids that name nothing
open nothing, fields that a form does not have are passed over. On SQLite alone: none of it depends on the database."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString

from bot import clock
from bot.desk import ROUTES, passwords, sessions
from bot.models import Media, Message, Officer, Ticket, metadata
from bot.models.base import table
from bot.policy.access import Verb, may
from bot.store import people
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor
from tests.desk.test_agencies import of_agency
from tests.desk.test_door import GOOD
from tests.desk.test_media import attach, fetch
from tests.desk.test_pages import Checker
from tests.files import samples

EVIL = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "</textarea></title></style><svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<a href=javascript:alert(1)>x</a>", "<form action=//evil.example><button>",
    "{{ 71*91 }}{% include 'base.html' %}", "${7*7}#{7*7}<%= 7*7 %>", "<base href=//evil.example>", "<meta http-equiv=refresh content=0>",
    "<object data=x><embed src=x>", "<math><mi xlink:href=javascript:alert(1)>", "<details open ontoggle=alert(1)>", "&lt;script&gt;alert(1)",
    "<style>*{background:url(//evil.example)}</style>", "javascript:alert(1)//", "data:text/html,<script>alert(1)</script>", "hx-get=//evil.example",
    "<div hx-on::load=alert(1) hx-get=/desk/keluar>", "--></script><script>alert(1)</script>", "]]><script>alert(1)</script>", "\u202e\u2066gnp.exe",
    "＜script＞alert(1)＜/script＞",
)  # fmt: skip
ALL = " ".join(EVIL)
ODD = ("0", "-1", "1'%20OR%201=1--", "%00", "0" * 300, "..%2f..%2fetc%2fpasswd")
STATES = {"state", "kind", "via", "party", "calendar", "urgency", "role", "outcome", "delivery", "owner", "channel", "language", "languages",
          "actor", "quarantine", "before", "after", "author", "account", "number", "token_hash", "csrf", "id", "sha256", "clean", "thumb", "type",
          "clean_type", "ball", "split", "klass", "confirmed", "acknowledged_via", "what", "reason_code", "version", "name_key", "back_to",
          "agency", "password_hash", "login", "topics", "external_class", "place_code", "status", "category", "category_before", "quality",
          "secret", "subject", "key", "external_id", "send_to", "error_code", "url", "day", "flow", "node", "context", "guess", "error"}  # fmt: skip
"""Columns that hold one of our own words, or a key: nobody writes into them."""


@pytest.fixture
def database_url(template_file: Path, tmp_path: Path) -> str:
    shutil.copyfile(template_file, tmp_path / "wargi.db")
    return f"sqlite:///{tmp_path}/wargi.db"


async def _dump(db) -> dict[str, list[Any]]:
    """Everything that is stored, but signs of life, and what was looked at by whom."""
    found = {}
    async with db.read() as conn:
        for each in metadata.sorted_tables:
            if each.name == "disclosure":
                continue
            columns = [column for column in each.c if column.name not in ("present_at", "seen_at", "expires_at")]
            found[each.name] = sorted(map(repr, await conn.execute(sa.select(*columns))))
    return found


def _keys(each: sa.Table) -> set[str]:
    """Columns that no two rows may have alike: some tables have a row more when the machine is busy."""
    whole = [one.columns for one in each.constraints if isinstance(one, sa.PrimaryKeyConstraint | sa.UniqueConstraint)]
    whole += [one.columns for one in each.indexes if one.unique]
    return {column.name for columns in whole for column in columns}


async def _poison(db) -> int:
    """What people may write, written into every row that is there. Returns into how many columns."""
    count = 0
    async with db.unit() as unit:
        for each in metadata.sorted_tables:
            free = [
                column.name for column in each.c if isinstance(column.type, AutoString) and column.name not in STATES
            ]
            free = [name for name in free if name not in _keys(each) and not each.c[name].foreign_keys]
            rows = (await unit.conn.execute(sa.select(sa.func.count()).select_from(each))).scalar_one()
            if free and rows:
                await unit.conn.execute(sa.update(each).values(dict.fromkeys(free, ALL)))
                count += len(free)
    return count


async def _everything(db, enter: Enter) -> tuple[Visitor, Visitor, seed.Case]:
    """A row of most kinds that pages show, made by the desk's own verbs where that is short."""
    admin = await enter("admin", "Bu Lilis")
    agent = await of_agency(db, enter, "dbmpr", "Dadan")
    case = await seed.case(db, kinds={0: "document"}, words=(("citizen", "a"), ("bot", "b"), ("officer", "c"), ("note", "d"), ("system", "e")),
                           answers={"foto": "x"}, errors={1: ("failed", "x")})  # fmt: skip
    other = await seed.case(db, "Warga lain", topic="air")
    await attach(db, case, samples.PDF, "document", "surat.pdf")
    assert (await admin.post(f"{case.url}/ambil"))[0] == 303
    assert (await admin.post(f"{case.url}/tampilkan", alasan="mencocokkan data warga"))[0] == 303
    await admin.post(
        "/desk/kejadian", topik="jalan", tempat="Cikajang", judul="Longsor", keterangan="Jalan tertutup longsor"
    )
    await admin.post("/desk/instruksi", judul="Perbaiki", keterangan="segera", tenggat="2027-01-01", nomor=other.number)
    await admin.post("/desk/alarm/latihan")
    assert (await admin.post(f"{case.url}/langkah/teruskan", instansi="dbmpr", catatan="Mohon ditinjau"))[0] == 303
    async with db.unit() as unit:
        row = {"id": clock.new_id(), "part": other.ticket.part, "ticket_id": other.ticket.id, "number": other.number, "score": 1,
               "survey_id": clock.new_id(), "opened_at": clock.now(), "outcome": "", "note": ""}  # fmt: skip
        await unit.conn.execute(sa.insert(metadata.tables["review"]).values(row))
        asked = {"id": row["survey_id"], "part": row["part"], "ticket_id": other.ticket.id, "conversation_id": other.conversation.id, "round": 1,
                 "state": "answered", "asked_at": clock.now(), "expires_at": clock.now(), "score": 1, "comment": "x", "split": ""}  # fmt: skip
        await unit.conn.execute(sa.insert(metadata.tables["survey"]).values(asked))
        notice = {
            "officer_id": admin.officer.id,
            "at": clock.now(),
            "text": "kabar",
            "url": "/desk",
            "attempts": 0,
            "error": "",
        }
        await unit.conn.execute(sa.insert(metadata.tables["notice"]).values(notice))
        contact = metadata.tables["contact"]
        await unit.conn.execute(
            sa.update(contact).values(quarantine="held", quarantine_reason="x", quarantine_at=clock.now())
        )
    return admin, agent, case


def _paths(role: str, case: seed.Case, name: str) -> list[str]:
    values = {
        "number": case.number,
        "ref": case.ticket,
        "id": "1",
        "form": "utuh",
        "name": name,
        "token": "0" * 64,
        "seq": "1",
    }
    return [
        "/desk" + re.sub(r"\{(\w+)[^}]*\}", lambda found: str(values[found[1]]), route.path)
        for route in ROUTES
        if route.method == "GET" and may(role, route.verb) and not route.path.startswith(("/static/", "/peristiwa"))
    ]


async def test_what_people_wrote_never_runs_and_reading_changes_nothing(db, enter: Enter) -> None:
    """S05, S06, S14, S32: every page, with every vector in every column that anybody fills."""
    admin, agent, case = await _everything(db, enter)
    assert await _poison(db) >= 30
    before, pages = await _dump(db), 0
    for visitor, role in ((admin, "admin"), (agent, "agency"), (await enter(None), None)):
        for path in [
            *_paths(role, case, "menu"),
            "/desk?daftar=semua",
            "/desk?daftar=milik",
            "/desk/tinjauan?daftar=sudah",
            "/desk/tenggat?milik=ya",
        ]:
            status, body, headers = await fetch(visitor, path, follow=False)
            assert status < 500, (path, status)
            csp = headers["Content-Security-Policy"]
            assert "default-src 'none'" in csp and "unsafe" not in csp and "frame-ancestors 'none'" in csp, path
            assert headers["X-Content-Type-Options"] == "nosniff" and "no-store" in headers["Cache-Control"], path
            if headers.get("Content-Type", "").startswith("text/html"):
                checker = Checker()
                checker.feed(body.decode())
                known = [each for each in checker.bad if not each.startswith("otpauth://")]
                assert not known, (path, known)
                assert "6461" not in re.sub(r"[0-9a-fA-F-]{9,}", "", checker.words), path
                assert "\u202e" not in body.decode(), path  # direction marks are shown by name
                pages += status == 200
            elif "csv" in headers.get("Content-Type", ""):
                assert not re.search(r'(?m)(^|,)"?[ ]*[=+@]', body.decode()), path
    assert pages >= 35
    assert await _dump(db) == before
    assert "&lt;script" in (await admin.get(case.url))[1]  # the words are there, as words


async def test_ids_that_name_nothing_open_nothing(db, enter: Enter) -> None:
    """S20, S21: like a missing page, never a fault, and nothing changes."""
    admin, agent, case = await _everything(db, enter)
    before = await _dump(db)
    for visitor, role in ((admin, "admin"), (agent, "agency")):
        for route in ROUTES:
            names = re.findall(r"\{(\w+)", route.path)
            if not names or not may(role, route.verb) or route.verb is Verb.ENTER or route.path.startswith("/alur"):
                continue
            for odd in ODD if route.method == "GET" else ODD[:3]:
                values = {name: odd for name in names}
                path = "/desk" + re.sub(r"\{(\w+)[^}]*\}", lambda found, v=values: v[found[1]], route.path)
                status = (await visitor.get(path) if route.method == "GET" else await visitor.post(path))[0]
                assert status in (400, 403, 404, 405, 409, 422), (route.method, path, status)
    assert await _dump(db) == before
    assert case.number


async def test_fields_that_a_form_does_not_have_are_passed_over(db, enter: Enter) -> None:
    """S22: nobody gives themselves a role, a case or a rating."""
    officer, admin = await enter("officer", "Rina Marlina"), await enter("admin", "Bu Lilis")
    case = await seed.case(db)
    more = {"role": "admin", "peran": "admin", "active": "1", "agency": "dbmpr", "officer_id": "99", "id": "1", "state": "closed", "score": "5",
            "nilai": "5", "urgency": "critical", "part": "0", "version": "99", "identity_open": "1", "login": "lain"}  # fmt: skip
    assert (await officer.post("/desk/saya", **more, email="rina@contoh.go.id"))[0] == 303
    assert (await officer.post("/desk/tugas", **more, mulai="ya"))[0] == 303
    assert (await officer.post(f"{case.url}/ambil", **more))[0] == 303
    assert (await officer.post(f"{case.url}/tulis", **more, teks="Baik", kunci="a" * 32, jenis="catatan"))[0] == 303
    story = {"cara": "phone", "cerita": "Pohon tumbang menutup jalan", "kunci": "b" * 32}
    assert (await officer.post("/desk/catat", **more, **story))[0] == 303
    status, text = await admin.post("/desk/petugas/undang", **(more | {"peran": "officer"}), instansi="dbmpr")
    path = re.search(r"/desk/undangan/[0-9a-f]{64}", text)[0]
    assert (
        status == 200
        and (await (await enter(None)).post(path, **more, nama="Baru", nama_masuk="baru", sandi=GOOD))[0] == 303
    )
    async with db.read() as conn:
        rows = {row.login: row for row in await conn.execute(sa.select(table(Officer)))}
        tickets = list(await conn.execute(sa.select(table(Ticket))))
    assert set(rows) == {"rina", "bu", "baru"} and rows["rina"].role == rows["baru"].role == "officer"
    assert (
        rows["rina"].agency == rows["baru"].agency == ""
        and rows["rina"].active
        and rows["rina"].email == "rina@contoh.go.id"
    )
    assert {(row.state, row.score, row.agency, row.identity_open) for row in tickets} == {
        ("assigned", None, "", False),
        ("queued", None, "", False),
    }
    assert {row.officer_id for row in tickets} == {officer.officer.id, None} and {row.urgency for row in tickets} == {
        "normal"
    }


DANGEROUS = [
    ("foto.jpg", samples.HTML, "image/jpeg"), ("surat.pdf", samples.SVG, "application/pdf"), ("gambar.svg", samples.SVG, "image/svg+xml"),
    ("aplikasi.apk", samples.zipped("AndroidManifest.xml", "classes.dex"), "application/vnd.android.package-archive"),
    ("pasang.exe", b"MZ" + b"\x00" * 200, "image/png"), ("tautan.lnk", b"L\x00\x00\x00\x01\x14\x02\x00" + b"\x00" * 90, "text/plain"),
    ("arsip.zip", samples.zipped("a.txt"), "application/zip"), ("skrip.js", b"#!/bin/sh\nrm -rf /\n", "text/plain"),
]  # fmt: skip


async def test_dangerous_files_are_refused(db, enter: Enter) -> None:
    """S10: by their bytes, whatever they claim; nothing of them stays."""
    officer, case = await enter(), await seed.case(db)
    await officer.post(f"{case.url}/ambil")
    for name, body, claims in DANGEROUS:
        assert await _send(officer, case, name, body, claims) in (400, 422), name
    assert await seed.count(db, Media) == 0 and await seed.count(db, Message, author="officer") == 0
    assert not [path for path in (db.data_dir / "media").rglob("*") if path.is_file()]


async def test_a_files_name_is_only_words(db, enter: Enter) -> None:
    """S09: names never reach the disk; what is given out carries a tame one."""
    officer, case = await enter(), await seed.case(db)
    await officer.post(f"{case.url}/ambil")
    names = (
        "../../etc/passwd.pdf",
        "a\x00b.pdf",
        "CON.pdf",
        "%2e%2e%2fx.pdf",
        "x" * 300 + ".pdf",
        "a\u202efdp.exe",
        "a\r\nSet-Cookie: x=1.pdf",
        "\u200b.pdf",
    )
    for name in names:
        assert await _send(officer, case, name, samples.PDF + name.encode("utf-8", "replace"), "application/pdf") in (
            303,
            400,
            422,
        ), name
    files = [path for path in (db.data_dir / "media").rglob("*") if path.is_file()]
    assert files and all(
        re.fullmatch(r"[0-9a-f/]+", path.relative_to(db.data_dir / "media").as_posix()) for path in files
    )
    _, text = await officer.get(case.url)
    links = set(re.findall(rf'href="({case.url}/berkas/[0-9a-f.]+)"', text))
    assert len(links) >= 5
    for link in links:
        status, _, headers = await fetch(officer, link)
        said = headers["Content-Disposition"]
        assert status == 200 and said.startswith("attachment") and "Set-Cookie" not in headers, said
        assert not re.search(r'\.\.|[\x00-\x1f<>\\]|html"|\u202e|exe"', said) and len(said) < 700, said


async def _send(officer: Visitor, case: seed.Case, name: str, body: bytes, claims: str) -> int:
    """A form put together by hand, as browsers write it: no library would send such names."""
    browsers = name.replace("\r", "%0D").replace("\n", "%0A")
    head = f'--x\r\nContent-Disposition: form-data; name="kunci"\r\n\r\n{clock.token()[:32]}\r\n'
    head += (
        f'--x\r\nContent-Disposition: form-data; name="berkas"; filename="{browsers}"\r\nContent-Type: {claims}\r\n\r\n'
    )
    form = head.encode("utf-8", "replace") + body + b"\r\n--x--\r\n"
    headers = officer.origin | {"Content-Type": "multipart/form-data; boundary=x"}
    url = f"{case.url}/kirim?csrf={officer.csrf_token()}"
    async with officer.client.post(url, data=form, headers=headers, allow_redirects=False) as answer:
        return answer.status


async def test_a_login_that_does_not_exist_costs_what_one_that_exists_does(
    db, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S15: one check of a hash each, known or not, active or not; locked ones cost none."""
    hashed, checks = await passwords.Passwords().hash(GOOD), list[str]()
    officer = await seed.officer(db, "Rina", "officer", hashed)
    await seed.officer(db, "Dadang", "officer", hashed)
    async with db.unit() as unit:
        await people.set_active(unit.conn, officer.id or 0, False)
    real = passwords.Passwords._check
    monkeypatch.setattr(
        passwords.Passwords, "_check", lambda self, *words: (checks.append(words[0]), real(self, *words))[1]
    )
    stranger = await enter(None)
    for login, sandi in (("dadang", "salah sama sekali"), ("tidakada", "salah sama sekali"), ("rina", GOOD)):
        checks.clear()
        status, _ = await stranger.post("/desk/masuk", nama_masuk=login, sandi=sandi)
        assert (status, len(checks)) == (403, 1), login
    for _ in range(8):
        status, _ = await stranger.post("/desk/masuk", nama_masuk="dadang", sandi="x" * 50)
    checks.clear()
    assert (await stranger.post("/desk/masuk", nama_masuk="dadang", sandi=GOOD))[0] == 429 and not checks


async def test_a_role_or_a_disabled_account_ends_open_streams(db, enter: Enter) -> None:
    """S13: at once, also what is open already."""
    admin, lead = await enter("admin", "Asep"), await enter("lead", "Lilis")
    async with lead.client.get("/desk/peristiwa", headers={"Accept": "text/event-stream"}) as stream:
        assert (await stream.content.readline()).strip() == b"event: halo"
        assert (await admin.post(f"/desk/petugas/{lead.officer.id}/peran", peran="officer"))[0] == 303
        text = (await stream.content.read()).decode()
    assert "event: keluar" in text and (await lead.get("/desk"))[0] == 303
    assert sessions.LONGEST.days <= 7
