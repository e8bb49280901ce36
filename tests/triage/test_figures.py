"""Figures of a handful of outcomes, checked by hand."""

import json

import pytest

from bot.triage.figures import Outcome, figures

OUTCOMES = [
    Outcome("air", ("air", "jalan", "pju"), "sure", ("direct", "id")),
    Outcome("air", ("jalan", "air", "pju"), "ask", ("indirect", "su")),
    Outcome("jalan", ("jalan", "pju", "air"), "sure", ("direct", "su")),
    Outcome("pju", ("jalan", "air", "banjir"), "sure", ("indirect", "")),
    Outcome("pju", (), "unsure", ("indirect", "id")),
]


def test_figures() -> None:
    found = figures(OUTCOMES)
    assert (found.count, found.accuracy, found.top3) == (5, 0.4, 0.6)
    assert (found.sure, found.precision) == (0.6, pytest.approx(0.6667, abs=1e-4))
    assert (found.asked, found.offered) == (0.2, 1.0)
    assert found.f1 == pytest.approx({"air": 2 / 3, "jalan": 0.5, "pju": 0.0})
    assert found.macro_f1 == pytest.approx(0.3889, abs=1e-4)
    assert list(found.groups) == ["direct", "id", "indirect", "su"]
    assert found.groups["direct"].accuracy == 1.0
    assert json.loads(json.dumps(found.flat()))["groups"]["su"]["count"] == 2


def test_nothing_to_count() -> None:
    assert figures([]).flat() == {
        "count": 0, "accuracy": 0.0, "macro_f1": 0.0, "top3": 0.0, "sure": 0.0, "precision": 1.0, "asked": 0.0, "offered": 1.0,
    }  # fmt: skip
