"""What may be said of a wait, as a table."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.waiting import CLASSES, HOURS, LATER, UNKNOWN, Queue, at_night, klass, speaks

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.mark.parametrize(("ahead", "taken", "minutes", "on_shift", "said"), [
    (0, 10, 30, 3, "minutes"),  # one in three minutes, with care 3.75
    (0, 6, 30, 2, "quarter"),
    (1, 10, 30, 3, "quarter"),
    (3, 10, 30, 3, "quarter"),  # 15 exactly
    (4, 10, 30, 3, "half"),
    (8, 10, 30, 3, "half"),
    (9, 10, 30, 3, "hours"),
    (99, 100, 30, 9, "hours"),
    (0, 3, 110, 1, "hours"),  # the pace is that of now: a long silence makes it slow
    (0, 2, 4, 1, "unknown"),  # two cases are no pace
    (0, 0, 0, 5, "unknown"),
    (0, 50, 30, 0, "unknown"),  # nobody is on shift: whatever the pace was, nobody keeps it up
])  # fmt: skip
def test_classes(ahead: int, taken: int, minutes: float, on_shift: int, said: str) -> None:
    assert klass(Queue(ahead, taken, timedelta(minutes=minutes), on_shift)) == said


def test_when_closed_only_the_opening_is_told() -> None:
    assert klass(Queue(0, 100, timedelta(minutes=30), 5, NOW)) == LATER


@pytest.mark.parametrize(("before", "now", "asked", "speaks_"), [
    (None, "half", False, True), ("half", "half", False, False), ("half", "half", True, True),
    ("half", "quarter", False, True), ("unknown", "unknown", False, False),
])  # fmt: skip
def test_spoken_again_only_when_the_class_changes(before: str | None, now: str, asked: bool, speaks_: bool) -> None:
    assert speaks(before, now, asked) is speaks_


@given(st.integers(0, 99), st.integers(0, 100), st.integers(0, 7200), st.integers(0, 9))
def test_nothing_shorter_is_promised_than_what_the_pace_gives(
    ahead: int, taken: int, seconds: int, on_shift: int
) -> None:
    over = timedelta(seconds=seconds)
    said = klass(Queue(ahead, taken, over, on_shift))
    if said not in (UNKNOWN, HOURS):
        assert over * ((ahead + 1) / taken) <= next(most for most, name in CLASSES if name == said)
    further = klass(Queue(ahead + 1, taken, over, on_shift))
    order = [name for _, name in CLASSES] + [HOURS, UNKNOWN]
    assert order.index(further) >= order.index(said)  # who stands further back is never told a shorter wait


@pytest.mark.parametrize(("hour", "night"), [(20, False), (21, True), (0, True), (4, True), (5, False), (12, False)])
def test_night(hour: int, night: bool) -> None:
    assert at_night(hour) is night
