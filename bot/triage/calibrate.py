"""From scores to probabilities and verdicts, learnt on examples that the scores' model had not seen.

Examples that an author writes are easier than what citizens send. So the hard half, wording that avoids the usual words,
alone must hold the promised precision, and its share of the evidence is doubled.
"""

from collections.abc import Sequence
from math import exp
from typing import NamedTuple

from bot.record import record

PROMISE = 0.965
"""Of what is decided alone so much must be right, two errors that have not happened yet counted in. To citizens .95 is promised."""
HARD_PROMISE = 0.9
"""And so much of the hard half by itself."""
FLOOR = 0.8
"""Below this probability nothing is decided alone, however right the surer ones are: no citizen is an average."""
CEILING = 0.99
"""A few odd cases of the hard half do not silence the model above this, as long as the whole keeps the promise."""
OFFER = 0.75
"""The three best are offered where the right one is among them with this probability."""
ENOUGH = 20
"""Fewer cases say nothing about a threshold."""
NOTHING = 2.0
"""How many times a message about nothing counts when it is learnt what to offer: few are written, and many are sent."""
SILENT = 0.25
"""And how much when it is learnt what to decide: a menu or a form has read the answer before anybody guesses."""
STEPS = 25


class Seen(NamedTuple):
    """How one held-out example came out."""

    margin: float
    """Between the best and whatever came next."""
    best: float
    """The best score."""
    right: bool
    among: bool
    """The right label was among the best three."""
    hard: bool
    nothing: bool = False
    """The message has no label: nothing is right, and nothing should be offered."""


Line = tuple[float, float, float]
"""constant, factor of the margin, factor of the score"""


@record
class Calibration:
    right: Line = (-9.0, 0.0, 0.0)
    among: Line = (-9.0, 0.0, 0.0)
    alone: float = 1.1
    """The probability from which on it decides alone; above 1 it never does."""

    def verdict(self, margin: float, best: float) -> tuple[float, str]:
        sure = chance(self.right, margin, best)
        if sure >= self.alone:
            return sure, "sure"
        return sure, "ask" if max(sure, chance(self.among, margin, best)) >= OFFER else "unsure"


def chance(line: Line, margin: float, best: float) -> float:
    z = line[0] + line[1] * margin + line[2] * best
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, z))))


def calibrate(seen: Sequence[Seen]) -> Calibration:
    if len(seen) < ENOUGH:
        return Calibration()
    hardness = [2.0 if case.hard else 1.0 for case in seen]
    heard = [SILENT if case.nothing else weight for case, weight in zip(seen, hardness, strict=True)]
    right = _logistic(seen, [case.right for case in seen], heard)
    heard = [NOTHING if case.nothing else weight for case, weight in zip(seen, hardness, strict=True)]
    among = _logistic(seen, [case.among for case in seen], heard)
    hard = [case for case in seen if case.hard]
    alone = max(FLOOR, min(CEILING, _threshold(right, hard, HARD_PROMISE, 0)), _threshold(right, seen, PROMISE, 2))
    return Calibration(right, among, alone)


def _threshold(line: Line, seen: Sequence[Seen], promise: float, feared: int) -> float:
    """The lowest probability above which, all cases together, the promise is kept; above 1 where there is none."""
    found, hits, cases = 1.1, 0, 0.0
    ranked = sorted(((chance(line, case.margin, case.best), case.right, case.nothing) for case in seen), reverse=True)
    for sure, right, nothing in ranked:
        hits += right
        cases += SILENT if nothing else 1.0
        if cases >= ENOUGH and hits >= promise * (cases + feared):
            found = sure
    return found


def _logistic(seen: Sequence[Seen], targets: Sequence[bool], weights: Sequence[float]) -> Line:
    """Logistic regression by Newton's method, held back a little so that a perfect set does not run away."""
    line = (0.0, 0.0, 0.0)
    for _ in range(STEPS):
        slope, bend = [-0.5 * value for value in line], [[0.5 * (i == j) for j in range(3)] for i in range(3)]
        for case, target, weight in zip(seen, targets, weights, strict=True):
            known = (1.0, case.margin, case.best)
            p = chance(line, case.margin, case.best)
            curve = weight * p * (1.0 - p)
            for i in range(3):
                slope[i] += weight * (target - p) * known[i]
                for j in range(3):
                    bend[i][j] += curve * known[i] * known[j]
        move = _solve(bend, slope)
        line = (line[0] + move[0], line[1] + move[1], line[2] + move[2])
        if max(map(abs, move)) < 1e-6:
            break
    return line


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gaussian elimination; the matrix is positive definite, so no pivot is zero."""
    size = len(right)
    table = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for i in range(size):
        for k in range(i + 1, size):
            factor = table[k][i] / table[i][i]
            table[k] = [a - factor * b for a, b in zip(table[k], table[i], strict=True)]
    found = [0.0] * size
    for i in reversed(range(size)):
        found[i] = (table[i][size] - sum(table[i][k] * found[k] for k in range(i + 1, size))) / table[i][i]
    return found
