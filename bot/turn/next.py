"""The next case for an officer: by rank, with languages left to those who write them, and one winner each."""

from bot import clock
from bot.errors import Conflict
from bot.models import Officer
from bot.policy import routing
from bot.store import desk
from bot.store.db import Db
from bot.turn import House
from bot.turn.claim import claim

TRIES = 8
"""Cases that are tried before we say that others were faster; so many officers press at once only in a test."""


async def take_next(db: Db, house: House, officer: Officer) -> str:
    """The number of the case that is this officer's now; '' when none is left for them."""
    now = clock.now()
    async with db.read() as conn:
        others = await desk.on_shift(conn, officer.id or 0, now)
        left = routing.reserved(house.triage.routing, officer.languages, others, now)
        waiting = await desk.next_waiting(conn, left.languages, left.since, TRIES)
    for ref, number in waiting:
        try:
            await claim(db, house, officer, ref)
        except Conflict:
            continue  # somebody was faster, or talks to this citizen already
        return number
    return ""
