"""One run's stage: a database, the server in its own processes, the platforms, the ledger. Nothing in here belongs to the system."""

import asyncio
import json
import os
import random
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa
from aiohttp import web

from bot import failpoint, registry
from bot.desk import first_link
from bot.errors import StoreDown
from bot.store import schema
from bot.store.db import Db
from tests.fakes.citizen import Citizen
from tests.fakes.graph import FakeGraph
from tests.fakes.serve import Server
from tests.faults.test_kill import Victim, free_port
from tests.world import ROOT, Desk

PASSWORD = "sampurasun wargi jabar"


class Hook(Server):
    """Where alarms and agencies' webhooks arrive."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[tuple[str, float, dict[str, Any]]] = []
        self.away: set[str] = set()
        """What is answered with 503."""

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post("/{what}", self._take)]

    async def _take(self, request: web.Request) -> web.Response:
        now = asyncio.get_running_loop().time()
        if request.match_info["what"] in self.away:
            return web.Response(status=503)
        self.got.append((request.match_info["what"], now, json.loads(await request.read())))
        return web.Response()


class Ledger:
    """What each platform was promised: written and flushed before anybody looks at it."""

    def __init__(self, path: Path) -> None:
        self._out = path.open("a")
        self.lines: list[tuple[str, str, str, int, float]] = []
        """External id, address, text, HTTP status, when."""

    def write(self, *line: Any) -> None:
        self.lines.append(line)  # type: ignore[arg-type]
        self._out.write(json.dumps(line) + "\n")
        self._out.flush()
        os.fsync(self._out.fileno())

    def close(self) -> None:
        self._out.close()

    def promised(self) -> dict[str, str]:
        """External id -> address of all that got a 200."""
        return {id_: address for id_, address, _, status, _ in self.lines if status == 200}


@dataclass
class Stage:
    """A server under test and everything around it."""

    url: str
    folder: Path
    seed: int
    env: dict[str, str]
    graph: FakeGraph
    hook: Hook
    ledger: Ledger
    http: aiohttp.ClientSession
    link: str = ""
    """Makes the first officer."""
    wrong: list[str] = field(default_factory=list)
    """What was seen to break on the way."""
    noted: list[str] = field(default_factory=list)
    """What was measured on the way."""
    own: Any = None
    """The PostgreSQL of its own, if it has one."""
    posted: list[tuple[str, bytes]] = field(default_factory=list)
    victims: list[Victim] = field(default_factory=list)
    deaths: int = 0
    down: int = 0
    """Processes that are being started again."""
    begun: int = 0
    """How many citizens have come so far."""
    alarmed: set[str] = field(default_factory=set)
    """Tickets for which a human was called in an earlier cell."""
    desk: Desk = None  # type: ignore[assignment]
    chance: random.Random = field(default_factory=random.Random)
    calm: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever judges: nobody is killed meanwhile."""
    telling: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a story is told: who waits for it acts between two of them."""
    before: tuple[str, ...] = ()
    module: tuple[str, ...] = ("bot",)
    minded: bool = True
    """Whoever dies is started again, as a supervisor does."""
    _minders: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def log(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("log*")))

    @property
    def data(self) -> Path:
        """What the server keeps on its disk."""
        return self.folder / "data"

    def arm(self, told: str) -> None:
        """The next process that comes to this place does what it was told; '' disarms."""
        self._told.with_suffix(".struck").unlink(missing_ok=True)
        if told:
            self._told.with_suffix(".new").write_text(told)
            self._told.with_suffix(".new").rename(self._told)
        else:
            self._told.unlink(missing_ok=True)

    @property
    def _told(self) -> Path:
        return self.folder / "told"

    @property
    def struck(self) -> bool:
        return self._told.with_suffix(".struck").exists()

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.victims[0].port}"

    def citizen(self, n: int) -> Citizen:
        one = Citizen(
            phone=f"62811{self.seed % 1000:03}{n:04}",
            user_id=f"ID.88{self.seed % 1000:03}{n:06}",
            name=f"Bejo {n}",
            tries=400,
        )
        one.url = f"{self.base}/webhooks/whatsapp"
        return one

    async def say(self, who: Citizen, message: dict[str, Any]) -> None:
        """Posts as the platform does: until it gets a 200. The ledger says what was promised."""
        text = message.get("text", {}).get("body", message["type"])
        status = await who.send(self.http, message)
        self.posted.append((message["id"], who.posted[-1][1]))
        self.ledger.write(message["id"], who.address, text, status, asyncio.get_running_loop().time())

    async def start(self, roles: str = "gateway,worker,desk") -> Victim:
        port = free_port()
        env = {**self.env, "WARGI_PORT": str(port), failpoint.NAME: f"@{self._told}"}
        victim = Victim(env, port, self.folder / f"log{len(self.victims)}", roles)
        victim.before, victim.module = self.before, self.module
        await victim.start()
        self.victims.append(victim)
        if self.minded:
            self._minders.append(asyncio.create_task(self._mind(victim)))
        return victim

    async def _mind(self, victim: Victim) -> None:
        while True:
            await asyncio.sleep(0.05)
            if victim.lives:
                continue
            self.down += 1
            try:
                await victim.start()
            except Exception as error:
                if victim.lives or victim.code != -signal.SIGKILL:  # else it was killed while it began
                    self.wrong.append(f"I16 did not start again: {type(error).__name__} {error}"[-600:])
            self.deaths += 1
            self.down -= 1

    async def officer(self) -> Desk:
        """The first officer of this house."""
        session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(total=20)
        )
        self.desk = Desk(session, self.base, "Rina")
        await self.insist(lambda: self.desk.get(self.link))
        await self.insist(lambda: self.desk.post(self.link, nama="Rina", nama_masuk="rina", sandi=PASSWORD))
        await self.insist(lambda: self.desk.get("/desk"))
        return self.desk

    async def sign_in(self) -> None:
        """Whoever was away for longer than a session lasts."""
        await self.insist(lambda: self.desk.post("/desk/masuk", nama_masuk="rina", sandi=PASSWORD))
        await self.insist(lambda: self.desk.get("/desk"))

    async def insist(self, what: Callable[[], Any], seconds: float = 180) -> Any:
        """An officer presses the button again until it works; what has been done already is as good."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            try:
                answer = await what()
                if not isinstance(answer, tuple) or answer[0] in (200, 409):
                    return answer
                trouble = f"{answer[0]} {answer[1][-600:]}"
            except (aiohttp.ClientError, TimeoutError, AssertionError) as error:
                trouble = repr(error)
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"the desk does not work: {trouble}")
            await asyncio.sleep(0.2)

    async def rows(self, query: str) -> list[dict[str, Any]]:
        """Looks into the database, beside the server."""
        db = Db(self.url, self.data)
        await db.open_for_reading()
        try:
            async with db.read() as conn:
                return [dict(row) for row in (await conn.execute(sa.text(query))).mappings()]
        finally:
            await db.close()

    async def quiet(self, seconds: float = 150) -> None:
        """Nothing is left to do."""

        async def done() -> bool:
            try:
                left = await self.rows(
                    "SELECT (SELECT count(*) FROM inbox WHERE state = 'pending') + (SELECT count(*) FROM outbox) "
                    "+ (SELECT count(*) FROM media WHERE state = 'pending') AS n"
                )
            except StoreDown:
                return False
            waits = left[0]["n"] or list((self.data / "spool").glob("*.spool"))
            return not waits and not self.down and all(victim.lives for victim in self.victims)

        end = asyncio.get_running_loop().time() + seconds
        while not await done():
            assert asyncio.get_running_loop().time() < end, f"inbox, outbox and spool are not empty after {seconds} s"
            await asyncio.sleep(0.2)  # each look opens a connection

    async def halt(self) -> None:
        """kill -9, and nobody starts them again."""
        for minder in self._minders:
            minder.cancel()
        await asyncio.gather(*self._minders, return_exceptions=True)
        for victim in self.victims:
            if victim.process is not None:
                victim.process.kill()
                await asyncio.to_thread(victim.process.wait)

    async def end(self) -> None:
        await self.halt()
        if self.desk is not None:
            await self.desk.http.close()
        await self.http.close()
        await self.graph.stop()
        await self.hook.stop()
        self.ledger.close()


def _flows(folder: Path, hook: str) -> Path:
    """The flows as they are shipped, but one agency has a webhook."""
    flows = folder / "flows"
    shutil.copytree(ROOT / "flows", flows)
    agencies = flows / "data" / "agencies.yaml"
    text = agencies.read_text(encoding="utf-8")
    before, name, after = text.partition("  dbmpr:\n")
    after = after.replace("channel: mail", f"channel: webhook\n    url: {hook}/agency", 1)
    agencies.write_text(before + name + after, encoding="utf-8")
    return flows


@asynccontextmanager
async def stage(url: str, folder: Path, seed: int, **more: str) -> AsyncIterator[Stage]:
    """`url`: an empty database, migrated or not; `folder` is there, and a file of SQLite lies in its `data`."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    graph, hook = FakeGraph(), Hook()
    await graph.start()
    await hook.start()
    db = Db(url, data)
    await schema.ready(db)
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("WARGI_")},
        "PYTHONPATH": str(ROOT),
        "WARGI_DATABASE_URL": url,
        "WARGI_DATA_DIR": str(data),
        "WARGI_SECRET_KEY": "not a secret",
        "WARGI_FLOWS_DIR": str(_flows(folder, hook.url)),
        "WARGI_LOCALES_DIR": str(ROOT / "locales"),
        "WARGI_WHATSAPP_APP_SECRET": graph.secret,
        "WARGI_WHATSAPP_VERIFY_TOKEN": "verify-me",
        "WARGI_WHATSAPP_ACCESS_TOKEN": graph.token,
        "WARGI_WHATSAPP_PHONE_NUMBER_ID": "100200300",
        "WARGI_WHATSAPP_API_URL": graph.url,
        "WARGI_WHATSAPP_RATE": "0",
        "WARGI_ALARM_WEBHOOK_URL": f"{hook.url}/alarm",
        "WARGI_ALARM_WEBHOOK_SECRET": "geheim",
        **more,
    }
    config = registry.settings({name: value for name, value in env.items() if name.startswith("WARGI_")})
    path = await first_link(db, config)
    await db.close()
    http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=25), connector=aiohttp.TCPConnector(limit=0))
    ledger, chance = Ledger(folder / "ledger"), random.Random(seed)
    built = Stage(url, folder, seed, env, graph, hook, ledger, http, path or "", chance=chance)
    try:
        yield built
    finally:
        await built.end()


def locked(path: Path) -> sqlite3.Connection:
    """Somebody's sqlite3 shell that holds the write lock."""
    shell = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    shell.execute("BEGIN IMMEDIATE")
    return shell


def stop(victim: Victim, how: signal.Signals = signal.SIGKILL) -> None:
    assert victim.process is not None
    with suppress(ProcessLookupError):
        os.kill(victim.process.pid, how)
