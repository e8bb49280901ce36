"""A programme's gate: the calendar can shut it, only a human opens it, and what stands is said."""

from datetime import UTC, date, datetime

import pytest

from bot.engine.effects import Count, Facts, Said, Say
from bot.engine.flow import Flows
from bot.engine.programme import CLOSED, OPEN, PAUSED, SOON, Programme
from bot.engine.step import step

OPENS, CLOSES = date(2026, 11, 1), date(2027, 1, 31)


@pytest.mark.parametrize(
    ("state", "today", "stands"),
    [
        (OPEN, date(2026, 10, 31), SOON),
        (OPEN, OPENS, OPEN),
        (OPEN, CLOSES, OPEN),
        (OPEN, date(2027, 2, 1), CLOSED),
        (PAUSED, date(2026, 12, 1), PAUSED),
        (CLOSED, date(2026, 12, 1), CLOSED),
        (SOON, date(2026, 12, 1), SOON),
        (OPEN, None, OPEN),
    ],
)
def test_how_it_stands(state: str, today: date | None, stands: str) -> None:
    assert Programme("p", "P", "", "", state, OPENS, CLOSES, {}).stands(today) == stands


def test_the_truth_is_said_before_anything_is_asked(flows: Flows) -> None:
    facts = Facts(language="id", notice=flows.notice_version, now=datetime(2027, 2, 1, 3, tzinfo=UTC))
    session, effects = step(flows, None, Said(kind="begin", choice="minyak"), facts)
    said = [effect.text for effect in effects if isinstance(effect, Say)]
    assert "sudah selesai" in said[0]
    assert Count("gate", "minyak: closed") in effects
    assert session is not None
    assert session["node"] == "tutup"
