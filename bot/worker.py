"""The loops of a worker process: turns, timers, leases."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock, logs, timers
from bot.delivery import Delivery
from bot.errors import StoreDown, WargiError
from bot.metrics import Metrics
from bot.models.ref import Ref
from bot.store import boxes, leases
from bot.store.db import Db
from bot.store.many import write
from bot.turn import House, intake

MOST = 128
"""Turns in one transaction: more would make the next webhook wait for its commit."""
POLL = 1.0
"""Seconds between looks at the inbox when no hint came."""
LINGER = 0.004
"""Seconds in which more may come before a batch begins: one transaction for five turns costs little more than for one."""
TIMER_TICK = 0.25


class Worker:
    """Works on the inbox of the parts it holds."""

    def __init__(self, db: Db, house: House, delivery: Delivery, metrics: Metrics, name: str) -> None:
        self._db, self._house, self._delivery, self._metrics, self._name = db, house, delivery, metrics, name
        self._log = logs.get("worker")
        self._held: dict[int, int] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self._idlers: list[asyncio.Task[None]] = []
        """Loops that may be cut off anywhere."""
        self._courtesies: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There may be work."""
        self._wake.set()

    async def start(self) -> None:
        """Takes parts and loads what earlier processes left; returns when the process may work."""
        self._delivery.start()
        if self._db.is_sqlite:
            await self._delivery.hold(None)
        else:
            await self._share(fresh=True)
            self._idlers.append(asyncio.create_task(self._share_for_ever()))
        self._tasks += [asyncio.create_task(loop) for loop in (self._turns(), self._timers())]
        self._idlers.append(asyncio.create_task(self._sweep()))

    async def stop(self, seconds: float) -> None:
        """Finishes the turn, lets sends in flight end, gives the parts back."""
        self._stopping = True
        self._wake.set()
        loops = self._tasks
        waiting = (await asyncio.wait(loops, timeout=seconds / 2))[1] if loops else set()
        rest = (*waiting, *self._idlers, *self._courtesies)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await self._delivery.stop(seconds / 2)
        if not self._db.is_sqlite:
            try:
                async with self._db.unit() as unit:
                    await leases.leave(unit.conn, self._name)
            except StoreDown:
                self._log.warning("leases not given back")

    # -- turns -------------------------------------------------------------------------------------

    async def _turns(self) -> None:
        while not self._stopping:
            try:
                count = await self._batch()
            except StoreDown:
                self._log.error("database down, turns wait")
                count = 0
                await asyncio.sleep(0.5)
            except Exception as error:
                self._log.error("turn loop", error=repr(error)[:300])
                count = 0
                await asyncio.sleep(0.5)
            if count == 0 and not self._stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), POLL)
                    await asyncio.sleep(LINGER)
                self._wake.clear()

    def _parts(self) -> list[int] | None:
        return None if self._db.is_sqlite else sorted(self._held)

    async def _batch(self) -> int:
        """One transaction of turns; returns how many items it took. Those of a failing batch are run apart."""
        parts = self._parts()
        if parts == []:
            return 0
        rows: Sequence[boxes.Row] = ()
        try:
            async with self._db.unit() as unit:
                rows = await boxes.pending(unit.conn, parts, MOST)
                if not rows:
                    return 0
                await self._fence(unit.conn, [row.part for row in rows])
                pressed = await intake.run(unit, self._house, rows)
                parked = unit.parked
        except (StoreDown, leases.LeaseLost):
            raise
        except Exception as error:
            self._log.error("batch failed, running its turns alone", error=repr(error)[:300], rows=len(rows))
            await self._apart(rows)
        else:
            self._metrics.turns.labels("done").inc(len(rows) - len(parked))
            for id_, _, reason in parked:
                self._metrics.turns.labels("parked").inc()
                self._log.error("item parked", item=id_.hex(), reason=reason)
            self._acknowledge(pressed)
        return len(rows)

    def _acknowledge(self, pressed: Sequence[boxes.Row]) -> None:
        """Ends the spinner on pressed buttons where a platform has one; nobody waits for it, nothing depends on it."""
        for row in pressed:
            channel = self._house.channels[row.account.partition(":")[0]]
            task = asyncio.create_task(channel.acknowledge(row.kind, row.raw))
            self._courtesies.add(task)
            task.add_done_callback(self._courtesies.discard)

    async def _apart(self, rows: Sequence[boxes.Row]) -> None:
        """Each conversation on its own, then each item: what still fails is parked with its reason, and the next one is handled."""
        groups: dict[tuple[str, str | None], list[boxes.Row]] = {}
        for row in rows:
            groups.setdefault((row.account, row.address), []).append(row)
        for group in groups.values():
            if await self._alone(group) is None:
                continue
            for row in group:
                if (reason := await self._alone([row])) is not None:
                    await self._park(row, reason)

    async def _alone(self, rows: Sequence[boxes.Row]) -> str | None:
        """None when it went well, else why not."""
        try:
            async with self._db.unit() as unit:
                await self._fence(unit.conn, [row.part for row in rows])
                await intake.run(unit, self._house, rows)
        except (StoreDown, leases.LeaseLost):
            raise
        except Exception as error:
            return repr(error)[:400]
        self._metrics.turns.labels("alone").inc(len(rows))
        return None

    async def _park(self, row: boxes.Row, reason: str) -> None:
        self._log.error("item parked", item=row.id.hex(), reason=reason)
        self._metrics.turns.labels("parked").inc()
        async with self._db.unit() as unit:
            await write(unit.conn, [boxes.park([(row.id, row.part, reason)])])

    async def _fence(self, conn: AsyncConnection, parts: list[int]) -> None:
        if not self._db.is_sqlite:
            await leases.fence(conn, self._name, self._held, parts)

    # -- timers ------------------------------------------------------------------------------------

    async def _timers(self) -> None:
        while not self._stopping:
            try:
                if not await self._ring():
                    await asyncio.sleep(TIMER_TICK)
            except WargiError as error:
                self._log.warning("timers wait", error=type(error).__name__)
                await asyncio.sleep(1)
            except Exception as error:
                self._log.error("timer loop", error=repr(error)[:300])
                await asyncio.sleep(1)

    async def _ring(self) -> int:
        """Due timers, each in its own transaction: a poison one is dropped with an error and the rest ring."""
        parts = self._parts()
        if parts == []:
            return 0
        async with self._db.read() as conn:
            rows = await boxes.due(conn, parts, clock.now(), 200)
        for row in rows:
            outcome = "failed"
            try:
                async with self._db.unit() as unit:
                    await self._fence(unit.conn, [row.part])
                    outcome = await timers.ring(unit, self._house, row.kind, Ref(row.ref, row.part), row.id)
            except WargiError:
                raise
            except Exception as error:
                self._log.error("timer failed", kind=row.kind, error=repr(error)[:300])
                async with self._db.unit() as unit:
                    await boxes.drop_timer(unit.conn, Ref(row.id, row.part))
            self._metrics.timers.labels(row.kind, outcome).inc()
        return len(rows)

    # -- leases ------------------------------------------------------------------------------------

    async def _share(self, fresh: bool = False) -> None:
        async with self._db.unit() as unit:
            held = await leases.share(unit.conn, self._name, fresh)
        changed = held.keys() != self._held.keys()
        self._held = held
        self._metrics.parts.set(len(held))
        if changed:
            await self._delivery.hold(frozenset(held))
            self._wake.set()

    async def _share_for_ever(self) -> None:
        last = clock.monotonic()
        while not self._stopping:
            await asyncio.sleep(leases.SECONDS / 4)
            try:
                await self._share()
                last = clock.monotonic()
            except Exception as error:
                self._log.warning("leases not renewed", error=type(error).__name__)
                if clock.monotonic() - last > leases.SECONDS:
                    self._held = {}
                    await self._delivery.hold(frozenset())

    async def _sweep(self) -> None:
        while not self._stopping:
            await asyncio.sleep(5)
            try:
                await self._delivery.sweep()
            except Exception as error:
                self._log.warning("outbox not swept", error=type(error).__name__)
