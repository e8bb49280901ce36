"""T1: raw items are stored before the 200. Webhooks that arrive while a commit runs share the next one.

While the database cannot take them they are flushed to the spool instead, all of them, so that their order stays; what lies there is
brought in as soon as it can be, and then the database is asked first again.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from bot import clock, failpoint, logs
from bot.errors import StoreDown, Unstorable
from bot.message import Item, clean
from bot.store import boxes
from bot.store.db import Db
from bot.store.spool import Rows, Spool, Taken, pack

MOST = 1000
"""Rows in one commit."""
HEARD = 100
"""Messages of one webhook that are listened to before the 200; a longer one is a backlog, whose turns will listen."""
ENOUGH, PAUSE = 24, 0.02
"""While a crowd waits for its turns, a commit waits for so many webhooks, or so many seconds after the last one: few in each cost those
turns a twentieth of the CPU."""
PATIENCE = 4.0
"""Seconds that a platform waits for one commit; then the spool takes the rows, and whatever the commit still does is harmless."""
TICK, LOOK = 0.5, 5.0
"""Seconds between tries to bring the spool in: while the database is down, and while all is well (another process may have died)."""


Group = list[tuple[Rows, asyncio.Future[None]]]
"""Webhooks' rows, each with whoever waits for them."""


class Door:
    """The group commit of this process's inbox."""

    def __init__(self, db: Db, spool: Spool | None = None) -> None:
        """Without a spool a database that is down means 503."""
        self._db, self._spool = db, spool
        self.spooling = False
        """The database was down when it was last asked."""
        self.full = spool is None
        """The spool takes nothing either."""
        self._spool_lock = asyncio.Lock()
        self._late: set[asyncio.Task[None]] = set()
        """Commits that nobody waits for any more."""
        self._is_down = asyncio.Event()
        self._taken: Taken | None = None
        """What is being brought in; kept while the database stays down, so that it is read once."""
        self.ear: Callable[[Item], int | None] | None = None
        """Tells whether a message speaks of danger, so that the critical lane takes it ahead of all others."""
        self.crowded: Callable[[], bool] = lambda: False
        """More wait for their turns than get one at once."""
        self._next, self._enough = 0.0, asyncio.Event()
        """When the next commit may begin in a crowd (monotonic), and whether enough wait for it already."""
        self._waiting: Group = []
        self._taken_up: Group = []
        """What the running commit is about."""
        self._task: asyncio.Task[None] | None = None

    async def put(self, items: list[Item]) -> None:
        """Returns when the items are safe. Raises `StoreDown`: then nothing was promised and the platform must send again."""
        if not items:
            return
        now = clock.now()
        rows = [boxes.inbox_row(item, now) for item in items]
        for item, row in zip(items[:HEARD], rows, strict=False):
            row["urgent"] = self._hear(item)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, future))
        if len(self._waiting) >= ENOUGH:
            self._enough.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._commit())
        await future

    def _hear(self, item: Item) -> int | None:
        """Content must not fail before the 200: what cannot be heard here is heard in its turn."""
        if self.ear is None or item.kind != "message":
            return None
        try:
            return self.ear(item)
        except Exception:
            return None

    async def _commit(self) -> None:
        """One after the other, until nobody waits. Between a commit and its 200s stands nothing that must wait for the loop: a busy one
        takes some milliseconds each time."""
        while self._taken_up or self._waiting:
            if not self._taken_up:
                if self.crowded():
                    await self._gather(self._next - clock.monotonic())
                self._take_up()
            error = await self._keep([row for rows, _ in self._taken_up for row in rows])
            if asyncio.current_task() is not self._task:
                return  # it took too long: another one goes on with these
            self._next = clock.monotonic() + PAUSE
            for _, future in self._taken_up:
                if not future.done():
                    if error is None:
                        future.set_result(None)
                    else:
                        future.set_exception(error)
            self._taken_up = []

    def _take_up(self) -> None:
        count = size = 0
        while count < len(self._waiting) and (size == 0 or size + len(self._waiting[count][0]) <= MOST):
            size += len(self._waiting[count][0])
            count += 1
        self._taken_up, self._waiting = self._waiting[:count], self._waiting[count:]

    async def _gather(self, seconds: float) -> None:
        """More webhooks, for so long at most."""
        self._enough.clear()
        if len(self._waiting) < ENOUGH and seconds > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._enough.wait()

    async def _keep(self, rows: Rows) -> StoreDown | None:
        """In the database, or on the spool."""
        if self._spool is None:
            return await self._store(rows)
        if not self.spooling:
            too_late = asyncio.get_running_loop().call_later(PATIENCE, self._leave_it)
            try:
                error = await self._store(rows)
            finally:
                too_late.cancel()
            if error is None or isinstance(error, Unstorable) or asyncio.current_task() is not self._task:
                return error
            self._is_away()
        try:
            async with self._spool_lock:
                await asyncio.to_thread(self._spool.append, rows)
            self.full = False
        except Exception as error:
            self.full = True
            logs.get("door").error("the spool takes nothing either", error=logs.fault(error))
            return StoreDown("neither the database nor the spool can be written to")
        return None

    def _leave_it(self) -> None:
        """The running commit has time without end now; what it is about goes to the spool, and all that comes."""
        assert self._task is not None
        self._late.add(self._task)
        self._task.add_done_callback(self._late.discard)
        self._is_away()
        self._task = asyncio.create_task(self._commit())

    def _is_away(self) -> None:
        logs.get("door").error("the database takes nothing, spooling")
        self.spooling = True
        self._is_down.set()

    async def _store(self, rows: Rows) -> StoreDown | None:
        try:
            await self._write(rows)
        except StoreDown as error:
            return error
        except Exception as error:
            logs.get("door").error("commit failed, row by row", error=logs.fault(error), rows=len(rows))
            return await self._one_by_one(rows)
        return None

    async def _write(self, rows: Rows) -> None:
        hints = ["inbox", "urgent"] if any(row["urgent"] for row in rows) else ["inbox"]
        failpoint.here("inbox.before_commit")
        await self._db.write([boxes.put(rows, self._db.dialect)], hints, between=True)
        failpoint.here("inbox.committed")

    async def _one_by_one(self, rows: Rows) -> StoreDown | None:
        """One poison row never harms its neighbours: it is stored bare, parked."""
        for row in rows:
            try:
                await self._write([row])
            except StoreDown as error:
                return error
            except Exception as error:
                bare = {"kind": "raw", "state": "parked", "address": None, "error": type(error).__name__, "hour": 0}
                named = {"external_id": clean(str(row["external_id"]))[:200], "account": clean(row["account"])}
                try:
                    await self._write([row | bare | named])
                except StoreDown as away:
                    return away
                except Exception as worse:
                    return Unstorable(f"an item could not be stored: {type(worse).__name__}")
        return None

    # -- from the spool ------------------------------------------------------------------------------

    async def stop(self) -> None:
        """What was being brought in is left to the next process."""
        if self._taken is not None:
            self._taken.leave()
            self._taken = None
        await asyncio.gather(*self._late, return_exceptions=True)

    async def work(self) -> None:
        """For ever: what was spooled, by us or by a process that is gone, comes into the inbox."""
        while self._spool is not None:
            try:
                await self.bring_in()
            except Exception as error:
                logs.get("door").error("spool not brought in", error=logs.fault(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK if self.spooling else LOOK):
                    await self._is_down.wait()
                await asyncio.sleep(TICK)
            self._is_down.clear()

    async def bring_in(self) -> None:
        """Oldest first. The next webhook goes to the database directly only when nothing older waits here."""
        spool = self._spool
        if spool is None:
            return
        if self._late:
            await asyncio.wait(self._late)
        while True:
            while taken := self._taken or await asyncio.to_thread(spool.take):
                self._taken = taken
                damaged = await self._brought(taken.records)
                if damaged is None:  # still down
                    return
                failpoint.here("spool.replayed")
                await asyncio.to_thread(spool.drop, taken, damaged)
                self._taken = None
                logs.get("door").warning("spool brought in", records=len(taken.records), damaged=len(damaged))
            async with self._spool_lock:
                if spool.idle:
                    self.spooling = False
                    return
                spool.seal()

    async def _brought(self, records: Sequence[Rows | bytes]) -> list[bytes] | None:
        """What could not be read or stored in any form; None while the database is down. To store twice does no harm."""
        damaged = [each for each in records if isinstance(each, bytes)]
        rows = [row for each in records if not isinstance(each, bytes) for row in each]
        for start in range(0, len(rows), MOST):
            group = rows[start : start + MOST]
            error = await self._store(group)
            if isinstance(error, Unstorable):
                for row in group:
                    error = await self._store([row])
                    if isinstance(error, Unstorable):
                        damaged.append(pack([row]))
                    elif error is not None:
                        return None
            elif error is not None:
                return None
        return damaged
