"""The product or the floor as a process of its own, and one measured run of it."""

import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.load import NUMBER, SECRET, Load, undisturbed
from tests.faults.test_kill import free_port
from tests.world import ROOT

TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pid: int) -> float:
    """Seconds of a process, its threads and its ended children included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[n]) for n in (11, 12, 13, 14)) / TICK


def rss_of(pid: int) -> float:
    """MiB."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


class Server:
    """The product (`wargi run`) or the floor, as a process of its own."""

    def __init__(self, what: str, api: str, folder: Path, database: str = "", roles: str = "", **more: str) -> None:
        self.roles, self.what, self.port = roles, what, free_port()
        self.url = f"http://127.0.0.1:{self.port}/webhooks/whatsapp"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WARGI_")}
        floor = {"PORT": str(self.port), "API": api, "FILE": str(folder / "floor.db")}
        product = {
            "WARGI_PORT": str(self.port), "WARGI_DATA_DIR": str(folder), "WARGI_SECRET_KEY": "a-secret-of-the-benchmark",
            "WARGI_DATABASE_URL": database or f"sqlite:///{folder}/bench.db",
            "WARGI_FLOWS_DIR": str(ROOT / "tests/bench/flows"), "WARGI_LOCALES_DIR": str(ROOT / "locales"),
            "WARGI_WHATSAPP_APP_SECRET": SECRET, "WARGI_WHATSAPP_VERIFY_TOKEN": "v",
            "WARGI_WHATSAPP_ACCESS_TOKEN": "t", "WARGI_WHATSAPP_PHONE_NUMBER_ID": NUMBER,
            "WARGI_WHATSAPP_API_URL": api, "WARGI_WHATSAPP_RATE": "0", "WARGI_LOG_LEVEL": "error", **more,
        }  # fmt: skip
        self.env = kept | (floor if what == "floor" else product) | {"PYTHONPATH": str(ROOT)}
        self.tree = ROOT
        self.process: subprocess.Popen[bytes]
        self.took = 0.0
        """Seconds of its start."""

    async def start(self, http: aiohttp.ClientSession) -> float:
        """Returns the seconds until the first 200."""
        words = ["tests.bench.floor"] if self.what == "floor" else ["bot", "run"]
        words += ["--roles", self.roles] if self.roles else []
        began = time.monotonic()
        self.process = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs yet
            [sys.executable, "-m", *words], env=self.env, cwd=self.tree, stdout=subprocess.DEVNULL
        )
        while time.monotonic() - began < 180:
            try:
                async with http.get(f"http://127.0.0.1:{self.port}/healthz") as answer:
                    if answer.status == 200:
                        return time.monotonic() - began
            except aiohttp.ClientError:
                await asyncio.sleep(0.01)
        self.kill()
        raise RuntimeError(f"{self.what} did not come up")

    async def settled(self) -> None:
        """What loads in the background has loaded: the process is idle."""
        calm, before = 0, cpu_of(self.process.pid)
        for _ in range(120):
            await asyncio.sleep(0.25)
            now = cpu_of(self.process.pid)
            calm = calm + 1 if now - before < 0.06 else 0
            before = now
            if calm == 3:
                return

    @property
    def cpu(self) -> float:
        return cpu_of(self.process.pid)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


@asynccontextmanager
async def served(what: str = "product", database: str = "", **how: Any) -> AsyncIterator[tuple[Load, Server]]:
    """A new server at rest, and the load that it faces; it is stopped however that ends."""
    with tempfile.TemporaryDirectory() as folder:
        async with Load(**how) as load:
            server = Server(what, load.api, Path(folder), database)
            load.url = server.url
            server.took = await server.start(load.http)
            try:
                await server.settled()
                yield load, server
            finally:
                server.stop()


@dataclass
class Round:
    """One measured run."""

    rate: float
    cpu: float
    """Microseconds of the server a message."""
    acks: list[float]
    times: list[float]
    rss: float
    started: float
    load: Load
    cores: float


async def round_(what: str, drive: Callable[[Load], Any], database: str = "", warm: float = 1.5, **how: Any) -> Round:
    """A fresh server, warmed up, then `drive`, then everything owed is waited for."""
    async with served(what, database, **how) as (load, server):
        await load.closed(16, warm)
        load.acks, load.times = [], []
        with undisturbed():
            before, cpu, began = load.replies, server.cpu, time.monotonic()
            await drive(load)
            spent, used = time.monotonic() - began, server.cpu - cpu
        done = load.replies - before
        await load.drained(30)
        return Round(done / spent, used / max(1, done) * 1e6, load.acks, load.times, rss_of(server.process.pid),
                     server.took, load, used / spent)  # fmt: skip


def middle(values: list[float]) -> float:
    return statistics.median(values)
