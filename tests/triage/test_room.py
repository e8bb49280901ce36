"""What loads after the start: until it is there nothing is suggested; afterwards everything reads as one."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine.effects import Facts
from bot.engine.flow import load
from bot.i18n import Catalogues
from bot.message import Location
from bot.triage import room
from bot.triage.senses import Senses, keeper, learn

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def triage(tmp_path_factory: pytest.TempPathFactory) -> room.Triage:
    flows = load(ROOT / "flows", Catalogues.load(ROOT / "locales"))
    return room.learn(room.load(ROOT / "flows", flows), ROOT / "flows", flows, tmp_path_factory.mktemp("data"))


def test_before_it_is_loaded_nothing_is_suggested(triage: room.Triage) -> None:
    early = replace(triage, senses=Senses())
    facts = early.listen(Facts(), "jalan di depan balai desa berlubang")
    assert (facts.guess, facts.intent, facts.places) == (None, None, None)
    assert early.regency(["di Soreang"], None) == ""


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("tolong ada anak tenggelam di sungai", "critical"),
        ("takutnya nanti ada anak tenggelam di kolam itu", "high"),
        ("air PDAM sudah seminggu tidak mengalir", ""),
        ("", ""),
    ],
)
def test_flows_may_ask_how_urgent_a_text_is(triage: room.Triage, text: str, level: str) -> None:
    early = replace(triage, senses=Senses())
    asked = early.listen(Facts(), "halo").urgency
    assert asked is not None and asked(text) == level


@pytest.mark.parametrize(
    ("texts", "spot", "code"),
    [
        (["kebakaran di Cileunyi"], None, "32.04"),
        (["tolong", "rumah saya di kecamatan Lembang"], None, "32.17"),
        (["di desa Mekarsari"], None, ""),
        (["di Jawa Barat"], None, ""),
        ([""], None, ""),
        (["di Lembang"], Location(-6.92, 106.93), "32.72"),
        (["di kecamatan Lembang"], Location(3.59, 98.67), "32.17"),
    ],
)
def test_the_regency_of_words_and_of_a_location(
    triage: room.Triage, texts: list[str], spot: Location | None, code: str
) -> None:
    assert triage.regency(texts, spot) == code


@pytest.mark.parametrize(
    ("lines", "heard"),
    [
        (["halo"], ""),
        (["Cibeunying", "Sukamulya"], ""),
        (["jalannya rusak sudah lama belum diperbaiki"], "id"),
        (["jalanna ruksak tos lami teu acan didangdosan"], "su"),
        (["jalannya rusak sudah lama belum diperbaiki", "muhun"], ""),
    ],
)
def test_the_language_is_settled_by_what_was_said_so_far(triage: room.Triage, lines: list[str], heard: str) -> None:
    facts = Facts()
    for line in lines:
        facts = triage.listen(facts, line)
    assert facts.heard == heard


def test_flows_without_examples_guess_nothing(tmp_path: Path) -> None:
    senses = Senses()
    learn(senses, tmp_path / "examples", {}, tmp_path)
    assert senses.topics is None
    assert senses.intents is None
    assert senses.places is not None


def test_models_are_kept_with_the_data_where_the_flows_cannot_be_written(tmp_path: Path) -> None:
    (flows := tmp_path / "flows").mkdir()
    assert keeper(flows, tmp_path) == flows / "__pycache__"
    (blocked := tmp_path / "blocked").write_text("a file, not a folder")
    assert keeper(blocked, tmp_path) == tmp_path
