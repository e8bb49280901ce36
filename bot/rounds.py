"""What must be looked after for all officers together: cases given out, shifts begun and ended, silence, gaps, news."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot import clock, logs, telling
from bot.errors import NotFound
from bot.models.ref import Ref
from bot.store import daily, duty, handovers, keys
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
KEYS = 15.0
"""Longer than any statement of the inbox's may take (`store.db.PATIENCE`): see `Keys`."""
FORGOTTEN, FORGETS = 500, 100
"""Keys in one transaction, and transactions in one round: 3,333 a second, more than ever came in."""


class Rounds:
    """Made by the process that holds part 0. Another one that does the same for a moment does no harm: every verb decides under
    its own locks."""

    def __init__(self, db: Db, house: House, mine: Callable[[], bool]) -> None:
        self._db, self._house, self._mine = db, house, mine
        self._wake = asyncio.Event()
        self._log = logs.get("rounds")
        self._keys = Keys(db)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._for_ever(self._assign, TICK, self._wake)),
            asyncio.create_task(self._for_ever(self._watch, WATCH)),
            asyncio.create_task(self._for_ever(self._gaps, GAPS)),
            asyncio.create_task(self._for_ever(self._keys.round, KEYS)),
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

    async def _watch(self) -> None:
        await look(self._db, self._house)
        await bulk.due(self._db, self._house)
        await telling.send_due(self._db, self._house)


class Keys:
    """Rows of the inbox that were handled become short keys, or they would be a quarter of the database. A few in each transaction, so
    that nobody waits for it. A row goes one round after its short key has come: whoever stores words just then sees one of the two."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._after, self._day = b"", 0
        """How far we are; each day from the beginning, for what was handled late."""
        self._both: list[list[tuple[bytes, int]]] = []
        """Rows whose short keys have been committed."""

    async def round(self) -> None:
        while self._both:
            await self._db.write([keys.drop(self._both[-1])])
            self._both.pop()
        if self._day != (day := clock.now().toordinal()):
            self._after, self._day = b"", day
        for _ in range(FORGETS):
            async with self._db.read() as conn:
                rows = await keys.handled(conn, clock.now(), self._after, FORGOTTEN)
            if rows:
                await self._db.write([keys.remember(rows, self._db.dialect)])
                self._after = rows[-1]["id"]
                self._both.append([(row["id"], row["part"]) for row in rows])
            if len(rows) < FORGOTTEN:
                break
        for _ in range(FORGETS):
            async with self._db.read() as conn:
                gone = await keys.old(conn, clock.now(), FORGOTTEN)
            most = max(len(rows) for _, rows in gone)
            if most:
                await self._db.write(gone)
            if most < FORGOTTEN:
                break


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
