"""How well triage reads: what it said against what a person says, counted row by row, so that a file of any size fits.

A share of nothing is None, never 0: "no critical message in the file" must not look like "none was found".
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.record import record

LANGUAGES = ("id", "su", "mixed", "other")
URGENCIES = ("critical", "high", "normal")
PRECISION = 0.95
"""What the answers that triage gives alone must reach; coverage says how many messages it could answer so."""

Figures = dict[str, Any]


def share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


@dataclass(slots=True)
class Labels:
    """One label a message: accuracy, and F1 averaged over the labels that the file holds, however rare each is."""

    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(truth, said) -> messages."""

    def add(self, truth: str, said: str) -> None:
        self.pairs[truth, said] += 1

    def figures(self) -> Figures:
        rows = self.pairs.total()
        right = sum(count for (truth, said), count in self.pairs.items() if truth == said)
        return {"rows": rows, "accuracy": share(right, rows), "macro_f1": self._macro()}

    def recall(self, label: str) -> float | None:
        whole = sum(count for (truth, _), count in self.pairs.items() if truth == label)
        return share(self.pairs[label, label], whole)

    def flagged(self, label: str) -> float | None:
        """The share of the others that were called this."""
        others = {pair: count for pair, count in self.pairs.items() if pair[0] != label}
        return share(sum(count for (_, said), count in others.items() if said == label), sum(others.values()))

    def _macro(self) -> float | None:
        truths, says = Counter[str](), Counter[str]()
        for (truth, said), count in self.pairs.items():
            truths[truth] += count
            says[said] += count
        scores = [2 * self.pairs[label, label] / (truths[label] + says[label]) for label in truths]
        return share(sum(scores), len(scores))


@record
class Said:
    """A guess with what it is worth."""

    label: str
    sure: float
    alone: bool
    """Triage would have acted on it without asking."""
    top: tuple[str, ...]
    """What it would offer, best first."""


@dataclass(slots=True)
class Guesses:
    """Topic or intent: also how much of it can be decided without a question."""

    labels: Labels = field(default_factory=Labels)
    sureness: Counter[tuple[float, bool]] = field(default_factory=Counter)
    """(sureness to four digits, right?) -> messages."""
    top: int = 0
    alone: Counter[bool] = field(default_factory=Counter)

    def add(self, truth: str, said: Said) -> None:
        right = truth == said.label
        self.labels.add(truth, said.label)
        self.sureness[round(said.sure, 4), right] += 1
        self.top += truth in said.top[:3]
        if said.alone:
            self.alone[right] += 1

    def figures(self) -> Figures:
        rows, alone = self.labels.pairs.total(), self.alone.total()
        return self.labels.figures() | {
            "coverage_at_95": self._coverage(rows),
            "top3": share(self.top, rows),
            "alone": share(alone, rows),
            "alone_precision": share(self.alone[True], alone),
        }

    def _coverage(self, rows: int) -> float | None:
        """The largest share that could be answered, surest first, with that precision. Equal sureness is all in or all out."""
        best = answered = right = 0
        for sure in sorted({sure for sure, _ in self.sureness}, reverse=True):
            right += self.sureness[sure, True]
            answered += self.sureness[sure, True] + self.sureness[sure, False]
            if right >= PRECISION * answered:
                best = answered
        return share(best, rows)


@dataclass(slots=True)
class Urgency:
    """Critical first. A message without a label is no critical one, so it counts for the flag rate and for nothing else."""

    labels: Labels = field(default_factory=Labels)
    rest: Counter[bool] = field(default_factory=Counter)
    """Messages that are not critical, by whether they were called so."""
    seen: Counter[bool] = field(default_factory=Counter)
    """Critical messages, by whether any danger was seen in them, a guarded one too."""

    def add(self, truth: str, said: str) -> None:
        if truth:
            self.labels.add(truth, said)
        if truth == "critical":
            self.seen[said != "normal"] += 1
        else:
            self.rest[said == "critical"] += 1

    def figures(self) -> Figures:
        levels = {
            level: {"recall": self.labels.recall(level), "flagged": self.labels.flagged(level)} for level in URGENCIES
        }
        return self.labels.figures() | {
            "critical_recall": self.labels.recall("critical"),
            "critical_seen": share(self.seen[True], self.seen.total()),
            "critical_flagged": share(self.rest[True], self.rest.total()),
            "levels": levels,
        }


# -- places ----------------------------------------------------------------------------------------


class Place(Protocol):
    """What the gazetteer finds (`bot/triage/place.py`)."""

    @property
    def level(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def district(self) -> str: ...
    @property
    def regency(self) -> str: ...


_KIND = {
    "village": re.compile(r"(desa|ds|kelurahan|kel)\b\.? *"),
    "district": re.compile(r"(kecamatan|kec)\b\.? *"),
}
_REGENCY = re.compile(r"(kabupaten|kab|kota)\b\.? *")
_NOT_LETTER = re.compile(r"[\W_]+")


@record
class Truth:
    """`desa|kecamatan|kabupaten`; the first part that is not empty is the place, the others say which one of that name."""

    village: str
    district: str
    regency: str

    @classmethod
    def parse(cls, cell: str) -> "Truth | None":
        parts = [part.strip() for part in cell.split("|")]
        return cls(*parts) if len(parts) == 3 and any(parts) else None

    def names(self, place: Place) -> bool:
        if self.village:
            return (
                place.level == "village"
                and _same(self.village, place.name, "village")
                and (not self.district or _same(self.district, place.district, "district"))
                and _same_regency(self.regency, place.regency)
            )
        if self.district:
            return (
                place.level == "district"
                and _same(self.district, place.name, "district")
                and _same_regency(self.regency, place.regency)
            )
        return place.level == "regency" and _same_regency(self.regency, place.name)


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()


def _squeezed(name: str) -> str:
    """Spaces aside: lists disagree about "Dayeuh Kolot" and "Dayeuhkolot"."""
    return _NOT_LETTER.sub("", name)


def _same(truth: str, found: str, level: str) -> bool:
    kind = _KIND[level]
    return _squeezed(kind.sub("", _plain(truth), count=1)) == _squeezed(kind.sub("", _plain(found), count=1))


def _same_regency(truth: str, found: str) -> bool:
    """ "Bandung" alone is the city or the regency; with its kind it is only that one. Nothing is any."""
    wanted, there = _kind_and_name(truth), _kind_and_name(found)
    return not wanted[1] or (wanted[1] == there[1] and (not wanted[0] or wanted[0] == there[0]))


def _kind_and_name(regency: str) -> tuple[str, str]:
    plain = _plain(regency)
    kind = _REGENCY.match(plain)
    return ("kota" if kind[1] == "kota" else "kab") if kind else "", _squeezed(_REGENCY.sub("", plain, count=1))


@dataclass(slots=True)
class Placed:
    """Is the truth among what was found, is it all that was found, and is anything found where nothing is?"""

    rows: int = 0
    inside: int = 0
    alone: int = 0
    nowhere: Counter[bool] = field(default_factory=Counter)
    """Messages without a place, by whether one was found."""

    def add(self, truth: Truth | None, found: Iterable[Place]) -> None:
        places = tuple(found)
        if truth is None:
            self.nowhere[bool(places)] += 1
            return
        right = any(truth.names(place) for place in places)
        self.rows += 1
        self.inside += right
        self.alone += right and len(places) == 1

    def figures(self) -> Figures:
        return {
            "rows": self.rows,
            "in_set": share(self.inside, self.rows),
            "unique_right": share(self.alone, self.rows),
            "rows_without": self.nowhere.total(),
            "false_places": share(self.nowhere[True], self.nowhere.total()),
        }


# -- menus and times -------------------------------------------------------------------------------


@dataclass(slots=True)
class Menus:
    """Typed answers to a menu. `expected` and `picked` count from 1; 0 is none of them."""

    answers: Counter[str] = field(default_factory=Counter)
    others: Counter[bool] = field(default_factory=Counter)
    """Texts that choose nothing, by whether they were swallowed as a choice."""

    def add(self, expected: int, picked: int) -> None:
        if not expected:
            self.others[picked != 0] += 1
        else:
            self.answers["right" if picked == expected else "wrong" if picked else "missed"] += 1

    def figures(self) -> Figures:
        answers, others = self.answers.total(), self.others.total()
        return {
            "rows": answers + others,
            "accuracy": share(self.answers["right"] + self.others[False], answers + others),
            "accepted": share(self.answers["right"], answers),
            "wrong_choice": share(self.answers["wrong"], answers),
            "swallowed": share(self.others[True], others),
        }


@dataclass(slots=True)
class Times:
    """Microseconds a message: the median, out of counts and not of a list."""

    counts: Counter[float] = field(default_factory=Counter)

    def add(self, seconds: float) -> None:
        micros = seconds * 1e6
        self.counts[round(micros, 1) if micros < 1000 else float(round(micros))] += 1

    def median(self) -> float | None:
        half, passed = self.counts.total() / 2, 0
        for micros in sorted(self.counts):
            passed += self.counts[micros]
            if passed >= half:
                return micros
        return None


def medians(times: Mapping[str, Times]) -> dict[str, float | None]:
    return {part: found.median() for part, found in times.items()}
