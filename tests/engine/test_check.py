"""The linter: each rule has a broken flow, and says file, line, step, what is wrong and what to write instead."""

import shutil
from pathlib import Path

import pytest

from bot.engine.check import lint
from bot.engine.flow import load
from bot.engine.register import LOMA, Register, faults
from bot.i18n import Catalogues, Entry
from bot.triage import room
from tests.told import english, refuses

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "flows", tmp_path / "flows")
    return tmp_path / "flows"


def step(text: str) -> str:
    return f"steps:\n  a:\n    kind: say\n    text: |\n      {text}\n    next: b\n  b:\n    kind: end\n    text: Selesai.\n"


ASK = "steps:\n  a:\n    kind: ask-choice\n    text: Mau yang mana?\n    next: b\n    choices:\n"
END = "  b:\n    kind: end\n    text: Selesai.\n"

RULES = [
    (step("PENTING SEKALI untuk dibaca."), ["`PENTING`"], "uji.yaml:2: uji/a: ", "PENTING` in capitals"),
    (step("Bacalah *dengan teliti* dulu."), ["*dengan teliti*"], "uji.yaml:2: uji/a: ", "is marked by signs"),
    (step("Satu ---- dua"), ["drawn"], "uji.yaml:2: uji/a: ", "drawn with symbols"),
    (step("Apabila sudah, tulis."), ["apabila"], "uji.yaml:4: a.text: ", "is a word of offices; write `kalau`"),
    (
        ASK.replace("Mau yang mana?", "|\n      Mau yang mana?\n      1. Satu") + "      y: Ya\n      t: Tidak\n" + END,
        [],
        "uji.yaml:2: uji/a: ",
        "a numbered list inside the text (id); make its lines `choices:`",
    ),
    (
        "steps:\n  a:\n    kind: say\n    text: Hai\n    next: b\n  b:\n    kind: notice\n    version: '1'\n    text: Hai\n    next: a\n",
        [],
        "uji.yaml:2: uji/a: ",
        "goes in a circle without a question; change a `next:`",
    ),
]


SETS = (
    "steps:\n  a:\n    kind: set\n    values: {{topic: {}}}\n    next: c\n  c:\n    kind: branch\n    cases:\n      x:\n"
    "        when: {}\n        next: b\n    next: b\n"
)
PICK = ASK.replace("    next: b\n", "    next: b\n    save: topic\n") + "      jalan: Jalan\n      trotoar: Trotoar\n"
HERE = "flows/uji.yaml"
NAMES = [
    (SETS.format("jaln", "{answer: umur, below: 17}"), ":2: uji/a: the topic `jaln` is not known", "write `jalan`"),
    (SETS.format("jalan", "{not: {answer: topic, in: [jalan, pjuu]}}"), ":6: uji/c: the topic `pjuu`", "write `pju`"),
    (SETS.format("jalan", "{any: [{answer: subtopic, is: hapus_dta}]}"), ":6: uji/c: the subtopic", "`hapus_data`"),
    (PICK, ":2: uji/a: the topic `trotoar`", "known are: "),
    (SETS.format("jalan", "{answer: topic, same_as: lain}"), "", ""),
]


@pytest.mark.parametrize(("body", "where", "remedy"), NAMES)
def test_a_topic_that_does_not_exist_is_named(
    folder: Path, catalogues: Catalogues, body: str, where: str, remedy: str
) -> None:
    (folder / "uji.yaml").write_text(body + END, "utf-8")
    found = [english(each) for each in lint(load(folder, catalogues)) if "is not known: " in english(each.what)]
    assert len(found) == bool(where)
    assert all(each.startswith(HERE + where) and remedy in each for each in found), found


DATA = [
    ("topics.yaml", "agency: BPBD", "agency: BPDB", r"flows/data/topics\.yaml:\d+: banjir: the agency `BPDB` is not in agencies\.yaml; write `BPBD`"),
    ("routing.yaml", "hapus_data", "hapus_dta", r"flows/data/routing\.yaml:\d+: routing: `hapus_dta` is neither.*; write `hapus_data`"),
    ("sla.yaml", "subtopic: hapus_data", "subtopic: hapus", r"flows/data/sla\.yaml:\d+: norms: `subtopic: hapus` is not known; write `hapus_data`"),
    ("load.yaml", "kekerasan: 2", "kekerasn: 2", r"flows/data/load\.yaml:\d+: topics: `kekerasn` is not known here; write `kekerasan`"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "right", "wrong", "said"), DATA)
def test_data_that_names_what_does_not_exist_is_refused(
    folder: Path, catalogues: Catalogues, file: str, right: str, wrong: str, said: str
) -> None:
    path = folder / "data" / file
    path.write_text(path.read_text("utf-8").replace(right, wrong, 1), "utf-8")
    with refuses(said):
        room.load(folder, load(folder, catalogues))


@pytest.mark.parametrize(("body", "words", "where", "what"), RULES)
def test_a_rule_names_the_place_and_the_remedy(
    folder: Path, catalogues: Catalogues, body: str, words: list[str], where: str, what: str
) -> None:
    (folder / "uji.yaml").write_text(body, "utf-8")
    found = [english(problem) for problem in lint(load(folder, catalogues)) if problem.file == "flows/uji.yaml"]
    assert any(what in each and where in each and all(word in each for word in words) for each in found), found


MANNERS = Register(
    coarse=frozenset({"sia", "aing"}),
    plain={"hayang": "hoyong", "imah": "bumi", "anjeun": "Bapa/Ibu", "geus": "parantos"},
    own={"nami": "jenengan", "gaduh": "kagungan", "udur": "teu damang"},
    other={"kagungan": "gaduh", "sumping": "dongkap", "jenengan": "nami"},
    fine=frozenset({"anjeunna"}),
)
SAID = [
    ("Punten, saha jenengan Bapa/Ibu?", []),
    ("Abdi gaduh patarosan.", []),
    ("Naha Bapa/Ibu kagungan KTP?", []),
    ("Mangga candak ka anjeunna.", []),
    ("Jenengan Bapa/Ibu parantos katampi. Abdi badé naros.", []),
    ("Hatur nuhun, Bapa / Ibu. Gaduh patarosan abdi.", []),
    ("Aing hayang", ["coarse", "write `hoyong`"]),
    ("Imahna di mana?", ["write `bumi`"]),
    ("Laporan geus katampi", ["write `parantos`"]),
    ("Saha nami Bapa/Ibu?", ["write `jenengan`"]),
    ("Bapa/Ibu gaduh KTP?", ["write `kagungan`"]),
    ("Upami Bapa/Ibu nuju udur, serat.", ["write `teu damang`"]),
    ("Abdi badé sumping énjing.", ["write `dongkap`"]),
    ("Abdi kagungan data.", ["write `gaduh`"]),
    ("Jenengan abdi Wargi.", ["write `nami`"]),
]


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_the_register_of_sundanese(text: str, expected: list[str]) -> None:
    found = [f"{english(what)}; {english(remedy)}" for what, remedy in faults(MANNERS, text)]
    assert len(found) == len(expected), found
    assert all(any(part in each for each in found) for part in expected), found


def test_the_plain_register_is_a_policy_and_coarse_stays_coarse() -> None:
    loma = Register(LOMA, MANNERS.coarse, MANNERS.plain)
    assert list(faults(loma, "Geus hayang balik ka imah")) == []
    assert len(list(faults(loma, "aing hayang"))) == 1


def test_a_translation_is_held_to_its_register(folder: Path, catalogues: Catalogues) -> None:
    entries = {**catalogues.flows["su"], "menu.sapa.text": Entry("menu.sapa.text", "", "Sampurasun, kuring Wargi.")}
    changed = Catalogues({**catalogues.flows, "su": entries}, catalogues.words)  # type: ignore[arg-type]
    found = [english(problem) for problem in lint(load(folder, changed))]
    assert len(found) == 1
    assert found[0].startswith("flows/menu.yaml:")
    assert "sapa.text: `kuring` is plain among polite words (su); write `abdi`." in found[0]
