"""Guess against choice by weeks: counts, shares, pairs, borders."""

from datetime import UTC, date, datetime, timedelta

from bot.triage.drift import Judged, begin, drift

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)  # a Sunday; its week began on the 16th


def judged(at: datetime, guessed: str, chosen: str, decided: bool = False) -> Judged:
    return Judged(at, guessed, decided, chosen)


def test_weeks_begin_on_monday_in_bandung() -> None:
    assert begin(NOW) == datetime(2026, 8, 30, 17, tzinfo=UTC)
    before, at = datetime(2026, 11, 15, 16, 59, tzinfo=UTC), datetime(2026, 11, 15, 17, tzinfo=UTC)
    found = drift([judged(before, "a", "a"), judged(at, "a", "a"), judged(begin(NOW) - timedelta(1), "a", "a")], NOW)
    assert [week.judged for week in found.weeks[-2:]] == [1, 1] and found.total.judged == 2
    assert len(found.weeks) == 12 and found.weeks[-1].monday == date(2026, 11, 16)


def test_shares_and_pairs() -> None:
    rows = [judged(NOW, "a", "a", True)] * 3 + [
        judged(NOW, "a", "b", True),
        judged(NOW, "c", "b"),
        judged(NOW, "c", "b"),
    ]
    found = drift([*rows, judged(NOW, "b", "b")], NOW)
    week = found.weeks[-1]
    assert (week.judged, week.accuracy, week.coverage, week.precision) == (7, 57, 57, 75)
    assert found.pairs == (("c", "b", 2), ("a", "b", 1))
    empty = found.weeks[0]
    assert (empty.accuracy, empty.coverage, empty.precision) == (None, None, None)
