"""The hours of agencies: how they are written, and that an agency's clock runs in them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.policy import hours, sla
from bot.policy.calendar import DAY, ZERO, ZONES, Calendar, Calendars, Holiday
from bot.policy.directory import Agency, Contact, reached
from bot.policy.norms import ACCEPT, FIRST, Norm, Norms, Subject
from bot.policy.sla import Event, replay

H = timedelta(hours=1)
WORK, LATE = (7.5 * H, 16 * H), (13 * H, 16.5 * H)

READ = [
    (["sen-kam 07.30-16.00", "jum 13.00-16.30"], ((WORK,), (WORK,), (WORK,), (WORK,), (LATE,), (), ())),
    (["setiap hari 00.00-23.59"], (((ZERO, DAY),),) * 7),
    (["setiap hari 00.00-24.00"], (((ZERO, DAY),),) * 7),
    (["sab-sen 07.30-16.00"], ((WORK,), (), (), (), (), (WORK,), (WORK,))),
    (["sel 13.00-16.30", "sel 07.30-12.00"], ((), ((7.5 * H, 12 * H), LATE), (), (), (), (), ())),
    ([], ()),
]
WRONG = ["pagi", "sen-jumat 07.30-16.00", "sen 7.30-16.00", "sen 16.00-07.30", "sen 07.30-24.30", "sen 07.75-16.00"]


@pytest.mark.parametrize(("lines", "week"), READ)
def test_reads(lines: list[str], week: hours.Week) -> None:
    assert hours.week(lines) == week


@pytest.mark.parametrize("line", WRONG)
def test_refuses(line: str) -> None:
    with pytest.raises(ValueError, match=r"tulis seperti|bukan rentang jam"):
        hours.week([line])


def test_refuses_an_hour_that_is_given_twice() -> None:
    with pytest.raises(ValueError, match="tumpang tindih"):
        hours.week(["sen-jum 07.30-16.00", "rab 15.00-17.00"])


MONDAY = datetime(2026, 11, 23, tzinfo=UTC)  # 07.00 in West Java


@pytest.mark.parametrize(("lines", "after", "open_"), [
    (["sen-jum 07.30-16.00"], 0.4, False), (["sen-jum 07.30-16.00"], 0.5, True), (["sen-jum 07.30-16.00"], 9, False),
    (["sen-jum 07.30-16.00"], 5 * 24 + 2, False), (["setiap hari 00.00-23.59"], 16.99, True), ([], 17, True),
])  # fmt: skip
def test_is_open(lines: list[str], after: float, open_: bool) -> None:
    assert hours.is_open(hours.week(lines), MONDAY + after * H) is open_


# -- clocks ----------------------------------------------------------------------------------------

OFFICE = (((8 * H, 16 * H),),) * 5 + ((), ())
CALENDARS = Calendars(
    {"kantor": Calendar("kantor", ZONES["WIB"], OFFICE, day=8 * H), "terus": Calendar("terus", ZONES["WIB"], (((ZERO, DAY),),) * 7)},
    {"kantor": ("nasional",), "terus": ()}, frozenset(), (Holiday(MONDAY.date() + DAY, "Libur", "nasional"),), {},
)  # fmt: skip
FIVE = Norm(ACCEPT, 40 * H, "kantor", 0.8, days=5)
NORMS = Norms(
    (FIVE, Norm(ACCEPT, 2 * H, "kantor", 0.8, urgency="high"), Norm(ACCEPT, H, "terus", 0.8, urgency="critical"), Norm(FIRST, 8 * H, "kantor", 0.8)),
    CALENDARS, hours={"Dinas Pagi": hours.week(["sen-jum 08.00-12.00"]), "Posko": hours.week(["setiap hari 00.00-23.59"])},
)  # fmt: skip
DUE = [
    # Monday 07.00, Tuesday is a holiday: five of their days of four hours end on Monday at noon, when they close
    ("Dinas Pagi: tolong", "normal", MONDAY + 7 * DAY + 5 * H, "met"),
    ("Dinas Pagi", "high", MONDAY + 3 * H, "late"),
    ("Dinas Pagi", "critical", MONDAY + H, "late"),  # at all times, whoever is there
    ("Posko", "normal", MONDAY + 5 * DAY, "late"),  # open every day, on holidays too: five days are five days
    ("Dinas Lain", "normal", MONDAY + 7 * DAY + 9 * H, "met"),  # has said no hours: those of the norm, which end then
]


@pytest.mark.parametrize(("why", "urgency", "due", "minute_later"), DUE)
def test_an_agencys_clock_runs_in_its_hours(why: str, urgency: str, due: datetime, minute_later: str) -> None:
    """Also when it has stopped and the ticket is nobody's any more: whose clock it was stands in the history."""
    rows = [Event(MONDAY, "opened"), Event(MONDAY, "moved", "queued", "dispatched", "officer", why)]
    running = {each.kind: each for each in replay(rows, Subject(urgency))}
    reading = sla.read(running[ACCEPT], NORMS, MONDAY + H / 2)
    assert reading is not None and reading.due_at == due
    back = Event(due + H / 60, "moved", "dispatched", "returned", "agency")
    stopped = {each.kind: each for each in replay([*rows, back], Subject(urgency))}[ACCEPT]
    outcome = sla.read(stopped, NORMS, due + DAY)
    assert stopped.agency and outcome is not None and outcome.outcome == minute_later


def test_our_own_clocks_run_as_before() -> None:
    running = replay([Event(MONDAY, "opened")], Subject())
    reading = sla.read(next(each for each in running if each.kind == FIRST), NORMS, MONDAY)
    assert reading is not None and reading.due_at == MONDAY + 9 * H


# -- who is reached --------------------------------------------------------------------------------

DESK = Contact("Meja", email="meja@x.example", telegram="77")
HEAD = Contact("Kepala", email="kepala@x.example", escalation=True)
BY_MAIL = Agency("a", "A", contacts=(DESK, HEAD), channel="mail")
AT_DESK = Agency("b", "B", contacts=(DESK, HEAD))
HOOK = Agency("c", "C", contacts=(HEAD,), channel="webhook", url="https://c.example")
DUTY, ABOVE = [("mail", "meja@x.example"), ("telegram", "77")], [("mail", "kepala@x.example")]


@pytest.mark.parametrize(("agency", "kind", "urgency", "open_", "whom"), [
    (BY_MAIL, "dispatched", "normal", False, DUTY),
    (BY_MAIL, "dispatched", "critical", True, DUTY),
    (BY_MAIL, "dispatched", "critical", False, DUTY + ABOVE),
    (BY_MAIL, "not_yet", "normal", True, DUTY + ABOVE),
    (BY_MAIL, "joined", "critical", False, DUTY),
    (AT_DESK, "dispatched", "high", False, []),
    (AT_DESK, "dispatched", "critical", True, DUTY),
    (AT_DESK, "not_yet", "normal", True, ABOVE),
    (HOOK, "dispatched", "critical", False, [("webhook", "https://c.example"), *ABOVE]),
])  # fmt: skip
def test_who_hears_of_it(agency: Agency, kind: str, urgency: str, open_: bool, whom: list[tuple[str, str]]) -> None:
    assert reached(agency, kind, urgency, open_) == whom


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], []),
        (["sen-kam 07.30-16.00", "jum 07.30-16.30"], [(0, 3, 1), (4, 4, 1)]),
        (["setiap hari 00.00-24.00"], [(0, 6, 1)]),
        (["sen 08.00-12.00", "sen 13.00-16.00", "rab 08.00-12.00"], [(0, 0, 2), (2, 2, 1)]),
    ],
)
def test_the_way_back(lines: list[str], found: list[tuple[int, int, int]]) -> None:
    assert [(first, last, len(spans)) for first, last, spans in hours.grouped(hours.week(lines))] == found
