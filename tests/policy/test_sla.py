"""A ticket's clocks as tables: who had the ball, what each clock shows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import i18n
from bot.engine import flow
from bot.engine.forms import Workshop
from bot.engine.read import Source, parse
from bot.models import MOVES, State
from bot.policy import calendars, norms, sla
from bot.policy.norms import PARTY, Norm, Norms, Subject
from bot.policy.sla import BALL, Clock, Event, replay
from tests.policy.test_calendar import ROOT
from tests.told import refuses

T = datetime(2026, 11, 23, 2, tzinfo=UTC)


def at(minute: float) -> datetime:
    return T + timedelta(minutes=minute)


def events(story: str) -> list[Event]:
    """`0 opened, 3 >assigned, 4 answered`: minute and what; `>state` is a move, `!high` an urgency, `~air` a topic, `c` = by the citizen."""
    found, state, urgency, topic = [], "", "normal", "jalan"
    for piece in story.split(","):
        minute, what, *by = piece.split()
        when, actor = at(float(minute)), "citizen" if by else "officer"
        if what.startswith(">"):
            found.append(Event(when, "moved", state, what[1:], actor))
            state = what[1:]
        elif what.startswith("!"):
            found.append(Event(when, "urgency", urgency, what[1:]))
            urgency = what[1:]
        elif what.startswith("~"):
            found.append(Event(when, "topic", topic, what[1:]))
            topic = what[1:]
        else:
            found.append(Event(when, what))
            state = "queued" if what == "opened" else state
    return found


RULES = Norms(tuple(Norm(kind, timedelta(minutes=10), "terus", 0.8) for kind in PARTY))


def shown(story: str, now: float = 100) -> dict[str, str]:
    """kind and round -> minutes used, then `+` for late, `v` for void, `|` while it runs, `=` while it is paused."""
    found = {}
    for clock in replay(events(story), Subject(topic="jalan")):
        reading = sla.read(clock, RULES, at(now))
        assert reading is not None
        state = {"met": "", "late": "+", "void": "v", "": "=" if clock.pause else "|"}[reading.outcome]
        found[f"{clock.kind}{clock.round if clock.round > 1 else ''}"] = (
            f"{reading.used / timedelta(minutes=1):g}{state}"
        )
    return found


ANSWERED = "0 opened, 3 >assigned, 4 answered"


@pytest.mark.parametrize(("story", "clocks"), [
    ("0 opened", {"first_answer": "100|", "verify": "100|", "solution": "100|"}),
    (ANSWERED, {"first_answer": "4", "verify": "100|", "solution": "100|"}),
    ("0 opened, 10 answered", {"first_answer": "10", "verify": "100|", "solution": "100|"}),  # exactly in time
    ("0 opened, 10.1 answered", {"first_answer": "10.1+", "verify": "100|", "solution": "100|"}),
    ("0 opened, 5 >cancelled", {"first_answer": "5v", "verify": "5v", "solution": "5v"}),
    ("0 opened, 5 >merged", {"first_answer": "5v", "verify": "5v", "solution": "5v"}),
    ("0 opened, 15 >rejected", {"first_answer": "15+", "verify": "15+", "solution": "15+"}),
    (f"{ANSWERED}, 9 >resolved, 20 >closed", {"first_answer": "4", "verify": "9", "solution": "9"}),
    # the citizen has the ball from 5 to 50
    (f"{ANSWERED}, 5 >waiting_citizen, 50 >assigned c, 53 replied, 54 >resolved",
     {"first_answer": "4", "verify": "9", "solution": "9", "next_answer": "3"}),
    (f"{ANSWERED}, 5 >waiting_citizen", {"first_answer": "4", "verify": "5=", "solution": "5="}),
    # the agency has it from 6 on: ours stands, theirs runs
    (f"{ANSWERED}, 6 >dispatched", {"first_answer": "4", "verify": "6", "solution": "6=", "agency_accept": "94|", "agency_solution": "94|"}),
    (f"{ANSWERED}, 6 >dispatched, 9 >in_progress, 14 >done, 15 >resolved",
     {"first_answer": "4", "verify": "6", "solution": "7", "agency_accept": "3", "agency_solution": "8"}),
    (f"{ANSWERED}, 6 >dispatched, 9 >in_progress, 14 >done, 20 >in_progress, 22 >done, 23 >resolved",
     {"first_answer": "4", "verify": "6", "solution": "13+", "agency_accept": "3", "agency_solution": "10"}),
    (f"{ANSWERED}, 6 >dispatched, 20 >returned, 21 >dispatched, 25 >in_progress",
     {"first_answer": "4", "verify": "6", "solution": "7=", "agency_accept": "14+", "agency_solution": "14v",
      "agency_accept2": "4", "agency_solution2": "79|"}),
    (f"{ANSWERED}, 6 >dispatched, 7 >in_progress, 8 >waiting_citizen, 50 >in_progress, 52 >postponed",
     {"first_answer": "4", "verify": "6", "solution": "6=", "agency_accept": "1", "agency_solution": "4="}),
    (f"{ANSWERED}, 6 >dispatched, 9 >assigned",  # called back: theirs says nothing about them
     {"first_answer": "4", "verify": "6", "solution": "97|", "agency_accept": "3v", "agency_solution": "3v"}),
    (f"{ANSWERED}, 6 >forwarded, 90 >resolved", {"first_answer": "4", "verify": "6", "solution": "6"}),
    # next answer: the first of several lines counts, a question is an answer
    (f"{ANSWERED}, 20 wrote, 22 wrote, 26 replied, 30 replied",
     {"first_answer": "4", "verify": "100|", "solution": "100|", "next_answer": "6"}),
    (f"{ANSWERED}, 20 wrote, 22 >waiting_citizen", {"first_answer": "4", "next_answer": "2", "verify": "22=", "solution": "22="}),
    (f"{ANSWERED}, 20 wrote, 21 replied, 30 wrote, 45 replied",
     {"first_answer": "4", "verify": "100|", "solution": "100|", "next_answer": "1", "next_answer2": "15+"}),
    ("0 opened, 1 wrote, 3 >assigned, 4 wrote", {"first_answer": "100|", "verify": "100|", "solution": "100|"}),
    (f"{ANSWERED}, 6 >queued, 7 wrote", {"first_answer": "4", "verify": "100|", "solution": "100|"}),  # the bot answers there
    # reopened: a new round, the old one stays as it was
    (f"{ANSWERED}, 9 >resolved, 50 >reopened, 55 >assigned, 57 replied, 58 >resolved",
     {"first_answer": "4", "verify": "9", "solution": "9", "solution2": "8", "next_answer": "7"}),
])  # fmt: skip
def test_stories(story: str, clocks: dict[str, str]) -> None:
    assert shown(story) == clocks


def test_every_pause_says_who_had_the_ball_and_why() -> None:
    story = f"{ANSWERED}, 5 >waiting_citizen, 8 >dispatched, 9 >in_progress, 12 >postponed, 20 >in_progress, 30 >done"
    clocks = {clock.kind: clock for clock in replay(events(story), Subject())}
    ours = [
        (each.ball, each.since, each.until and (each.until - T).seconds // 60, each.why)
        for each in clocks["solution"].pauses
    ]
    assert ours == [
        ("citizen", at(5), 8, "waiting_citizen"), ("agency", at(8), 12, "dispatched"), ("date", at(12), 20, "postponed"),
        ("agency", at(20), 30, "in_progress"),
    ]  # fmt: skip
    theirs = [(each.ball, each.since, each.why) for each in clocks["agency_solution"].pauses]
    assert theirs == [("date", at(12), "postponed"), ("ours", at(30), "done")]
    assert clocks["agency_solution"].pause is not None and clocks["solution"].pause is None


FAST = Norms((
    Norm("first_answer", timedelta(minutes=5), "terus", 0.8),
    Norm("first_answer", timedelta(minutes=1), "terus", 0.5, urgency="critical"),
    Norm("first_answer", timedelta(minutes=30), "terus", 0.8, topic="taman"),
    Norm("first_answer", timedelta(minutes=3), "terus", 0.8, klass="pengawasan"),
    Norm("first_answer", timedelta(hours=72), "terus", 0.8, subtopic="hapus_data"),
))  # fmt: skip


@pytest.mark.parametrize(("subject", "minutes"), [
    (Subject(), 5),
    (Subject(urgency="critical"), 1),
    (Subject(urgency="high"), 5),
    (Subject(topic="taman"), 30),
    (Subject(topic="taman", klass="pengawasan"), 30),
    (Subject(klass="pengawasan"), 3),
    (Subject(topic="taman", subtopic="hapus_data"), 72 * 60),
    (Subject(topic="taman", subtopic="ayunan"), 30),
    (Subject(urgency="critical", subtopic="hapus_data"), 1),
    (Subject(urgency="critical", topic="taman"), 1),  # danger is never slowed down by a topic's own norm
])  # fmt: skip
def test_the_most_exact_norm_wins(subject: Subject, minutes: int) -> None:
    norm = FAST.of("first_answer", subject)
    assert norm is not None and norm.budget == timedelta(minutes=minutes)
    assert FAST.of("solution", subject) is None


@pytest.mark.parametrize(("story", "now", "due", "warn"), [
    ("0 opened", 1, 5, 4),
    ("0 opened, 2 !critical", 3, 1, 0.5),  # from the start, so it is late already
    ("0 opened, 2 !critical, 3 !normal", 3, 5, 4),
    ("0 opened, 2 ~taman", 3, 30, 24),
])  # fmt: skip
def test_a_change_of_class_moves_what_still_runs(story: str, now: float, due: float, warn: float) -> None:
    rows = events(story)
    subject = Subject(
        urgency=next((row.after for row in reversed(rows) if row.kind == "urgency"), "normal"),
        topic=next((row.after for row in reversed(rows) if row.kind == "topic"), "jalan"),
    )
    clock = replay(rows, subject)[0]
    reading = sla.read(clock, FAST, at(now))
    assert reading is not None and (reading.due_at, reading.warn_at) == (at(due), at(warn))
    assert reading.late_at(at(now)) == (due <= now)


def test_what_has_stopped_keeps_the_class_it_had() -> None:
    stopped = replay(events("0 opened, 3 >assigned, 4 answered, 6 !critical"), Subject(urgency="critical"))[0]
    reading = sla.read(stopped, FAST, at(60))
    assert stopped.subject.urgency == "normal" and reading is not None and reading.outcome == "met"


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """Any life that the table of moves allows, with changes of class and messages in between."""
    rows, state, when = [Event(T, "opened", "", "queued")], State.QUEUED, T
    for step in draw(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 9)), max_size=12)):
        when += timedelta(minutes=step[0])
        if step[1] < 6:
            after = sorted(MOVES[state])[step[1] % len(MOVES[state])]
            rows.append(Event(when, "moved", state, after, draw(st.sampled_from(["citizen", "officer"]))))
            state = after
        else:
            kind, after = [("wrote", ""), ("replied", ""), ("answered", ""), ("urgency", "high")][step[1] - 6]
            rows.append(Event(when, kind, "", after))
    return rows


@settings(max_examples=60, deadline=None)
@given(lives(), st.integers(0, 3000))
def test_any_life(rows: list[Event], more: int) -> None:
    """No clock is negative or longer than its life, its pauses lie inside it one after another, ours and theirs never run together,
    and a clock that runs is one whose party has the ball."""
    now = rows[-1].at + timedelta(minutes=more)
    state = State(next((row.after for row in reversed(rows) if row.kind == "moved"), "queued"))
    clocks = replay(rows, Subject())
    assert len({(clock.kind, clock.round) for clock in clocks}) == len(clocks)
    for clock in clocks:
        end = clock.stopped_at or now
        reading = sla.read(clock, RULES, now)
        assert reading is not None and timedelta(0) <= reading.used <= end - clock.started_at
        edges = [clock.started_at, *(edge for each in clock.pauses for edge in (each.since, each.until or end)), end]
        assert edges == sorted(edges)
        assert all(each.ball != clock.party for each in clock.pauses)
        if clock.stopped_at is None:
            assert BALL[state] != "over" and (clock.pause is None) == (BALL[state] == clock.party)
    by_kind = {clock.kind: clock for clock in clocks}
    if {"solution", "agency_solution"} <= by_kind.keys():
        assert not _both(by_kind["solution"], by_kind["agency_solution"], now)


def _both(a: Clock, b: Clock, now: datetime) -> bool:
    """True if there is a minute in which both run."""

    def runs(clock: Clock, when: datetime) -> bool:
        inside = clock.started_at <= when < (clock.stopped_at or now)
        return inside and not any(each.since <= when < (each.until or now) for each in clock.pauses)

    edges = {edge for clock in (a, b) for each in clock.pauses for edge in (each.since, each.until or now)}
    return any(runs(a, edge) and runs(b, edge) for edge in edges | {a.started_at, b.started_at})


# -- the file ----------------------------------------------------------------------------------------------

FLOWS = flow.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))


def _read(words: str, folder: str = "") -> Norms:
    shop = Workshop(FLOWS.catalogues)
    days = Source("", "", parse((ROOT / "flows/data/calendars.yaml").read_bytes(), "calendars.yaml"))
    rules = Source("sla.yaml", "", parse(words.encode(), "sla.yaml"))
    return norms.read(shop, rules, calendars.read(shop, days), frozenset(FLOWS.topics))


def test_the_shipped_norms() -> None:
    found = _read((ROOT / "flows/data/sla.yaml").read_text("utf-8"))
    for kind in PARTY:
        assert found.of(kind, Subject()) is not None, kind
    first, urgent = found.of("first_answer", Subject()), found.of("first_answer", Subject(urgency="critical"))
    assert first is not None and urgent is not None
    assert (first.budget, urgent.budget) == (timedelta(minutes=5), timedelta(minutes=1))
    verify = found.of("verify", Subject())
    assert verify is not None and verify.budget == timedelta(hours=3 * 7.9)


@pytest.mark.parametrize(("rule", "what"), [
    ("{kind: first, minutes: 5, calendar: terus}", "first_answer"),
    ("{kind: first_answer, minutes: 5, calendar: toko}", "kantor"),
    ("{kind: first_answer, calendar: terus}", "one of"),
    ("{kind: first_answer, minutes: 5, hours: 1, calendar: terus}", "one of"),
    ("{kind: first_answer, minutes: -5, calendar: terus}", "from"),
    ("{kind: first_answer, minutes: 5, calendar: terus, topic: jalann}", "jalan"),
    ("{kind: first_answer, minutes: 5, calendar: terus, urgency: gawat}", "critical"),
    ("{kind: first_answer, minutes: 5, calendar: terus, warn: 3}", "from"),
    ("{kind: first_answer, minutes: 5, calendar: terus, breach: panic}", "raise"),
    ("{kind: agency_accept, minutes: 5, calendar: terus, breach: queue}", "by itself"),
    ("{kind: first_answer, minutes: 5, calendar: terus, minuets: 3}", "minutes"),
    ("{kind: solution, days: 5, calendar: kantor}", "line 2"),
])  # fmt: skip
def test_a_broken_norm_is_named(rule: str, what: str) -> None:
    with refuses(rf"sla\.yaml:3: .*{what}"):
        _read(f"norms:\n  - {{kind: solution, days: 9, calendar: kantor}}\n  - {rule}\n")
