"""The features of all texts that a model was made from, and what each is worth (inverse document frequency)."""

from collections.abc import Iterable, Sequence
from math import log, sqrt
from typing import Self

from bot.record import record
from bot.triage import svm
from bot.triage.features import features


@record
class Space:
    ids: dict[str, int]
    """feature -> number, from 1; 0 is nothing"""
    squares: list[int]
    """number -> squared worth; 0 for nothing"""
    unknown: int
    """The squared worth of a piece of a word that no text had. It lengthens a message without adding to any score: what is
    mostly unknown makes nobody sure."""

    @classmethod
    def of(cls, texts: Sequence[Iterable[str]]) -> Self:
        """Of more words than one only those that were met twice: the others are as many as all the rest, and say nothing."""
        count: dict[str, int] = {}
        for text in texts:
            for feature in text:
                count[feature] = count.get(feature, 0) + 1
        known = {feature: n for feature, n in count.items() if n > 1 or " " not in feature}
        worth = [_square(len(texts), n) for n in known.values()]
        return cls({feature: at for at, feature in enumerate(known, 1)}, [0, *worth], _square(len(texts) or 1, 1))

    def norm(self, ids: Sequence[int], strange: int) -> float:
        """The length of a text with these features, and so many unknown pieces of words."""
        squares = self.squares
        return sqrt(sum([squares[j] for j in ids]) + self.unknown * strange)

    def row(self, found: Sequence[str]) -> svm.Row:
        ids = [self.ids[feature] for feature in found if feature in self.ids]
        return svm.row(ids, self.squares, self.norm(ids, 0))


def rows(texts: Iterable[str]) -> tuple[Space, list[svm.Row]]:
    found = [features(text) for text in texts]
    space = Space.of(found)
    return space, [space.row(each) for each in found]


def _square(texts: int, holding: int) -> int:
    return round((log(texts / holding) + 1.0) ** 2)
