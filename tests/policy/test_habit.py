"""Silence against habit: nights, holidays and new houses raise no alarm; an hour without anybody in a busy hour does."""

import pytest

from bot.policy.habit import MOST, WEEK, asked, missed

NOW = 500_000


def weeks(*each: dict[int, int]) -> dict[int, int]:
    """Counts by the hour's distance from now, of the weeks before, newest first."""
    return {NOW + hour - n * WEEK: count for n, week in enumerate(each, 1) for hour, count in week.items()}


BUSY = {-2: 40, -1: 30, 0: 20}


@pytest.mark.parametrize(
    "last, now, counts, expected",
    [
        pytest.param(NOW - 1, NOW + 0.5, weeks(BUSY, BUSY, BUSY), 10.0, id="half of this hour"),
        pytest.param(NOW - 3, NOW + 0.5, weeks(BUSY, BUSY, BUSY), 80.0, id="two hours and a half"),
        pytest.param(NOW, NOW + 0.9, weeks(BUSY, BUSY, BUSY), 0.0, id="somebody wrote in this hour"),
        pytest.param(NOW - 3, NOW + 0.5, weeks(BUSY, {}, BUSY), 0.0, id="a holiday among the weeks"),
        pytest.param(NOW - 3, NOW + 0.5, weeks(BUSY, BUSY), 0.0, id="a new house has no habit yet"),
        pytest.param(NOW - 3, NOW + 0.5, weeks(BUSY, {-2: 4, -1: 3, 0: 2}, BUSY), 8.0, id="the quietest week counts"),
        pytest.param(0, NOW + 0.0, weeks(*[dict.fromkeys(range(-100, 1), 1)] * 3), float(MOST), id="silent for ever"),
    ],
)
def test_missed(last: int, now: float, counts: dict[int, int], expected: float) -> None:
    assert missed(last, now, counts) == expected


def test_what_is_asked_is_what_is_wanted() -> None:
    wanted = set()

    class Noting(dict[int, int]):
        def get(self, key: int, default: int = 0) -> int:  # type: ignore[override]
            wanted.add(key)
            return default

    missed(0, NOW + 0.3, Noting())
    assert wanted == set(asked(NOW + 0.3))
