"""Who works when: a fair rotation over weeks, its gaps, and which exchange is allowed. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone

from bot.errors import Conflict
from bot.record import record

WIB = 7 * 60
"""Minutes east of UTC. West Java has no summer time, so a fixed offset is exact."""
SATURDAY = 5
SHORT = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")


@record
class Kind:
    """One line of flows/data/shifts.yaml."""

    name: str
    label: str
    start: time
    length: timedelta
    needs: int
    """So many officers each time."""
    days: frozenset[int] = frozenset(range(7))
    """0 = Monday."""
    leads: bool = False
    """For leads, who are called and need not sit at the desk: it is no working time."""

    @property
    def night(self) -> bool:
        """Takes somebody's sleep: it passes midnight."""
        return not self.leads and datetime.combine(date.min, self.start) + self.length > datetime(1, 1, 2)


@record
class Rules:
    """flows/data/shifts.yaml."""

    kinds: tuple[Kind, ...] = ()
    offset: int = WIB
    rest: timedelta = timedelta(hours=11)
    """Between two shifts of one person; eleven hours is what sleep researchers and many labour laws ask for."""
    week: timedelta = timedelta(hours=40)
    """UU 13/2003 Art. 77: forty hours a week."""
    ahead: timedelta = timedelta(hours=72)
    """A gap that is this near is an alarm."""
    sheet: timedelta = timedelta(minutes=30)
    """So long the next shift may take to accept a handover; then its cases go back to the queue."""

    def kind(self, name: str) -> Kind | None:
        return next((each for each in self.kinds if each.name == name), None)

    def label(self, name: str) -> str:
        """A kind that is gone from the file is at least named."""
        found = self.kind(name)
        return found.label if found else name

    def when(self, at: datetime) -> str:
        """`Sen 23/11 07.00`, in local time."""
        local = at.astimezone(timezone(timedelta(minutes=self.offset)))
        return f"{SHORT[local.weekday()]} {local.day}/{local.month} {local:%H.%M}"

    def calls(self, name: str) -> bool:
        """A shift of leads on call: reachable, not at the desk."""
        found = self.kind(name)
        return found is not None and found.leads


@record
class Shift:
    officer_id: int
    kind: str
    starts_at: datetime
    ends_at: datetime


@record
class Gap:
    kind: str
    starts_at: datetime
    ends_at: datetime
    missing: int


@record
class Worker:
    id: int
    leads: bool = False


def slots(rules: Rules, first: date, days: int) -> list[tuple[Kind, datetime, datetime]]:
    """Everything that must be worked from `first` on, in order of time."""
    zone = timezone(timedelta(minutes=rules.offset))
    found = []
    for day in (first + timedelta(days=n) for n in range(days)):
        for kind in rules.kinds:
            if day.weekday() in kind.days:
                start = datetime.combine(day, kind.start, zone).astimezone(UTC)
                found.append((kind, start, start + kind.length))
    return sorted(found, key=lambda slot: (slot[1], slot[0].name))


def clash(rules: Rules, new: Shift, others: Iterable[Shift]) -> Conflict | None:
    """Why this person cannot work this shift beside their others; nothing when they can. Being on call needs no rest, and may lie
    beside work, but not beside itself."""
    for other in others:
        if rules.calls(new.kind) != rules.calls(other.kind):
            continue
        if new.starts_at < other.ends_at and other.starts_at < new.ends_at:
            return Conflict("bertumpuk dengan dinas lain")
        if rules.calls(new.kind):
            continue
        between = new.starts_at - other.ends_at if new.starts_at >= other.ends_at else other.starts_at - new.ends_at
        if between < rules.rest:
            hours = f"{rules.rest.total_seconds() / 3600:g}"
            return Conflict("istirahat di antara dua dinas kurang dari {hours} jam", hours=hours)
    return None


def swap(
    rules: Rules, mine: Shift, theirs: Shift | None, my: Sequence[Shift], other: Sequence[Shift], to: int
) -> Conflict | None:
    """Why `to` cannot take `mine`, giving `theirs` for it (or nothing); nothing when they can. `my` and `other`: all shifts of each."""
    if theirs is not None and rules.calls(mine.kind) != rules.calls(theirs.kind):
        return Conflict("dinas siaga hanya dapat ditukar dengan dinas siaga")
    taken = Shift(to, mine.kind, mine.starts_at, mine.ends_at)
    if found := clash(rules, taken, [each for each in other if each != theirs]):
        return found
    if theirs is None:
        return None
    given = Shift(mine.officer_id, theirs.kind, theirs.starts_at, theirs.ends_at)
    return clash(rules, given, [each for each in my if each != mine])


def gaps(rules: Rules, shifts: Iterable[Shift], now: datetime, until: datetime) -> list[Gap]:
    """Slots that run or begin before `until` and have too few people."""
    there = Counter((each.kind, each.starts_at) for each in shifts)
    first = (now - timedelta(days=2)).date()
    found = []
    for kind, start, end in slots(rules, first, (until.date() - first).days + 2):
        missing = kind.needs - there[kind.name, start]
        if missing > 0 and end > now and start < until:
            found.append(Gap(kind.name, start, end, missing))
    return found


class _Plan:
    """The rotation while it is made."""

    def __init__(self, rules: Rules, workers: Sequence[Worker], taken: Iterable[Shift]) -> None:
        self.rules, self.workers = rules, workers
        self.by: dict[int, list[Shift]] = defaultdict(list)
        self.hours: Counter[int] = Counter()
        self.weeks: Counter[tuple[int, date]] = Counter()
        self.nights: Counter[int] = Counter()
        self.calls: Counter[int] = Counter()
        self.weekends: dict[int, set[date]] = defaultdict(set)
        for each in taken:
            self.add(each)

    def local(self, at: datetime) -> date:
        return at.astimezone(timezone(timedelta(minutes=self.rules.offset))).date()

    def add(self, shift: Shift) -> None:
        who, kind, day = shift.officer_id, self.rules.kind(shift.kind), self.local(shift.starts_at)
        self.by[who].append(shift)
        if kind is not None and kind.leads:
            self.calls[who] += 1
            return
        seconds = int((shift.ends_at - shift.starts_at).total_seconds())
        self.hours[who] += seconds
        self.weeks[who, _monday(day)] += seconds
        self.nights[who] += kind is not None and kind.night
        if day.weekday() >= SATURDAY:
            self.weekends[who].add(_monday(day))

    def best(self, kind: Kind, start: datetime, end: datetime) -> Shift | None:
        """The fairest of those who can; None when nobody can."""
        week, day = _monday(self.local(start)), self.local(start)
        length = int((end - start).total_seconds())
        able = [
            each
            for each in self.workers
            if each.leads == kind.leads
            and (kind.leads or self.weeks[each.id, week] + length <= self.rules.week.total_seconds())
            and not clash(self.rules, Shift(each.id, kind.name, start, end), self.by[each.id])
        ]
        if not able:
            return None

        def turn(each: Worker) -> tuple[int, ...]:
            who = each.id
            if kind.leads:
                return self.calls[who], who
            weekend = day.weekday() >= SATURDAY
            # a weekend is worked whole by few, so that the others have it whole
            weekends = len(self.weekends[who] | {week}) if weekend else 0
            fresh = weekend and week not in self.weekends[who]
            nights = self.nights[who] if kind.night else 0
            return weekends, fresh, nights, self.hours[who], self.nights[who], who

        return Shift(min(able, key=turn).id, kind.name, start, end)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def plan(
    rules: Rules, workers: Sequence[Worker], first: date, weeks: int, taken: Sequence[Shift] = ()
) -> tuple[list[Shift], list[Gap]]:
    """A rotation for so many weeks, and what could not be filled. `taken`: what stands already, before and within these weeks; it
    stays as it is, and counts. Within a week weekends are given out first, then nights: they are what people feel as unfair."""
    made, missing = list[Shift](), list[Gap]()
    work = _Plan(rules, workers, taken)
    there = Counter((each.kind, each.starts_at) for each in taken)
    for n in range(weeks):
        week = slots(rules, first + timedelta(weeks=n), 7)
        week.sort(key=lambda slot: (work.local(slot[1]).weekday() < SATURDAY, not slot[0].night))
        for kind, start, end in week:
            for place in range(there[kind.name, start], kind.needs):
                found = work.best(kind, start, end)
                if found is None:
                    missing.append(Gap(kind.name, start, end, kind.needs - place))
                    break
                work.add(found)
                made.append(found)
    return sorted(made, key=lambda each: (each.starts_at, each.kind, each.officer_id)), missing
