"""Which cases an officer may see: everything for leads; for others, what is told in confidence only while it waits for somebody, is in
their own hands, or has called them by an alarm that they took up; and nothing of what is for leads only."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import LEADS, Officer
from bot.policy import number
from bot.store import desk
from bot.store.sight import Sight
from bot.turn import House


def sight(house: House, officer: Officer) -> Sight:
    if officer.role in LEADS:
        return Sight(officer.id or 0)
    told = {slug for slug, topic in house.flows.topics.items() if topic.confidential}
    return Sight(officer.id or 0, None, frozenset(told), house.triage.routing.leads)


async def shut_out(conn: AsyncConnection, house: House, shown: str, officers: Iterable[Officer]) -> set[int]:
    """Who of these may not open the case of this number."""
    where = number.read(shown)
    return {each.id or 0 for each in officers if await desk.conversation(conn, *where, sight(house, each)) is None}
