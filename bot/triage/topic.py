"""What a message is about: the best labels, how sure, and which words say so. For topics, and in the same way for intents.

A model is trained from examples and seed words, and calibrated on examples that it had not seen. It would rather ask than
guess: a report in the wrong place costs officers more than one that nobody has sorted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp
from typing import NamedTuple

from bot.triage import pack, svm
from bot.triage.calibrate import Calibration, Seen, calibrate
from bot.triage.examples import Example, fold_of, read
from bot.triage.features import pieces, words
from bot.triage.figures import Figures, Outcome, figures
from bot.triage.space import Space, rows

__all__ = ["Example", "Guess", "Model", "cross_validate", "read", "train"]

SEED_COST = 0.3
"""An error in a seed word costs less than one in an example."""
OWN_COST = 2.0
"""An error in the class's own rows costs more: the others are twenty times as many."""
BALANCE = 1.0
"""How far the own cost makes up for a class of few rows, 0 not at all: how much was written about a topic, or approved by
officers, says nothing about how often it is meant."""
FOLDS = 3
"""Trainings for the calibration."""
SHARP = 4.0
"""How steeply the scores of the second and third become shares of what the first leaves over."""
WHY = 4


@dataclass(frozen=True, slots=True)
class Guess:
    label: str
    """The best; '' when there is no evidence at all."""
    sure: float
    """Calibrated probability that `label` is right."""
    verdict: str
    """`sure` decides alone, `ask` offers the three, `unsure` leaves it to the menu or an officer."""
    ranked: tuple[tuple[str, float], ...]
    why: tuple[str, ...]
    """Words of the message that spoke for it, the strongest first."""


NONE = Guess("", 0.0, "unsure", (), ())


@dataclass(frozen=True, slots=True)
class Model:
    labels: tuple[str, ...]
    space: Space
    table: bytes
    """For each feature one byte a label, as `pack` writes them."""
    scales: tuple[float, ...]
    """What a weight of 1 is worth, for each label."""
    calibration: Calibration
    lanes: list[int] = field(init=False, repr=False, compare=False)
    """For each feature its weights side by side."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "lanes", pack.lanes(self.table, len(self.labels)))

    def guess(self, text: str) -> Guess:
        known, lanes = self.space.ids, self.lanes
        size, seen, every = 0, set[str](), list[int]()
        spoke = list[tuple[str, int, int]]()
        for word in dict.fromkeys(words(text)):
            new = [piece for piece in pieces(word) if piece not in seen]
            if ids := [known[piece] for piece in new if piece in known]:
                spoke.append((word, sum([lanes[j] for j in ids]), len(ids)))
            seen.update(new)
            size += len(new)
            every += ids
        if not every:
            return NONE
        length = 1.0 / self.space.norm(every, size)
        totals = pack.totals(sum(lane for _, lane, _ in spoke), len(self.labels), len(every))
        ranked, margin = _ranked(
            {
                label: length * scale * total + svm.BIAS
                for label, scale, total in zip(self.labels, self.scales, totals, strict=True)
            }
        )
        if not ranked or max(totals) <= 0:
            return NONE
        sure, verdict = self.calibration.verdict(margin, ranked[0][1])
        return Guess(ranked[0][0], sure, verdict, _three(ranked, sure), self._why(ranked, spoke))

    def _why(self, ranked: Sequence[tuple[str, float]], spoke: Sequence[tuple[str, int, int]]) -> tuple[str, ...]:
        """Words that speak for the first label, and more for it than for the second."""
        first = self.labels.index(ranked[0][0])
        second = self.labels.index(ranked[1][0]) if len(ranked) > 1 else None
        found = []
        for word, lane, count in spoke:
            own = self.scales[first] * pack.total(lane, first, count)
            lead = own if second is None else own - self.scales[second] * pack.total(lane, second, count)
            if len(word) > 2 and own > 0 and lead > 0:
                found.append((own + lead, word))
        found.sort(key=lambda pair: -pair[0])
        return tuple(word for weight, word in found[:WHY] if weight > found[0][0] / 5)

    def dump(self) -> bytes:
        return pack.dump(self.labels, self.space, self.table, self.scales, self.calibration)

    @classmethod
    def load(cls, raw: bytes) -> "Model":
        """Raises ValueError for anything that `dump` did not write."""
        return cls(*pack.load(raw))


def _three(ranked: Sequence[tuple[str, float]], sure: float) -> tuple[tuple[str, float], ...]:
    """The best three. What the first leaves over is shared out among the others."""
    others = [(label, exp(SHARP * score)) for label, score in ranked[1:]]
    share = (1.0 - sure) / sum(weight for _, weight in others) if others else 0.0
    return ((ranked[0][0], sure), *((label, min(sure, weight * share)) for label, weight in others[:2]))


def _ranked(scores: Mapping[str, float]) -> tuple[list[tuple[str, float]], float]:
    """The labels from the best down, and the lead of the best."""
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return ranked, ranked[0][1] - ranked[1][1] if len(ranked) > 1 else 0.0


class _Held(NamedTuple):
    example: Example
    fold: int
    three: tuple[str, ...]
    seen: Seen


@dataclass(frozen=True, slots=True)
class _Course:
    """Examples and seeds as rows, to train on all or on some of them.

    A message that is about nothing (label '') is a row of no class: it teaches each class which words are not its own.
    """

    examples: Sequence[Example]
    space: Space
    rows: Sequence[svm.Row]
    targets: Sequence[str]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, examples: Sequence[Example], seeds: Mapping[str, Sequence[str]]) -> "_Course":
        sown = [(seed, label) for label, many in seeds.items() for seed in dict.fromkeys(many)]
        space, made = rows([example.text for example in examples] + [seed for seed, _ in sown])
        targets = [example.label for example in examples] + [label for _, label in sown]
        return cls(examples, space, made, targets, tuple(sorted(set(targets) - {""})))

    def weights(self, chosen: Sequence[int]) -> dict[str, list[float]]:
        picked = [self.rows[at] for at in chosen]
        size, found = len(self.space.squares), {}
        mean = len(chosen) / (len(self.labels) + 1)
        for label in self.labels:
            inside = [self.targets[at] == label for at in chosen]
            own_cost = OWN_COST * (mean / max(1, sum(inside))) ** BALANCE
            costs = [
                (SEED_COST if at >= len(self.examples) else 1.0) * (own_cost if own else 1.0)
                for at, own in zip(chosen, inside, strict=True)
            ]
            found[label] = svm.fit(picked, inside, costs, size)
        return found

    def held_out(self, folds: int) -> list[_Held]:
        """Every example, judged by a model that has not seen it."""
        fold, count = fold_of(self.examples, folds), len(self.examples)
        found = []
        for number in range(folds):
            weights = self.weights([at for at in range(len(self.rows)) if at >= count or fold[at] != number])
            for at in (at for at in range(count) if fold[at] == number):
                ranked, margin = _ranked({label: self.rows[at].score(line) for label, line in weights.items()})
                if ranked:
                    example, three = self.examples[at], tuple(label for label, _ in ranked[:3])
                    right, among = three[0] == example.label, example.label in three
                    seen = Seen(margin, ranked[0][1], right, among, _hard(example))
                    found.append(_Held(example, number, three, seen))
        return found


def _hard(example: Example) -> bool:
    """What officers approved came from citizens: it counts with the hard half."""
    return bool(example.label) and example.wording != "direct"


def train(examples: Sequence[Example], seeds: Mapping[str, Sequence[str]], folds: int = FOLDS) -> Model:
    course = _Course.of(examples, seeds)
    calibration = calibrate([held.seen for held in course.held_out(folds)])
    weights = course.weights(range(len(course.rows)))
    made = [pack.small(weights[label]) for label in course.labels]
    table = b"".join(map(bytes, zip(*(line for line, _ in made), strict=True)))
    return Model(course.labels, course.space, table, tuple(scale for _, scale in made), calibration)


def cross_validate(examples: Sequence[Example], seeds: Mapping[str, Sequence[str]], folds: int = 5) -> Figures:
    """Honest: parallel utterances stay together, and verdicts come from a calibration learnt on the other folds."""
    held = _Course.of(examples, seeds).held_out(folds)
    outcomes = []
    for number in range(folds):
        how = calibrate([each.seen for each in held if each.fold != number])
        for each in (each for each in held if each.fold == number and each.example.label):
            _, verdict = how.verdict(each.seen.margin, each.seen.best)
            group = (each.example.wording, each.example.language)
            outcomes.append(Outcome(each.example.label, each.three, verdict, group))
    return figures(outcomes)
