"""When a platform still takes free text."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.policy import window

HEARD = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "heard", "after", "closed"),
    [
        (24.0, HEARD, timedelta(0), False),
        (24.0, HEARD, timedelta(hours=23, minutes=54, seconds=59), False),
        (24.0, HEARD, timedelta(hours=23, minutes=55), True),
        (24.0, HEARD, timedelta(days=30), True),
        (24.0, HEARD, -timedelta(hours=1), False),
        (0.0, HEARD, timedelta(days=30), False),
        (24.0, None, timedelta(days=30), False),
    ],
)
def test_closed(hours: float, heard: datetime | None, after: timedelta, closed: bool) -> None:
    assert window.closed(timedelta(hours=hours), heard, HEARD + after) is closed
