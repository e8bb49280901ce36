"""How long each step may take, as data (flows/data/sla.yaml): the most exact rule for a ticket wins. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import timedelta

from bot.engine.forms import Form, Workshop, near
from bot.engine.read import Source
from bot.errors import Sentence
from bot.models import Urgency
from bot.policy.calendar import Calendar, Calendars, average
from bot.policy.calendars import STANDARD, rows
from bot.policy.hours import Week, never_closes
from bot.record import record

OURS, AGENCY = "ours", "agency"
FIRST, NEXT, VERIFY, SOLUTION = "first_answer", "next_answer", "verify", "solution"
ACCEPT, FINISH = "agency_accept", "agency_solution"
PARTY = {FIRST: OURS, NEXT: OURS, VERIFY: OURS, SOLUTION: OURS, ACCEPT: AGENCY, FINISH: AGENCY}
"""Kind of clock -> whose it is. The two are never added up."""
NOTHING, RAISE, QUEUE, LEAD = "nothing", "raise", "queue", "lead"
ACTIONS = (NOTHING, RAISE, QUEUE, LEAD)
WAYS = ("telegram", "whatsapp", "email")
UNITS = ("minutes", "hours", "days")


@record
class Subject:
    """What of a ticket decides which norm holds for it."""

    urgency: str = Urgency.NORMAL
    topic: str = ""
    klass: str = ""
    """SP4N-LAPOR!'s class: information, complaint, with supervision …"""
    region: str = ""
    subtopic: str = ""


@record
class Norm:
    kind: str
    budget: timedelta
    """Of the calendar's open time."""
    calendar: str
    warn: float
    """Share of the budget after which somebody is warned."""
    breach: str = LEAD
    """What happens when it is over: urgency rises, the case goes back to the queue, or the leads are told only."""
    urgency: str = ""
    topic: str = ""
    klass: str = ""
    subtopic: str = ""
    days: float = 0.0
    """The budget in working days, where it was written so: whoever has other hours has other days."""

    def fits(self, kind: str, subject: Subject) -> bool:
        wanted = (
            (self.urgency, subject.urgency),
            (self.topic, subject.topic),
            (self.klass, subject.klass),
            (self.subtopic, subject.subtopic),
        )
        return self.kind == kind and all(not mine or mine == theirs for mine, theirs in wanted)

    @property
    def exact(self) -> int:
        """Urgency says more than a sub-topic, that more than a topic, a topic more than a class: danger is never slowed down by a
        topic's own norm."""
        return 8 * bool(self.urgency) + 4 * bool(self.subtopic) + 2 * bool(self.topic) + bool(self.klass)


@record
class Norms:
    rules: tuple[Norm, ...] = ()
    calendars: Calendars = STANDARD
    ways: tuple[str, ...] = ()
    """How else than at the desk a warning reaches people."""
    night: str = ""
    """The calendar in which officers answer citizens who wait; '' = at all times."""

    hours: Mapping[str, Week] = field(default_factory=dict)
    """Name of an agency -> when it is open."""
    made: dict[tuple[Norm, str, str], tuple[Norm, Calendar]] = field(default_factory=dict, repr=False, compare=False)
    known: dict[tuple[str, ...], Norm | None] = field(default_factory=dict, repr=False, compare=False)
    """Answers that were worked out before: every new ticket asks, and there are few kinds of tickets."""

    def of(self, kind: str, subject: Subject) -> Norm | None:
        """The norm of a kind for this ticket; None = none is promised."""
        key = kind, subject.urgency, subject.topic, subject.klass, subject.subtopic
        if key not in self.known:
            fitting = [rule for rule in self.rules if rule.fits(kind, subject)]
            self.known[key] = max(fitting, key=lambda rule: rule.exact) if fitting else None
        return self.known[key]

    def runs(self, norm: Norm, region: str, agency: str) -> tuple[Norm, Calendar]:
        """By which calendar a norm runs, and the norm with its budget there: an agency's clock runs in the hours of that agency, with
        the holidays of the norm's calendar, unless it is open every day. What runs at all times runs so for an agency, too."""
        calendar = self.calendars.of(norm.calendar, region)
        week = self.hours.get(agency, ()) if PARTY[norm.kind] == AGENCY else ()
        if not week or calendar.always:
            return norm, calendar
        key = norm, region[:5], agency
        if key not in self.made:
            closed = {} if never_closes(week) else calendar.closed
            own = replace(calendar, name=agency, week=week, closed=closed, day=average(week), kept=[])
            self.made[key] = replace(norm, budget=own.day * norm.days if norm.days else norm.budget), own
        return self.made[key]


def read(
    shop: Workshop,
    source: Source,
    calendars: Calendars,
    topics: frozenset[str],
    subtopics: frozenset[str] | None = None,
) -> Norms:
    """`topics`, `subtopics`: those that exist; none, or None: any may be named. Raises `FlowError`."""
    whole = Form(shop, source.name, "sla", "sla", source.tree)
    found = tuple(_rules(shop, source, whole, calendars, topics, subtopics))
    ways = whole.words("warn_ways")
    for way in ways:
        if way not in WAYS:
            what = Sentence("`{way}` bukan cara menghubungi orang", way=way)
            whole.fail(what, near(way, WAYS), "warn_ways")
    night = _calendar(whole, "on_shift", calendars) if whole.has("on_shift") else ""
    whole.finish()
    return Norms(found, calendars, ways, night)


def _rules(
    shop: Workshop,
    source: Source,
    whole: Form,
    calendars: Calendars,
    topics: frozenset[str],
    subtopics: frozenset[str] | None,
) -> Iterator[Norm]:
    seen = dict[tuple[str, ...], int]()
    for tree in rows(source, whole, "norms"):
        form = Form(shop, source.name, "sla", "norms", tree)
        kind = _one_of(form, "kind", tuple(PARTY))
        urgency = _one_of(form, "urgency", tuple(Urgency), "")
        topic = _one_of(form, "topic", sorted(topics), "") if topics else form.string("topic", "")
        klass, subtopic = form.string("class", ""), form.string("subtopic", "")
        if subtopic and subtopics is not None:
            _one_of(form, "subtopic", sorted(subtopics), "")
        calendar = _calendar(form, "calendar", calendars)
        warn = form.number("warn", 0.8, 0.05, 1)
        breach = _one_of(form, "breach", ACTIONS, LEAD)
        if breach == QUEUE and PARTY[kind] == AGENCY:
            what = Sentence("kasus instansi tidak dapat kembali sendiri ke antrean kita")
            form.fail(what, Sentence("tulis `breach: lead`"), "breach")
        found = Norm(
            kind, _budget(form, calendars.base[calendar].day), calendar, warn, breach, urgency, topic, klass, subtopic,
            form.number("days", 0, 0.1, 100_000) if form.has("days") else 0.0,
        )  # fmt: skip
        form.finish()
        if (key := (kind, urgency, topic, klass, subtopic)) in seen:
            what = Sentence("tenggat yang sama sudah ada di baris {line}", line=seen[key])
            form.fail(what, Sentence("sisakan salah satunya"), "kind")
        seen[key] = tree.line
        yield found


def _one_of(form: Form, key: str, known: tuple[str, ...] | list[str], default: str | None = None) -> str:
    word = form.string(key, default)
    if word and word not in known:
        form.unknown(key, word, known)
    return word


def _calendar(form: Form, key: str, calendars: Calendars) -> str:
    return _one_of(form, key, tuple(calendars.base))


def _budget(form: Form, day: timedelta) -> timedelta:
    units = [unit for unit in UNITS if form.has(unit)]
    if len(units) != 1:
        what = Sentence("perlu satu dari `minutes`, `hours`, dan `days`")
        form.fail(what, Sentence("tulis `minutes: 5`"), "kind")
    size = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": day}[units[0]]
    return size * form.number(units[0], 0, 0.1, 100_000)
