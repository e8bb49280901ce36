"""Those on duty as the rules of assignment see them: two questions, whatever waits."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Officer
from bot.models.states import LEADS
from bot.policy.assignment import Person, Rule
from bot.policy.load import Borne
from bot.policy.routing import spoken
from bot.store import duty
from bot.store.boxes import Row


def there(rule: Rule, officer: Officer | Row, now: datetime) -> bool:
    """At the desk: a page of theirs is open, and they have not said that they are away."""
    return not officer.away and officer.present_at is not None and now - officer.present_at <= rule.present


async def crew(
    conn: AsyncConnection, rule: Rule, officers: Sequence[Officer | Row], now: datetime
) -> dict[int, Person]:
    """By id."""
    if not officers:
        return {}
    began = {each.id or 0: each.duty_since or now for each in officers}
    open_: Counter[int] = Counter()
    channels: dict[int, Counter[str]] = defaultdict(Counter)
    given: dict[int, list[tuple[datetime, int, int]]] = defaultdict(list)
    for who, at, weight, distress, urgency, account, count in await duty.burdens(conn, began, min(began.values())):
        if at is None:
            open_[who] += rule.weight(urgency) * count
            channels[who][account.partition(":")[0]] += rule.weight(urgency) * count
        elif at >= began.get(who, now):
            given[who].append((at, weight, distress))
    return {
        who: Person(
            who, there(rule, each, now), spoken(each.languages), words(each.topics), open_[who], channels[who],
            sum(weight for _, weight, _ in given[who]), began[who],
            Borne([(at, distress) for at, _, distress in sorted(given[who])], each.opted_out), each.role in LEADS, each.capacity,
        )
        for each in officers if (who := each.id or 0)
    }  # fmt: skip


def words(text: str) -> frozenset[str]:
    """`"jalan,air"` as an officer's row has it."""
    return frozenset(filter(None, (each.strip() for each in text.split(","))))
