"""The loops of a worker process: turns, leases, and the start of all others."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from bot import clock, failpoint, logs
from bot.bell import Bell
from bot.courier import Courier
from bot.delivery import Delivery
from bot.errands import Errands
from bot.errors import StoreDown, WargiError
from bot.lane import Lane
from bot.message import templated
from bot.metrics import Metrics
from bot.policy.crowd import Crowd
from bot.store import boxes, leases, messages
from bot.store.db import Db, Unit
from bot.turn import House, intake, rescue, shares

MOST = 256
"""Items in one transaction, three quarters of them statuses where a platform reports each step: more would make the next webhook wait
for its commit."""
POLL = 1.0
"""Seconds between looks at the inbox when no hint came."""
LINGER, LONGEST_LINGER = 0.006, 0.024
"""Seconds in which more may come before a batch begins: one transaction for five turns costs little more than for one. As long as the
last batch took, between these two: half of the loop's time is left to webhooks and sends, and what is busy makes larger batches."""
CROWD = 8
"""Of more turns at once no signs are given that something was read: each would be one more request."""
LONG = 2.0
"""Seconds that a message has waited for its turn when its sender is shown that an answer is being made."""
SWEEP = 5.0
COURIER_TICK = 1.0
MARGIN = 1.0
"""So long before a lease ends nothing is sent any more: a send takes its time too."""


class Worker:
    """Works on the inbox of the parts it holds."""

    def __init__(self, db: Db, house: House, delivery: Delivery, metrics: Metrics, name: str) -> None:
        self._db, self._house, self._delivery, self._metrics, self._name = db, house, delivery, metrics, name
        self._log = logs.get("worker")
        self._held: dict[int, int] = {}
        """Parts that are worked on, with the token of their lease."""
        self._leaving: set[int] = set()
        """Parts that another worker waits for."""
        self._wake = asyncio.Event()
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self._idlers: list[asyncio.Task[None]] = []
        """Loops that may be cut off anywhere."""
        self.news: Callable[[], None] = lambda: None
        """Told when a platform says that a template has changed."""
        self._turning = asyncio.Lock()
        """One batch of turns at a time, the critical lane's or ours: each reads its rows inside its own transaction."""
        self.crowd = Crowd()
        delivery.crowded = self.crowded
        metrics.crowd.set_function(self.crowded)
        self.errands = Errands(db, house, metrics, lambda: None if db.is_sqlite else sorted(self._held))
        self.courier = Courier(db, house)
        self.lane = Lane(db, house, metrics, name, lambda: self._held, self._run, self._turning)
        self._bell = Bell(db, house, metrics, name, lambda: self._held, self._turning, self.crowded)

    def crowded(self) -> bool:
        """More wait for their turns than get one at once."""
        return self.crowd.here(clock.monotonic())

    def wake(self) -> None:
        """There may be work."""
        self._wake.set()

    async def start(self) -> None:
        """Takes parts and loads what earlier processes left; returns when the process may work."""
        self._delivery.start()
        if self._db.is_sqlite:
            await self._delivery.hold(None)
        else:
            await self._share()
            self._idlers.append(asyncio.create_task(self._share_for_ever()))
        self._tasks += [asyncio.create_task(loop) for loop in (self._turns(), self._bell.work())]
        self._idlers += [
            asyncio.create_task(self._sweep()),
            asyncio.create_task(self.lane.work()),
            asyncio.create_task(self.errands.work()),
            asyncio.create_task(self._carry()),
        ]

    async def stop(self, seconds: float) -> None:
        """Finishes the turn, lets sends in flight end, gives the parts back."""
        self._stopping = True
        self._wake.set()
        self._bell.stop()
        loops = self._tasks
        waiting = (await asyncio.wait(loops, timeout=seconds / 2))[1] if loops else set()
        rest = (*waiting, *self._idlers)
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

    # -- for whoever works on the same parts ---------------------------------------------------------

    def held(self) -> Mapping[int, int] | None:
        """Part -> token of what we hold; None on SQLite, where one process has all."""
        return None if self._db.is_sqlite else self._held

    async def fence(self, unit: Unit, held: Mapping[int, int] | None, part: int) -> None:
        """Inside a transaction: the part is still ours as it was in `held`. Raises `LeaseLost`."""
        if held is not None:
            await leases.fence(unit.conn, self._name, held, [part])

    # -- turns -------------------------------------------------------------------------------------

    async def _turns(self) -> None:
        while not self._stopping:
            self._wake.clear()  # what comes from here on may be missed by this batch
            began = clock.monotonic()
            try:
                count = await self._batch()
            except WargiError as error:  # the database is away, or a part went to another worker
                self._log.warning("turns wait", error=logs.fault(error))
                count = 0
                await asyncio.sleep(0.5)
            except Exception as error:
                self._log.error("turn loop", error=logs.fault(error))
                count = 0
                await asyncio.sleep(0.5)
            if count < MOST and not self._stopping:
                took = clock.monotonic() - began
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._wake.wait()
                    await asyncio.sleep(min(max(LINGER, took), LONGEST_LINGER))

    async def _batch(self) -> int:
        """One transaction of turns; returns how many items it took. Those of a failing batch are run apart; but a number that was drawn
        before, as in a full house one of some hundred is, fails nobody: all of them draw once more."""
        held = self._held
        if not self._db.is_sqlite and not held:
            return 0
        rows: Sequence[boxes.Row] = ()
        try:
            async with self._turning, self._db.unit() as unit:
                rows = await self._take(unit, None if self._db.is_sqlite else sorted(held))
                if not rows:
                    return 0
                failpoint.here("turn.claimed")
                self._show_typing(rows)
                await self._run(unit, held, rows)
            failpoint.here("turn.committed")
        except WargiError:
            raise
        except Exception as error:
            if not isinstance(error, IntegrityError) or await self._alone(held, rows) is not None:
                self._log.error("batch failed, running its turns alone", error=logs.fault(error), rows=len(rows))
                await self._apart(held, rows)
        return len(rows)

    async def _take(self, unit: Unit, parts: Sequence[int] | None) -> Sequence[boxes.Row]:
        """The oldest items, everybody's share of them."""
        rows = await shares.take(unit.conn, parts, MOST)
        if rows and (len(rows) == MOST or rows[0].received_at < clock.now() - timedelta(seconds=LONG)):
            self.crowd.came(clock.monotonic())
        return rows

    def _show_typing(self, rows: Sequence[boxes.Row]) -> None:
        """To those who have waited, beside their turns: who looks at a silent phone writes again. A crowd wants answers first."""
        if len(rows) == MOST:
            return
        late = clock.now() - timedelta(seconds=LONG)
        waited = [row for row in rows if row.kind == "message" and row.address and row.received_at < late]
        if waited and (room := self._house.courtesies.room) > 1:
            self._house.courtesies.begin(self._typing(waited[: room - 1]))

    async def _typing(self, rows: Sequence[boxes.Row]) -> None:
        """Only where the bot will answer: anything else would be a lie."""
        try:
            async with self._db.read() as conn:
                with_bot = await messages.with_bot(conn, {(row.account, row.address or "") for row in rows})
        except StoreDown:
            return
        for row in rows:
            if (row.account, row.address) in with_bot:
                self._house.courtesies.attend(
                    self._house.channels, row.account, row.address or "", row.external_id, typing=True
                )

    async def _run(self, unit: Unit, held: Mapping[int, int], rows: Sequence[boxes.Row]) -> None:
        """The turns of these rows; `held` is what we held before they were read, so that rows read under an old lease are not
        handled under a new one."""
        if not self._db.is_sqlite:
            await leases.fence(unit.conn, self._name, held, [row.part for row in rows])
        pressed = await intake.run(unit, self._house, rows)
        unit.then(lambda: self._done(unit, rows, pressed))

    def _done(self, unit: Unit, rows: Sequence[boxes.Row], pressed: Sequence[boxes.Row]) -> None:
        self._metrics.turns.labels("done").inc(len(rows) - len(unit.parked))
        for id_, _, reason in unit.parked:
            self._parked(id_, reason)
        if any(row.kind == "event" and self._is_template_news(row) for row in rows):
            self.news()
        for row in pressed:  # ends the spinner on a button
            self._house.courtesies.begin(
                self._house.channels[row.account.partition(":")[0]].acknowledge(row.kind, row.raw)
            )
        if len(rows) <= CROWD:
            for each in unit.read:
                self._house.courtesies.attend(self._house.channels, *each)

    def _is_template_news(self, row: boxes.Row) -> bool:
        channel = templated(self._house.channels.get(row.account.partition(":")[0]))
        return channel is not None and channel.is_template_news(row.raw)

    async def _apart(self, held: Mapping[int, int], rows: Sequence[boxes.Row]) -> None:
        """Each conversation on its own, then each item: what still fails is parked with its reason, and the next one is handled."""
        groups: dict[tuple[str, str | None], list[boxes.Row]] = {}
        for row in rows:
            groups.setdefault((row.account, row.address), []).append(row)
        for group in groups.values():
            if await self._alone(held, group) is None:
                continue
            for row in group:
                if (reason := await self._alone(held, [row])) is not None:
                    await self._park(held, row, reason)

    async def _alone(self, held: Mapping[int, int], rows: Sequence[boxes.Row]) -> str | None:
        """None when it went well, else why not."""
        try:
            async with self._turning, self._db.unit() as unit:
                left = await boxes.still_pending(unit.conn, rows)
                if left:
                    await self._run(unit, held, left)
        except WargiError:
            raise
        except Exception as error:
            return logs.fault(error)
        return None

    async def _park(self, held: Mapping[int, int], row: boxes.Row, reason: str) -> None:
        """The case goes to the officers, and the citizen hears so; if even that fails, the item is only put aside."""
        try:
            async with self._turning, self._db.unit() as unit:
                if not self._db.is_sqlite:
                    await leases.fence(unit.conn, self._name, held, [row.part])
                if not await boxes.still_pending(unit.conn, [row]):
                    return
                await rescue.item(unit, self._house, row, reason)
        except WargiError:
            raise
        except Exception as error:
            self._log.error("not handed over", item=row.id.hex(), error=logs.fault(error))
            await self._db.write([boxes.park([(row.id, row.part, reason)])])
        self._parked(row.id, reason)

    def _parked(self, id_: bytes, reason: str) -> None:
        self._metrics.turns.labels("parked").inc()
        self._log.error("item parked", item=id_.hex(), reason=reason)

    # -- mails and calls to agencies -----------------------------------------------------------------

    async def _carry(self) -> None:
        while not self._stopping:
            try:
                busy = await self.courier.send_due(None if self._db.is_sqlite else sorted(self._held))
            except Exception as error:
                self._log.warning("deliveries wait", error=logs.fault(error))
                busy = 0
            if not busy:
                await asyncio.sleep(COURIER_TICK)

    # -- leases ------------------------------------------------------------------------------------

    async def _share(self) -> None:
        """Parts that others wait for are given back in two steps: first nothing new is begun there, and when what was in flight
        has ended and is written, the lease goes."""
        began = clock.monotonic()
        give_back = [part for part in self._leaving if not self._delivery.busy(part)]
        async with self._db.unit() as unit:
            leased, surplus = await leases.share(unit.conn, self._name, give_back)
        failpoint.here("lease.shared")
        self._delivery.valid_until = began + leases.SECONDS - MARGIN
        self._leaving = surplus
        held = {part: token for part, token in leased.items() if part not in surplus}
        changed = held != self._held
        self._held = held
        self._metrics.parts.set(len(held))
        if changed:
            await self._delivery.hold(frozenset(held))
            self._wake.set()

    async def _share_for_ever(self) -> None:
        while not self._stopping:
            await asyncio.sleep(0.3 if self._leaving else leases.SECONDS / 4)
            try:
                async with asyncio.timeout(leases.SECONDS / 2):
                    await self._share()
            except Exception as error:
                self._log.warning("leases not renewed", error=logs.fault(error))
                if clock.monotonic() > self._delivery.valid_until:
                    self._held = {}
                    await self._delivery.hold(frozenset())

    async def _sweep(self) -> None:
        while not self._stopping:
            await asyncio.sleep(SWEEP)
            self._delivery.sweep()
