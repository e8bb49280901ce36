"""The critical lane: urgent messages, alarms and calls have a loop of their own, so that a flood of others never delays them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from bot import clock, logs
from bot.errors import NotFound, WargiError
from bot.metrics import Metrics
from bot.paging import Pager
from bot.store import alarms, boxes, leases
from bot.store.db import Db, Unit
from bot.turn import House
from bot.turn.escalate import escalate

TICK = 0.25
"""Seconds between looks when no hint came."""
MOST = 64

Run = Callable[[Unit, Mapping[int, int], Sequence[boxes.Row]], Awaitable[None]]


class Lane:
    """Shares the parts of its process's worker; `turning` keeps the two from taking the same rows."""

    def __init__(
        self, db: Db, house: House, metrics: Metrics, name: str, held: Callable[[], Mapping[int, int]], run: Run,
        turning: asyncio.Lock,
    ) -> None:  # fmt: skip
        self._db, self._house, self._metrics, self._name = db, house, metrics, name
        self._held, self._run, self._turning = held, run, turning
        self._pager = Pager(db, house, metrics)
        self._log = logs.get("lane")
        self._wake = asyncio.Event()

    def wake(self) -> None:
        self._wake.set()

    async def work(self) -> None:
        """For ever. What fails is tried again; one alarm that fails does not stop the next."""
        calls = asyncio.create_task(self._calls())
        try:
            while True:
                self._wake.clear()
                try:
                    busy = await self._turns() + await self._alarms()
                except Exception as error:
                    self._log.warning("critical lane waits", error=logs.fault(error))
                    busy = 0
                    await asyncio.sleep(TICK)
                if not busy:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(TICK):
                            await self._wake.wait()
        finally:
            calls.cancel()
            await asyncio.gather(calls, return_exceptions=True)

    def _parts(self) -> list[int] | None:
        return None if self._db.is_sqlite else sorted(self._held())

    async def once(self) -> None:
        """What `work` does for ever, one time, until all of it has ended."""
        await self._turns()
        await self._alarms()
        await self._pager.begin_due(self._parts())
        await self._pager.settled()

    async def _turns(self) -> int:
        """Conversations in which the door heard danger: all that waits of them, in order, ahead of everybody else's."""
        held, parts = self._held(), self._parts()
        if parts == []:
            return 0
        async with self._db.read() as conn:
            if not await boxes.urgent(conn, parts, MOST):
                return 0
        async with self._turning, self._db.unit() as unit:
            rows = await boxes.urgent(unit.conn, parts, MOST)
            if rows:
                await self._run(unit, held, rows)
        return len(rows)

    async def _alarms(self) -> int:
        parts = self._parts()
        if parts == []:
            return 0
        async with self._db.read() as conn:
            due = await alarms.due(conn, parts, clock.now(), MOST)
        for ref in due:
            try:
                async with self._db.unit() as unit:
                    if not self._db.is_sqlite:
                        await leases.fence(unit.conn, self._name, self._held(), [ref.part])
                    await escalate(unit, self._house, ref)
            except (NotFound, WargiError) as error:
                self._log.warning("alarm waits", error=logs.fault(error))
            except Exception as error:
                self._log.error("alarm failed", alarm=ref.id.hex(), error=logs.fault(error))
        return 0  # due ones that failed are looked at again after a tick

    async def _calls(self) -> None:
        try:
            while True:
                try:
                    begun = await self._pager.begin_due(self._parts())
                except Exception as error:
                    self._log.warning("calls wait", error=logs.fault(error))
                    begun = 0
                if not begun:
                    await asyncio.sleep(TICK)
        finally:
            self._pager.stop()
