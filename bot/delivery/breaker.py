"""Tells humans that a platform refuses a whole account, and that it takes messages again."""

import asyncio

from bot import clock, logs
from bot.errors import Fault, StoreDown
from bot.metrics import Metrics
from bot.store import outages
from bot.store.db import Db

RETRY = 1.0


class Alert:
    """Log, metric, and a line on every desk page. Written beside the sending, which never waits for it."""

    def __init__(self, db: Db, metrics: Metrics) -> None:
        self._db, self._metrics = db, metrics
        self._log = logs.get("delivery")
        self._now: dict[str, Fault | None] = {}
        """The newest state of each account: an older one that could not be written yet is not written any more."""
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, account: str, fault: Fault | None) -> None:
        if fault is not None:
            self._log.error("channel down", account=account, fault=fault.name, words=fault.text)
        elif self._now.get(account) is not None:
            self._log.info("channel up again", account=account)
        self._metrics.channel_down.labels(account).set(fault is not None)
        self._now[account] = fault
        task = asyncio.create_task(self._write(account, fault))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, account: str, fault: Fault | None) -> None:
        name = f"channel {account}"
        while self._now[account] is fault:
            try:
                async with self._db.unit() as unit:
                    if fault is not None:
                        await outages.begin(unit.conn, name, fault.text or fault.name, clock.now())
                    elif not await outages.end(unit.conn, name):
                        return
                    unit.hints.add("alarm")
                return
            except StoreDown:
                await asyncio.sleep(RETRY)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
