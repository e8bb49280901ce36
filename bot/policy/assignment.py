"""Who gets a waiting case: who can, who is there, who has room, and then whoever has been given least. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta

from bot.models import Urgency
from bot.policy import load
from bot.policy.load import Borne, Load
from bot.record import record

PUSH, PULL = "push", "pull"
MODES = (PUSH, PULL)
HALF_HOUR = 1800.0
"""Seconds below which a shift is too young for "weight an hour" to say anything: until then plain weight counts."""


@record
class Rule:
    """flows/data/assignment.yaml."""

    mode: str = PULL
    """push: cases are given out by themselves; pull: officers press "Ambil berikutnya"."""
    capacity: int = 12
    """Weight that one officer may hold at once."""
    weights: Mapping[str, int] = field(default_factory=lambda: {"critical": 3, "high": 2, "normal": 1})
    channels: Mapping[str, int] = field(default_factory=dict)
    """Weight that one officer may hold of one channel."""
    silent: Mapping[str, timedelta] = field(
        default_factory=lambda: {
            "critical": timedelta(minutes=3), "high": timedelta(minutes=7), "normal": timedelta(minutes=15),
        }
    )  # fmt: skip
    """So long whoever was given a case may be silent; then it goes to the next."""
    present: timedelta = timedelta(seconds=75)
    """So long after the desk's last sign of life somebody still counts as there."""
    absent: timedelta = timedelta(minutes=30)
    """Who is off duty and has not been seen for so long leaves a handover behind."""
    back: timedelta = timedelta(days=14)
    """A citizen who returns within this time is led to the same officer, where that is sensible."""
    spread: float = 0.15
    """How far apart the officers of a shift may be; a returning citizen does not push anybody beyond it."""

    def weight(self, urgency: str) -> int:
        return self.weights.get(urgency, 1)


@record
class Case:
    urgency: str
    language: str
    topic: str
    channel: str
    opened_at: datetime
    before: int | None = None
    """The officer whom this citizen talked to last."""
    for_leads: bool = False
    """Nobody else may take it."""


@record
class Person:
    """An officer on duty."""

    id: int
    ready: bool = True
    """At the desk, and not away for a moment."""
    languages: frozenset[str] = frozenset({"id"})
    topics: frozenset[str] = frozenset()
    """Empty: all."""
    open: int = 0
    """Weight they hold now."""
    channels: Mapping[str, int] = field(default_factory=dict)
    """The same by channel."""
    given: int = 0
    """Weight they were given since their shift began."""
    since: datetime | None = None
    borne: Borne = field(default_factory=Borne)
    lead: bool = False
    most: int = 0
    """Weight that this one may hold; 0 = the rule's."""


def capacity(rule: Rule, person: Person) -> int:
    return person.most or rule.capacity


def pick(
    rule: Rule, humane: Load, wait: timedelta, case: Case, officers: Sequence[Person], now: datetime
) -> int | None:
    """Who gets it; None while nobody can, or while it is left for `wait` to those who have its skills and are on duty, but busy.
    A critical case waits for no skill and no capacity."""
    critical = case.urgency == Urgency.CRITICAL
    if case.for_leads:
        officers = [each for each in officers if each.lead]
    for group in _by_skill(case, officers):
        free = [
            each for each in group if each.ready and (room(rule, each, case) or (critical and _one_more(rule, each)))
        ]
        if free:
            return best(rule, humane, case, free, officers, now).id
        if not critical and now - case.opened_at < wait:
            return None
    there = [each for each in officers if each.ready] if critical else []
    return best(rule, humane, case, there, officers, now).id if there else None


def _one_more(rule: Rule, person: Person) -> bool:
    """A critical case may go one beyond capacity, so that the same few do not get them all because they happen to have room."""
    return person.open <= capacity(rule, person)


def _by_skill(case: Case, officers: Sequence[Person]) -> list[list[Person]]:
    """Those who know language and topic, then one of the two, then everybody; groups without anybody are left out."""
    speak = [each for each in officers if case.language in each.languages]
    know = [each for each in officers if not each.topics or not case.topic or case.topic in each.topics]
    groups = [[each for each in speak if each in know], speak, know, list(officers)]
    return [group for group in groups if group]


def room(rule: Rule, person: Person, case: Case) -> bool:
    """Under capacity; who holds nothing always has room for one."""
    weight = rule.weight(case.urgency)
    limit = rule.channels.get(case.channel)
    fits = limit is None or person.channels.get(case.channel, 0) + weight <= limit
    return not person.open or (person.open + weight <= capacity(rule, person) and fits)


def best(
    rule: Rule, humane: Load, case: Case, free: Sequence[Person], officers: Sequence[Person], now: datetime
) -> Person:
    """Heavy cases go by distress first. Then the officer who knows the citizen, then whoever has been given least."""
    heavy = load.distress(humane, case.urgency, case.topic) >= humane.heavy
    known = _known(rule, case, officers, now)

    def turn(each: Person) -> tuple[float, ...]:
        spared = load.tier(humane, each.borne, now) if heavy else 0
        borne = each.borne.heavy(humane) if heavy else 0
        return spared, borne, each.id != known, rate(each.given, each.since, now), each.open, each.given, each.id

    return min(free, key=turn)


def _known(rule: Rule, case: Case, officers: Sequence[Person], now: datetime) -> int | None:
    """The officer whom the citizen knows, unless they have had more than their share already."""
    found = next((each for each in officers if each.id == case.before), None)
    if found is None:
        return None
    rates = [rate(each.given, each.since, now) for each in officers]
    mine = rate(found.given + rule.weight(case.urgency), found.since, now)
    fair = sum(rates) / len(rates) * (1 + rule.spread)
    return found.id if mine <= max(fair, rate(rule.weight(case.urgency), found.since, now)) else None


def rate(given: int, since: datetime | None, now: datetime) -> float:
    """Weight an hour: whoever joins in the middle of a shift is not flooded until they have caught up."""
    seconds = (now - since).total_seconds() if since else 0.0
    return given * 3600 / max(seconds, HALF_HOUR)
