"""The numbers of service on lives that can be reckoned by hand."""

import statistics
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import WargiError
from bot.numbers import Period, period
from bot.policy.measures import (
    COLUMNS,
    Life,
    Numbers,
    Step,
    asked,
    days,
    live,
    opened,
    quantile,
    skipped,
    split,
    spread,
    wilson,
)

T = datetime(2026, 11, 23, 2, tzinfo=UTC)


def life(story: str, state: str, person: str = "p", clocks: tuple[tuple[str, str], ...] = ()) -> Life:
    """`0 queued, 2 assigned, 3 answered, 4 dispatched@Dinas PU`: hour and where it went; `!`: written down by an officer, or an officer's move."""
    steps = []
    for n, piece in enumerate(story.split(",")):
        hour, _, what = piece.strip().partition(" ")
        name, _, why = what.partition("@")
        kind = "opened" if n == 0 else "answered" if name == "answered" else "moved"
        actor = "citizen" if n == 0 else "officer" if name.endswith("!") else "clock"
        steps.append(
            Step(T + timedelta(hours=float(hour)), kind, "" if kind == "answered" else name.rstrip("!"), actor, why)
        )
    ticket: dict[str, Any] = dict.fromkeys(
        ("number", "urgency", "topic", "subtopic", "place_code", "language", "reason", "score"), ""
    )
    ticket["reason"] = "phone" if "!" in story.partition(",")[0] else "flow"
    return live(ticket | {"state": state, "opened_at": T, "person": person, "account": "web:a"}, steps, clocks)


FULL = "0 queued, 1 assigned, 2 answered, 3 dispatched@Dinas PU: dua lubang, 10 in_progress, 40 done, 42 resolved, 50 closed"


def test_a_life_has_all_its_times() -> None:
    found = life(FULL, "closed")
    stays = [(stay.state, stay.agency, stay.hours) for stay in found.stays]
    assert stays == [
        ("queued", "", 1), ("assigned", "", 2), ("dispatched", "Dinas PU", 7), ("in_progress", "Dinas PU", 30), ("done", "Dinas PU", 2),
    ]  # fmt: skip
    assert (found.hours, found.solved_by, found.agency) == (42, "bot_human", "Dinas PU")
    row = {column.name: column.value(found) for column in COLUMNS}
    assert (
        row["first_answer_at"] == T + timedelta(hours=2)
        and row["hours_in_progress"] == 30
        and row["returned_at"] is None
    )
    assert row["channel"] == "web" and len(row) == len(COLUMNS)


@pytest.mark.parametrize(("story", "state", "hours", "by"), [
    ("0 queued, 5 assigned", "assigned", None, ""),
    ("0 queued!, 1 assigned, 6 resolved", "resolved", 6, "human"),
    ("0 queued, 6 cancelled", "cancelled", None, ""),
    ("0 queued, 1 assigned, 6 resolved, 7 reopened, 8 assigned", "assigned", None, ""),  # opened again: not solved
    ("0 queued, 1 assigned, 6 resolved, 7 reopened, 8 assigned, 20 resolved", "resolved", 20, "bot_human"),
    ("0 queued, 6 resolved", "resolved", 6, "bot"),  # nobody had to do anything
    ("0 queued, 1 dispatched!, 5 done, 6 resolved", "resolved", 6, "bot_human"),  # sent on without being taken
])  # fmt: skip
def test_ends(story: str, state: str, hours: float | None, by: str) -> None:
    found = life(story, state)
    assert (found.hours, found.solved_by) == (hours, by)


def test_tickets_cases_and_people_are_counted_apart() -> None:
    numbers = Numbers()
    for each in (
        life(FULL, "closed", "a", (("first_answer", "met"), ("next_answer", "met"), ("next_answer", "late"))),
        life("0 queued, 2 merged", "merged", "a"),
        life("0 queued!, 1 assigned, 7 resolved", "resolved", "b", (("first_answer", "late"), ("solution", "void"))),
    ):
        numbers.take(each)
    assert (numbers.tickets, numbers.cases, len(numbers.people)) == (3, 2, 2)
    assert numbers.solved == {"bot": 0, "bot_human": 1, "human": 1}
    assert sorted(numbers.whole) == [7, 42] and sorted(numbers.by_state["queued"]) == [1, 1, 2]
    assert numbers.by_agency[("Dinas PU", "in_progress")] == [30]
    assert numbers.in_time == {
        "first_answer": [1, 1],
        "next_answer": [0, 1],
    }  # void says nothing; the worst round counts


def test_spread_by_hand() -> None:
    assert spread([]) is None
    found = spread([10.0, 2.0, 4.0])
    assert found is not None
    assert (found.n, found.mean, found.median) == (3, pytest.approx(16 / 3), 4)
    assert found.p90 == pytest.approx(8.8)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=40))
def test_quantiles_are_those_of_the_standard_library(hours: list[float]) -> None:
    tenths = statistics.quantiles(hours, n=10, method="inclusive")
    assert quantile(sorted(hours), 0.9) == pytest.approx(tenths[8])
    assert quantile(sorted(hours), 0.5) == pytest.approx(statistics.median(hours))


TODAY = date(2026, 11, 22)


def test_a_period_is_of_days_in_west_java() -> None:
    assert period("", "", TODAY) == Period(date(2026, 10, 24), TODAY)
    found = period("2026-11-01", "2026-11-01", TODAY)
    assert found.since == datetime(2026, 10, 31, 17, tzinfo=UTC) and found.until - found.since == timedelta(days=1)


@pytest.mark.parametrize(("first", "last", "what"), [
    ("2026-13-01", "", "tahun-bulan-hari"), ("2026-11-03", "2026-11-02", "tukarlah"), ("2024-01-01", "2026-01-01", "satu tahun"),
])  # fmt: skip
def test_an_odd_period_is_refused_with_the_remedy(first: str, last: str, what: str) -> None:
    with pytest.raises(WargiError, match=what):
        period(first, last, TODAY)


@pytest.mark.parametrize(("hits", "n", "low", "high"), [
    (8, 10, 49.0, 94.3), (24, 30, 62.7, 90.5), (80, 100, 71.1, 86.7), (308, 385, 75.7, 83.7), (10, 10, 72.2, 100.0), (0, 10, 0.0, 27.8),
])  # fmt: skip
def test_wilson_interval(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(hits, n)
    assert found is not None and [round(100 * each, 1) for each in found] == [low, high]


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_in_its_interval(counted: tuple[int, int]) -> None:
    low, high = wilson(*counted) or (1.0, 0.0)
    assert 0 <= low <= counted[0] / counted[1] <= high <= 1 and low < high


def test_only_what_citizens_gave_is_a_score() -> None:
    chat = split({"account": "whatsapp:1", "language": "su", "agency": "pu", "reason": "flow"})
    phone = split({"account": "phone:desk", "language": "id", "agency": "", "reason": "visit"})
    found = days([
        (asked("answered", 5, chat), 6), (asked("answered", 4, chat), 2), (asked("answered", 1, chat), 2),
        (asked("expired", None, chat), 7), (asked("unclear", None, chat), 2), (asked("asked", None, chat), 1),
        (skipped("spoken", phone), 3), (opened("32.05.10.2001", "jalan"), 4), (opened("32.05", "air"), 1), (opened("", "air"), 2),
        ("something newer|x", 9),
    ])  # fmt: skip
    total = found.ratings
    assert (total.n, total.asked, total.satisfied, total.silent, total.unclear, total.open) == (10, 20, 8, 7, 2, 1)
    assert total.share == 0.8 and total.response == 0.5 and total.skipped == 3
    assert found.by["channel"]["whatsapp"].n == 10 and found.by["agency"]["pu"].n == 10
    assert found.by["helper"].keys() == {"bot_human", "human"} and found.by["channel"]["phone"].share is None
    assert found.causes == {"spoken": 3} and found.places == {"32.05": {"jalan": 4, "air": 1}, "": {"air": 2}}
    assert wilson(0, 0) is None and days([]).ratings.response is None
