"""Which open reports may be about the same thing."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.policy.likeness import MOST, Report, alike, kilometres

NOW = datetime(2026, 11, 20, tzinfo=UTC)
VILLAGE, NEIGHBOUR, DISTRICT = "32.04.05.2001", "32.04.05.2002", "32.04.05"
HERE, THERE, FAR = (-6.9400, 107.7500), (-6.9450, 107.7500), (-6.9700, 107.7500)
WORDS = "aspal berlubang besar motor jatuh"


def report(code: str, words: str = WORDS, days: float = 1, spot: tuple[float, float] | None = None) -> Report:
    return Report("other", code, words, NOW - timedelta(days=days), spot)


@pytest.mark.parametrize(
    ("code", "spot", "other", "offered"),
    [
        (VILLAGE, None, report(VILLAGE), True),
        (VILLAGE, None, report(VILLAGE, "sampah menumpuk"), True),
        (VILLAGE, None, report(VILLAGE, days=15), False),
        (VILLAGE, None, report(NEIGHBOUR), False),
        (VILLAGE, None, report(DISTRICT), True),
        (DISTRICT, None, report(DISTRICT, "sampah menumpuk"), False),
        (DISTRICT, None, report("32.04"), False),
        ("", None, report(""), False),
        (VILLAGE, HERE, report(NEIGHBOUR, spot=THERE), True),
        (VILLAGE, HERE, report(VILLAGE, spot=FAR), False),
        (VILLAGE, None, report(VILLAGE, days=-1), False),
    ],
)
def test_same_place_same_words_not_long_ago(
    code: str, spot: tuple[float, float] | None, other: Report, offered: bool
) -> None:
    assert bool(alike(Report("", code, WORDS, NOW, spot), [other])) is offered


def test_at_most_three_and_the_newest_of_equals_first() -> None:
    others = [Report(str(days), VILLAGE, WORDS, NOW - timedelta(days=days)) for days in (5, 1, 3, 2)]
    assert [each.key for each in alike(Report("", VILLAGE, WORDS, NOW), others)] == ["1", "2", "3"]
    assert len(others) > MOST


def test_kilometres() -> None:
    assert kilometres((-6.9, 107.6), (-7.9, 107.6)) == pytest.approx(111.2, abs=0.2)
