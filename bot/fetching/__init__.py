"""Citizens' files are fetched here, long after the 200: a few at a time, again and again until the platform has forgotten them.

A platform that answers with errors is asked less and less often, for Meta blocks who fails twenty times in an hour; what is known
about that lies in the database, so that a restart or a second process does not begin anew.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from bot import clock, failpoint, logs
from bot.errors import Fault, FetchError, WargiError
from bot.fetching.shelve import Refused, cap_of, patience_of, put_away, receive
from bot.files.shelf import Shelf
from bot.metrics import Metrics
from bot.models import MediaState
from bot.models.ref import Ref
from bot.store import media
from bot.store.db import Db, Unit
from bot.store.media import Host
from bot.turn import House
from bot.turn.media import ask_again

LANES, SHARE = 6, 4
"""Files at a time, and those of one account: one slow platform leaves lanes for the others. A lane holds a megabyte at most."""
POLL = 1.0
BASE, LONGEST = 1.0, 1800.0
"""Waits between tries, in seconds: full jitter below `BASE * 2^n`, and never shorter than `BASE`."""
MOST_ERRORS = 15
"""Of an account in one hour. Meta is said to block the downloads of a number after 20 for half an hour."""
KEPT = timedelta(days=6, hours=12)
"""WhatsApp forgets a file after seven days; what has not come by then is not asked for any more."""
LIMITED = {
    "unavailable": (8, MediaState.EXPIRED),
    "bug": (8, MediaState.FAILED),
    "garbled": (20, MediaState.FAILED),
}
"""What is not worth days of trying: after so many tries it is over."""
DISK_WAIT = timedelta(seconds=20)
FINAL = {"expired": MediaState.EXPIRED, "too_big": MediaState.REFUSED}
STALE = 3600.0


class Holder(Protocol):
    """Who knows which parts are ours."""

    def held(self) -> Mapping[int, int] | None:
        """Part -> token of its lease; None for all."""

    async def fence(self, unit: Unit, held: Mapping[int, int] | None, part: int) -> None:
        """Raises unless the part is still ours, and keeps it so until the commit."""


class Fetcher:
    """The files of the parts that this process holds."""

    def __init__(self, db: Db, house: House, shelf: Shelf, metrics: Metrics, scratch: Path, holder: Holder) -> None:
        self._db, self._house, self._shelf, self._metrics = db, house, shelf, metrics
        self._scratch, self._holder = scratch, holder
        self._log = logs.get("fetching")
        self._wake = asyncio.Event()
        self._flying: dict[bytes, tuple[str, asyncio.Task[None]]] = {}
        """Account and task of what is being fetched."""
        self._left: set[bytes] = set()
        """What landed while a look at the table was under way: what that look read of it is old."""
        self._loop: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """There may be something to fetch."""
        self._wake.set()

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Cuts everything off: a row stays pending until its file is whole, so nothing is lost."""
        tasks = [task for _, task in self._flying.values()] + ([self._loop] if self._loop else [])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        swept = -STALE
        while True:
            self._wake.clear()
            try:
                if clock.monotonic() - swept > STALE:
                    swept = clock.monotonic()
                    await asyncio.to_thread(_sweep, self._scratch)
                await self._begin()
            except Exception as error:
                self._log.warning("files wait", error=logs.fault(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._wake.wait()

    async def _begin(self) -> None:
        """Starts what is due, as far as lanes are free; a server in trouble gets one try at a time."""
        held = self._holder.held()
        if len(self._flying) >= LANES or held == {}:
            return
        self._left.clear()
        async with self._db.read() as conn:
            rows, hosts = await media.due(conn, None if held is None else sorted(held), clock.now(), 200)
        for row in rows:
            if len(self._flying) >= LANES:
                return
            busy = sum(account == row["account"] for account, _ in self._flying.values())
            share = 1 if hosts.get(row["account"], Host()).failures else SHARE
            if row["id"] in self._flying or row["id"] in self._left or busy >= share:
                continue
            task = asyncio.create_task(self._fetch(dict(row), held))
            self._flying[row["id"]] = (row["account"], task)
            task.add_done_callback(partial(self._landed, row["id"]))

    def _landed(self, id_: bytes, task: asyncio.Task[None]) -> None:
        self._flying.pop(id_, None)
        self._left.add(id_)
        self._wake.set()

    async def _fetch(self, row: dict[str, Any], held: Mapping[int, int] | None) -> None:
        """One try. Whatever happens, the row says afterwards what is to be done."""
        file = self._scratch / clock.new_id().hex()
        try:
            changes, fault = await self._try(row, file)
            failpoint.here("media.stored")
            await self._write(row, held, changes, fault)
        except WargiError as error:  # the database is away, or the part is another worker's now: the row still waits
            self._log.warning("file not settled", error=logs.fault(error))
            await asyncio.sleep(POLL)
        except Exception as error:
            self._log.error("fetching", error=logs.fault(error))
            await asyncio.sleep(POLL)
        finally:
            with suppress(OSError):
                file.unlink(missing_ok=True)

    async def _try(self, row: dict[str, Any], file: Path) -> tuple[dict[str, Any], Fault | None]:
        """What to write about it, and the platform's fault where it was one."""
        now = clock.now()
        channel = self._house.channels.get(row["account"].partition(":")[0])
        if channel is None:
            return self._later(row, "channel"), None
        try:
            self._scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
            pieces = channel.fetch(row["account"], row["ref"])
            sha256 = await receive(pieces, file, cap_of(row["kind"]), patience_of(row["kind"]))
            changes = await put_away(self._shelf, file, sha256, kind=row["kind"], mime=row["mime"], name=row["name"])
            return changes | {"fetched_at": clock.now()}, None
        except FetchError as error:
            return self._after(row, error.fault), error.fault
        except Refused as refused:
            return {"state": MediaState.REFUSED, "error": refused.why}, None
        except OSError as error:  # our own disk or bucket: neither the file nor the platform is to blame
            self._log.error("a file cannot be kept", error=logs.fault(error), errno=error.errno)
            return {"error": "disk", "next_at": now + DISK_WAIT}, None
        except Exception as error:  # a bug of ours must not take the file from the citizen
            self._log.error("fetching failed", error=logs.fault(error), media=row["id"].hex())
            return self._later(row, "bug"), None

    def _after(self, row: dict[str, Any], fault: Fault) -> dict[str, Any]:
        if fault.retryable:
            return self._later(row, fault.name, fault.wait or 0)
        return {"state": FINAL.get(fault.name, MediaState.FAILED), "error": fault.name, "attempts": row["attempts"] + 1}

    def _later(self, row: dict[str, Any], why: str, wait: float = 0) -> dict[str, Any]:
        now, attempts = clock.now(), row["attempts"] + 1
        most, end = LIMITED.get(why, (10**9, MediaState.FAILED))
        if now - row["created_at"] > KEPT or attempts >= most:
            return {"state": end, "error": why, "attempts": attempts}
        return {"error": why, "attempts": attempts, "next_at": now + timedelta(seconds=max(wait, pause(attempts)))}

    async def _write(
        self, row: dict[str, Any], held: Mapping[int, int] | None, changes: dict[str, Any], fault: Fault | None
    ) -> None:
        ref, state = Ref(row["id"], row["part"]), changes.get("state", MediaState.PENDING)
        conversation = Ref(row["conversation_id"], row["part"])
        async with self._db.unit() as unit:
            await self._holder.fence(unit, held, row["part"])
            if not await media.settle(unit.conn, ref, changes):
                return
            if fault is not None:
                await self._blame(unit, row["account"], fault)
            elif state == MediaState.STORED:
                await media.worked(unit.conn, row["account"])
            if state != MediaState.PENDING or not row["error"]:
                await self._tell(unit, row["account"], conversation)
            if state in (MediaState.EXPIRED, MediaState.REFUSED):
                await ask_again(unit, self._house, row, changes["error"])
        self._metrics.media.labels(row["account"].partition(":")[0], changes.get("error") or str(state)).inc()

    async def _blame(self, unit: Unit, account: str, fault: Fault) -> None:
        """Counts the error, and leaves the server alone for a while where it is its own or there were too many."""
        now, server = clock.now(), fault.scope == "account"
        host = await media.failed(unit.conn, account, now, server)
        if host.errors >= MOST_ERRORS and host.until is not None:
            await media.pause(unit.conn, account, host.until)
        elif server:
            wait = max(fault.wait or 0, pause(host.failures))
            await media.pause(unit.conn, account, now + timedelta(seconds=wait))

    async def _tell(self, unit: Unit, account: str, conversation: Ref) -> None:
        unit.changed(conversation)
        if account.startswith("web:"):
            unit.hints.add(f"w:{await media.address_of(unit.conn, conversation)}")


def pause(failures: int) -> float:
    """Seconds before the next try after so many failures."""
    return max(BASE, clock.jitter(min(LONGEST, BASE * 2.0 ** min(failures, 30))))


def _sweep(scratch: Path) -> None:
    """What a killed process left half written; a running fetch is never that old."""
    if not scratch.is_dir():
        return
    for path in scratch.iterdir():
        with suppress(OSError):
            if clock.now().timestamp() - path.stat().st_mtime > STALE:
                path.unlink()
