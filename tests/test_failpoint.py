"""Failpoints: do nothing unless told; strike once, at the time that was asked for."""

import re
from collections import Counter
from pathlib import Path

import pytest

from bot import failpoint
from bot.failpoint import Injected, armed
from tests.world import ROOT


def test_unarmed_does_nothing() -> None:
    assert failpoint.here is failpoint._nothing
    assert armed({}) is failpoint._nothing


def test_it_strikes_once_at_the_time_that_was_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    here = armed({failpoint.NAME: "send.before_http:raise:2"})
    here("send.before_http")
    here("send.after_http")
    with pytest.raises(Injected):
        here("send.before_http")
    here("send.before_http")
    assert capfd.readouterr().err.count("failpoint") == 1


@pytest.mark.parametrize("told", ["nowhere:kill", "send.before_http:explode", "send.before_http"])
def test_a_wrong_name_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="which time"):
        armed({failpoint.NAME: told})


def test_every_place_stands_in_the_code_once_and_there_are_enough() -> None:
    found = Counter(
        name
        for path in (ROOT / "bot").rglob("*.py")
        for name in re.findall(r'failpoint\.here\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    )
    assert set(found) == failpoint.POINTS and set(found.values()) == {1}
    assert len(found) >= 30


def test_a_file_arms_a_running_process_once(tmp_path: Path) -> None:
    told = tmp_path / "told"
    here = armed({failpoint.NAME: f"@{told}"})
    here("send.before_http")
    told.write_text("send.before_http:raise")
    here("send.after_http")
    with pytest.raises(Injected):
        here("send.before_http")
    here("send.before_http")
    assert not told.exists() and (tmp_path / "told.struck").exists()
    told.write_text("send.before_http:explode")
    with pytest.raises(ValueError, match="which time"):
        here("send.before_http")
