"""What the numbers of service mean: one definition for the desk, the exports and whoever asks next. Pure.

Everything comes from the rows of a ticket's history and from its clocks, never from a column that somebody may overwrite.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.models.states import State
from bot.policy.norms import PARTY
from bot.record import record

SOLVED = (State.RESOLVED, State.CLOSED)
BOT, BOT_HUMAN, HUMAN = "bot", "bot_human", "human"
STAYS = (
    State.QUEUED, State.ASSIGNED, State.WAITING_CITIZEN, State.DISPATCHED, State.IN_PROGRESS, State.POSTPONED,
    State.RETURNED, State.DONE, State.FORWARDED, State.REOPENED,
)  # fmt: skip
"""States in which somebody is still to act."""
BY_HAND = ("phone", "visit")
"""Reasons of tickets that an officer wrote down."""


@record
class Step:
    """A row of the history."""

    at: datetime
    kind: str
    after: str = ""
    actor: str = ""
    why: str = ""


@record
class Stay:
    state: str
    agency: str
    hours: float


@dataclass(slots=True)
class Life:
    """One ticket with all its times."""

    ticket: Mapping[str, Any]
    first: dict[str, datetime] = field(default_factory=dict)
    """When it first came to a state; `answered` for the first answer."""
    last: dict[str, datetime] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)
    """Stays that have ended."""
    agency: str = ""
    """The last one that it was given to."""
    reopened: int = 0
    helped: bool = False
    """Somebody of the hotline or of an agency has done something."""
    clocks: Mapping[str, str] = field(default_factory=dict)
    """Kind of clock -> `met` or `late`, the worst of its rounds."""

    @property
    def solved_at(self) -> datetime | None:
        """The end, as long as nobody has opened it again since."""
        return self.last.get(State.RESOLVED) if self.ticket["state"] in SOLVED else None

    @property
    def solved_by(self) -> str:
        """'' while it is not solved."""
        if self.solved_at is None:
            return ""
        return helper(str(self.ticket["reason"]), self.helped)

    @property
    def hours(self) -> float | None:
        """From the first word to the end, by the wall clock."""
        return _hours(self.ticket["opened_at"], self.solved_at) if self.solved_at else None

    def stayed(self, state: str) -> float:
        return sum(stay.hours for stay in self.stays if stay.state == state)


def helper(reason: str, helped: bool) -> str:
    """Who solved a ticket that was opened for this reason."""
    return HUMAN if reason in BY_HAND else BOT_HUMAN if helped else BOT


def _hours(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds() / 3600


def live(ticket: Mapping[str, Any], steps: Sequence[Step], clocks: Iterable[tuple[str, str]]) -> Life:
    """A ticket's life from its history, in order; `clocks`: kind and outcome of those that have stopped."""
    life, state, since, agency = Life(ticket), "", ticket["opened_at"], ""
    for step in steps:
        life.helped |= step.kind == "answered" or step.actor in ("officer", "agency") or step.after == State.ASSIGNED
        if step.kind == "answered":
            life.first.setdefault("answered", step.at)
        if step.kind not in ("opened", "moved"):
            continue
        if state in STAYS:
            life.stays.append(Stay(state, agency if state in _AGENCYS else "", _hours(since, step.at)))
        if step.after == State.DISPATCHED:
            agency = life.agency = step.why.partition(":")[0].strip() or life.agency
        life.reopened += step.after == State.REOPENED
        state, since = step.after, step.at
        life.first.setdefault(state, since)
        life.last[state] = since
    worst: dict[str, str] = {}
    for kind, outcome in clocks:
        if outcome in ("met", "late"):
            worst[kind] = "late" if "late" in (outcome, worst.get(kind)) else "met"
    life.clocks = worst
    return life


_AGENCYS = (State.DISPATCHED, State.IN_PROGRESS, State.POSTPONED, State.DONE)
"""States whose time is an agency's."""


@record
class Column:
    """One column of the export of tickets."""

    name: str
    value: Callable[[Life], Any]
    kind: type = str
    """What its values are, or None; a file with types needs to know before the first row."""


def _of(name: str) -> Callable[[Life], Any]:
    return lambda life: life.ticket[name]


def _first(name: str) -> Callable[[Life], Any]:
    return lambda life: life.first.get(name)


def _clock(kind: str) -> Callable[[Life], Any]:
    return lambda life: life.clocks.get(kind, "")


def _stay(state: str) -> Callable[[Life], Any]:
    return lambda life: round(life.stayed(state), 3)


_TOLD = ("number", "state", "urgency", "topic", "subtopic", "place_code", "language", "reason")
_REACHED = ("waiting_citizen", "dispatched", "in_progress", "postponed", "returned", "done", "forwarded")
COLUMNS = (
    *(Column(name, _of(name)) for name in _TOLD),
    Column("channel", lambda life: str(life.ticket["account"]).partition(":")[0]),
    Column("agency", lambda life: life.agency),
    Column("opened_at", _of("opened_at"), datetime),
    Column("claimed_at", _first(State.ASSIGNED), datetime),
    Column("first_answer_at", _first("answered"), datetime),
    *(Column(f"{state}_at", _first(state), datetime) for state in _REACHED),
    Column("resolved_at", lambda life: life.last.get(State.RESOLVED), datetime),
    Column("closed_at", lambda life: life.last.get(State.CLOSED), datetime),
    Column("reopened", lambda life: life.reopened, int),
    Column("solved_by", lambda life: life.solved_by),
    Column("hours", lambda life: None if life.hours is None else round(life.hours, 3), float),
    *(Column(f"hours_{state}", _stay(state), float) for state in STAYS),
    *(Column(f"clock_{kind}", _clock(kind)) for kind in PARTY),
    Column("score", _of("score"), int),
)  # fmt: skip
"""One row a ticket, all its times, no name, no words and no number of a citizen."""


@record
class Spread:
    """Hours of many: how many, mean, median, and what nine of ten stay below."""

    n: int
    mean: float
    median: float
    p90: float


def spread(hours: Sequence[float]) -> Spread | None:
    """None for nothing: an average of nothing is not zero."""
    if not hours:
        return None
    rows = sorted(hours)
    return Spread(len(rows), sum(rows) / len(rows), quantile(rows, 0.5), quantile(rows, 0.9))


def quantile(rows: Sequence[float], share: float) -> float:
    """Of sorted numbers, between two of them where it falls between (as PostgreSQL's `percentile_cont`)."""
    place = share * (len(rows) - 1)
    low = int(place)
    high = min(low + 1, len(rows) - 1)
    return rows[low] + (rows[high] - rows[low]) * (place - low)


@dataclass(slots=True)
class Numbers:
    """All figures of a period; lives are taken in one by one."""

    tickets: int = 0
    cases: int = 0
    """Tickets without those that were merged into another."""
    people: set[Any] = field(default_factory=set)
    solved: dict[str, int] = field(default_factory=lambda: dict.fromkeys((BOT_HUMAN, HUMAN, BOT), 0))
    whole: list[float] = field(default_factory=list)
    by_state: dict[str, list[float]] = field(default_factory=dict)
    by_agency: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    in_time: dict[str, list[int]] = field(default_factory=dict)
    """Kind of clock -> [met, late]."""

    def take(self, life: Life) -> None:
        self.tickets += 1
        self.cases += life.ticket["state"] != State.MERGED
        self.people.add(life.ticket["person"])
        if life.solved_by:
            self.solved[life.solved_by] += 1
        if life.hours is not None:
            self.whole.append(life.hours)
        for stay in life.stays:
            self.by_state.setdefault(stay.state, []).append(stay.hours)
            if stay.agency:
                self.by_agency.setdefault((stay.agency, stay.state), []).append(stay.hours)
        for kind, outcome in life.clocks.items():
            self.in_time.setdefault(kind, [0, 0])[outcome == "late"] += 1


# -- ratings, and other counts of days -------------------------------------------------------------

SATISFIED = 4
"""This score and better ones (CSAT = satisfied of all who gave a score)."""
UNSATISFIED = 2
"""This score and worse ones: a lead looks at the case."""
FEW = 30
"""Fewer scores than this are not compared with others."""
Z = 1.959964
"""95 %."""
SPLITS = ("channel", "language", "agency", "helper")
SURVEY, SKIPPED, OPENED = "survey", "skipped", "opened"


def split(ticket: Mapping[str, Any]) -> str:
    """By what ratings are told apart, as it is when the citizen is asked."""
    channel = str(ticket["account"]).partition(":")[0]
    return "|".join((channel, ticket["language"], ticket["agency"], helper(ticket["reason"], True)))


def asked(state: str, score: int | None, parted: str) -> str:
    """The count of ratings of this state; each is counted on the day on which it was asked for."""
    return f"{SURVEY}|{state}|{score or ''}|{parted}"


def skipped(cause: str, parted: str) -> str:
    return f"{SKIPPED}|{cause}|{parted}"


def opened(place_code: str, topic: str) -> str:
    """A ticket about this topic in this regency; '' where the place is not known."""
    return f"{OPENED}|{place_code[:5]}|{topic}"


def wilson(hits: int, n: int) -> tuple[float, float] | None:
    """Where the true share lies in 95 of 100 such counts (Wilson's score interval); None for nothing."""
    if n <= 0:
        return None
    share, square = hits / n, Z * Z
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = Z * (share * (1 - share) / n + square / (4 * n * n)) ** 0.5 / (1 + square / n)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


@dataclass(slots=True)
class Ratings:
    """What became of the question for a rating. Silence, unclear words and an open question are no scores."""

    scores: dict[int, int] = field(default_factory=dict)
    silent: int = 0
    unclear: int = 0
    open: int = 0
    skipped: int = 0

    @property
    def n(self) -> int:
        return sum(self.scores.values())

    @property
    def asked(self) -> int:
        return self.n + self.silent + self.unclear + self.open

    @property
    def satisfied(self) -> int:
        return sum(n for score, n in self.scores.items() if score >= SATISFIED)

    @property
    def share(self) -> float | None:
        return self.satisfied / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.satisfied, self.n)

    @property
    def response(self) -> float | None:
        """Of those who were asked: how many gave a score."""
        return self.n / self.asked if self.asked else None

    def take(self, state: str, score: str, n: int) -> None:
        if state == "answered" and score:
            self.scores[int(score)] = self.scores.get(int(score), 0) + n
        elif state == "expired":
            self.silent += n
        elif state == "unclear":
            self.unclear += n
        elif state == "asked":
            self.open += n


@dataclass(slots=True)
class Days:
    """Sums of the counts of some days."""

    ratings: Ratings = field(default_factory=Ratings)
    by: dict[str, dict[str, Ratings]] = field(default_factory=lambda: {name: {} for name in SPLITS})
    """Channel, language, agency, helper -> each value of it."""
    causes: dict[str, int] = field(default_factory=dict)
    """Why citizens were not asked."""
    places: dict[str, dict[str, int]] = field(default_factory=dict)
    """Regency -> topic -> tickets."""


def days(counts: Iterable[tuple[str, int]]) -> Days:
    """A name that this version does not know says nothing."""
    found = Days()
    for name, n in counts:
        kind, *rest = name.split("|")
        if kind == SURVEY and len(rest) == 2 + len(SPLITS):
            for ratings in _each(found, rest[2:]):
                ratings.take(rest[0], rest[1], n)
        elif kind == SKIPPED and len(rest) == 1 + len(SPLITS):
            found.causes[rest[0]] = found.causes.get(rest[0], 0) + n
            for ratings in _each(found, rest[1:]):
                ratings.skipped += n
        elif kind == OPENED and len(rest) == 2:
            topics = found.places.setdefault(rest[0], {})
            topics[rest[1]] = topics.get(rest[1], 0) + n
    return found


def _each(found: Days, values: Sequence[str]) -> list[Ratings]:
    return [
        found.ratings,
        *(found.by[name].setdefault(value, Ratings()) for name, value in zip(SPLITS, values, strict=True)),
    ]
