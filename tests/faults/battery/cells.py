"""The cells of the battery, and how one is run: a fresh database, a story, a trouble, the judge."""

import asyncio
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot import failpoint
from bot.engine.flow import load
from bot.i18n import Catalogues
from bot.store import schema
from bot.store.db import Db
from bot.triage import room
from tests.faults.battery.judge import judge
from tests.faults.battery.stage import Stage, stage
from tests.faults.battery.story import Talker, called, story
from tests.faults.battery.strain import SMALL, small_disk
from tests.faults.battery.trouble import TROUBLES, Case, deadlines_ring, lock_once
from tests.faults.test_database import Restartable
from tests.world import ROOT, eventually

ENGINES = ("sqlite", "postgresql")
FLIGHT = 12
"""Sends of a story that may be in flight at one moment: so many may come twice after a kill or a standstill."""
TIME = 240.0
NEEDED = {"spool": lock_once, "deadline": deadlines_ring}
"""What must happen beside the story for these places to be reached."""
T0 = ("send.after_http:kill", "sqlite")
"""The one that `make test` runs."""


def points() -> list[Case]:
    """Each place with each action, at a moment in the middle of the story where it is passed often."""
    cases = []
    for name in sorted(failpoint.POINTS):
        for action in failpoint.ACTIONS:
            on = ("postgresql",) if name.startswith("lease.") else ENGINES
            doubles = FLIGHT if action != "raise" else int(name == "send.after_http")
            trouble = NEEDED.get(name.partition(".")[0])
            lasts = trouble is deadlines_ring
            cases.append(
                Case(
                    f"F02 {name}:{action}",
                    trouble,
                    on,
                    f"{name}:{action}",
                    doubles,
                    lasts=lasts,
                    alone=False,
                    workers=1,
                )
            )
    return cases


Cell = tuple[Case, str]
SHARE = 24
"""Cells that one server plays, if nothing breaks: more make its tables long, and the judge reads all of them."""


def everything() -> list[Case]:
    return [*TROUBLES, *points()]


def cells() -> list[Cell]:
    """All that can be played on this machine."""
    return [(case, engine) for case in everything() if not lacks(case) for engine in case.on]


def lacks(case: Case) -> list[str]:
    """What this machine has not and the case needs."""
    return [each for each in case.needs if (os.geteuid() != 0 if each == "root" else shutil.which(each) is None)]


def rows(chosen: Sequence[Cell]) -> list[list[Cell]]:
    """What may share a server stands together, and first: short rows at the end keep all hands busy until then."""
    found: list[list[Cell]] = []
    sharing = sorted((cell for cell in chosen if not cell[0].alone), key=lambda cell: cell[1])
    for _, group in groupby(sharing, key=lambda cell: cell[1]):
        all_of_it = list(group)
        found += [all_of_it[at : at + SHARE] for at in range(0, len(all_of_it), SHARE)]
    return found + [[cell] for cell in chosen if cell[0].alone]


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
    seed: int = 0
    noted: list[str] = field(default_factory=list)
    """What was measured."""


def learnt() -> None:
    """What messages are about, once: else each server of each cell would spend its first seconds on it."""
    with tempfile.TemporaryDirectory() as folder:
        flows = load(ROOT / "flows", Catalogues.load(ROOT / "locales"))
        room.learn(room.load(ROOT / "flows", flows), ROOT / "flows", flows, Path(folder))


AGAIN = 5.0
"""Seconds until what looks wrong is looked at once more."""
STILL = 15.0
"""Seconds for which work that stands still is looked at, once a story has not ended."""
ROUNDS = 3
"""Stories in which a place may be reached at last: how fast a machine is decides what a trouble meets in one."""
UNPROVEN = ("I1 not handled", "I4 0 ", "I6 ", "I7 gaps", "I10", "I11", "I18 a picture")
"""What the judge says of a story that is only not over yet."""


class Yard:
    """What all cells share: a PostgreSQL, and empty databases that are migrated once."""

    def __init__(self, folder: Path, seed: int, patience: float = TIME, template: Path | None = None) -> None:
        """`template`: a migrated file of SQLite that is there already."""
        self._file = template
        self.folder, self.seed, self._patience = folder, seed, patience
        self._cluster: Restartable | None = None
        self._template = ""
        self._count = 0
        self.ending = False
        """Somebody has asked the whole run to end: nothing is a finding any more."""
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> "Yard":
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._file is None:
            self._file = self.folder / "template.db"
            await self._migrated(f"sqlite:///{self._file}")
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
        found: list[Outcome] = []
        await self.play([(case, engine)], found.append)
        return found[0]

    async def play(self, row: Sequence[Cell], told: Callable[[Outcome], None]) -> None:
        """Cells that share a server, one after the other; after one that broke the next begin with a new server."""
        left = list(row)
        while left:
            self._count += 1
            folder = self.folder / f"{self._count:04}"
            folder.mkdir()
            whole = False
            try:
                async with self._house(*left[0], folder) as (set_, own):
                    whole = True
                    while left and whole:
                        found = await self._outcome(set_, own, *left.pop(0))
                        whole = not found.wrong
                        told(found)
            except Exception as error:
                if whole or not left:
                    raise
                told(Outcome(*left.pop(0), [f"the server did not begin: {_leaf(error)}"], folder=folder))
            if whole:
                shutil.rmtree(folder, ignore_errors=True)

    @asynccontextmanager
    async def _house(self, case: Case, engine: str, folder: Path) -> AsyncIterator[tuple[Stage, Any]]:
        """A server over an empty database, and an officer at its desk."""
        async with AsyncExitStack() as stack:
            url, own = await self._database(case, engine, folder, stack)
            async with stage(url, folder, self.seed, **case.more) as set_:
                set_.before, set_.module = _filled(case.before, folder), _filled(case.module, folder)
                set_.own = own
                if case.named:
                    set_.env["WARGI_DATABASE_URL"] = own.anyone(url)
                if engine == "sqlite" and case.after:
                    shutil.copyfile(set_.data / "wargi.db", folder / "before.db")
                set_.graph.statuses = ("sent", "delivered", "read")
                await set_.start()
                for _ in range(case.workers if engine != "sqlite" else 0):
                    await set_.start("worker")
                set_.graph.webhook = f"{set_.base}/webhooks/whatsapp"
                await set_.officer()
                yield set_, own

    async def _database(self, case: Case, engine: str, folder: Path, stack: AsyncExitStack) -> tuple[str, Any]:
        """Empty and migrated, on a disk of its own where the case wants one."""
        if engine == "sqlite":
            data = folder / "data"
            if case.small:
                stack.enter_context(small_disk(data, case.small))
            else:
                data.mkdir()
            shutil.copyfile(self._file or "", data / "wargi.db")
            return f"sqlite:///{data}/wargi.db", None
        if case.own is None:
            cluster = await self.cluster()
            url = await asyncio.to_thread(cluster.create_database, self._template)
            stack.push_async_callback(asyncio.to_thread, cluster.drop_database, url)
            return url, None
        own = case.own()
        own.url = ""
        await asyncio.to_thread(own.start)
        stack.push_async_callback(asyncio.to_thread, own.stop)
        url = await asyncio.to_thread(own.create_database)
        async with self._starting:  # Alembic's context is one for the whole process
            await self._migrated(url)
        if case.small:
            disk = small_disk(folder / SMALL, case.small, "nobody" if os.geteuid() == 0 else "")
            await asyncio.to_thread(own.execute, f"CREATE TABLESPACE small LOCATION '{stack.enter_context(disk)}'")
            await asyncio.to_thread(
                own.execute, f'ALTER DATABASE "{urlsplit(url).path.lstrip("/")}" SET TABLESPACE small'
            )
        return url, own

    async def _outcome(self, set_: Stage, own: Any, case: Case, engine: str) -> Outcome:
        found = Outcome(case, engine, [], folder=set_.folder, seed=set_.seed)
        began, deaths = time.monotonic(), set_.deaths
        doubled, ambiguous = set_.graph.duplicates, set_.graph.ambiguous
        set_.arm(case.told)
        try:
            async with asyncio.timeout(case.patience or self._patience):
                found.wrong = await _played(set_, case, own)
        except (Exception, asyncio.CancelledError) as error:
            if self.ending:
                raise
            forgiven = case.doubles + doubled - ambiguous
            found.wrong = [
                *await _left(set_, forgiven, case.parked),
                f"the story did not end: {_leaf(error)}",
                *set_.wrong,
            ]
        found.deaths, found.doubled = set_.deaths - deaths, set_.graph.duplicates - doubled
        found.hit = not case.told or set_.struck
        if not found.hit:
            found.wrong.append(f"{case.told} was never reached")
        found.seconds = time.monotonic() - began
        found.noted, set_.noted = set_.noted, []
        return found


async def _played(set_: Stage, case: Case, own: Any) -> list[str]:
    forgiven, deaths = case.doubles + set_.graph.duplicates - set_.graph.ambiguous, set_.deaths
    for _round in range(ROUNDS):
        trouble = asyncio.create_task(case.what(set_, own)) if case.what else None
        try:
            talkers = await story(set_)
            while not (trouble is None or case.lasts or trouble.done()):
                if wrong := await _judged(set_, talkers, forgiven, case.parked):
                    return wrong
                talkers = await story(set_)
        finally:
            if trouble is not None:
                trouble.cancel()
                with suppress(asyncio.CancelledError):
                    await trouble
        if not case.told or set_.struck:
            break
        if wrong := await _judged(set_, talkers, forgiven, case.parked):
            return wrong
    else:
        return []  # all that was told has been judged; that the place was never reached is for the caller to say
    if case.told.endswith(":kill") and set_.struck:  # the story may have been over before whoever died was missed
        await eventually(lambda: set_.deaths > deaths, 120, "the one that was killed, again")
    wrong = await _judged(set_, talkers, forgiven, case.parked)
    return wrong + (await case.after(set_) if case.after else [])


def _filled(words: Sequence[str], folder: Path) -> tuple[str, ...]:
    return tuple(word.replace("{folder}", str(folder)) for word in words)


async def _left(set_: Stage, forgiven: int, parked: int) -> list[str]:
    """What a story that did not end has broken, by its name: what has been wrong already, and what stands still."""
    try:
        async with asyncio.timeout(60):
            before = await _standing(set_)
            await asyncio.sleep(STILL)
            still = before & await _standing(set_)
            found = await judge(set_, [], forgiven, parked)
    except (Exception, asyncio.CancelledError):
        return []
    stuck = Counter(what for what, _ in still)
    done = [line for line in found if not line.startswith(UNPROVEN)]
    return [f"{what} for {STILL:.0f} seconds: {count}" for what, count in sorted(stuck.items())] + done


async def _standing(set_: Stage) -> set[tuple[str, str]]:
    rows = await set_.rows(
        "SELECT 'I1 a word is not taken up' AS what, id FROM inbox WHERE state = 'pending' "
        "UNION ALL SELECT 'I6 a bubble does not leave', id FROM outbox"
    )
    return {(row["what"], bytes(row["id"]).hex()) for row in rows}


async def _judged(set_: Stage, talkers: list[Talker], forgiven: int, parked: int) -> list[str]:
    """What came of a story, once all is quiet."""
    async with set_.calm:
        await set_.quiet()
        wrong = await judge(set_, talkers, forgiven, parked)
        if wrong:  # a timer may have spoken between two looks; what is lost or doubled stays so
            await asyncio.sleep(AGAIN)
            await set_.quiet()
            wrong = await judge(set_, talkers, forgiven, parked)
    set_.alarmed |= {*called(set_)}
    return wrong


def _leaf(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:6000]
