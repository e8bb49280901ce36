"""Which waiting case is next for an officer: by rank, but a language is left to those who write it, for a while. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.models import Urgency
from bot.models.cases import line_of
from bot.record import record

ALWAYS = "id"
"""Everybody here writes it, and no case waits for it."""


@record
class Routing:
    """flows/data/routing.yaml."""

    wait: timedelta = timedelta(minutes=15)
    """So long a case waits for an officer of its language; then anybody gets it. An answer in the second-best language is
    better than none."""
    leads: frozenset[str] = frozenset()
    """Topics and sub-topics that only leads take."""

    def for_leads(self, urgency: str, topic: str, subtopic: str) -> bool:
        """Danger is never left to few."""
        return urgency != Urgency.CRITICAL and bool(self.leads & {topic, subtopic})

    def line(self, topic: str, subtopic: str) -> str:
        """Where a case stands in the queue: what only leads take has lines of its own, so that it stands in nobody's way."""
        return line_of(topic, subtopic, apart=subtopic in self.leads and topic not in self.leads)


@record
class Reserved:
    """Cases that are left to others: of these languages, not critical, and opened after this moment."""

    languages: frozenset[str]
    since: datetime


def spoken(languages: str) -> frozenset[str]:
    """`"id,su"` as an officer's row has it."""
    return frozenset(filter(None, (code.strip() for code in languages.split(",")))) | {ALWAYS}


def reserved(routing: Routing, mine: str, others: Iterable[str], now: datetime) -> Reserved:
    """What an officer who writes `mine` leaves to the `others` who are on shift. Nobody on shift writes it: nobody waits."""
    theirs = frozenset[str]().union(*(spoken(each) for each in others))
    return Reserved(theirs - spoken(mine), now - routing.wait)
