"""The numbers of service on lives that can be reckoned by hand."""

import statistics
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import WargiError
from bot.numbers import Period, period
from bot.policy.measures import COLUMNS, Life, Numbers, Step, cell, live, quantile, spread

T = datetime(2026, 11, 23, 2, tzinfo=UTC)


def life(story: str, state: str, person: str = "p", clocks: tuple[tuple[str, str], ...] = ()) -> Life:
    """`0 queued, 2 assigned, 3 answered, 4 dispatched@Dinas PU`: hour and where it went; `o` opened by an officer."""
    steps = []
    for n, piece in enumerate(story.split(",")):
        hour, _, what = piece.strip().partition(" ")
        name, _, why = what.partition("@")
        kind = "opened" if n == 0 else "answered" if name == "answered" else "moved"
        actor = "officer" if name.endswith("!") else "citizen"
        steps.append(
            Step(T + timedelta(hours=float(hour)), kind, "" if kind == "answered" else name.rstrip("!"), actor, why)
        )
    ticket: dict[str, Any] = dict.fromkeys(
        ("number", "urgency", "topic", "subtopic", "place_code", "language", "reason", "score"), ""
    )
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


@pytest.mark.parametrize(("value", "written"), [
    ("=HYPERLINK(1)", "'=HYPERLINK(1)"), ("+62", "'+62"), ("-3", "'-3"), ("@a", "'@a"), ("\tx", "'\tx"), ("jalan", "jalan"),
    (-3, "-3"), (0.5, "0.5"), (None, ""), (T, "2026-11-23T02:00:00Z"), ("", ""),
])  # fmt: skip
def test_no_cell_is_a_formula(value: Any, written: str) -> None:
    assert cell(value) == written


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
