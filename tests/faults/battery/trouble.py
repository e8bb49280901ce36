"""What may happen beside the failpoints: to the processes, to the database, on the network. Each is a story's background."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import asyncpg

from bot.store import backup, invariants
from bot.store.batch import CLOCKS
from bot.store.db import Db
from tests.fakes.citizen import post_signed
from tests.faults.battery import days, machines, power
from tests.faults.battery.clusters import LEAVES, Archived, Loose, Pair, Received
from tests.faults.battery.stage import Stage, locked, stop
from tests.faults.battery.strain import (
    backends_stand_still,
    bad_day,
    bombs,
    bursts,
    full_disk,
    late_words,
    no_place_left,
    nobody_answers,
    power_cuts,
    statuses_in_any_order,
)
from tests.faults.test_database import Restartable
from tests.world import eventually

Trouble = Callable[[Stage, Any], Awaitable[None]]
"""What happens beside a story; the second argument is the PostgreSQL of its own, if it has one."""


KILLS = int(os.environ.get("KILLS", "100"))
"""Of F01, on each database."""


async def kills(stage: Stage, _: Any) -> None:
    """kill -9 at random moments, a second apart on average while somebody lives."""
    for _again in range(KILLS):
        await asyncio.sleep(min(6.0, stage.chance.expovariate(1)))
        await eventually(lambda: any(each.lives for each in stage.victims), 180, "the next process")
        async with stage.calm:
            stop(stage.chance.choice([each for each in stage.victims if each.lives]))


async def pauses(stage: Stage, _: Any) -> None:
    """The process stands still for eight seconds, longer than a lease; another takes over, and the first wakes."""
    await asyncio.sleep(2)
    process = stage.victims[0].process
    assert process is not None
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGSTOP)
    try:
        if not stage.is_sqlite:
            await stage.start("worker")
        await asyncio.sleep(8)
    finally:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)


async def foreign_lock(stage: Stage, _: Any) -> None:
    """Somebody else's transaction keeps the database from taking anything for seven seconds, twice."""
    for _again in range(2):
        await lock_once(stage, _)
        await asyncio.sleep(0.5)


async def lock_once(stage: Stage, _: Any) -> None:
    """So that words go to the spool and come back: those of the story, where it speaks just then, and somebody's in any case."""
    await asyncio.sleep(0.1)
    who = stage.citizen(6000)
    async with asyncio.TaskGroup() as group:
        if stage.is_sqlite:
            shell = await asyncio.to_thread(locked, stage.data / "wargi.db")
            group.create_task(stage.say(who, who.text("halo")))
            await asyncio.sleep(7)
            shell.execute("ROLLBACK")
            shell.close()
        else:
            async with _admin(stage) as conn, conn.transaction():
                await conn.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
                group.create_task(stage.say(who, who.text("halo")))
                await asyncio.sleep(7)


async def deadlines_ring(stage: Stage, _: Any) -> None:
    """Every deadline is looked at now, twice a second: several fall due in one moment."""
    while True:
        await asyncio.sleep(0.5)
        if stage.is_sqlite:
            await asyncio.to_thread(_due_now, stage.data / "wargi.db")
        else:
            async with _admin(stage) as conn:
                free = "SELECT id FROM timer WHERE kind = $1 FOR UPDATE SKIP LOCKED"  # else it deadlocks with whoever moves one
                await conn.execute(f"UPDATE timer SET due_at = now() WHERE id IN ({free})", CLOCKS)


def _due_now(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as shell:
        shell.execute("UPDATE timer SET due_at = ? WHERE kind = ?", (int(time.time() * 1e6), CLOCKS))


async def backends_end(stage: Stage, _: Any) -> None:
    """Somebody ends all our connections, ten times."""
    for _again in range(10):
        await asyncio.sleep(1)
        async with stage.calm, _admin(stage) as conn:  # not the judge's
            await conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


async def read_only(stage: Stage, _: Any) -> None:
    """A failover that went half way: the database reads, and writes nothing for six seconds."""
    name = urlsplit(stage.url).path.lstrip("/")
    await asyncio.sleep(1)
    for value in ("on", "off"):
        async with _admin(stage) as conn:
            await conn.execute("SET default_transaction_read_only = off")
            await conn.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')
            await conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await asyncio.sleep(6 if value == "on" else 0)


async def restarts(stage: Stage, own: Any) -> None:
    """PostgreSQL is killed and comes back after three seconds, twice."""
    for _again in range(2):
        await asyncio.sleep(1.5)
        async with stage.calm:
            await asyncio.to_thread(own.kill)
            await asyncio.sleep(3)
            await asyncio.to_thread(own.again)


async def repeats(stage: Stage, _: Any) -> None:
    """The platform delivers everything once more, out of order, several at once; also what has long been answered."""
    while True:
        await asyncio.sleep(0.3)
        bodies = [body for _, body in stage.posted]
        stage.chance.shuffle(bodies)
        url = f"{stage.base}/webhooks/whatsapp"
        await asyncio.gather(*[post_signed(stage.http, url, stage.graph.secret, body) for body in bodies[:8]])


async def backups(stage: Stage, _: Any) -> None:
    """A copy is taken while everything goes on, and every rule holds in it."""
    await asyncio.sleep(2)
    while True:
        db = Db(stage.url, stage.data)
        made = await backup.take(db, stage.data, stage.folder / "copies", lambda *_: None)
        await db.close()
        if stage.is_sqlite:
            copy = Db(f"sqlite:///{made.folder}/wargi.db", stage.data)
            await copy.open_for_reading()
            async with copy.read() as conn:
                found = await invariants.look_in(conn)
            await copy.close()
            late = ("I1 unhandled", "I6 unsent", "I10 late timer", "I11 unheard")
            broken = [
                f"in the copy: {rule.name}: {row}" for rule, rows in found for row in rows if rule.name not in late
            ]
            stage.wrong += broken
        await asyncio.sleep(1.5)


async def slow_visitors(stage: Stage, _: Any) -> None:
    """Three hundred sockets that say a byte a second, bodies that are too large, and ones that unpack to a thousand times their size."""
    port = stage.victims[0].port
    writers = []
    for _again in range(300):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        writers.append(writer)
    url = f"{stage.base}/webhooks/whatsapp"
    try:
        while True:
            for writer in writers:
                with suppress(ConnectionError):
                    writer.write(b"x")
            with suppress(aiohttp.ClientError):
                async with stage.http.post(url, data=bytes(30_000_000)) as answer:
                    if answer.status != 413:
                        stage.wrong.append(f"F18 a body of 30 MB got {answer.status}")
            await asyncio.sleep(1)
            process = stage.victims[0].process
            assert process is not None
            pages = int((await asyncio.to_thread(open, f"/proc/{process.pid}/statm")).read().split()[1])
            if pages * os.sysconf("SC_PAGE_SIZE") > 400e6:
                stage.wrong.append("F18 more than 400 MB of memory")
    finally:
        for writer in writers:
            writer.close()


async def angry_platform(stage: Stage, _: Any) -> None:
    """A tenth of the sends is refused for a moment, some are accepted and the answer is cut off."""
    stage.graph.fail_p, stage.graph.drop_p = 0.1, 0.03
    try:
        await asyncio.sleep(12)
    finally:
        stage.graph.fail_p = stage.graph.drop_p = 0.0


def _admin(stage: Stage) -> Any:
    class Admin:
        async def __aenter__(self) -> asyncpg.Connection:
            self.conn = await asyncpg.connect(stage.url)
            return self.conn

        async def __aexit__(self, *_: object) -> None:
            await self.conn.close()

    return Admin()


@dataclass(frozen=True)
class Case:
    """One cell: what happens, where, and what is forgiven."""

    name: str
    what: Trouble | None = None
    on: tuple[str, ...] = ("sqlite", "postgresql")
    told: str = ""
    doubles: int = 0
    parked: int = 0
    """Items that nobody can read."""
    own: Callable[[], Restartable] | None = None
    """Makes the PostgreSQL of its own that it needs."""
    named: bool = False
    """The server is told all machines of that PostgreSQL; else an address that moves."""
    alone: bool = True
    """Needs a server of its own; the others share one until something breaks."""
    more: dict[str, str] = field(default_factory=dict)
    lasts: bool = False
    """The trouble goes on until one story has been told; others end by themselves, and stories follow each other until then."""
    before: tuple[str, ...] = ()
    """A command that runs the server; `{folder}` is the cell's."""
    module: tuple[str, ...] = ("bot",)
    small: int = 0
    """Megabytes of a disk of its own for the database."""
    needs: tuple[str, ...] = ()
    """Programs without which this cannot be played, or `root`."""
    after: Callable[[Stage], Awaitable[list[str]]] | None = None
    """What else is looked at when all is over."""
    workers: int = 0
    """Processes beside the first, where the database is PostgreSQL."""
    patience: float = 0.0
    """Seconds for a cell that needs more than the others."""


SKEWED = ("tests.faults.battery.skewed", "{folder}/skew")
"""The server under clocks that can be moved."""
MANY = 1000
"""After a kill or a pause, what was in flight may come twice: how much, is for the judge of each send to say."""
TROUBLES = (
    Case("F01 kill -9", kills, doubles=MANY, workers=2, patience=120 + 20.0 * KILLS),
    Case("F03 repeats", repeats, lasts=True, alone=False),
    Case("F04 statuses in any order", statuses_in_any_order, alone=False),
    Case("F05 words of six days ago", late_words, alone=False),
    Case("F06 bursts of pictures", bursts),
    Case("F07 a platform's bad day", bad_day, doubles=MANY),
    Case("F07 angry platform", angry_platform, doubles=MANY),
    Case("F08a PostgreSQL restarts", restarts, ("postgresql",), own=Restartable),
    Case("F08b backends end", backends_end, ("postgresql",), alone=False),
    Case("F08c the other takes over", machines.others_take_over, ("postgresql",), own=Pair, doubles=MANY),
    Case(
        "F08c another of those named takes over",
        machines.others_take_over,
        ("postgresql",),
        own=Pair,
        doubles=MANY,
        named=True,
    ),
    Case("F08c the other stands still", machines.other_stands_still, ("postgresql",), own=Pair, needs=("root",)),
    Case("F08c loosely followed", None, ("postgresql",), own=Loose, after=machines.loosely_followed),
    Case("F08h read-only", read_only, ("postgresql",), alone=False),
    Case("F08e/F09a foreign lock", foreign_lock, alone=False),
    Case("F08d no connection is left", no_place_left, ("postgresql",), own=Restartable),
    Case("F08j backends stand still", backends_stand_still, ("postgresql",), own=Restartable, needs=("root",)),
    Case(
        "F08g PostgreSQL's disk is full", full_disk, ("postgresql",), own=Restartable, small=40, needs=("root", "mount")
    ),
    Case("F09b SQLite's disk is full", full_disk, ("sqlite",), small=320, needs=("root", "mount")),
    Case("F09c power loss", None, ("sqlite",), before=power.traced("{folder}"), needs=("strace",), after=power_cuts),
    Case("F10 the clock jumps", days.clock_jumps, module=SKEWED),
    Case("F10 clocks disagree", days.clocks_disagree, module=SKEWED, workers=1),
    Case("F24 an agency is away for a day", None, module=SKEWED, after=days.agency_is_away),
    Case("F16 pause", pauses, doubles=MANY),
    Case("F17 narrow limits", None, before=("prlimit", "--nofile=128", "--data=600000000"), needs=("prlimit",)),
    Case("F18 bombs", bombs, parked=1),
    Case("F18 slow visitors", slow_visitors, lasts=True),
    Case("F21/F24 nobody answers", nobody_answers, alone=False),
    Case("F20 backup under load", backups, lasts=True),
    Case("F25 a week in small", None, module=SKEWED, workers=1, doubles=MANY, patience=900, after=days.a_week),
    Case("F20 back from the log", machines.base_is_taken, ("postgresql",), own=Archived, patience=240 + 5 * LEAVES,
         after=machines.back_from_the_log),
    Case("F20 back from a log taken at once", machines.base_is_taken, ("postgresql",), own=Received, patience=240 + 5 * LEAVES,
         after=machines.back_from_the_log),
)  # fmt: skip
