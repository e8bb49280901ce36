"""A linear support vector machine in plain Python: dual coordinate descent, as LIBLINEAR does it (Hsieh et al., ICML 2008).

Squared hinge loss, one class against the rest. Its accuracy is that of libraries which need 280 MB; seven thousand short texts
in twenty-one classes take about a second. What makes it fast:
- All classes learn in one walk over the rows. A feature's weights for all classes lie side by side in one large integer, `LANE`
  bits apart, so one `itemgetter` and one `sum`, both in C, say what every class thinks of a row.
- Features are only present or absent. A weight is kept multiplied with its feature's value, a whole number, so to learn from a
  row is one multiplication and one addition a feature, again for all classes together.
- The bias is fixed below -1. A row of another class is content as long as it is not like this class, and never touches the
  weights; with a bias that is learnt each of them has to push it down first.
"""

import struct
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from bot.record import record

BIAS = -1.5
PASSES = 3
"""After three the order of the labels no longer changes, long before the weights stand still."""
NEAR = 0.05
"""A pass in which no row's gradient was larger is the last."""
LANE = 32
HALF = 1 << (LANE - 1)
SCALE = 1 << 19
"""What a score of 1 is in a lane, for a row of length 1."""

Alphas = list[dict[int, float]]
"""For each row, how much it pulls at each class: what another training may begin with."""


@record
class Row:
    """One text. Its features have the values `length * root(square[j])`, and together at most the length one."""

    pick: Callable[[Sequence[int]], Any]
    steps: tuple[tuple[int, int], ...]
    """(feature, square)"""
    length: float


def row(ids: Sequence[int], squares: Sequence[int], norm: float) -> Row:
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


class Lanes:
    """Reads the numbers of `count` classes out of one integer; negative ones are lifted by half a lane first."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.lift = sum(HALF << LANE * k for k in range(count))
        self._layout = struct.Struct(f"<{count}I")

    def read(self, packed: int) -> tuple[int, ...]:
        """Each HALF higher than it is."""
        return self._layout.unpack((packed + self.lift).to_bytes(self._layout.size, "little"))

    def spread(self, weights: Sequence[int]) -> list[tuple[int, ...]]:
        """Of every feature the weights by class, in units of 1 / SCALE."""
        return [tuple(each - HALF for each in self.read(packed)) for packed in weights]

    def scores(self, row: Row, weights: Sequence[int]) -> list[float]:
        unit = row.length / SCALE
        return [(each - HALF) * unit + BIAS for each in self.read(sum(row.pick(weights)))]


@record
class Task:
    """What is to be learnt: rows, the class of each (-1: of none), what an error costs in each row, and how many times more
    in a row of the class's own."""

    rows: Sequence[Row]
    targets: Sequence[int]
    costs: Sequence[float]
    own: Sequence[float]
    size: int
    """Features, the nothing included."""


def fit(task: Task, alphas: Alphas, without: frozenset[int] = frozenset(), passes: int = 0) -> list[int]:
    """The packed weights, learnt from all rows but those `without`. `alphas` is where it begins, and holds where it ended."""
    lanes, order = Lanes(len(task.own)), Order()
    weights = _begun(task, alphas)
    active = [at for at, row in enumerate(task.rows) if row.length and at not in without]
    for _ in range(passes or PASSES):
        if _walk(task, order.shuffle(active), alphas, weights, lanes) < NEAR:
            break
    return weights


def _begun(task: Task, alphas: Alphas) -> list[int]:
    weights = [0] * task.size
    for row, target, alpha in zip(task.rows, task.targets, alphas, strict=True):
        pulls = ((k, value if k == target else -value) for k, value in alpha.items())
        if change := sum(int(pull * row.length * SCALE) << LANE * k for k, pull in pulls):
            for j, square in row.steps:
                weights[j] += change * square
    return weights


def _walk(task: Task, order: Sequence[int], alphas: Alphas, weights: list[int], lanes: Lanes) -> float:
    """One step for each row, in every class that it says something to. Returns the largest gradient. In one piece and with
    names of its own for speed: this is where the time of a training goes."""
    rows, targets, costs, owns, read = task.rows, task.targets, task.costs, task.own, lanes.read
    worst = 0.0
    for at in order:
        row, target, alpha = rows[at], targets[at], alphas[at]
        soft, unit = 0.5 / costs[at], row.length / SCALE
        lifted, content = read(sum(row.pick(weights))), HALF - (1.0 + BIAS) / unit
        change = 0
        for k in [k for k, each in enumerate(lifted) if each > content or k == target or k in alpha]:
            own = k == target
            score, here, old = (lifted[k] - HALF) * unit + BIAS, soft / owns[k] if own else soft, alpha.get(k, 0.0)
            gradient = (score if own else -score) - 1.0 + old * here
            if (old == 0.0 and gradient >= 0.0) or -NEAR / 2 < gradient < NEAR / 2:
                continue
            worst = max(worst, abs(gradient))
            alpha[k] = new = max(old - gradient / (1.0 + here), 0.0)
            pull = int((new - old) * row.length * SCALE)
            change += (pull if own else -pull) << LANE * k
        if change:
            for j, square in row.steps:
                weights[j] += change * square
    return worst
