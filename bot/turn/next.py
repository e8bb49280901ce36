"""The next case for an officer who asks: by rank, with languages and topics left to those who know them, and one winner each."""

from collections.abc import Sequence
from datetime import datetime

from bot import clock
from bot.errors import Conflict
from bot.models import Officer, Owner, Urgency
from bot.models.states import LEADS
from bot.policy import routing
from bot.store import duty
from bot.store.boxes import Row
from bot.store.db import Db
from bot.turn import House
from bot.turn.claim import claim
from bot.turn.crew import words
from bot.turn.front import LOOKS, front, ref


async def take_next(db: Db, house: House, officer: Officer) -> str:
    """The number of the case that is this officer's now; '' when none is left for them. Limits of distress do not speak here:
    who asks is there, and another may not be."""
    now, rule = clock.now(), house.triage.routing
    async with db.read() as conn:
        others = [each for each in await duty.on_duty(conn, now) if each.id != officer.id]
    queue = await front(db, rule)
    for _ in range(LOOKS):
        row = queue.pop()
        if row is None:
            break
        if left(rule, row, officer, others, now):
            continue  # those behind it in its line are left to the same colleagues
        if row.owner != Owner.OFFICER or row.talks_with == officer.id:
            try:
                await claim(db, house, officer, ref(row))
                return str(row.number)
            except Conflict:
                pass  # somebody was faster
        await queue.on(row)
    return ""


def left(rule: routing.Routing, row: Row, me: Officer, others: Sequence[Officer], now: datetime) -> bool:
    """True if the case is left to a colleague on shift who knows its language or topic: never a critical one, and not for long.
    What is for leads is left to them for good."""
    if me.role not in LEADS and rule.for_leads(row.urgency, row.topic, row.subtopic):
        return True
    reserved = routing.reserved(rule, me.languages, [each.languages for each in others], now)
    if row.urgency == Urgency.CRITICAL or row.opened_at <= reserved.since:
        return False
    mine = words(me.topics)
    foreign = bool(mine and row.topic) and row.topic not in mine
    known = foreign and any(row.topic in (theirs := words(each.topics)) or not theirs for each in others)
    return row.language in reserved.languages or known
