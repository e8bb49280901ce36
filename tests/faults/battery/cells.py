"""The cells of the battery, and how one is run: a fresh database, a story, a trouble, the judge."""

import asyncio
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import failpoint
from bot.store import schema
from bot.store.db import Db
from tests.faults.battery.judge import judge
from tests.faults.battery.stage import Stage, stage
from tests.faults.battery.story import story
from tests.faults.battery.trouble import TROUBLES, Case, foreign_lock
from tests.faults.test_database import Restartable

ENGINES = ("sqlite", "postgresql")
FLIGHT = 12
"""Sends of a story that may be in flight at one moment: so many may come twice after a kill or a standstill."""
TIME = 240.0
T0 = ("send.after_http:kill", "sqlite")
"""The one that `make test` runs."""


def points() -> list[Case]:
    """Each place with each action, at a moment in the middle of the story where it is passed often."""
    cases = []
    for name in sorted(failpoint.POINTS):
        for action in failpoint.ACTIONS:
            on = ("postgresql",) if name.startswith("lease.") else ENGINES
            doubles = FLIGHT if action != "raise" else int(name == "send.after_http")
            trouble = foreign_lock if name.startswith("spool.") else None
            cases.append(Case(f"F02 {name}:{action}", trouble, on, f"{name}:{action}", doubles))
    return cases


def cells() -> list[tuple[Case, str]]:
    return [(case, engine) for case in (*TROUBLES, *points()) for engine in case.on]


@dataclass
class Outcome:
    case: Case
    engine: str
    wrong: list[str]
    seconds: float = 0.0
    hit: bool = True
    deaths: int = 0
    doubled: int = 0
    folder: Path = Path()


class Yard:
    """What all cells share: a PostgreSQL, and empty databases that are migrated once."""

    def __init__(self, folder: Path, seed: int, patience: float = TIME) -> None:
        self.folder, self.seed, self._patience = folder, seed, patience
        self._cluster: Restartable | None = None
        self._template = ""
        self._count = 0
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> "Yard":
        self.folder.mkdir(parents=True, exist_ok=True)
        await self._migrated(f"sqlite:///{self.folder}/template.db")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._cluster is not None:
            await asyncio.to_thread(self._cluster.stop)

    async def _migrated(self, url: str) -> str:
        db = Db(url, self.folder)
        await schema.ready(db)
        await db.close()
        return url

    async def cluster(self) -> Restartable:
        async with self._starting:
            if self._cluster is None:
                self._cluster = Restartable()
                await asyncio.to_thread(self._cluster.start)
                self._template = await self._migrated(await asyncio.to_thread(self._cluster.create_database))
        return self._cluster

    async def run(self, case: Case, engine: str) -> Outcome:
        self._count += 1
        folder = self.folder / f"{self._count:04}"
        folder.mkdir()
        own = Restartable() if case.own else None
        if engine == "sqlite":
            shutil.copyfile(self.folder / "template.db", folder / "wargi.db")
            url = f"sqlite:///{folder}/wargi.db"
        elif own is not None:
            own.url = ""
            await asyncio.to_thread(own.start)
            url = await asyncio.to_thread(own.create_database)
        else:
            cluster = await self.cluster()
            url = await asyncio.to_thread(cluster.create_database, self._template)
        try:
            return await self._told(case, engine, url, folder, own)
        finally:
            if own is not None:
                await asyncio.to_thread(own.stop)
            elif engine != "sqlite":
                await asyncio.to_thread((await self.cluster()).drop_database, url)

    async def _told(self, case: Case, engine: str, url: str, folder: Path, own: Any) -> Outcome:
        found = Outcome(case, engine, [], folder=folder)
        began = time.monotonic()
        async with stage(url, folder, self.seed + self._count, case.told, **case.more) as set_:
            try:
                async with asyncio.timeout(self._patience):
                    found.wrong = await _played(set_, case, own)
            except (Exception, asyncio.CancelledError) as error:
                found.wrong = [f"the story did not end: {_leaf(error)}", *set_.wrong]
            found.hit = not case.told or set_.struck
            found.deaths, found.doubled = set_.deaths, set_.graph.duplicates
            if not found.hit:
                found.wrong.append(f"{case.told} was never reached")
        found.seconds = time.monotonic() - began
        if not found.wrong:
            shutil.rmtree(folder, ignore_errors=True)
        return found


async def _played(set_: Stage, case: Case, own: Any) -> list[str]:
    set_.graph.statuses = ("sent", "delivered", "read")
    await set_.begin()
    set_.graph.webhook = f"{set_.base}/webhooks/whatsapp"
    await set_.officer()
    trouble = asyncio.create_task(_again_and_again(case, set_, own)) if case.what else None
    try:
        talkers = await story(set_)
    finally:
        if trouble is not None:
            trouble.cancel()
            with suppress(asyncio.CancelledError):
                await trouble
    await set_.quiet()
    return await judge(set_, talkers, case.doubles)


async def _again_and_again(case: Case, set_: Stage, own: Any) -> None:
    assert case.what is not None
    await case.what(set_, own)


def _leaf(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:600]
