"""A ticket's clocks, worked out from its history: when each started, who had the ball, when it stopped. Pure.

History is the truth: the rows of `sla_clock` only hold what is worked out here, so that lists and timers can find it.
Ours runs while the ball is ours, the agency's while it is the agency's; a clock that does not run has a pause that says why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.models.states import State
from bot.policy.calendar import Calendar, Stretch, elapsed
from bot.policy.calendar import due as moment
from bot.policy.norms import ACCEPT, AGENCY, FINISH, FIRST, NEXT, OURS, PARTY, SOLUTION, VERIFY, Norm, Norms, Subject
from bot.record import record

CITIZEN, DATE, OUTSIDE, OVER = "citizen", "date", "outside", "over"
BALL: dict[State, str] = {
    State.QUEUED: OURS, State.ASSIGNED: OURS, State.RETURNED: OURS, State.DONE: OURS, State.REOPENED: OURS,
    State.WAITING_CITIZEN: CITIZEN, State.DISPATCHED: AGENCY, State.IN_PROGRESS: AGENCY, State.POSTPONED: DATE,
    State.FORWARDED: OUTSIDE, State.RESOLVED: OVER, State.CLOSED: OVER, State.REJECTED: OVER, State.MERGED: OVER,
    State.CANCELLED: OVER,
}  # fmt: skip
"""Who is to act in each state. An agency's "done" is ours to verify, and ours again if it is not true."""
VOID_ENDS = frozenset({State.MERGED, State.CANCELLED})
"""A clock that ends so says nothing about how fast anybody was."""
AWAY = frozenset({State.RETURNED, State.ASSIGNED, State.QUEUED, State.FORWARDED, State.REOPENED})
"""States in which an agency has nothing to do with the ticket any more."""
MET, LATE, VOID = "met", "late", "void"
OPENED, MOVED, URGENCY, TOPIC, ANSWERED, WROTE, REPLIED = (
    "opened", "moved", "urgency", "topic", "answered", "wrote", "replied"
)  # fmt: skip
"""What the clocks hear of a history. `wrote` and `replied` are messages, the others are rows of it."""


@record
class Event:
    at: datetime
    kind: str
    before: str = ""
    after: str = ""
    actor: str = ""
    why: str = ""


@record
class Pause:
    ball: str
    """Who had it meanwhile: `citizen`, `agency`, `ours`, `date` or `outside`."""
    since: datetime
    until: datetime | None
    why: str
    """The state that stopped the clock."""


@record
class Clock:
    kind: str
    round: int
    subject: Subject
    """As it was when the clock stopped; as it is now while it runs."""
    started_at: datetime
    stopped_at: datetime | None = None
    void: bool = False
    pauses: tuple[Pause, ...] = ()
    agency: str = ""
    """The name of the one whose clock it is, from the row that gave the ticket to it."""

    @property
    def party(self) -> str:
        return PARTY[self.kind]

    @property
    def pause(self) -> Pause | None:
        """The one that lasts."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].until is None else None


@dataclass(slots=True)
class _Run:
    """The state of a replay."""

    subject: Subject
    state: State = State.QUEUED
    running: dict[str, Clock] = field(default_factory=dict)
    done: list[Clock] = field(default_factory=list)
    rounds: dict[str, int] = field(default_factory=dict)
    agency: str = ""

    def start(self, kind: str, at: datetime) -> None:
        if kind not in self.running:
            self.rounds[kind] = self.rounds.get(kind, 0) + 1
            whose = self.agency if PARTY[kind] == AGENCY else ""
            self.running[kind] = Clock(kind, self.rounds[kind], self.subject, at, agency=whose)

    def stop(self, kind: str, at: datetime, void: bool = False) -> None:
        if (clock := self.running.pop(kind, None)) is not None:
            ended = tuple(replace(each, until=at) if each.until is None else each for each in clock.pauses)
            self.done.append(replace(clock, subject=self.subject, stopped_at=at, void=void, pauses=ended))

    def pass_ball(self, at: datetime) -> None:
        """Each clock runs while its own side has the ball."""
        ball = BALL[self.state]
        for kind, clock in self.running.items():
            pause = clock.pause
            if pause is not None and pause.ball != ball:  # somebody else has it now: another row
                clock = replace(clock, pauses=(*clock.pauses[:-1], replace(pause, until=at)))
                pause = None
            if ball != clock.party and pause is None:
                clock = replace(clock, pauses=(*clock.pauses, Pause(ball, at, None, self.state)))
            self.running[kind] = clock


def replay(events: Iterable[Event], subject: Subject) -> list[Clock]:
    """All clocks that a history has made, stopped ones first, each kind in its order. `subject`: as the ticket is now."""
    rows = sorted(events, key=lambda event: event.at)
    run = _Run(_first(rows, subject))
    for event in rows:
        match event.kind:
            case "opened":
                for kind in (FIRST, VERIFY, SOLUTION):
                    run.start(kind, event.at)
            case "moved":
                _moved(run, event)
            case "urgency":
                run.subject = replace(run.subject, urgency=event.after)
            case "topic":
                run.subject = replace(run.subject, topic=event.after)
            case "answered":
                run.stop(FIRST, event.at)
            case "wrote" if run.state == State.ASSIGNED and FIRST not in run.running:
                run.start(NEXT, event.at)
            case "replied":
                run.stop(NEXT, event.at)
    running = run.running.values()
    return [*run.done, *(clock if clock.subject is subject else replace(clock, subject=subject) for clock in running)]


def _first(rows: Sequence[Event], subject: Subject) -> Subject:
    """How it was before anybody changed it."""
    if len(rows) == 1:  # a new ticket
        return subject
    changed = {event.kind: event.before for event in reversed(rows) if event.kind in (URGENCY, TOPIC)}
    return replace(subject, urgency=changed.get(URGENCY, subject.urgency), topic=changed.get(TOPIC, subject.topic))


def _moved(run: _Run, event: Event) -> None:
    before, run.state = run.state, State(event.after)
    after, at = run.state, event.at
    if BALL[after] == OVER:
        for kind in list(run.running):
            run.stop(kind, at, void=after in VOID_ENDS)
        return
    if after in (State.DISPATCHED, State.FORWARDED):
        run.stop(VERIFY, at)
    if after in AWAY:
        run.stop(ACCEPT, at, void=after != State.RETURNED)
        run.stop(FINISH, at, void=True)
    if after == State.DISPATCHED:
        run.agency = event.why.partition(":")[0].strip()
        if FINISH not in run.running:
            run.start(ACCEPT, at)
        run.start(FINISH, at)
    if after in (State.IN_PROGRESS, State.DONE):
        run.stop(ACCEPT, at)
    if after == State.WAITING_CITIZEN:
        run.stop(NEXT, at)  # a question is an answer, too
    if after == State.REOPENED:
        run.start(SOLUTION, at)
        run.start(NEXT, at)
    if before == State.WAITING_CITIZEN and after == State.ASSIGNED and event.actor == "citizen":
        run.start(NEXT, at)
    run.pass_ball(at)


@record
class Reading:
    """What a clock shows at a moment."""

    norm: Norm
    used: timedelta
    due_at: datetime | None
    """When the budget ends if nobody stops it; null while it is paused, unless it has ended already."""
    warn_at: datetime | None
    outcome: str
    """'' while it runs, then `met`, `late` or `void`."""

    @property
    def left(self) -> timedelta:
        return self.norm.budget - self.used

    def late_at(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now and self.outcome != VOID


def read(clock: Clock, norms: Norms, now: datetime) -> Reading | None:
    """None where nothing is promised."""
    norm = norms.of(clock.kind, clock.subject)
    if norm is None:
        return None
    norm, calendar = norms.runs(norm, clock.subject.region, clock.agency)
    until = clock.stopped_at or now
    pauses = [(each.since, each.until or max(until, each.since)) for each in clock.pauses]
    used = elapsed(calendar, clock.started_at, until, pauses) if until > clock.started_at else timedelta()
    over = used > norm.budget or (used == norm.budget and clock.stopped_at is None)
    if clock.stopped_at is not None:
        outcome = VOID if clock.void else LATE if over else MET
        return Reading(norm, used, _at(norm, calendar, clock, pauses, 1) if over else None, None, outcome)
    runs = clock.pause is None
    due = _at(norm, calendar, clock, pauses, 1) if runs or over else None
    return Reading(norm, used, due, _at(norm, calendar, clock, pauses, norm.warn) if runs else None, "")


def _at(norm: Norm, calendar: Calendar, clock: Clock, pauses: Sequence[Stretch], share: float) -> datetime:
    return moment(calendar, clock.started_at, norm.budget * share, pauses)
