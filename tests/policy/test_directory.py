"""Which agency suits a ticket, and which files of agencies are refused with a sentence."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import i18n
from bot.engine import flow
from bot.engine.forms import Workshop
from bot.engine.read import read_all
from bot.policy import directory, lapor
from bot.policy.directory import Agency, Directory, suggest
from bot.store.talk import Talk
from bot.triage import room
from bot.turn import House, findings
from bot.vault import Vault
from tests.told import english, refuses

ROOT = Path(__file__).parents[2]
TOWN = Agency("kota", "PU Kota", frozenset({"jalan"}), ("32.73",))
PROVINCE = Agency("prov", "PU Provinsi", frozenset({"jalan", "air"}), ("32",))
COUNTRY = Agency("pusat", "PU Pusat", frozenset({"jalan"}))
OTHER = Agency("lain", "Dinas Lain", frozenset({"sampah"}))
KNOWN = Directory({each.slug: each for each in (COUNTRY, OTHER, PROVINCE, TOWN)})

SUGGESTED = [
    ("jalan", "32.73.01.1001", (), ["kota", "prov", "pusat"]),
    ("jalan", "32.73", (), ["kota", "prov", "pusat"]),
    ("jalan", "32.7", (), ["prov", "pusat"]),
    ("jalan", "32.04.01", (), ["prov", "pusat"]),
    ("jalan", "", (), ["prov", "pusat"]),
    ("jalan", "33.74.01", (), ["pusat"]),
    ("jalan", "32.73.01", ("kota",), ["prov", "pusat", "kota"]),
    ("air", "33.74.01", (), []),
    ("sampah", "32.73", (), ["lain"]),
    ("", "32.73", (), []),
    ("tidak-ada", "32.73", (), []),
]


@pytest.mark.parametrize("topic, code, refused, slugs", SUGGESTED)
def test_who_suits(topic: str, code: str, refused: tuple[str, ...], slugs: list[str]) -> None:
    assert [one.agency.slug for one in suggest(KNOWN, topic, code, refused)] == slugs


def test_bounces() -> None:
    assert [directory.needs_lead(Directory({}, 2), returns) for returns in range(4)] == [False, False, True, True]


GOOD = """
agencies:
  satu: {name: Dinas Satu, topics: [jalan], areas: ["32.73", "32"], hours: ["sen-jum 07.30-16.00"], channel: mail,
         contacts: [{name: Meja, email: meja@satu.example}]}
  dua: {name: Dinas Dua, topics: [air], channel: webhook, url: "https://dua.example/wargi"}
"""
BROKEN = [
    ("topics: [jalan]", "topics: [jalann]", "write `jalan`"),
    ('"32.73"', '"32.99"', "the area `32.99` is not known"),
    ('"32.73"', '"bandung"', "no code of a regency"),
    ("sen-jum 07.30-16.00", "pagi", "write them like"),
    ("channel: mail", "channel: surel", "`channel: surel` is not known"),
    ("email: meja@satu.example", "phone: '62'", "nobody has an `email`"),
    ("meja@satu.example", "meja", "no mail address"),
    (', url: "https://dua.example/wargi"', "", "a webhook has an address"),
    ("https://dua", "ftp://dua", "no web address"),
    ("Dinas Dua", "Dinas Satu", "two agencies are named"),
    ("name: Dinas Satu", "nama: Dinas Satu", "`name` is missing"),
    ("name: Dinas Satu", "name: Dinas Tiga", "gives `jalan` to `Dinas Satu`, which is not here"),
    ("topics: [jalan]", "topics: [air]", "which does not list it"),
]


def _read(tmp_path: Path, text: str) -> Directory:
    path = tmp_path / "agencies.yaml"
    path.write_text(text)
    source = read_all([path], tmp_path, "agencies")[0]
    return directory.read(Workshop(i18n.Catalogues()), source, {"jalan": "Dinas Satu", "air": ""}, ("32.73", "32.04"))


def test_a_good_file(tmp_path: Path) -> None:
    found = _read(tmp_path, GOOD)
    assert found.name("satu") == "Dinas Satu" and found.name("hilang") == "hilang"
    assert found.agencies["satu"].contacts[0].email == "meja@satu.example" and found.bounces == 2
    directory.agree(found, ["Dinas Dua"], "escalation.yaml")
    with refuses(r"Dinas Dau.*write `Dinas Dua`"):
        directory.agree(found, ["Dinas Dau"], "escalation.yaml")


@pytest.mark.parametrize("part, instead, says", BROKEN)
def test_a_broken_file_is_refused(tmp_path: Path, part: str, instead: str, says: str) -> None:
    assert part in GOOD
    with refuses() as caught:
        _read(tmp_path, GOOD.replace(part, instead))
    assert says in english(caught.value) and "agencies.yaml:" in english(caught.value)


def test_ours_has_an_agency_for_each_topic_and_only_invented_addresses() -> None:
    flows = flow.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))
    sorted_ = room.load(ROOT / "flows", flows)
    found = sorted_.agencies
    assert all(suggest(found, topic, "32.73.01.1001") for topic, one in flows.topics.items() if one.agency)
    assert suggest(found, "jalan", "32.73.01")[0].agency.slug == "dpu_bandung"
    house = House(flows, {}, sorted_, Vault(["a long enough secret"]))
    talk = Talk(1, "web:wargi", "a", b"a", b"c", 1, b"v", language="id")
    row: dict[str, Any] = {"number": "7KQ2-M4XA", "topic": "jalan", "state": "in_progress", "agency": "dpu_bandung",
                           "updated_at": datetime(2026, 11, 22, 3, tzinfo=UTC)}  # fmt: skip
    line = findings.line(house, talk, row)
    assert "7KQ2-M4XA" in line and "Dinas PU Kota Bandung" in line, "who has it, not who usually has such"
    assert "Dinas" not in findings.line(house, talk, {**row, "state": "resolved"})
    mails = [contact.email for each in found.agencies.values() for contact in each.contacts]
    assert mails and all(mail.endswith(".example") for mail in mails)


def test_classes_of_the_national_service() -> None:
    assert (lapor.suggest(True), lapor.suggest(False)) == ("wbs", "pengaduan")
    assert {"pengaduan", "aspirasi", "permintaan_informasi", "wbs"} == set(lapor.CLASSES)
