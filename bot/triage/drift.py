"""How the machine's first guess stands against what officers chose, week by week: to see it wear out before citizens do. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.record import record
from bot.wib import WIB

WEEKS = 12
"""They begin on Monday in the offices of West Java."""
PAIRS = 10


@record
class Judged:
    """A ticket with a guess, and an officer's last word on its topic."""

    at: datetime
    guessed: str
    decided: bool
    """The guess was sure enough to decide alone."""
    chosen: str


@dataclass(slots=True)
class Week:
    """Counts of one week."""

    monday: date
    judged: int = 0
    right: int = 0
    decided: int = 0
    decided_right: int = 0

    def add(self, row: Judged) -> None:
        right = row.guessed == row.chosen
        self.judged += 1
        self.right += right
        self.decided += row.decided
        self.decided_right += row.decided and right

    @property
    def accuracy(self) -> int | None:
        return share(self.right, self.judged)

    @property
    def coverage(self) -> int | None:
        return share(self.decided, self.judged)

    @property
    def precision(self) -> int | None:
        """Of what it would have decided alone."""
        return share(self.decided_right, self.decided)


@record
class Drift:
    weeks: tuple[Week, ...]
    """The oldest first; also those without a single case."""
    total: Week
    pairs: tuple[tuple[str, str, int], ...]
    """Guessed, chosen instead, how often: the most frequent first."""


def share(some: int, every: int) -> int | None:
    """In percent; None of nothing."""
    return round(100 * some / every) if every else None


def monday(at: datetime) -> date:
    local = at.astimezone(WIB).date()
    return local - timedelta(days=local.weekday())


def begin(now: datetime, weeks: int = WEEKS) -> datetime:
    """The first moment that counts."""
    first = monday(now) - timedelta(weeks=weeks - 1)
    return datetime(first.year, first.month, first.day, tzinfo=WIB)


def drift(rows: Iterable[Judged], now: datetime, weeks: int = WEEKS) -> Drift:
    first = monday(begin(now, weeks))
    found = {first + timedelta(weeks=n): Week(first + timedelta(weeks=n)) for n in range(weeks)}
    total, wrong = Week(first), Counter[tuple[str, str]]()
    for row in rows:
        week = found.get(monday(row.at))
        if week is None:
            continue
        week.add(row)
        total.add(row)
        if row.guessed != row.chosen:
            wrong[row.guessed, row.chosen] += 1
    pairs = sorted(wrong.items(), key=lambda pair: (-pair[1], pair[0]))[:PAIRS]
    return Drift(tuple(found.values()), total, tuple((guess, chosen, count) for (guess, chosen), count in pairs))
