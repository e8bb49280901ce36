"""Who is called when a life may be in danger: one person after another, in steps, until somebody acknowledges. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.record import record

DUTY, NEXT, LEAD, AGENCY = "duty", "next", "lead", "agency"
WHO = (DUTY, NEXT, LEAD, AGENCY)
WAYS = ("desk", "telegram", "whatsapp", "email", "webhook")


@record
class Step:
    after: float
    """Seconds since the alarm was raised."""
    who: str


@record
class Person:
    """Somebody who can be called. `ways`: way -> where that reaches them; officers are always reached at the desk."""

    name: str
    ways: tuple[tuple[str, str], ...]
    officer_id: int | None = None
    on_duty: bool = False
    leads: bool = False
    languages: frozenset[str] = frozenset()
    paged_at: datetime | None = None


@record
class Plan:
    """flows/data/escalation.yaml."""

    steps: tuple[Step, ...]
    repeat: float
    """After the last step everybody is called again, so many seconds apart."""
    answer_within: float
    """Seconds until silence counts as "yes, it is happening now"."""
    agencies: tuple[tuple[str, tuple[Person, ...]], ...] = ()
    """Agency -> its duty persons."""


def due(plan: Plan, since: datetime, taken: int, now: datetime) -> tuple[list[str], int, datetime]:
    """Whom the steps that are due now call, how many steps are taken then, and when the next is due.

    `since`: when this round began; `taken`: steps taken so far. Beyond the last step everybody is called at each repetition.
    """
    who: list[str] = []
    while (at := _at(plan, since, taken)) <= now:
        who += [plan.steps[taken].who] if taken < len(plan.steps) else [DUTY, LEAD, AGENCY]
        taken += 1
        if taken > len(plan.steps) and _at(plan, since, taken) <= now:  # long asleep: one repetition makes up for all
            taken = len(plan.steps) + int((now - _at(plan, since, len(plan.steps) - 1)).total_seconds() / plan.repeat)
    return list(dict.fromkeys(who)), taken, at if at > now else _at(plan, since, taken)


def _at(plan: Plan, since: datetime, step: int) -> datetime:
    last = len(plan.steps) - 1
    beyond = max(0, step - last) * plan.repeat
    return since + timedelta(seconds=plan.steps[min(step, last)].after + beyond)


def people(
    who: str,
    officers: Sequence[Person],
    agency: Sequence[Person],
    called: Collection[int],
    language: str,
    holder: int | None,
) -> list[Person]:
    """Whom one step calls. The holder of the conversation comes first, then who speaks the citizen's language, then who has
    been called least lately; nobody is called twice in a round while somebody else has not been."""
    if who == AGENCY:
        return list(agency)
    if who == LEAD:
        return [each for each in officers if each.leads and each.officer_id not in called]
    on_duty = [each for each in officers if each.on_duty and each.officer_id not in called]
    on_duty.sort(key=lambda each: _turn(each, language, holder))
    return on_duty[:1]


def _turn(person: Person, language: str, holder: int | None) -> tuple[bool, bool, float]:
    last = person.paged_at.timestamp() if person.paged_at else 0.0
    return person.officer_id != holder, language not in person.languages, last


def call(
    plan: Plan,
    steps: Sequence[str],
    officers: Sequence[Person],
    agency: str,
    called: Collection[int],
    language: str,
    holder: int | None,
) -> tuple[list[Person], bool]:
    """Whom these steps call, and whether the officer on duty is missing. A step that finds nobody calls the leads, then the
    agency, then every officer there is: an alarm is never spoken into an empty room."""
    duty = next((persons for name, persons in plan.agencies if name == agency), ())
    again, found = set(called), list[Person]()
    for who in steps:
        persons = people(who, officers, duty, again, language, holder)
        if not persons and who in (DUTY, NEXT):
            persons = people(LEAD, officers, duty, again, language, holder)
        found += persons
        again |= {each.officer_id for each in persons if each.officer_id is not None}
    if not found:
        found = people(AGENCY, officers, duty, again, language, holder) or [*officers]
    return found, not any(each.on_duty for each in officers)
