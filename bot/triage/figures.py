"""What held-out examples say about a model, as numbers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from bot.record import record


class Outcome(NamedTuple):
    """One example and what a model that had not seen it said."""

    label: str
    three: tuple[str, ...]
    verdict: str
    group: tuple[str, ...]
    """Names of the groups it is also counted in: its wording, its language."""


@record
class Figures:
    count: int
    accuracy: float
    macro_f1: float
    top3: float
    sure: float
    """Share that is decided alone."""
    precision: float
    """Of these, how many are right; 1.0 where nothing was decided."""
    asked: float
    """Share to which the three best are offered."""
    offered: float
    """Of these, how many find the right one among the three."""
    groups: "dict[str, Figures]"
    f1: dict[str, float]
    """By label."""

    def flat(self) -> dict[str, Any]:
        """For one line of JSON."""
        own = {name: getattr(self, name) for name in _NUMBERS}
        groups = {name: each.flat() for name, each in self.groups.items()}
        f1 = {label: round(value, 3) for label, value in self.f1.items()}
        return own | ({"groups": groups, "f1": f1} if groups else {})


_NUMBERS = ("count", "accuracy", "macro_f1", "top3", "sure", "precision", "asked", "offered")


def figures(outcomes: Sequence[Outcome], split: bool = True) -> Figures:
    sure = [each for each in outcomes if each.verdict == "sure"]
    asked = [each for each in outcomes if each.verdict == "ask"]
    names = sorted({name for each in outcomes for name in each.group if name}) if split else []
    f1 = _f1(outcomes)
    return Figures(
        count=len(outcomes),
        accuracy=_share(_best(each) for each in outcomes),
        macro_f1=round(sum(f1.values()) / len(f1), 4) if f1 else 0.0,
        top3=_share(each.label in each.three for each in outcomes),
        sure=_share(each.verdict == "sure" for each in outcomes),
        precision=_share(_best(each) for each in sure) if sure else 1.0,
        asked=_share(each.verdict == "ask" for each in outcomes),
        offered=_share(each.label in each.three for each in asked) if asked else 1.0,
        groups={name: figures([each for each in outcomes if name in each.group], split=False) for name in names},
        f1=f1,
    )


def _best(each: Outcome) -> bool:
    return each.three[:1] == (each.label,)


def _share(hits: Iterable[bool]) -> float:
    listed = list(hits)
    return round(sum(listed) / len(listed), 4) if listed else 0.0


def _f1(outcomes: Sequence[Outcome]) -> dict[str, float]:
    right = Counter(each.label for each in outcomes if _best(each))
    there = Counter(each.label for each in outcomes)
    said = Counter(each.three[0] for each in outcomes if each.three)
    return {label: 2 * right[label] / (there[label] + said[label]) for label in sorted(there)}
