"""Menus of plain labels: typed answers in any dress are taken, free complaints never. The table is `menus.tsv` beside this file."""

import csv
from pathlib import Path

import pytest

from bot.engine.pick import pick

_TEXT = (Path(__file__).parent / "menus.tsv").read_text("utf-8")
ROWS = list(csv.DictReader(_TEXT.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
CHOSEN = [(row["menu"].split("|"), row["typed"], int(row["expected"])) for row in ROWS if row["expected"] != "0"]
FREE = [row["typed"] for row in ROWS if row["expected"] == "0"]
MENUS = sorted({tuple(row["menu"].split("|")) for row in ROWS})


def test_typed_choices_are_taken_and_never_for_another() -> None:
    found = [(pick(labels, typed), expected, typed) for labels, typed, expected in CHOSEN]
    assert len(found) > 400
    missed = [row for row in found if row[0] != row[1]]
    assert len(missed) <= 0.02 * len(found), missed
    assert not [row for row in missed if row[0]]


def test_no_menu_swallows_a_complaint() -> None:
    """Each complaint at each menu, not only at the one where it was written: a citizen may complain anywhere."""
    assert len(FREE) > 300
    taken = [(typed, labels) for typed in FREE for labels in MENUS if len(typed) > 3 and pick(labels, typed)]
    assert len(taken) <= 0.002 * len(FREE) * len(MENUS), taken


@pytest.mark.parametrize(
    ("labels", "typed", "number"),
    [
        ("Perbaikan jalan|Izin usaha|Air bersih", "perbaikn jalan", 1),
        ("Perbaikan jalan|Izin usaha|Air bersih", "usaha izin", 2),
        ("Perbaikan jalan|Izin usaha|Air bersih", "nu panungtung", 3),
        ("Perbaikan jalan|Izin usaha|Air bersih", "2. izin usaha", 2),
        ("Perbaikan jalan|Izin usaha|Air bersih", "2. air bersih", 0),
        ("Perbaikan jalan|Izin usaha|Air bersih", "4", 0),
        ("Perbaikan jalan|Izin usaha|Air bersih", "", 0),
        ("Ya|Ya", "ya", 1),
        ("", "ya", 0),
        ("a|b|c|d|e", "lama", 0),
        ("a|b|c|d|e", "tempat", 0),
    ],
)
def test_small_things(labels: str, typed: str, number: int) -> None:
    assert pick(labels.split("|"), typed) == number
