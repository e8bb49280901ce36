"""The features of all texts that a model was made from, and what each is worth (inverse document frequency)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Self

from bot.triage import svm
from bot.triage.features import features


@dataclass(frozen=True, slots=True)
class Space:
    ids: dict[str, int]
    """feature -> number, from 1; 0 is nothing"""
    squares: list[float]
    """number -> squared worth; 0.0 for nothing"""
    unknown: float
    """The squared worth of a feature that no text had. It lengthens a message without adding to any score: what is
    mostly unknown makes nobody sure."""

    @classmethod
    def of(cls, texts: Sequence[Iterable[str]]) -> Self:
        count: dict[str, int] = {}
        for text in texts:
            for feature in text:
                count[feature] = count.get(feature, 0) + 1
        worth = [(log(len(texts) / n) + 1.0) ** 2 for n in count.values()]
        return cls(
            {feature: at for at, feature in enumerate(count, 1)}, [0.0, *worth], (log(len(texts) or 1) + 1.0) ** 2
        )

    def norm(self, ids: Sequence[int], size: int) -> float:
        """The length of a text of `size` features, of which these are known."""
        squares = self.squares
        return sqrt(sum([squares[j] for j in ids]) + self.unknown * (size - len(ids)))

    def row(self, found: Sequence[str]) -> svm.Row:
        ids = [self.ids[feature] for feature in found if feature in self.ids]
        return svm.row(ids, self.squares, self.norm(ids, len(found)))


def rows(texts: Iterable[str]) -> tuple[Space, list[svm.Row]]:
    found = [features(text) for text in texts]
    space = Space.of(found)
    return space, [space.row(each) for each in found]
