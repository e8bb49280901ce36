"""What a message is about: the best labels, how sure, and which words say so. For topics, and in the same way for intents.

A model is trained from examples and seed words, and calibrated on examples that it had not seen. It would rather ask than
guess: a report in the wrong place costs officers more than one that nobody has sorted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field
from math import exp
from typing import NamedTuple

from bot.record import record
from bot.triage import bayes, pack, svm
from bot.triage.calibrate import Calibration, Seen, calibrate
from bot.triage.examples import Example, fold_of, read
from bot.triage.features import marks, pairs, pieces, words
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
"""Parts that are judged unseen for the calibration."""
SETTLE = 1
"""Passes after which a training that began from the whole has settled without a part."""
SHARP = 4.0
"""How steeply the scores of the second and third become shares of what the first leaves over."""
WHY = 4


@record
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


@record
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
        read, strange, seen, every = words(text), 0, set[str](), list[int]()
        spoke = list[tuple[str, int, int]]()
        for word in dict.fromkeys(read):
            new = [piece for piece in pieces(word) if piece not in seen]
            if ids := [known[piece] for piece in new if piece in known]:
                spoke.append((word, sum([lanes[j] for j in ids]), len(ids)))
            seen.update(new)
            strange += len(new) - len(ids)
            every += ids
        if not every:
            return NONE
        between = [known[pair] for pair in {*pairs(read), *marks(text, len(read))} if pair in known]
        every += between
        length = 1.0 / self.space.norm(every, strange)
        summed = sum(lane for _, lane, _ in spoke) + sum([lanes[j] for j in between])
        totals = pack.totals(summed, len(self.labels), len(every))
        ranked, margin = _ranked(
            {
                label: length * scale * total + svm.BIAS
                for label, scale, total in zip(self.labels, self.scales, totals, strict=True)
            }
        )
        if not ranked:
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


@record
class _Course:
    """Examples and seeds as rows, to train on all or on some of them.

    A message that is about nothing (label '') is a row of no class: it teaches each class which words are not its own.
    """

    examples: Sequence[Example]
    space: Space
    labels: tuple[str, ...]
    task: svm.Task

    @classmethod
    def of(cls, examples: Sequence[Example], seeds: Mapping[str, Sequence[str]]) -> "_Course":
        sown = [(seed, label) for label, many in seeds.items() for seed in dict.fromkeys(many)]
        space, made = rows([example.text for example in examples] + [seed for seed, _ in sown])
        named = [example.label for example in examples] + [label for _, label in sown]
        labels = tuple(sorted(set(named) - {""}))
        at = {label: k for k, label in enumerate(labels)} | {"": -1}
        targets = [at[label] for label in named]
        mean, counts = len(named) / (len(labels) + 1), Counter(targets)
        own = [OWN_COST * (mean / counts[k]) ** BALANCE for k in range(len(labels))]
        costs = [1.0] * len(examples) + [SEED_COST] * len(sown)
        return cls(examples, space, labels, svm.Task(made, targets, costs, own, len(space.squares)))

    def weights(self, alphas: svm.Alphas, without: frozenset[int], passes: int) -> list[int]:
        """For each feature the packed weights of both methods together."""
        task = self.task
        counted = (
            each for at, each in enumerate(zip(task.rows, task.targets, task.costs, strict=True)) if at not in without
        )
        return bayes.add(svm.fit(task, alphas, without, passes), counted, len(self.labels))

    def held_out(self, alphas: svm.Alphas, folds: int) -> list[_Held]:
        """Every example, judged by a model that has not seen it: from the whole, what the held-out ones taught is taken away,
        and the rest settles anew."""
        fold = fold_of(self.examples, folds)
        found = []
        for number in range(folds):
            held = frozenset(at for at, each in enumerate(fold) if each == number)
            begun = [{} if at in held else dict(alpha) for at, alpha in enumerate(alphas)]
            weights = self.weights(begun, held, SETTLE)
            found += [self.judged(at, number, weights) for at in sorted(held)]
        return found

    def judged(self, at: int, fold: int, weights: Sequence[int]) -> _Held:
        scores = svm.Lanes(len(self.labels)).scores(self.task.rows[at], weights)
        example, (ranked, margin) = self.examples[at], _ranked(dict(zip(self.labels, scores, strict=True)))
        three = tuple(label for label, _ in ranked[:3])
        right, among = three[0] == example.label, example.label in three
        return _Held(example, fold, three, Seen(margin, ranked[0][1], right, among, _hard(example), not example.label))


def _hard(example: Example) -> bool:
    """What officers approved came from citizens: it counts with the hard half."""
    return bool(example.label) and example.wording != "direct"


def train(examples: Sequence[Example], seeds: Mapping[str, Sequence[str]], folds: int = FOLDS) -> Model:
    course = _Course.of(examples, seeds)
    alphas: svm.Alphas = [{} for _ in course.task.rows]
    weights = course.weights(alphas, frozenset(), svm.PASSES)
    calibration = calibrate([held.seen for held in course.held_out(alphas, folds)] if course.labels else [])
    lines = svm.Lanes(len(course.labels)).spread(weights)
    made = [pack.small([line[k] / svm.SCALE for line in lines]) for k in range(len(course.labels))]
    table = b"".join(map(bytes, zip(*(line for line, _ in made), strict=True)))
    return Model(course.labels, course.space, table, tuple(scale for _, scale in made), calibration)


def cross_validate(examples: Sequence[Example], seeds: Mapping[str, Sequence[str]], folds: int = 5) -> Figures:
    """Honest: each part is judged by a training that began without it, parallel utterances stay together, and verdicts come
    from a calibration learnt on the other parts."""
    course = _Course.of(examples, seeds)
    held = list[_Held]()
    fold = fold_of(examples, folds)
    for number in range(folds):
        out = frozenset(at for at, each in enumerate(fold) if each == number)
        weights = course.weights([{} for _ in course.task.rows], out, svm.PASSES)
        held += [course.judged(at, number, weights) for at in sorted(out)]
    outcomes = []
    for number in range(folds):
        how = calibrate([each.seen for each in held if each.fold != number])
        for each in (each for each in held if each.fold == number and each.example.label):
            _, verdict = how.verdict(each.seen.margin, each.seen.best)
            group = (each.example.wording, each.example.language)
            outcomes.append(Outcome(each.example.label, each.three, verdict, group))
    return figures(outcomes)
