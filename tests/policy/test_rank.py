"""The stored rank orders like urgency with ageing at every moment, so an index can hold it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.models import Urgency
from bot.policy.rank import WEIGHT, rank

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
TICKETS = st.tuples(MOMENTS, st.sampled_from(list(Urgency)))


@settings(max_examples=80, deadline=None)
@given(st.lists(TICKETS, min_size=2, max_size=8), st.integers(0, 400))
def test_the_order_of_the_rank_is_that_of_urgency_and_age(tickets: list[tuple[datetime, Urgency]], days: int) -> None:
    now = max(opened for opened, _ in tickets) + timedelta(days=days)

    def score(ticket: tuple[datetime, Urgency]) -> float:
        return WEIGHT[ticket[1]] + (now - ticket[0]).total_seconds()

    ordered = sorted(tickets, key=lambda ticket: rank(*ticket))
    scores = [score(ticket) for ticket in ordered]
    assert all(a >= b - 1e-5 for a, b in pairwise(scores))


def test_nothing_starves_and_nothing_passes_danger() -> None:
    now = datetime(2026, 11, 23, 2, tzinfo=UTC)
    old = rank(now - timedelta(hours=25), Urgency.NORMAL)
    assert old < rank(now, Urgency.HIGH) < rank(now - timedelta(hours=23), Urgency.NORMAL)
    assert rank(now, Urgency.CRITICAL) < rank(now - timedelta(days=300), Urgency.HIGH) < old
