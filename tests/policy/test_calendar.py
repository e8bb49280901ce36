"""Working time against a counter of five-minute steps that knows nothing of spans and pauses but "is it open now?"."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import i18n
from bot.engine import flow
from bot.engine.forms import Workshop
from bot.engine.read import Source, parse
from bot.policy import calendars
from bot.policy.calendar import Calendar, Calendars, Stretch, average, due, elapsed, opens
from bot.triage import room
from tests.told import refuses

STEP = timedelta(minutes=5)
HOURS = {"WIB": 7, "WITA": 8, "WIT": 9}
OFFICE = ("0730-1200", "1230-1600")
FRIDAY = ("0730-1130", "1300-1630")
WEEKS: dict[str, list[tuple[str, ...]]] = {
    "always": [("0000-2400",)] * 7,
    "office": [OFFICE] * 4 + [FRIDAY, (), ()],
    "night": [("0000-0600", "2200-2400")] * 7,  # through midnight, every day
    "weekend": [()] * 5 + [("0900-1500",), ("0900-1200", "1300-1305", "1310-1500")],
    "odd": [("0005-0010",), (), ("0000-2400",), (), ("2355-2400",), ("0000-0005",), ()],
}
CLOSED = {date(2026, 3, 19): "Nyepi", date(2026, 3, 20): "cuti bersama", date(2027, 1, 1): "Tahun Baru"}


def calendar(week: str, zone: str = "WIB", closed: dict[date, str] | None = None) -> Calendar:
    spans = tuple(tuple(tuple(_minutes(end) for end in span.split("-")) for span in day) for day in WEEKS[week])
    return Calendar(week, timedelta(hours=HOURS[zone]), spans, CLOSED if closed is None else closed)  # type: ignore[arg-type]


def _minutes(text: str) -> timedelta:
    return timedelta(hours=int(text[:2]), minutes=int(text[2:]))


def is_open(week: str, zone: str, at: datetime) -> bool:
    """The counter's own idea: the wall clock there, as four digits."""
    local = at + timedelta(hours=HOURS[zone])
    if local.date() in CLOSED:
        return False
    digits = f"{local.hour:02}{local.minute:02}"
    return any(a <= digits < b for a, b in (span.split("-") for span in WEEKS[week][local.weekday()]))


def counted(week: str, zone: str, since: datetime, until: datetime, pauses: list[Stretch]) -> timedelta:
    total, at = 0, since
    while at < until:
        total += is_open(week, zone, at) and not any(a <= at < b for a, b in pauses)
        at += STEP
    return total * STEP


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


STARTS = [
    "2026-03-17T23:55",
    "2026-03-18T04:40",
    "2026-03-20T17:00",
    "2026-12-31T08:30",
    "2026-12-31T16:55",
    "2026-06-07T00:00",
]
LENGTHS = [0, 5, 50, 55, 715, 1440, 2885, 7200]
PAUSES: list[list[tuple[int, int]]] = [[], [(0, 30)], [(10, 600), (300, 900)], [(45, 50), (50, 55), (1500, 2000)]]
"""Minutes after the start; some overlap, some touch."""


def cases() -> Iterator[tuple[str, str, datetime, datetime, list[Stretch]]]:
    """Every start with every length; weeks, zones and pauses go round at their own pace, so that all pairs meet."""
    rounds = itertools.product(STARTS, LENGTHS, range(9))
    for n, (start, length, turn) in enumerate(rounds):
        since = utc(start)
        pauses = [
            (since + timedelta(minutes=a), since + timedelta(minutes=b)) for a, b in PAUSES[(n + turn) % len(PAUSES)]
        ]
        week = list(WEEKS)[(n + n // 5) % len(WEEKS)]
        yield week, list(HOURS)[turn % 3], since, since + timedelta(minutes=length), pauses


CASES = list(cases())


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 400 and len({(week, zone) for week, zone, *_ in CASES}) == 15


def test_elapsed_is_what_the_counter_counts() -> None:
    wrong = [
        (week, zone, str(since), str(until), pauses)
        for week, zone, since, until, pauses in CASES
        if elapsed(calendar(week, zone), since, until, pauses) != counted(week, zone, since, until, pauses)
    ]
    assert wrong == []


def test_due_is_the_first_moment_at_which_the_counter_has_it() -> None:
    """One step earlier it has not, whatever the pauses."""
    for week, zone, since, until, pauses in CASES:
        budget = counted(week, zone, since, until, pauses)
        if budget:
            at = due(calendar(week, zone), since, budget, pauses)
            last = at - STEP  # the step that made it full: open, and in no pause
            assert since <= last < until, (week, zone, since, until)
            assert is_open(week, zone, last) and not any(a <= last < b for a, b in pauses)
            assert counted(week, zone, at, until, pauses) == timedelta(0)


def test_a_calendar_answers_the_same_whatever_it_was_asked_before() -> None:
    """Sums of days are kept: a later start first, an earlier one then, long and short budgets in between."""
    asked = [(since, until - since) for week, zone, since, until, _ in CASES if (week, zone) == ("office", "WIB")]
    assert len(asked) > 10
    kept = calendar("office")
    for since, budget in [*reversed(asked), *asked]:
        assert due(kept, since, budget) == due(calendar("office"), since, budget)


@pytest.mark.parametrize(("since", "minutes", "at"), [
    ("2026-03-16T00:30", 60, "2026-03-16T01:30"),  # 07.30 WIB on a Monday
    ("2026-03-16T04:30", 60, "2026-03-16T06:00"),  # over the noon break
    ("2026-03-13T09:00", 45, "2026-03-16T00:45"),  # Friday 16.00, the rest on Monday
    ("2026-03-18T08:30", 60, "2026-03-23T01:00"),  # Wednesday 15.30 before Nyepi, leave and a weekend
    ("2026-12-31T08:00", 120, "2027-01-04T01:30"),  # over the new year, which is a Friday
    ("2026-12-31T17:30", 1, "2027-01-04T00:31"),  # 00.30 WIB on the first of January
    ("2026-03-14T03:00", 480, "2026-03-16T09:00"),  # a Saturday: all of Monday
])  # fmt: skip
def test_by_hand(since: str, minutes: int, at: str) -> None:
    assert due(calendar("office"), utc(since), timedelta(minutes=minutes)) == utc(at)


def test_a_mean_working_day_is_a_fifth_of_the_week() -> None:
    week = calendar("office").week
    assert average(week) == timedelta(hours=7.9)  # four of eight hours, one of seven and a half
    assert due(calendar("office", closed={}), utc("2026-03-16T00:30"), average(week) * 5) == utc("2026-03-20T09:30")


def test_opening() -> None:
    assert opens(calendar("office"), utc("2026-03-18T10:00")) == utc("2026-03-23T00:30")
    assert opens(calendar("office"), utc("2026-03-17T02:00")) == utc("2026-03-17T02:00")
    assert calendar("always", closed={}).always and not calendar("office").always


def test_what_never_opens_is_said() -> None:
    empty = Calendar("empty", timedelta(0), ((),) * 7)
    with pytest.raises(ValueError, match="empty"):
        due(empty, utc("2026-03-16T00:30"), timedelta(minutes=1))
    with pytest.raises(ValueError, match="time zone"):
        elapsed(empty, datetime(2026, 3, 16), utc("2026-03-16T00:30"))


MOMENTS = st.datetimes(datetime(2025, 12, 20), datetime(2027, 1, 20)).map(lambda at: at.replace(tzinfo=UTC))
CALENDARS = st.builds(calendar, st.sampled_from(list(WEEKS)), st.sampled_from(list(HOURS)))
SPANS = st.lists(
    st.tuples(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3))).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=4,
)
FEW = settings(max_examples=40, deadline=None)


@FEW
@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS, SPANS)
def test_never_negative_and_adds_up_over_any_split(
    each: Calendar, a: datetime, b: datetime, c: datetime, pauses: list[Stretch]
) -> None:
    first, middle, last = sorted((a, b, c))
    whole = elapsed(each, first, last, pauses)
    assert timedelta(0) <= whole <= last - first
    assert whole == elapsed(each, first, middle, pauses) + elapsed(each, middle, last, pauses)
    assert elapsed(each, last, first, pauses) == timedelta(0)


@FEW
@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20)), SPANS)
def test_what_a_pause_takes_is_what_passes_in_it(
    each: Calendar, since: datetime, length: timedelta, pauses: list[Stretch]
) -> None:
    """Taking out pauses one after another takes the same as taking them together, also where they overlap."""
    until, left = since + length, [(since, since + length)]
    for start, end in pauses:
        left = [piece for a, b in left for piece in ((a, min(b, max(a, start))), (max(a, min(b, end)), b))]
    assert elapsed(each, since, until, pauses) == sum((elapsed(each, a, b) for a, b in left), timedelta(0))


@FEW
@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(microseconds=1), timedelta(hours=60)), SPANS)
def test_due_and_elapsed_are_each_others_inverse(
    each: Calendar, since: datetime, budget: timedelta, pauses: list[Stretch]
) -> None:
    at = due(each, since, budget, pauses)
    assert elapsed(each, since, at, pauses) == budget
    assert elapsed(each, since, at - timedelta(microseconds=1), pauses) < budget
    assert at.utcoffset() == timedelta(0)


@FEW
@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9)), st.integers(-12, 14))
def test_the_zone_in_which_a_moment_is_written_does_not_matter(
    each: Calendar, since: datetime, length: timedelta, hours: int
) -> None:
    from datetime import timezone

    there = timezone(timedelta(hours=hours))
    until = since + length
    assert elapsed(each, since.astimezone(there), until) == elapsed(each, since, until.astimezone(there))


# -- the file ----------------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]
FLOWS = flow.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))


def test_the_shipped_calendars() -> None:
    days = room.load(ROOT / "flows", FLOWS).norms.calendars
    assert days.of("terus").always
    office = days.of("kantor", "32.05")
    assert date(2026, 3, 24) in office.closed and date(2026, 8, 17) in office.closed
    assert [days.of("kantor", code).zone for code in ("", "32.73", "51.71", "91")] == [
        timedelta(hours=hours) for hours in (7, 7, 8, 9)
    ]
    assert (
        days.missing(2026) == [] and days.missing(2027) == ["bersama"] and days.missing(2031) == ["bersama", "nasional"]
    )
    # 17 August 2026 is a Monday: what comes on Friday afternoon is due on Tuesday
    assert due(office, utc("2026-08-14T09:00"), timedelta(hours=1)) == utc("2026-08-18T01:00")


GOOD = "calendars:\n  kantor:\n    zone: setempat\n    holidays: [daerah]\n    week:\n      senin: [08.00-12.00, 13.00-16.00]\n"
LOCAL = '  - {date: 2026-09-07, name: Hari jadi, kind: daerah, regions: ["32.05"]}\n'


def _read(words: str) -> Calendars:
    source = Source("flows/data/calendars.yaml", "", parse(words.encode(), "calendars.yaml"))
    return calendars.read(Workshop(FLOWS.catalogues), source)


def test_a_local_day_holds_in_its_own_regency() -> None:
    days = _read(GOOD + 'zones:\n  wita: ["51"]\nholidays:\n' + LOCAL)
    monday = utc("2026-09-07T02:00"), utc("2026-09-07T03:00")
    assert elapsed(days.of("kantor", "32.05.01.2001"), *monday) == timedelta(0)
    assert elapsed(days.of("kantor", "32.73"), *monday) == timedelta(hours=1)


@pytest.mark.parametrize(("words", "line", "what"), [
    (GOOD.replace("08.00-12.00", "22.00-06.00"), 6, "two spans"),
    (GOOD.replace("13.00", "11.00"), 6, "without overlap"),
    (GOOD.replace("13.00-16.00", "siang"), 6, "is no span"),
    (GOOD.replace("16.00", "24.30"), 6, "is no span"),
    (GOOD.replace("senin", "senen"), 6, "senin"),
    (GOOD.replace("setempat", "wibb"), 3, "`wib`"),
    (GOOD.replace("[08.00-12.00, 13.00-16.00]", "[]"), 5, "never open"),
    (GOOD.replace("[daerah]", "[agama]"), 4, "kind of holiday"),
    (GOOD + "holidays:\n  - {date: 2026-02-30, name: x}\n", 8, "is no day"),
    (GOOD + "holidays:\n  - {date: 2026-02-03, name: x, kind: daerah}\n", 8, "needs them"),
    (GOOD + "holidays:\n" + LOCAL + LOCAL, 9, "twice"),
    (GOOD + "zones:\n  wita: [Bali]\n", 8, "province"),
    (GOOD + "zone: x\n", 7, "not known here"),
])  # fmt: skip
def test_a_broken_calendar_is_named(words: str, line: int, what: str) -> None:
    with refuses(rf"calendars\.yaml:{line}: .*{what}"):
        _read(words)
