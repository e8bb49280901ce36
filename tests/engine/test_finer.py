"""Which sub-topic a story names, and what the ticket says of it."""

import shutil
from pathlib import Path

import pytest

from bot.engine.effects import Facts, OpenTicket, Said
from bot.engine.finer import said
from bot.engine.flow import Flows, load
from bot.engine.step import step
from bot.i18n import Catalogues
from tests.told import refuses

ROOT = Path(__file__).resolve().parents[2]
STORIES = [
    ("kesehatan", "bidan di puskesmas tidak ada sejak pagi", "puskesmas"),
    ("kesehatan", "ibu abdi antosan di IGD rumah sakit", "rumah_sakit"),
    ("kesehatan", "pelayanannya lama sekali", ""),
    ("kesehatan", "BPJS saya ditolak puskesmas", ""),  # two alike: asked
    ("bansos", "bantosan teu acan cair ti bulan kamari", "belum_cair"),
    ("bansos", "nu beunghar kénging, nu miskin henteu", "salah_sasaran"),
    ("adminduk", "e-KTP saya hilang", "ktp"),
    ("ketenagakerjaan", "gaji tiga bulan belum dibayar", "upah"),
    ("pajak", "perpanjang STNK di samsat", "kendaraan"),
    ("pertanian", "gemuk subsidi langka", "pupuk"),
    ("jalan", "jembatan gantung putus", ""),  # roads have no sub-topics
]


@pytest.mark.parametrize(("topic", "story", "subtopic"), STORIES)
def test_what_a_story_names(flows: Flows, topic: str, story: str, subtopic: str) -> None:
    assert said(flows.topics[topic].finer, story) == subtopic


START = ("halo", "1", "pengaduan/topik/sosial")


@pytest.mark.parametrize(("lines", "subtopic"), [
    (("kesehatan", "di Cileunyi", "vaksin habis", "1", "ya"), "vaksinasi"),
    (("kesehatan", "di Cileunyi", "petugasnya kasar", "2", "1", "ya"), "puskesmas"),
    (("kesehatan", "di Cileunyi", "petugasnya kasar", "lainnya", "1", "ya"), "lain"),
    (("kesehatan", "di Cileunyi", "petugasnya kasar", "di rumah sakit itu", "1", "ya"), "rumah_sakit"),
])  # fmt: skip
def test_the_ticket_has_it(flows: Flows, lines: tuple[str, ...], subtopic: str) -> None:
    first = f"pengaduan/topik.sosial/{lines[0]}"
    made = _made(flows, (*START, first, *lines[1:]))
    assert (made.topic, made.subtopic) == (lines[0], subtopic)


def _made(flows: Flows, lines: tuple[str, ...]) -> OpenTicket:
    facts, session, done = Facts("id", flows.notice_version), None, list[object]()
    for line in lines:
        heard = Said(choice=line, kind="choice") if "/" in line else Said(line)
        for each in (heard, Said(kind="quiet")):
            session, effects = step(flows, session, each, facts)
            done += effects
    return next(each for each in done if isinstance(each, OpenTicket))


def test_a_list_that_is_too_long_is_refused(tmp_path: Path, catalogues: Catalogues) -> None:
    shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=shutil.ignore_patterns("examples"))
    path = tmp_path / "flows" / "data" / "topics.yaml"
    more = "        finer:\n" + "".join(f"          lagi{n}: Lagi {n}\n" for n in range(6, 9))
    text = path.read_text("utf-8")
    at = text.index("        finer:\n")
    path.write_text(text[:at] + more + text[at + len("        finer:\n") :], "utf-8")
    with refuses(r"topics\.yaml:\d+: kesehatan: `finer` has 7 lines; keep at most 6"):
        load(tmp_path / "flows", catalogues)
