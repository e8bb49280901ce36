"""What the numbers of service mean: one definition for the desk, the exports and whoever asks next. Pure.

Everything comes from the rows of a ticket's history and from its clocks, never from a column that somebody may overwrite.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.models.states import State
from bot.policy.norms import PARTY

SOLVED = (State.RESOLVED, State.CLOSED)
BOT, BOT_HUMAN, HUMAN = "bot", "bot_human", "human"
STAYS = (
    State.QUEUED, State.ASSIGNED, State.WAITING_CITIZEN, State.DISPATCHED, State.IN_PROGRESS, State.POSTPONED,
    State.RETURNED, State.DONE, State.FORWARDED, State.REOPENED,
)  # fmt: skip
"""States in which somebody is still to act."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run: a cell that begins so is written with an apostrophe in front."""


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the history."""

    at: datetime
    kind: str
    after: str = ""
    actor: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
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
    opened_by: str = "citizen"
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
        if self.opened_by == "officer":
            return HUMAN
        return BOT_HUMAN if State.ASSIGNED in self.first or "answered" in self.first else BOT

    @property
    def hours(self) -> float | None:
        """From the first word to the end, by the wall clock."""
        return _hours(self.ticket["opened_at"], self.solved_at) if self.solved_at else None

    def stayed(self, state: str) -> float:
        return sum(stay.hours for stay in self.stays if stay.state == state)


def _hours(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds() / 3600


def live(ticket: Mapping[str, Any], steps: Sequence[Step], clocks: Iterable[tuple[str, str]]) -> Life:
    """A ticket's life from its history, in order; `clocks`: kind and outcome of those that have stopped."""
    life, state, since, agency = Life(ticket), "", ticket["opened_at"], ""
    for step in steps:
        if step.kind == "answered":
            life.first.setdefault("answered", step.at)
        if step.kind not in ("opened", "moved"):
            continue
        if state in STAYS:
            life.stays.append(Stay(state, agency if state in _AGENCYS else "", _hours(since, step.at)))
        if step.kind == "opened":
            life.opened_by = step.actor
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


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the export of tickets."""

    name: str
    value: Callable[[Life], Any]


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
    Column("opened_at", _of("opened_at")),
    Column("claimed_at", _first(State.ASSIGNED)),
    Column("first_answer_at", _first("answered")),
    *(Column(f"{state}_at", _first(state)) for state in _REACHED),
    Column("resolved_at", lambda life: life.last.get(State.RESOLVED)),
    Column("closed_at", lambda life: life.last.get(State.CLOSED)),
    Column("reopened", lambda life: life.reopened),
    Column("solved_by", lambda life: life.solved_by),
    Column("hours", lambda life: None if life.hours is None else round(life.hours, 3)),
    *(Column(f"hours_{state}", _stay(state)) for state in STAYS),
    *(Column(f"clock_{kind}", _clock(kind)) for kind in PARTY),
    Column("score", _of("score")),
)  # fmt: skip
"""One row a ticket, all its times, no name, no words and no number of a citizen."""


def cell(value: Any) -> str:
    """A value as a cell that no spreadsheet takes for a formula. Times are UTC."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


@dataclass(frozen=True, slots=True)
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
