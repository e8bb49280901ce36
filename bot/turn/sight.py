"""Which cases an officer may see: everything for leads; for others, what is told in confidence only while it waits for somebody, is in
their own hands, or has called them by an alarm that they took up; and nothing of what is for leads only."""

from bot.models import LEADS, Officer
from bot.store.sight import Sight
from bot.turn import House


def sight(house: House, officer: Officer) -> Sight:
    if officer.role in LEADS:
        return Sight(officer.id or 0)
    told = {slug for slug, topic in house.flows.topics.items() if topic.confidential}
    return Sight(officer.id or 0, None, frozenset(told), house.triage.routing.leads)
