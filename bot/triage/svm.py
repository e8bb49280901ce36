"""A linear support vector machine in plain Python: dual coordinate descent, as LIBLINEAR does it (Hsieh et al., ICML 2008).

Squared hinge loss, one class against the rest. Its accuracy is that of libraries which need 280 MB; thousands of short texts
take about a second. What makes it fast:
- Features are only present or absent. A weight is kept multiplied with its feature's value, so the product of a row and the
  weights is one `itemgetter` and one `sum`, both in C.
- The bias is fixed below -1. A row of another class is content as long as it is not like this class, and never touches the
  weights; with a bias that is learnt each of them has to push it down first.
- Rows that are content leave the later passes (shrinking).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

BIAS = -1.5
PASSES = 8
NEAR = 0.15
"""A pass in which no row's gradient was larger is the last."""
CONTENT = 0.1
"""A row without weight whose gradient is above this is not looked at again."""


@dataclass(frozen=True, slots=True)
class Row:
    """One text. Its features have the values `length * root(square[j])`, and together at most the length one."""

    pick: Callable[[Sequence[float]], Any]
    steps: tuple[tuple[int, float], ...]
    """(feature, square)"""
    length: float

    def score(self, weights: Sequence[float]) -> float:
        return self.length * float(sum(self.pick(weights))) + BIAS


def row(ids: Sequence[int], squares: Sequence[float], norm: float) -> Row:
    """Feature 0 is nothing; it pads texts that have fewer than two features to pick."""
    return Row(itemgetter(0, 0, *ids), tuple((j, squares[j]) for j in ids), 1.0 / norm if norm else 0.0)


class Order:
    """A linear congruential generator: the same shuffles on every machine, whoever else draws numbers."""

    def __init__(self, seed: int = 1) -> None:
        self.state = seed

    def below(self, limit: int) -> int:
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return (self.state >> 33) % limit

    def shuffle(self, items: list[int]) -> list[int]:
        for last in range(len(items) - 1, 0, -1):
            at = self.below(last + 1)
            items[last], items[at] = items[at], items[last]
        return items


def fit(rows: Sequence[Row], inside: Sequence[bool], costs: Sequence[float], size: int) -> list[float]:
    """The weights of one class: which rows are `inside`, and what an error in each costs."""
    weights, alpha = [0.0] * size, [0.0] * len(rows)
    softness = [0.5 / cost for cost in costs]
    order, active = Order(), list(range(len(rows)))
    for turn in range(PASSES):
        order.shuffle(active)
        if not turn:  # its own first: then the others see at once whom they are like
            active = [at for at in active if inside[at]] + [at for at in active if not inside[at]]
        worst, kept = 0.0, list[int]()
        for at in active:
            here, old, sign = rows[at], alpha[at], 1.0 if inside[at] else -1.0
            gradient = sign * (here.length * sum(here.pick(weights)) + BIAS) - 1.0 + old * softness[at]
            if old == 0.0 and gradient >= 0.0:
                if gradient < CONTENT:
                    kept.append(at)
                continue
            kept.append(at)
            worst = max(worst, abs(gradient))
            if abs(gradient) < NEAR / 2:
                continue
            alpha[at] = new = max(old - gradient / (1.0 + softness[at]), 0.0)
            change = (new - old) * sign * here.length
            for j, square in here.steps:
                weights[j] += change * square
        if worst < NEAR:
            break
        active = kept
    return weights
