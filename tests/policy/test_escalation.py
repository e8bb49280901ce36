"""Who is called, and when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.escalation import AGENCY, DUTY, LEAD, NEXT, Person, Plan, Step, call, due

SINCE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PLAN = Plan(
    (Step(0, DUTY), Step(20, NEXT), Step(40, LEAD), Step(70, AGENCY)),
    60,
    120,
    (("BPBD", (Person("Ade", (("email", "ade@example.org"),)),)),),
)


def person(
    officer_id: int, duty: bool = True, leads: bool = False, languages: str = "id", paged: int | None = None
) -> Person:
    at = SINCE - timedelta(minutes=paged) if paged is not None else None
    return Person(f"o{officer_id}", (), officer_id, duty, leads, frozenset(languages.split(",")), at)


@pytest.mark.parametrize(
    ("taken", "seconds", "who", "then", "next_in"),
    [
        (0, 0, [DUTY], 1, 20),
        (1, 19, [], 1, 20),
        (1, 20, [NEXT], 2, 40),
        (0, 45, [DUTY, NEXT, LEAD], 3, 70),
        (3, 70, [AGENCY], 4, 130),
        (4, 130, [DUTY, LEAD, AGENCY], 5, 190),
        (4, 3600, [DUTY, LEAD, AGENCY], 62, 3610),
    ],
)
def test_steps(taken: int, seconds: float, who: list[str], then: int, next_in: float) -> None:
    assert due(PLAN, SINCE, taken, SINCE + timedelta(seconds=seconds)) == (
        who,
        then,
        SINCE + timedelta(seconds=next_in),
    )


@given(st.integers(0, 300), st.floats(0, 1e6))
def test_next_is_always_later(taken: int, seconds: float) -> None:
    """Whoever slept for however long: something is due later, never at once again, and steps only go on."""
    now = SINCE + timedelta(seconds=seconds)
    _, then, following = due(PLAN, SINCE, taken, now)
    assert following > now
    assert then >= taken
    assert due(PLAN, SINCE, then, now)[0] == []


LEADER = person(9, duty=False, leads=True)


@pytest.mark.parametrize(
    ("steps", "officers", "called", "language", "holder", "found", "nobody"),
    [
        ([DUTY], [person(1, paged=5), person(2), LEADER], (), "id", None, ["o2"], False),
        ([DUTY], [person(1), person(2, languages="id,su"), LEADER], (), "su", None, ["o2"], False),
        ([DUTY], [person(1), person(2, languages="id,su"), LEADER], (), "su", 1, ["o1"], False),
        ([NEXT], [person(1), person(2), LEADER], (1,), "id", None, ["o2"], False),
        ([NEXT], [person(1), LEADER], (1,), "id", None, ["o9"], False),
        ([DUTY], [person(1, duty=False), LEADER], (), "id", None, ["o9"], True),
        ([DUTY], [person(1, duty=False)], (), "id", None, ["Ade"], True),
        ([AGENCY], [person(1)], (), "id", None, ["Ade"], False),
        ([DUTY, LEAD, AGENCY], [person(1), LEADER], (), "id", None, ["o1", "o9", "Ade"], False),
        ([LEAD], [person(1), LEADER], (1, 9), "id", None, ["Ade"], False),
    ],
)
def test_called(steps, officers, called, language, holder, found, nobody) -> None:  # type: ignore[no-untyped-def]
    persons, missing = call(PLAN, steps, officers, "BPBD", called, language, holder)
    assert [each.name for each in persons] == found
    assert missing is nobody


def test_somebody_is_called_as_long_as_there_is_anybody() -> None:
    everybody = [person(1, duty=False), person(2, duty=False)]
    assert call(PLAN, [DUTY], everybody, "", (), "id", None)[0] == everybody
