"""Which templates may be sent: read from the platform every hour and at its news, known to every process."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from bot import clock, logs
from bot.errors import SendError, StoreDown
from bot.message import Templated, templated
from bot.metrics import Metrics
from bot.policy.templates import LANGUAGE
from bot.store import outages, templates
from bot.store.db import Db
from bot.turn import House

EVERY = timedelta(hours=1)
AGAIN = timedelta(minutes=5)
"""After a failure."""
LOOK = 60.0
"""Seconds between looks at what other processes have read, where no hint came."""
HINT = "templates"


class Templates:
    """`sync`: this process asks the platform; all processes look at what was found."""

    def __init__(self, db: Db, house: House, metrics: Metrics, sync: bool) -> None:
        self._db, self._house, self._metrics = db, house, metrics
        self._sources = [
            one for each in house.channels.values() if sync and (one := templated(each)) and one.lists_templates
        ]
        self._log = logs.get("templates")
        self._wake = asyncio.Event()
        self._due = clock.now()

    def news(self) -> None:
        """The platform has changed one."""
        self._due = clock.now()
        self._wake.set()

    def look(self) -> None:
        """Somebody has read them anew."""
        self._wake.set()

    async def run(self) -> None:
        while True:
            self._wake.clear()
            try:
                if self._sources and clock.now() >= self._due:
                    done = [await self._sync(each) for each in self._sources]
                    self._due = clock.now() + (EVERY if all(done) else AGAIN)
                async with self._db.read() as conn:
                    good = await templates.sendable(conn, LANGUAGE)
                names = {each.name for each in self._house.purposes.values()}
                self._house.unusable = frozenset(names - good) if good is not None else frozenset()
            except StoreDown as error:
                self._log.warning("templates not read", error=logs.fault(error))
            except Exception as error:
                self._log.error("templates", error=logs.fault(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._wake.wait()

    async def _sync(self, source: Templated) -> bool:
        """What could not be read leaves what was read before, and an outage."""
        name = f"templates {source.account}"
        try:
            found = await source.templates()
        except SendError as error:
            self._log.error("templates not synced", account=source.account, error=str(error))
            self._metrics.templates.labels("failed").inc()
            async with self._db.unit() as unit:
                await outages.begin(unit.conn, name, str(error), clock.now())
                unit.hints.add("alarm")
            return False
        self._metrics.templates.labels("synced").inc()
        async with self._db.unit() as unit:
            await templates.replace(unit.conn, source.account, found, clock.now())
            if await outages.end(unit.conn, name):
                unit.hints.add("alarm")
            unit.hints.add(HINT)
        return True
