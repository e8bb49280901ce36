"""What of one chat belongs to which of its cases."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.policy.story import Story, stretch

DAY = datetime(2026, 11, 20, tzinfo=UTC)


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("own", "hidden", "since", "until"),
    [
        pytest.param((10, None), [], None, None, id="nothing is hidden"),
        pytest.param((10, None), [(1, 3)], 9, None, id="the other was over long ago"),
        pytest.param((10, None), [(1, 9.5)], 9.5, None, id="the other was over just before"),
        pytest.param((10, None), [(1, None)], 9, None, id="the other still runs"),
        pytest.param((10, None), [(1, 12)], 9, None, id="the other was over only later"),
        pytest.param((10, 12), [(20, None)], None, 19, id="the other came later"),
        pytest.param((10, 12), [(12.5, None)], None, 12, id="the other came soon after"),
        pytest.param((10, None), [(20, 22)], None, 19, id="the other came while this one runs"),
        pytest.param((10, None), [(10.2, None)], None, 10, id="the other came at once"),
        pytest.param((10, 12), [(1, 3), (4, 9.8), (20, None), (30, 31)], 9.8, 19, id="several"),
    ],
)
def test_a_story_is_read_from_where_it_begins(
    own: tuple[float, float | None], hidden: list[tuple[float, float | None]], since: float | None, until: float | None
) -> None:
    def story(pair: tuple[float, float | None]) -> Story:
        return at(pair[0]), at(pair[1]) if pair[1] is not None else None

    wanted = (at(since) if since is not None else None, at(until) if until is not None else None)
    assert stretch(story(own), map(story, hidden)) == wanted
