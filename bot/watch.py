"""What an alarm should hear of and no scrape should pay for: silence against habit, and the rules of `wargi doctor --invariants`."""

import asyncio
from collections.abc import Callable

from bot import clock, logs
from bot.errors import StoreDown
from bot.metrics import Metrics
from bot.policy import habit
from bot.store import habits, invariants
from bot.store.db import Db

EVERY = 60.0
RULES_EVERY = 6 * 3600.0
"""They walk whole tables; a process that has just started has other work."""


class Watch:
    """One process at a time looks, the one that `looks_after_all`."""

    def __init__(self, db: Db, metrics: Metrics, looks_after_all: Callable[[], bool]) -> None:
        self._db, self._metrics, self._looks_after_all = db, metrics, looks_after_all

    async def work(self) -> None:
        """For ever; what fails is tried again the next time."""
        last = clock.monotonic()
        while True:
            await asyncio.sleep(EVERY)
            if not self._looks_after_all():
                self.leave()
                continue
            try:
                await self.silence()
                if clock.monotonic() - last > RULES_EVERY:
                    last = clock.monotonic()
                    await self.rules()
            except StoreDown as error:
                logs.get("watch").warning("not looked", error=logs.fault(error))

    def leave(self) -> None:
        """Another process looks now: what we have said last would stay true for ever."""
        self._metrics.inbound_missed.clear()
        self._metrics.broken.clear()
        self._metrics.checked.set(0)

    async def silence(self) -> None:
        now = clock.now().timestamp() / 3600
        async with self._db.read() as conn:
            before = await habits.counts(conn, habit.asked(now))
            newest = await habits.newest(conn, int(now) - habit.MOST)
        for account in {*before, *newest}:
            value = habit.missed(newest.get(account, 0), now, before.get(account, {}))
            self._metrics.inbound_missed.labels(account).set(value)

    async def rules(self) -> None:
        for rule, rows in await invariants.look(self._db):
            self._metrics.broken.labels(rule.name).set(len(rows))
            if rows:
                logs.get("watch").error("rule broken", rule=rule.name, rows=len(rows))
        self._metrics.checked.set(clock.now().timestamp())
