"""What must be looked after for all officers together: cases given out, shifts begun and ended, silence, gaps, news."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot import clock, logs, telling
from bot.errors import NotFound
from bot.models.ref import Ref
from bot.store import boxes, daily, duty, handovers
from bot.store.db import Db
from bot.turn import House, bulk, handover, renewal, rota
from bot.turn.assign import assign
from bot.turn.silence import pass_on

TICK = 1.0
"""Seconds between looks at the queue when no hint came: who opens their desk is noticed by this."""
REST = 0.2
"""Hints that come close together share one look: a queue that fills fast is not looked at for each of its cases."""
WATCH = 3.0
GAPS = 60.0
MOST = 64
FORGOTTEN, FORGETS = 500, 100
"""Keys in one transaction, and transactions in one round: 833 a second, more than ever came in."""


class Rounds:
    """Made by the process that holds part 0. Another one that does the same for a moment does no harm: every verb decides under
    its own locks."""

    def __init__(self, db: Db, house: House, mine: Callable[[], bool]) -> None:
        self._db, self._house, self._mine = db, house, mine
        self._wake = asyncio.Event()
        self._log = logs.get("rounds")
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._for_ever(self._assign, TICK, self._wake)),
            asyncio.create_task(self._for_ever(self._watch, WATCH)),
            asyncio.create_task(self._for_ever(self._gaps, GAPS)),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self) -> None:
        """The queue has changed."""
        self._wake.set()

    async def _for_ever(
        self, what: Callable[[], Awaitable[None]], tick: float, wake: asyncio.Event | None = None
    ) -> None:
        while True:
            if wake is not None:
                wake.clear()
            if self._mine():
                try:
                    await what()
                except Exception as error:
                    self._log.warning("round waits", error=logs.fault(error))
            if wake is None:
                await asyncio.sleep(tick)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(tick):
                    await wake.wait()
                await asyncio.sleep(REST)

    async def _assign(self) -> None:
        await assign(self._db, self._house)

    async def _gaps(self) -> None:
        await renewal.begin(self._db)
        await rota.watch(self._db, self._house)
        async with self._db.unit() as unit:
            await daily.note_backlog(unit.conn, clock.now())
        await forget(self._db)  # last: housekeeping that fails stops nobody

    async def _watch(self) -> None:
        await look(self._db, self._house)
        await bulk.due(self._db, self._house)
        await telling.send_due(self._db, self._house)


async def forget(db: Db) -> None:
    """Keys of the inbox that are kept against repetition go when nothing can be repeated any more: else they would be a quarter of the
    database for ever. A few in each transaction, so that nobody waits for it."""
    for _ in range(FORGETS):
        async with db.read() as conn:
            keys = await boxes.old(conn, clock.now(), FORGOTTEN)
        if keys[1]:
            await db.write([keys])
        if len(keys[1]) < FORGOTTEN:
            return


async def look(db: Db, house: House) -> None:
    """One round of what time brings. What fails is told in the log, and the rest goes on."""
    log = logs.get("rounds")
    await rota.begin(db, house)
    now = clock.now()
    async with db.read() as conn:
        leaving = await duty.leaving(conn, now, now - house.triage.staff.assignment.absent)
        overdue = await handovers.overdue(conn, now)
        silent = await duty.silent(conn, now, MOST)
    acts: list[Awaitable[object]] = [handover.leave(db, house, each) for each in leaving]
    acts += [handover.expire(db, house, each) for each in overdue]
    acts += [pass_on(db, house, Ref(row.id, row.part), Ref(row.ticket_id, row.part)) for row in silent]
    for act in acts:
        try:
            await act
        except NotFound:
            continue
        except Exception as error:
            log.error("round failed", error=logs.fault(error))
