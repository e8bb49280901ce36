"""Rules are seen with their meaning, changed through the draft, published, and it is known who did it. J5."""

import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from bot import content, registry
from bot.content import Content
from bot.desk import rules, server
from bot.desk.knob_table import GROUPS
from bot.desk.knobs import Knob, written
from bot.errors import WargiError
from bot.models import FlowEdit, FlowVersion
from bot.published import Published
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import ROOT, Enter, Visitor

CAPACITY, WEIGHT = "@data/assignment.yaml/capacity", "@data/assignment.yaml/weights/high"
VERIFY = "@data/sla.yaml/norms/kind=verify/days"


@pytest.fixture
def database_url(template_file: Path, tmp_path: Path) -> str:
    """SQLite alone: content is files."""
    shutil.copyfile(template_file, tmp_path / "wargi.db")
    return f"sqlite:///{tmp_path}/wargi.db"


def version(text: str) -> str:
    found = re.search(r'name="versi" value="(\w{12})"', text)
    assert found
    return found[1]


async def shows(who: Visitor, path: str) -> str:
    status, text = await who.get(path)
    assert status == 200, text
    return unescape(text)


async def test_a_value_is_changed_checked_published_and_taken_back(db, enter: Enter) -> None:
    lead, officer = await enter("lead", "Dadang"), await enter("officer", "Rina")
    assert (await officer.get("/desk/pengaturan"))[0] == 403
    text = await shows(lead, "/desk/pengaturan")
    assert all(f"/desk/pengaturan/{group.slug}" in text for group in GROUPS) and "Tidak ada nilai yang diubah" in text
    assert (await lead.get("/desk/pengaturan/tidakada"))[0] == 404
    text = await shows(lead, "/desk/pengaturan/pembagian")
    assert f'name="{CAPACITY}" value="12"' in text and "Bawaan: 12" in text and "Boleh 1–1000" in text

    # what is wrong is said beside its field, keeps what was typed, and stores nothing
    status, text = await lead.post("/desk/pengaturan/pembagian", **{CAPACITY: "nol", WEIGHT: "5"})
    assert (
        status == 422
        and "Tulis bilangan bulat dari 1 sampai 1000." in text
        and 'value="nol"' in text
        and 'value="5"' in text
    )
    status, text = await lead.post("/desk/pengaturan/pembagian/periksa", htmx=True, **{CAPACITY: "0"})
    assert status == 200 and "<html" not in text and "Tulis bilangan bulat" in text
    status, text = await lead.post("/desk/pengaturan/antrean", **{"@data/routing.yaml/leads": "hapus_dat"})
    assert status == 422 and "bukan topik dan bukan subtopik" in text and "hapus_data" in text
    assert await seed.count(db, FlowEdit) == 0

    for path, form in (
        ("pembagian", {CAPACITY: " 10 ", WEIGHT: "2"}), ("tenggat", {VERIFY: "4", "@data/sla.yaml/warn_ways": "email"}),
        ("jam", {"@data/calendars.yaml/calendars/kantor/week/jumat": "08.00-11.00, 13.00 - 16.00"}),
        ("percakapan", {"@menu.yaml/steps/data/version": "2"}),
    ):  # fmt: skip
        status, text = await lead.post(f"/desk/pengaturan/{path}", **form)
        assert status == 303, (path, unescape(text))
    assert (await lead.post("/desk/pengaturan/jam/libur", hari="2027-12-31", nama="Hari: uji", jenis="nasional"))[
        0
    ] == 303
    assert (await lead.post("/desk/pengaturan/jam/libur", hari="besok", nama="x", jenis="nasional"))[0] == 422
    assert await seed.count(db, FlowEdit) == 6, "what is as it was is no change"
    text = await shows(lead, "/desk/alur")
    assert (
        "Bobot terbanyak seorang petugas" in text and "- 12" in text and "+ 10" in text and "Tidak ada lagi" not in text
    )
    text = await shows(lead, "/desk/pengaturan/jam")
    assert "Hari: uji" in text and "08.00-11.00, 13.00-16.00" in text and "di draf" in text

    form = {"versi": version(text), "catatan": "musim hujan", "ke": "pengaturan"}
    assert (await lead.post("/desk/alur/terbitkan", **form))[0] == 303 and await seed.count(db, FlowEdit) == 0
    here = Published(db, db.data_dir, Content(ROOT / "flows", ROOT / "locales"))
    flows = await here.first()
    assert flows is not None and here.triage is not None and flows.notice_version == "2"
    staff, norms = here.triage.staff.assignment, here.triage.norms
    assert (staff.capacity, staff.weights["high"], norms.ways) == (10, 2, ("email",))
    assert any(norm.kind == "verify" and norm.days == 4 for norm in norms.rules)
    assert any(day.name == "Hari: uji" for day in norms.calendars.holidays)
    assert "# Bobot kasus" in (here.content.flows / "data" / "assignment.yaml").read_text("utf-8")

    text = await shows(lead, "/desk/pengaturan")
    told = text.partition("Siapa mengubah apa")[2]
    assert "Dadang" in told and "musim hujan" in told and "Pembagian kasus · Bobot terbanyak seorang petugas" in told
    assert "+ Hari libur 2027-12-31 Hari: uji" in told and "1 lain dari bawaan" in text
    act = re.search(r'name="versi" value="(\d+)"', await shows(lead, "/desk/alur"))
    assert act and (await lead.post("/desk/alur/kembali", versi=act[1], yakin="ya"))[0] == 303
    assert await seed.count(db, FlowVersion) == 3
    await here.first()
    assert here.triage.staff.assignment.capacity == 12
    text = await shows(lead, "/desk/pengaturan")
    assert "+ 12" in text.partition("Siapa mengubah apa")[2], "taking back is a change, too"

    # a page from before a colleague's change takes nothing back: only what was touched on it counts
    other = {f"dulu:{CAPACITY}": "12", f"dulu:{WEIGHT}": "4"}
    assert (await lead.post("/desk/pengaturan/pembagian", **{CAPACITY: "20"}))[0] == 303
    before = await seed.count(db, FlowEdit)
    assert (await lead.post("/desk/pengaturan/pembagian", **other, **{CAPACITY: "12", WEIGHT: "4"}))[0] == 303
    assert await seed.count(db, FlowEdit) == before
    assert (await lead.post("/desk/alur/buang", yakin="ya"))[0] == 303

    day = "date=2027-12-25&kind=nasional"
    for form, left in (
        ({"hapus": day}, 1), ({"hari": "2027-12-31", "nama": "Uji", "jenis": "bersama"}, 2),
        ({"hapus": "date=2027-12-31&kind=bersama"}, 1),
    ):  # fmt: skip
        status, text = await lead.post("/desk/pengaturan/jam/libur", **form)
        assert status == 303 and await seed.count(db, FlowEdit) == left, text
    text = await shows(lead, "/desk/pengaturan/jam")
    assert "- Hari libur 2027-12-25 Natal" in text and f'value="{day}"' not in text
    assert (await lead.post("/desk/pengaturan/jam/libur", hapus="date=1999-01-01"))[0] == 404
    assert (await lead.post("/desk/alur/buang", yakin="ya"))[0] == 303 and await seed.count(db, FlowEdit) == 0


@pytest.mark.parametrize(
    ("kind", "typed", "put"),
    [
        ("whole", "7", "7"), ("whole", "7.5", None), ("whole", "11", None), ("whole", "tujuh", None), ("whole", "nan", None),
        ("number", "0,5", "0.5"), ("number", "inf", None), ("choice", "a", "a"), ("choice", "z", None), ("some", "", "[]"),
        ("some", "a, b", "[a, b]"),
        ("some", "z", None),
        ("words", "jalan,pju", "[jalan, pju]"), ("words", "a: [b", None), ("time", "7:05", '"07.05"'),
        ("time", "25.00", None),
        ("spans", "07:30 – 12.00", "[07.30-12.00]"), ("spans", "", "[]"), ("spans", "pagi", None), ("lasts", "3h", "3h"), ("lasts", "3x", None),
        ("date", "2027-02-30", None), ("date", "2027-02-28", "2027-02-28"), ("version", "2", '"2"'), ("version", "2\n# x: y", None),
    ],
)  # fmt: skip
def test_what_is_typed_is_written_or_refused(kind: str, typed: str, put: str | None) -> None:
    knob = Knob("x.yaml", ("x",), "X", kind=kind, low=0, high=10, choices=(("a", "A"), ("b", "B")))
    if put is None:
        with pytest.raises(WargiError):
            written(knob, typed)
    else:
        assert written(knob, typed) == put


def test_every_shipped_value_would_be_written_as_it_is() -> None:
    found = rules.said(rules.trees(content.pack(Content(ROOT / "flows", ROOT / "locales"))))
    assert {each.group.slug for each in found.values()} == {group.slug for group in GROUPS}
    for context, each in found.items():
        assert written(each.knob, each.value), context


ENV = {
    "WARGI_SECRET_KEY": "segel-rahasia-sekali", "WARGI_DATABASE_URL": "postgresql://wargi:sandi-db@db/wargi",
    "WARGI_PUBLIC_URL": "http://127.0.0.1:9", "WARGI_ALARM_WEBHOOK_URL": "https://hooks.example/T0/kunci-jalan",
    "WARGI_MAIL_URL": "smtp://u:sandi-surel@mail", "WARGI_MAIL_FROM": "a@b.example", "WARGI_HOST_SECRET_DINSOS": "rahasia-dinsos",
    "WARGI_SMS_API_URL": "http://127.0.0.1:9/sendsms", "WARGI_SMS_USERNAME": "kannel", "WARGI_SMS_PASSWORD": "sandi-sms",
    "WARGI_SMS_SENDER": "62811", "WARGI_SMS_SECRET": "tanda-sms",
}  # fmt: skip


async def test_the_server_is_shown_without_its_secrets_and_asks_its_platforms(db, app, enter: Enter) -> None:
    config = registry.settings(ENV)
    shown = {row.name: row.value for row in server.rows(config)}
    assert shown["WARGI_HOST_SECRET_DINSOS"] == "" and shown["WARGI_SECRET_KEY"] == shown["WARGI_MAIL_URL"] == "***"
    assert (shown["WARGI_ALARM_WEBHOOK_URL"], shown["WARGI_MAIL_FROM"]) == ("https://hooks.example", "a@b.example")
    admin = await enter("admin", "Asep")
    app[keys.CONFIG].groups["sms"] = config.groups["sms"]
    app[keys.HOUSE].channels = registry.channels(config, "http://127.0.0.1:9")
    text = await shows(admin, "/desk/pengaturan/server")
    assert "sandi-sms" not in text and "tanda-sms" not in text and "http://127.0.0.1:9/" not in text
    assert all(word in text for word in ("kannel", "terisi", "WARGI_TELEGRAM_TOKEN", "menyala", "tidak dipakai"))
    status, text = await admin.post("/desk/pengaturan/server")
    assert status == 200 and "Jawaban platform" in text and "perlu diperbaiki" in text and "Perbaikan" in text


async def test_pictures_lead_citizens_to_us(db, enter: Enter) -> None:
    lead = await enter("lead", "Dadang")
    text = await shows(lead, "/desk/pengaturan/poster")
    assert text.count('class="qr"') == 1 and "/chat</code>" in text
    text = await shows(lead, "/desk/pengaturan/poster?wa=0811-2222-333&tg=@hotline_bot&judul=Lapor%20%3Cb%3E")
    assert "https://wa.me/628112222333" in text and "https://t.me/hotline_bot" in text and text.count('class="qr"') == 3
    drawn = text.partition("<svg viewBox")[2].partition("</svg>")[0]
    assert "style=" not in drawn and "<script" not in drawn and 'fill="#fff"' in drawn
    for wrong in ("wa=halo", "tg=a%20b"):
        assert (await lead.get(f"/desk/pengaturan/poster?{wrong}"))[0] == 422
