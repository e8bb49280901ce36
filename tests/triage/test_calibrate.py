"""Probabilities and thresholds on made-up cases whose truth is known."""

import pytest

from bot.triage.calibrate import FLOOR, Calibration, Seen, calibrate, chance
from bot.triage.svm import Order


def cases(count: int, slope: float, hard: bool = False, seed: int = 5) -> list[Seen]:
    """Margins from 0 to 1; the chance to be right is the logistic function of `slope * (margin - 0.2)`."""
    order, found = Order(seed), []
    for _ in range(count):
        margin = order.below(1000) / 1000
        right = order.below(10_000) < 10_000 * chance((-0.2 * slope, slope, 0.0), margin, 0.0)
        found.append(Seen(margin, margin - 1.0, right, right or order.below(2) == 0, hard))
    return found


@pytest.mark.parametrize("margin", [0.0, 0.1, 0.3, 0.6, 1.0])
def test_the_chance_that_was_built_in_is_found(margin: float) -> None:
    learnt = calibrate(cases(4000, 8.0))
    assert learnt.verdict(margin, margin - 1.0)[0] == pytest.approx(chance((-1.6, 8.0, 0.0), margin, 0.0), abs=0.05)


def test_what_is_decided_alone_keeps_the_promise_on_new_cases() -> None:
    learnt = calibrate(cases(1500, 9.0) + cases(500, 6.0, hard=True, seed=6))
    for slope, hard, promised in ((9.0, False, 0.95), (6.0, True, 0.9)):
        new = [
            case for case in cases(3000, slope, hard, seed=77) if learnt.verdict(case.margin, case.best)[1] == "sure"
        ]
        assert len(new) > 100
        assert sum(case.right for case in new) >= promised * len(new)


@pytest.mark.parametrize(
    "seen",
    [
        [],
        cases(10, 20.0),
        [Seen(0.5, 0.0, False, False, False)] * 200,
        [Seen(at / 200, 0.0, at % 2 == 0, True, False) for at in range(200)],
    ],
)
def test_without_evidence_nothing_is_decided_alone(seen: list[Seen]) -> None:
    learnt = calibrate(seen)
    assert {learnt.verdict(at / 10, 0.0)[1] for at in range(11)} <= {"ask", "unsure"}


def test_a_perfect_set_does_not_run_away() -> None:
    learnt = calibrate([Seen(at / 100, 0.0, True, True, False) for at in range(300)])
    assert FLOOR <= learnt.alone < 1.0
    assert learnt.verdict(2.0, 0.0)[1] == "sure"


def test_untaught_it_is_unsure() -> None:
    assert Calibration().verdict(9.0, 9.0)[1] == "unsure"
