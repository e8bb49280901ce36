"""Rings the timers of a worker's parts when their time has come."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from operator import attrgetter

from bot import clock, failpoint, logs, timers
from bot.errors import WargiError
from bot.metrics import Metrics
from bot.models.ref import Ref
from bot.policy.crowd import HELD
from bot.store import boxes, leases
from bot.store.batch import CLOCKS
from bot.store.db import Db, Unit
from bot.turn import House, rescue

TICK = 0.25
TOGETHER = 32
"""Timers in one transaction: an eighth of a turns' batch, so that words wait no longer for timers than for words."""
FAILED_WAIT = timedelta(minutes=1)


class Bell:
    """`held`: the worker's parts with the token of their lease; `turning`: one batch of turns or timers at a time; `crowded`: more
    people write than can be answered, and news for many waits."""

    def __init__(
        self, db: Db, house: House, metrics: Metrics, name: str, held: Callable[[], Mapping[int, int]],
        turning: asyncio.Lock, crowded: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._db, self._house, self._metrics, self._name = db, house, metrics, name
        self._held, self._turning, self._crowded = held, turning, crowded
        self._log = logs.get("worker")
        self._end = asyncio.Event()

    def stop(self) -> None:
        """After what is ringing now."""
        self._end.set()

    async def work(self) -> None:
        while not self._end.is_set():
            try:
                if not await self._ring():
                    with suppress(TimeoutError):  # or the end, whichever comes first
                        async with asyncio.timeout(TICK):
                            await self._end.wait()
            except Exception as error:
                self._log.warning("timers wait", error=logs.fault(error))
                await asyncio.sleep(1)

    async def _ring(self) -> int:
        """Due timers, some in one transaction; where one fails each has its own: that one rings again later, and the others ring.
        Those of deadlines ring all together: after a night ten thousand may be due."""
        held = self._held()
        if not self._db.is_sqlite and not held:
            return 0
        now, waits = clock.now(), timers.BULK if self._crowded() else ()
        async with self._db.read() as conn:
            rows = await boxes.due(conn, None if self._db.is_sqlite else sorted(held), now, 200, waits, now - HELD)
        others = [row for row in rows if row.kind != CLOCKS]
        others.sort(key=attrgetter("ref"))  # the oldest conversation first, as all who lock several
        groups = [
            [row for row in rows if row.kind == CLOCKS],
            *(others[start : start + TOGETHER] for start in range(0, len(others), TOGETHER)),
        ]
        rung = 0
        for group in groups:
            outcomes = await self._ring_together(held, group) or [await self._ring_one(held, row) for row in group]
            for row, outcome in zip(group, outcomes, strict=True):
                self._metrics.timers.labels(row.kind, outcome).inc()
                rung += outcome != "later"
        return rung

    async def _ring_together(self, held: Mapping[int, int], rows: Sequence[boxes.Row]) -> list[str]:
        """Beside a crowd each transaction waits for a batch of turns, so many timers share one; deadlines share theirs with nobody:
        they lock all their conversations first. [] when each must ring alone."""
        if len(rows) < 2:
            return []
        try:
            async with self._turning, self._ringing(held, rows) as unit:
                if rows[0].kind == CLOCKS:
                    await timers.ring_clocks(unit, self._house, rows)
                    return ["done"] * len(rows)
                return [await timers.ring(unit, self._house, row.kind, Ref(row.ref, row.part), row.id) for row in rows]
        except Exception as error:
            self._log.warning("timers ring alone", kind=rows[0].kind, error=logs.fault(error), rows=len(rows))
            return []

    @asynccontextmanager
    async def _ringing(self, held: Mapping[int, int], rows: Sequence[boxes.Row]) -> AsyncIterator[Unit]:
        """One transaction for these timers, if their parts are still ours."""
        failpoint.here("timer.claimed")
        async with self._db.unit() as unit:
            await self._fence(unit, held, [row.part for row in rows])
            yield unit

    async def _ring_one(self, held: Mapping[int, int], row: boxes.Row) -> str:
        try:
            async with self._ringing(held, [row]) as unit:
                return await timers.ring(unit, self._house, row.kind, Ref(row.ref, row.part), row.id)
        except WargiError as error:
            self._log.warning("timer waits", kind=row.kind, error=logs.fault(error))
            return "later"
        except Exception as error:
            self._log.error("timer failed", kind=row.kind, error=logs.fault(error))
        if row.kind in timers.OF_TALK and await self._hand_over(held, row):
            return "handed over"
        async with self._db.unit() as unit:
            await boxes.postpone_timer(unit.conn, Ref(row.id, row.part), clock.now() + FAILED_WAIT)
        return "failed"

    async def _hand_over(self, held: Mapping[int, int], row: boxes.Row) -> bool:
        """A timer's turn that fails would fail again: the conversation goes to the officers instead."""
        try:
            async with self._db.unit() as unit:
                await self._fence(unit, held, [row.part])
                if await boxes.drop_timer(unit.conn, Ref(row.id, row.part)):
                    await rescue.conversation(unit, self._house, Ref(row.ref, row.part))
            return True
        except Exception as error:
            self._log.error("not handed over", kind=row.kind, error=logs.fault(error))
            return False

    async def _fence(self, unit: Unit, held: Mapping[int, int], parts: Sequence[int]) -> None:
        """Raises `LeaseLost`."""
        if not self._db.is_sqlite:
            await leases.fence(unit.conn, self._name, held, parts)
