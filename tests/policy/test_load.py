"""Limits of distress as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.policy.load import FREE, OPTED_OUT, SPARED, Borne, Load, debrief, distress, tier

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
LOAD = Load(topics={"kekerasan": 2})


@pytest.mark.parametrize(("urgency", "topic", "points"), [
    ("critical", "jalan", 3), ("high", "kekerasan", 3), ("normal", "kekerasan", 2), ("normal", "", 0), ("odd", "x", 0),
])  # fmt: skip
def test_points(urgency: str, topic: str, points: int) -> None:
    assert distress(LOAD, urgency, topic) == points


@pytest.mark.parametrize(("minutes_and_points", "out", "wanted"), [
    ([], False, FREE),
    ([(60, 3)], False, FREE),
    ([(5, 3)], False, SPARED),  # cooling down
    ([(70, 3), (60, 3)], False, SPARED),  # two in a row
    ([(70, 3), (60, 3), (50, 0)], False, FREE),
    ([(90 + n * 20, 3 * (n % 2)) for n in range(12, 0, -1)], False, SPARED),  # six in the shift
    ([(90 + n * 20, 3 * (n % 2)) for n in range(10, 0, -1)], False, FREE),
    ([], True, OPTED_OUT),
])  # fmt: skip
def test_who_is_asked_first(minutes_and_points: list[tuple[int, int]], out: bool, wanted: int) -> None:
    borne = Borne([(NOW - timedelta(minutes=minutes), points) for minutes, points in minutes_and_points], out)
    assert tier(LOAD, borne, NOW) == wanted


def test_debrief() -> None:
    assert not debrief(LOAD, Borne([(NOW, 3)] * 3)) and debrief(LOAD, Borne([(NOW, 3)] * 4))
