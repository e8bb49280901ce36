"""What was published last is what this process says: looked for at the start, at a hint, and once a minute.

Content that cannot be loaded is refused with its reason, and what runs goes on. On SQLite one process has the file, so a command
leaves its content in a folder beside it, and the server publishes it.
"""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import orjson

from bot import clock, content, logs
from bot.content import Content
from bot.engine.flow import Flows
from bot.errors import FlowError, WargiError, keep
from bot.hints import Hints
from bot.policy import templates
from bot.store import versions
from bot.store.db import Db
from bot.triage import room
from bot.triage.room import Triage
from bot.triage.urgency import Dangers
from bot.turn import House

EVERY, TICK, SETTLED = 60.0, 2.0, 20.0
REFUSED = "refused: "
"""Begins what is told of content in the drop box that was not taken."""
KEPT = 3
"""Unpacked versions that stay on the disk."""


class Published:
    def __init__(self, db: Db, data_dir: Path, shipped: Content) -> None:
        self._db, self._data_dir, self._log = db, data_dir, logs.get("flows")
        self.content, self.act = shipped, 0
        """What is in use, and the act that published it; 0: the folder that the server was started with."""
        self.triage: Triage | None = None
        """What was read of the published content's own rules, not learnt yet; None: nothing is published."""

    async def first(self) -> Flows | None:
        """At the start; None where nothing was published, or nothing that this server can use."""
        return await self._next()

    async def work(self, house: House, hints: Hints, renewed: Callable[[Content], None]) -> None:
        """For ever. `renewed` hears of content that has come into use."""
        began, looked = clock.monotonic(), 0.0
        with hints.subscribe(versions.HINT) as ear:
            while True:
                try:
                    await self._drop_box()
                    if self.act == 0 and began and clock.monotonic() - began > SETTLED:
                        began = 0.0
                        await self.keep_base()
                    if await ear.next(TICK) or clock.monotonic() - looked > EVERY:
                        looked = clock.monotonic()
                        await self.renew(house, renewed)
                except WargiError as error:
                    self._log.warning("published flows wait", error=logs.fault(error))
                except Exception as error:
                    self._log.error("published flows", error=logs.fault(error))
                    await asyncio.sleep(TICK)

    async def keep_base(self) -> None:
        """What this server was started with, as long as nobody has published anything: the first preview compares with it."""
        flows, raw = await asyncio.to_thread(lambda: (self.content.load(), content.pack(self.content)))
        async with self._db.unit() as unit:
            newest = await versions.newest(unit.conn, any_=True)
            if newest is None or (newest.by == versions.STARTED and newest.version != flows.version):
                await versions.add(unit.conn, flows.version, raw, versions.STARTED, "", clock.now())

    async def renew(self, house: House, renewed: Callable[[Content], None]) -> bool:
        """True when this process says something else from now on."""
        flows = await self._next()
        if flows is None:
            return False
        read = self.triage
        assert read is not None  # it came with the flows
        triage = await asyncio.to_thread(room.learn, read, self.content.flows, flows, self._data_dir)
        house.purposes = templates.load(self.content.flows, flows.catalogues)
        house.flows, house.triage = flows, triage  # one after the other in one breath: no turn runs between them
        renewed(self.content)
        self._log.info("flows in use", version=flows.version, act=self.act)
        return True

    async def _next(self) -> Flows | None:
        async with self._db.read() as conn:
            row = await versions.newest(conn, self.act)
        if row is None:
            return None
        try:
            found, flows, triage = await asyncio.to_thread(self._unpack, row.id, row.content)
        except (WargiError, OSError) as error:
            self._log.error(
                "published flows are refused, the running version goes on", act=row.id, error=logs.fault(error)
            )
            self.act = row.id
            return None
        self.content, self.act, self.triage = found, row.id, triage
        return flows

    def _unpack(self, act: int, raw: bytes) -> tuple[Content, Flows, Triage]:
        home = self._data_dir / "published"
        folder = home / f"{act}-{clock.process_name()}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        found = content.unpack(raw, folder)
        content.warm(found, self.content.flows)
        flows = found.load()
        triage = rules(found, flows)
        older = sorted(
            (path for path in home.iterdir() if path.is_dir() and path != folder), key=lambda path: path.stat().st_mtime
        )
        for path in older[:-KEPT]:
            shutil.rmtree(path, ignore_errors=True)
        return found, flows, triage

    # -- what a command has left here ----------------------------------------------------------------

    async def _drop_box(self) -> None:
        if not self._db.is_sqlite:
            return
        for path in sorted(drop_box(self._data_dir).glob("*.zip")):
            told = path.with_suffix(".said")
            try:
                about = orjson.loads(path.with_suffix(".json").read_bytes())
                raw = path.read_bytes()
                flows = await asyncio.to_thread(checked, raw, self._data_dir, self.content.flows)
                await publish(self._db, raw, flows, str(about["by"]), str(about["note"]))
                said = f"published {flows.version}"
            except WargiError as error:
                said = f"{REFUSED}{keep(error)}"
            except (OSError, ValueError, KeyError) as error:
                said = f"{REFUSED}{error}"
            path.unlink(missing_ok=True)
            path.with_suffix(".json").unlink(missing_ok=True)
            told.write_text(said, "utf-8")


def drop_box(data_dir: Path) -> Path:
    return data_dir / "publish"


def checked(raw: bytes, data_dir: Path, like: Path) -> Flows:
    """Content as the server would use it. Raises `FlowError` with every fault that forbids it. `like`: a folder of flows that is
    nearly the same, whose parsed trees save time."""
    folder = data_dir / "publish" / f"look-{clock.new_id().hex()}"
    folder.mkdir(parents=True)
    try:
        found = content.unpack(raw, folder)
        content.warm(found, like)
        flows = found.load()
        rules(found, flows)
    finally:
        with suppress(OSError):
            shutil.rmtree(folder)
    problems, _ = content.faults(flows)
    if problems:
        raise FlowError(*problems)
    return flows


def rules(found: Content, flows: Flows, dangers: Dangers | None = None) -> Triage:
    """Everything beside the flows, read as a server does at its start: a file that one would refuse must never be published."""
    templates.load(found.flows, flows.catalogues)
    return room.load(found.flows, flows, dangers)


async def publish(db: Db, raw: bytes, flows: Flows, by: str, note: str) -> Flows:
    """From the next moment on every process says this. `flows`: what `checked` made of it."""
    async with db.unit() as unit:
        await versions.add(unit.conn, flows.version, raw, by[:80], note[:500], clock.now())
        unit.hints.add(versions.HINT)
    return flows
