"""Is this account quieter than it ever is at this hour of the week? A webhook that a platform has switched off makes no error here."""

from collections.abc import Mapping

WEEKS = 3
"""So many weeks back count; the quietest of them is the habit, so that a holiday among them raises no alarm."""
WEEK = 7 * 24
MOST = 48
"""Hours of silence that are looked at: more says no more."""


def asked(now: float) -> list[int]:
    """Hours since 1970 whose counts `missed` may want."""
    this = int(now)
    return [hour - n * WEEK for n in range(1, WEEKS + 1) for hour in range(this - MOST, this + 1)]


def missed(last: int, now: float, counts: Mapping[int, int]) -> float:
    """How many messages came, at the very least, in these hours of earlier weeks. `last`: the hour of the newest message; `counts`: by
    hour; `now` in hours, of which the current one counts as far as it has gone."""
    total = 0.0
    for hour in range(max(last + 1, int(now) - MOST), int(now) + 1):
        least = min(counts.get(hour - n * WEEK, 0) for n in range(1, WEEKS + 1))
        total += least * min(1.0, now - hour)
    return total
