"""The shortest battery: a process dies between a send and its receipt, under a whole story. `make faults` runs all."""

from pathlib import Path

import pytest

from tests.faults.battery.cells import T0, Yard, cells
from tests.faults.battery.defects import DEFECTS
from tests.world import ROOT


@pytest.mark.timeout(600)
async def test_one_cell(tmp_path: Path) -> None:
    (case,) = [case for case, engine in cells() if (case.told, engine) == T0]
    async with Yard(tmp_path / "yard", 1) as yard:
        found = await yard.run(case, T0[1])
    assert found.hit and found.deaths == 1 and found.wrong == []


def test_the_defects_can_be_planted() -> None:
    """The table follows the code: each stretch that is to be replaced stands there once."""
    assert len(DEFECTS) >= 15
    for each in DEFECTS:
        for file, before, _ in each.places():
            assert (ROOT / file).read_text(encoding="utf-8").count(before) == 1, each.name
