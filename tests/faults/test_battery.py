"""The shortest battery: a process dies between a send and its receipt, under a whole story. `make faults` runs all."""

import re
from pathlib import Path

import pytest

from bot.store import invariants
from tests.faults.battery.cells import T0, Yard, cells, everything
from tests.faults.battery.defects import DEFECTS
from tests.world import ROOT


@pytest.mark.timeout(600)
async def test_one_cell(tmp_path: Path, template_file: Path) -> None:
    (case,) = [case for case, engine in cells() if (case.told, engine) == T0]
    async with Yard(tmp_path / "yard", 1, template=template_file) as yard:
        found = await yard.run(case, T0[1])
    assert found.hit and found.deaths == 1 and found.wrong == []


def test_the_defects_can_be_planted() -> None:
    """The table follows the code: each stretch that is to be replaced stands there once."""
    assert len(DEFECTS) >= 15
    for each in DEFECTS:
        for file, before, _ in each.places():
            assert (ROOT / file).read_text(encoding="utf-8").count(before) == 1, each.name


def test_what_the_table_of_faults_names_is_there() -> None:
    """docs/faults.md says which cell and which test shows each row: none of them may be gone."""
    text = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
    shown = text.partition("## What must hold")[2]
    names = {case.name for case in everything()}
    said = re.findall(r"`(F\d\d[\w/]* [^`…]+)`", shown)
    assert set(said) <= names
    unsaid = {name for name in names if not name.startswith("F02 ")} - set(said)
    assert unsaid == set(), "a cell that no row names"
    tests = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", shown)
    assert len(tests) >= 30
    for file, name in tests:
        there = re.search(
            rf"^(async def|def|class) {name}\b|^{name} = ", (ROOT / file).read_text(encoding="utf-8"), re.M
        )
        assert there or not name, f"{file}::{name}"
    rules = {rule.name for rule in (*invariants.RULES, invariants.SPOOLED, invariants.UNREAD)}
    assert set(re.findall(r"`(I\d+ [a-z ]+|survey)`", shown)) <= rules
    assert all(f"| F{n:02} |" in shown for n in range(26)) and all(f"| I{n} |" in shown for n in range(1, 19))
