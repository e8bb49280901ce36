"""Knowledge: a question is answered only where the answer is certain and its day has not passed; a complaint never is."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.engine.flow import Flows, load
from bot.engine.knowledge import Knowledge, is_question
from bot.engine.spelling import Spelling
from bot.i18n import Catalogues
from tests.told import english, refuses

TODAY = date(2026, 11, 22)
ASKED = [
    ("isoman tuh brp hari sih min", "isolasi"),
    ("gejala corona apa aja", "gejala"),
    ("naon waé gejala covid", "gejala"),
    ("saya mau daftar bantuan sosial gimana caranya?", "daftar-bansos"),
    ("kumaha carana daftar bansos pkh", "daftar-bansos"),
    ("apakah benar vaksin ada chipnya", "kabar-vaksin-cip"),
    ("harga minyak goreng berapa sekarang", "harga-minyak"),
    ("petugas ada jam berapa?", "jam-layanan"),
    ("tempat tes antigen di mana", "tes"),
    ("air garam bisa sembuhkan covid?", "kabar-air-garam"),
    ("apa yang harus saya lakukan kalau banjir?", "banjir-siap"),
    ("jalan depan rumah rusak berat sejak banjir bulan lalu", ""),
    ("kenapa bansos saya belum cair sampai sekarang?", ""),
    ("paket obat isoman saya tidak datang, bagaimana ini?", ""),
    ("kenapa petugas puskesmas kasar?", ""),
    ("berapa lama jalan ini diperbaiki?", ""),
    ("rumah saya kebanjiran setinggi pinggang tolong", ""),
    ("harga minyak mahal sekali di pasar kami sampai 25 ribu, tolong ditindak", ""),
    ("bagaimana cara membuat ktp", ""),
    ("", ""),
    ("?", ""),
]


@pytest.mark.parametrize(("text", "entry"), ASKED)
def test_what_is_answered_and_what_is_not(flows: Flows, text: str, entry: str) -> None:
    found = flows.knowledge.find(text, TODAY).sure
    assert (found.key if found else "") == entry


def test_an_answer_is_given_until_its_last_day_and_never_without_a_day(flows: Flows) -> None:
    entry = flows.knowledge.entries["tes"]
    text = "di mana tes antigen?"
    assert flows.knowledge.find(text, entry.until).sure is entry
    late = flows.knowledge.find(text, date.fromordinal(entry.until.toordinal() + 1))
    assert (late.sure, late.stale) == (None, entry)
    assert flows.knowledge.find(text, None).sure is None
    assert entry in flows.knowledge.stale(date(2030, 1, 1))
    assert flows.knowledge.due(TODAY) == []
    told = [english(each) for each in flows.knowledge.due(date(2027, 4, 1)) if each.step == "tes"]
    assert told[0].startswith("flows/knowledge/covid.yaml:")
    assert "has expired on 2027-03-31; Dinas Kesehatan (contoh) <pengetahuan@dinkes.contoh.example>" in told[0]


def test_every_entry_is_found_by_its_own_questions(flows: Flows) -> None:
    """In both languages, and with a source, an owner and somebody to tell."""
    for entry in flows.knowledge.entries.values():
        assert entry.source
        assert "@" in entry.mail
        assert entry.checked < entry.until
        for language in ("id", "su"):
            assert entry.answer[language]
        for pattern in entry.ask:
            found = flows.knowledge.find(" ".join(pattern), TODAY)
            assert entry in (found.sure, *found.near), pattern


@pytest.mark.parametrize(
    ("text", "asks"),
    [("berapa lama?", True), ("kumaha carana ngalapor", True), ("jalan rusak", False), ("sudah diperbaiki?", True)],
)
def test_what_is_a_question(text: str, asks: bool) -> None:
    assert is_question(text) is asks


BROKEN = [
    ("    until: 2027-13-01\n", "`until: 2027-13-01` is no day; write `until: 2027-03-31`"),
    ("    until: 2027-01-01\n    utnil: 1\n", "`utnil` is not known here"),
    ("", "`until` is missing"),
]


@pytest.mark.parametrize(("rest", "what"), BROKEN)
def test_a_broken_entry_is_refused(tmp_path: Path, catalogues: Catalogues, rest: str, what: str) -> None:
    shutil.copytree(Path(__file__).resolve().parents[2] / "flows", tmp_path / "flows")
    body = "owner: A\nmail: a@contoh.example\nentries:\n  uji:\n    title: Uji\n    ask: [kapan uji]\n"
    body += "    answer: Nanti.\n    source: B\n    checked: 2026-01-01\n"
    (tmp_path / "flows" / "knowledge" / "uji.yaml").write_text(body + rest, "utf-8")
    with refuses(r"flows/knowledge/uji\.yaml:") as caught:
        load(tmp_path / "flows", catalogues)
    assert what in english(caught.value)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("isloasi", "isolasi"), ("mnyak", "minyak"), ("dftr", "daftar"), ("xyzzyx", "xyzzyx"), ("bu", "bu"), ("", "")],
)
def test_a_misspelt_word_is_found_by_look_up(typed: str, meant: str) -> None:
    assert Spelling(["isolasi", "minyak", "daftar", "banjir"]).read(typed) == meant


def test_only_what_shares_a_word_is_scored(flows: Flows, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many entries there are: a look-up must not grow with them."""
    scored: list[str] = []
    real = Knowledge.score
    monkeypatch.setattr(
        Knowledge, "score", lambda self, pattern, asked: scored.append(pattern.entry.key) or real(self, pattern, asked)
    )
    assert flows.knowledge.find("air garam sembuhkan covid", TODAY).sure is flows.knowledge.entries["kabar-air-garam"]
    assert 0 < len(scored) < len(flows.knowledge.patterns) / 2
