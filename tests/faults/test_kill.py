"""kill -9 at random moments under load, on each database; `KILLS=100` for a long run. The judge is outside.

It is what the provider was told, and what the platform got.
"""

import asyncio
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.fakes.citizen import Citizen
from tests.fakes.graph import FakeGraph
from tests.world import ROOT

KILLS = int(os.environ.get("KILLS", "2"))
CITIZENS = 24
SCRIPT = (
    ("halo", "Silakan pilih bahasa"),
    ("1", "Pilih topik"),
    ("1", "ceritakan kejadiannya"),
    ("Jalan di depan sekolah berlubang besar, sudah dua kali ada anak jatuh.", "Nomor laporan"),
)
NUMBER = re.compile(r"Nomor laporan Anda: (\S+)")


def free_port() -> int:
    """Below those that the system gives to connections: while a server is dead, somebody else's would take its port."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port


@dataclass
class Victim:
    """The server as its own process, to be killed without mercy."""

    env: dict[str, str]
    port: int
    log: Path
    roles: str = "gateway,worker,desk"
    process: subprocess.Popen[bytes] | None = None
    before: tuple[str, ...] = ()
    """A command that runs ours."""
    module: tuple[str, ...] = ("bot",)

    async def start(self) -> None:
        with self.log.open("ab") as out:
            told = [*self.before, sys.executable, "-m", *self.module, "run", "--roles", self.roles]
            self.process = await asyncio.to_thread(
                subprocess.Popen, told, env=self.env, stdout=out, stderr=out, cwd=self.env.get("PYTHONPATH") or ROOT
            )
        async with aiohttp.ClientSession() as http:
            for _ in range(2000):
                assert self.process.poll() is None, self.log.read_text()[-3000:]
                try:
                    async with http.get(f"http://127.0.0.1:{self.port}/healthz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError("the server did not come up: " + self.log.read_text()[-3000:])

    @property
    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def code(self) -> int | None:
        """How it ended."""
        return self.process.poll() if self.process is not None else None

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@dataclass
class Walk:
    """One citizen after another, each through the script; the provider repeats what was not answered 200."""

    n: int
    url: str
    graph: FakeGraph
    citizen: Citizen = None  # type: ignore[assignment]
    done: int = 0
    problems: list[str] = field(default_factory=list)
    stop: bool = False
    got: dict[str, str] = field(default_factory=dict)
    read: int = 0

    async def run(self, http: aiohttp.ClientSession) -> None:
        while not self.stop:
            name = f"{self.n:03}{self.done:04}"
            self.citizen = Citizen(phone=f"62811{name}", user_id=f"ID.77{name}", tries=400, url=self.url)
            self.got.clear()
            for words, expected in SCRIPT:
                before = len(self.replies())
                await self.citizen.say(http, words)
                await self.answered(before, words, expected)
            self.done += 1

    def replies(self) -> list[str]:
        """What reached the platform, each of our messages once."""
        for one in self.graph.accepted[self.read :]:
            if one.address == self.citizen.address:
                self.got.setdefault(one.ref, one.text)
        self.read = len(self.graph.accepted)
        return list(self.got.values())

    async def answered(self, before: int, words: str, expected: str) -> None:
        end = time.monotonic() + 60
        while len(self.replies()) == before:
            if time.monotonic() > end:
                self.problems.append(f"no answer to {words!r}")
                raise AssertionError(self.problems)
            await asyncio.sleep(0.02)
        reply = self.replies()[before]
        if expected not in reply:
            self.problems.append(f"{words!r} was answered {reply[:80]!r}")


@pytest.mark.timeout(420)
async def test_no_word_is_lost(database_url: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED", "") or random.randrange(10**6))
    print(f"seed {seed}")
    chance = random.Random(seed)
    graph = FakeGraph()
    await graph.start()
    victim = Victim(_environment(database_url, tmp_path, graph), free_port(), tmp_path / "log")
    victim.env["WARGI_PORT"] = str(victim.port)
    kills: list[float] = []
    walks = [Walk(n, f"http://127.0.0.1:{victim.port}/webhooks/whatsapp", graph) for n in range(CITIZENS)]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        await victim.start()
        tasks = [asyncio.create_task(walk.run(http)) for walk in walks]
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.05, 0.8))
            await asyncio.to_thread(victim.kill)
            kills.append(asyncio.get_running_loop().time())
            await victim.start()
        for walk in walks:
            walk.stop = True
        await asyncio.wait_for(asyncio.gather(*tasks), 120)
        await asyncio.sleep(1)
    victim.kill()
    await graph.stop()
    _judge(graph, walks, kills)


def _environment(database_url: str, folder: Path, graph: FakeGraph) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("WARGI_")},
        "WARGI_DATABASE_URL": database_url,
        "WARGI_DATA_DIR": str(folder),
        "WARGI_SECRET_KEY": "not a secret",
        "WARGI_FLOWS_DIR": str(ROOT / "tests/bench/flows"),
        "WARGI_LOCALES_DIR": str(ROOT / "locales"),
        "WARGI_WHATSAPP_APP_SECRET": graph.secret,
        "WARGI_WHATSAPP_VERIFY_TOKEN": "verify-me",
        "WARGI_WHATSAPP_ACCESS_TOKEN": graph.token,
        "WARGI_WHATSAPP_PHONE_NUMBER_ID": "100200300",
        "WARGI_WHATSAPP_API_URL": graph.url,
        "WARGI_WHATSAPP_RATE": "0",
    }


def _judge(graph: FakeGraph, walks: list[Walk], kills: list[float]) -> None:
    assert [walk.problems for walk in walks if walk.problems] == []
    rounds = sum(walk.done for walk in walks)
    assert rounds >= CITIZENS, "the load was too light to prove anything"
    numbers = Counter(found[1] for one in graph.accepted if (found := NUMBER.search(one.text)))
    refs_of: dict[str, set[str]] = {}
    for one in graph.accepted:
        if found := NUMBER.search(one.text):
            refs_of.setdefault(found[1], set()).add(one.ref)
    assert len(numbers) == rounds, "as many tickets as stories, each with its own number"
    assert all(len(refs) == 1 for refs in refs_of.values()), "one ticket was announced by two messages"
    # a message of ours that came twice had first come just before a kill: in flight, or taken and not yet noted
    first: dict[str, float] = {}
    for one in graph.accepted:
        ref = one.ref
        if ref in first:
            gap = min((kill - first[ref] for kill in kills if kill >= first[ref]), default=999.0)
            assert gap < 1.0, f"doubled without a kill near it ({gap:.2f} s)"
        else:
            first[ref] = one.at
    print(f"{rounds} stories, {len(graph.accepted)} sends, {graph.duplicates} doubled, {len(kills)} kills")
