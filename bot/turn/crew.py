"""Those on duty as the rules of assignment see them: three queries, whatever waits."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Officer
from bot.models.states import LEADS
from bot.policy.assignment import Person, Rule
from bot.policy.load import Borne
from bot.policy.routing import spoken
from bot.store import duty


def there(rule: Rule, officer: Officer, now: datetime) -> bool:
    """At the desk: a page of theirs is open, and they have not said that they are away."""
    return not officer.away and officer.present_at is not None and now - officer.present_at <= rule.present


async def crew(conn: AsyncConnection, rule: Rule, officers: Iterable[Officer], now: datetime) -> dict[int, Person]:
    """By id."""
    team = {each.id or 0: each for each in officers}
    if not team:
        return {}
    open_: Counter[int] = Counter()
    channels: dict[int, Counter[str]] = defaultdict(Counter)
    for who, urgency, account, count in await duty.holding(conn, team):
        open_[who] += rule.weight(urgency) * count
        channels[who][account.partition(":")[0]] += rule.weight(urgency) * count
    began = {who: each.duty_since or now for who, each in team.items()}
    given: dict[int, list[tuple[datetime, int, int]]] = defaultdict(list)
    for row in await duty.given(conn, team, min(began.values())):
        if row.started_at >= began[row.officer_id]:
            given[row.officer_id].append((row.started_at, row.weight, row.distress))
    return {
        who: Person(
            who, there(rule, each, now), spoken(each.languages), words(each.topics), open_[who], channels[who],
            sum(weight for _, weight, _ in given[who]), began[who],
            Borne([(at, distress) for at, _, distress in given[who]], each.opted_out), each.role in LEADS, each.capacity,
        )
        for who, each in team.items()
    }  # fmt: skip


def words(text: str) -> frozenset[str]:
    """`"jalan,air"` as an officer's row has it."""
    return frozenset(filter(None, (each.strip() for each in text.split(","))))
