"""Working time: calendars with several spans a day, holidays and local days, and the sums that deadlines are made of. Pure.

All sums are taken in whole microseconds of a day that is always 24 hours long: Indonesia's three zones (WIB, WITA, WIT) have had
no change of clocks since 1964, so a fixed offset is exact.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.record import record

Span = tuple[timedelta, timedelta]
"""From … until, since midnight; `until` may be 24 hours."""
Stretch = tuple[datetime, datetime]

ZERO, DAY, MICRO = timedelta(0), timedelta(days=1), timedelta(microseconds=1)
ZONES = {"WIB": timedelta(hours=7), "WITA": timedelta(hours=8), "WIT": timedelta(hours=9)}
HORIZON = 3660
"""Days: a deadline beyond ten years is a fault of the data, not a deadline."""


@record
class Calendar:
    name: str
    zone: timedelta
    week: tuple[tuple[Span, ...], ...]
    """Monday first; spans in order, without overlap."""
    closed: Mapping[date, str] = field(default_factory=dict)
    """Days on which nothing is open, with why."""
    day: timedelta = DAY
    """How much open time one working day of a norm counts for."""
    kept: list["_Plain"] = field(default_factory=list, repr=False, compare=False)
    """Made at the first sum."""

    @property
    def always(self) -> bool:
        return not self.closed and all(spans == ((ZERO, DAY),) for spans in self.week)


@record
class _Plain:
    """A calendar in whole numbers, for the sums without pauses, which every new ticket needs: microseconds, and days by ordinal."""

    week: tuple[tuple[tuple[int, int], ...], ...]
    totals: tuple[int, ...]
    shut: frozenset[int]
    first: list[int] = field(default_factory=list)
    """The day from which `sums` count: that of the first question."""
    sums: list[int] = field(default_factory=lambda: [0])
    """Open time of all days before the n-th after `first`, as far as somebody has asked."""

    def of(self, ordinal: int) -> int:
        return 0 if ordinal in self.shut else self.totals[(ordinal + 6) % 7]

    def before(self, ordinal: int) -> int:
        """Open time from the first day until this day's midnight."""
        while len(self.sums) <= ordinal - self.first[0]:
            self.sums.append(self.sums[-1] + self.of(self.first[0] + len(self.sums) - 1))
        return self.sums[ordinal - self.first[0]]


def _plain(calendar: Calendar) -> _Plain:
    if not calendar.kept:
        week = tuple(tuple((a // MICRO, b // MICRO) for a, b in spans) for spans in calendar.week)
        totals = tuple(sum(b - a for a, b in spans) for spans in week)
        calendar.kept.append(_Plain(week, totals, frozenset(day.toordinal() for day in calendar.closed)))
    return calendar.kept[0]


def _due(calendar: Calendar, start: datetime, budget: timedelta) -> datetime | None:
    """Local time at which `budget` has passed. Days are summed up once for all questions, and the last one is looked up in the sums."""
    plain, left, first = _plain(calendar), budget // MICRO, start.toordinal()
    if first not in plain.shut:
        since = ((start.hour * 60 + start.minute) * 60 + start.second) * 1_000_000 + start.microsecond
        for a, b in plain.week[(first + 6) % 7]:
            a = max(a, since)
            if a < b and left <= b - a:
                return datetime.fromordinal(first) + timedelta(microseconds=a + left)
            left -= max(0, b - a)
    last = _day_of(plain, first + 1, left)
    if last is None:
        return None
    left -= plain.before(last) - plain.before(first + 1)
    for a, b in plain.week[(last + 6) % 7]:
        if left <= b - a:
            return datetime.fromordinal(last) + timedelta(microseconds=a + left)
        left -= b - a
    return None


def _day_of(plain: _Plain, first: int, left: int) -> int | None:
    """The day, from `first` on, in which so much open time ends; None beyond the horizon."""
    if not plain.first or first < plain.first[0]:
        plain.first[:], plain.sums[:] = [first], [0]
    target, end = plain.before(first) + left, first + HORIZON - 1
    while plain.sums[-1] < target:
        if plain.first[0] + len(plain.sums) - 1 >= end:
            return None
        plain.before(plain.first[0] + len(plain.sums))
    # the first sum that reaches it is that of the days before the next midnight
    day = plain.first[0] + bisect_left(plain.sums, target) - 1
    return day if day < end else None


def average(week: Sequence[Sequence[Span]]) -> timedelta:
    """The open time of a mean working day: five of them are one whole week from Monday to Friday."""
    days = [sum((until - since for since, until in spans), ZERO) for spans in week if spans]
    return sum(days, ZERO) / len(days) if days else DAY


def _local(at: datetime, zone: timedelta) -> datetime:
    """Wall time there, without a zone. Raises ValueError for a time that has none itself."""
    if at.tzinfo is None:
        raise ValueError("a time without a time zone has no place in a calendar")
    return at.astimezone(UTC).replace(tzinfo=None) + zone


def _open(calendar: Calendar, since: datetime, until: datetime | None) -> Iterator[Stretch]:
    """Open stretches of local time from `since` on, in order. `until` None: as far as anybody may ask."""
    today = since.date()
    for n in range(HORIZON if until is None else (until.date() - today).days + 1):
        day = today + timedelta(days=n)
        if day in calendar.closed:
            continue
        midnight = datetime.combine(day, time())
        for start, end in calendar.week[day.weekday()]:
            first, last = max(midnight + start, since), midnight + end
            if until is not None and last > until:
                last = until
            if first < last:
                yield first, last


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order and without overlap, so that no minute is taken away twice."""
    found: list[Stretch] = []
    for since, until in sorted(stretch for stretch in stretches if stretch[0] < stretch[1]):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def _without(stretches: Iterator[Stretch], pauses: Sequence[Stretch]) -> Iterator[Stretch]:
    """What is left of the stretches when the pauses (merged) are taken out."""
    for since, until in stretches:
        for start, end in pauses:
            if end <= since or start >= until:
                continue
            if since < start:
                yield since, start
            since = min(max(since, end), until)
        if since < until:
            yield since, until


def _running(
    calendar: Calendar, since: datetime, until: datetime | None, pauses: Iterable[Stretch]
) -> Iterator[Stretch]:
    stops = merged((_local(a, calendar.zone), _local(b, calendar.zone)) for a, b in pauses)
    return _without(_open(calendar, since, until), stops)


def elapsed(calendar: Calendar, since: datetime, until: datetime, pauses: Iterable[Stretch] = ()) -> timedelta:
    """Open time between two moments without the pauses; nothing when `until` comes first."""
    a, b = _local(since, calendar.zone), _local(until, calendar.zone)
    if b <= a:
        return ZERO
    return sum((end - start for start, end in _running(calendar, a, b, pauses)), ZERO)


def due(calendar: Calendar, since: datetime, budget: timedelta, pauses: Iterable[Stretch] = ()) -> datetime:
    """The first moment at which `budget` of open time has passed; UTC. A budget of nothing is due at once. Raises ValueError for a
    calendar that never opens long enough."""
    left, start = budget, _local(since, calendar.zone)
    if left <= ZERO:
        return since.astimezone(UTC)
    pauses = list(pauses)
    if not pauses:
        if (found := _due(calendar, start, budget)) is not None:
            return (found - calendar.zone).replace(tzinfo=UTC)
    else:
        for first, last in _running(calendar, start, None, pauses):
            if left <= last - first:
                return (first + left - calendar.zone).replace(tzinfo=UTC)
            left -= last - first
    raise ValueError(f"the calendar {calendar.name} is not open for {budget} within {HORIZON} days")


def opens(calendar: Calendar, at: datetime) -> datetime:
    """`at` itself when it is open then, else the moment of the next opening. Raises ValueError for one that never opens."""
    for first, _ in _open(calendar, _local(at, calendar.zone), None):
        return (first - calendar.zone).replace(tzinfo=UTC)
    raise ValueError(f"the calendar {calendar.name} never opens")


@record
class Holiday:
    """One row of flows/data/calendars.yaml."""

    day: date
    name: str
    kind: str
    """`nasional`, `bersama` (cuti bersama) or `daerah`."""
    regions: tuple[str, ...] = ()
    """Kemendagri codes of provinces or regencies; none = everywhere."""


KINDS = ("nasional", "bersama", "daerah")


@record
class Calendars:
    """Everything of the file: calendars by name, holidays, and which provinces have which zone."""

    base: Mapping[str, Calendar]
    observes: Mapping[str, tuple[str, ...]]
    """Which kinds of holidays close a calendar; none = it is open on every day of its week."""
    local: frozenset[str]
    """Calendars that follow the zone of the place."""
    holidays: tuple[Holiday, ...]
    zones: Mapping[str, timedelta]
    """Code of a province -> its zone."""
    made: dict[tuple[str, str], Calendar] = field(default_factory=dict, compare=False)

    def of(self, name: str, region: str = "") -> Calendar:
        """A calendar as it holds in a region (a code of any length, '' = not known). Raises KeyError for an unknown name."""
        key = name, region[:5]
        if key not in self.made:
            self.made[key] = self._make(name, region[:5])
        return self.made[key]

    def _make(self, name: str, region: str) -> Calendar:
        base, kinds = self.base[name], self.observes[name]
        zone = self.zones.get(region[:2], base.zone) if name in self.local else base.zone
        closed = {
            each.day: each.name
            for each in self.holidays
            if each.kind in kinds and (not each.regions or any(region.startswith(code) for code in each.regions))
        }
        return replace(base, zone=zone, closed=closed, kept=[])

    def missing(self, year: int) -> list[str]:
        """Kinds of holidays of which this year has none although some calendar observes them: nobody has entered them yet."""
        wanted = {kind for kinds in self.observes.values() for kind in kinds} - {"daerah"}
        return sorted(wanted - {each.kind for each in self.holidays if each.day.year == year})
