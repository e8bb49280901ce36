"""The officers' pages over HTTP, as whole pages, on a database of up to a million waiting cases and ten million messages; both databases.

    python -m tests.bench.desk [--only sqlite|postgresql] [--sizes 1000,10000,100000,1000000] [--rounds 40] [--pages queue,…] [--screens]

The server is a process of its own. Of each page: the wall clock's p95 and what nine of ten stay above (on a busy machine the clock is the
neighbours'), and the CPU of the server and its database, which nobody disturbs much; the exponent is that of the CPU. `--screens` asks P15
at the last size instead of all pages: see tests/bench/screens.py.
"""

import argparse
import asyncio
import json
import math
import random
import re
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot import clock
from bot.store import schema
from bot.store.db import Db
from tests.bench import crowd, screens
from tests.bench.load import share
from tests.bench.server import Server
from tests.bench.table import _family
from tests.postgres import Cluster
from tests.world import ROOT

LEAD, OFFICER = 0, 1
MOST = 5.0
"""Seconds that one page of one size may take altogether; a slow one is asked for less often, three times at least."""


def pages(size: int, chance: random.Random) -> dict[str, tuple[int, Any]]:
    """Who asks for it, and the address, a new one each time."""
    few = max(1, size // crowd.ONE_IN)
    talk = lambda: f"/desk/tiket/{crowd.shown(chance.randrange(few) * crowd.ONE_IN)}"  # noqa: E731
    case = lambda: f"/desk/tiket/{crowd.shown(chance.randrange(size))}"  # noqa: E731
    found = {
        "queue": "/desk", "queue of three topics, one rare": f"/desk?kelompok={crowd.GROUP}", "mine": "/desk?daftar=milik",
        "all": "/desk?daftar=semua", "conversation of 60": talk, "conversation of 7": case, "list: open": "/desk/daftar",
        "list: a rare topic": f"/desk/daftar?topik={crowd.RARE}", "list: an officer's": "/desk/daftar?petugas=saya",
        "list: none fits": "/desk/daftar?status=selesai", "deadlines": "/desk/tenggat", "load": "/desk/beban", "alarms": "/desk/alarm",
        "search: number": lambda: f"/desk/cari?q={crowd.shown(chance.randrange(size))}",
        "search: telephone": lambda: f"/desk/cari?q=08{chance.randrange(size):010}", "search: common word": "/desk/cari?q=jalan",
        "search: two common words": "/desk/cari?q=jalan+sampah", "search: rare word": f"/desk/cari?q={crowd.RARE_WORD}",
        "search: misspelt": "/desk/cari?q=puskemas", "search: name": lambda: f"/desk/cari?q={chance.choice(crowd.NAMES)}+{chance.choice(crowd.LAST)}",
        "search: nothing": "/desk/cari?q=xylofonkaca",
    }  # fmt: skip
    lead = {"wall": "/desk/dinding", "numbers, 30 days": "/desk/angka", "agencies": "/desk/instansi"}
    return {name: (OFFICER, path) for name, path in found.items()} | {name: (LEAD, path) for name, path in lead.items()}


@dataclass
class Stage:
    """A database with officers, and a server on it."""

    url: str
    folder: Path
    head: int = 0
    """PostgreSQL's first process."""
    who: list[tuple[int, str]] = field(default_factory=list)
    now: datetime = field(default_factory=clock.now)
    there: int = 0
    """Cases in it."""

    async def prepare(self, officers: int) -> None:
        kept = self.folder / "stage.json"
        if kept.exists():
            known = json.loads(kept.read_text())
            self.who, self.now, self.there = known["who"], datetime.fromisoformat(known["now"]), known["there"]
            return
        db = Db(self.url, self.folder)
        await db.open()
        await schema.prepare(db)
        await db.close()
        await crowd.fill(self.url, self.now, 0, 1000)
        db = Db(self.url, self.folder)
        await db.open()
        self.who = await crowd.staff(db, self.now, officers)
        await db.close()
        self.there = 1000
        self.note()

    def note(self) -> None:
        """What another run on this database needs to know."""
        known = {"who": self.who, "now": self.now.isoformat(), "there": self.there}
        (self.folder / "stage.json").write_text(json.dumps(known))

    async def fill(self, size: int) -> None:
        if size > self.there:
            began, before = time.monotonic(), self.there

            def told(done: int) -> None:
                nonlocal before
                before += done
                print(f"\r{before:,}", end="", file=sys.stderr, flush=True)

            await crowd.fill(self.url, self.now, self.there, size, told)
            self.there = size
            self.note()
            print(f"\n# {size} cases there after {time.monotonic() - began:.0f} s", flush=True)

    def server(self, api: str = "http://127.0.0.1:9", **more: str) -> Server:
        flows = {"WARGI_FLOWS_DIR": str(ROOT / "flows"), **more}
        return Server("product", api, self.folder, self.url, **flows)

    def base(self) -> float:
        return _family(self.head) if self.head else 0.0

    def browser(self, server: Server, who: int) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(server.url.removesuffix("/webhooks/whatsapp"), cookies={"wargi": self.who[who][1]})


async def ready(server: Server) -> None:
    async with aiohttp.ClientSession() as http:
        await server.start(http)
    await server.settled()


async def ask(stage: Stage, server: Server, size: int, rounds: int, only: set[str]) -> dict[str, dict[str, float]]:
    found, chance = {}, random.Random(size)
    browsers = {who: stage.browser(server, who) for who in (LEAD, OFFICER)}
    for name, (who, path) in pages(size, chance).items():
        if only and not any(each in name for each in only):
            continue
        times, spent = [], 0.0
        for n in range(rounds + 1):
            if n == 1:
                spent = server.cpu + stage.base()
            began = time.perf_counter()
            async with browsers[who].get(path() if callable(path) else path) as answer:
                text = await answer.text()
                assert answer.status == 200, (path, answer.status, re.sub("<[^>]+>", " ", text)[:300])
            times.append(time.perf_counter() - began)
            if n >= 3 and sum(times) > MOST:
                break
        spent, times = server.cpu + stage.base() - spent, times[1:]
        found[name] = {"p95": share(times, 0.95), "p10": share(times, 0.1), "cpu": 1000 * spent / len(times)}
    for each in browsers.values():
        await each.close()
    return found


async def grow(stage: Stage, sizes: list[int], rounds: int, only: set[str]) -> dict[int, dict[str, dict[str, float]]]:
    found = {}
    for size in sizes:
        await stage.fill(size)
        server = stage.server()
        await ready(server)
        try:
            found[size] = await ask(stage, server, size, rounds, only)
        finally:
            server.stop()
        print(
            json.dumps({size: {name: {k: round(v, 1) for k, v in each.items()} for name, each in found[size].items()}}),
            flush=True,
        )
    return found


def shown(found: dict[int, dict[str, dict[str, float]]]) -> str:
    sizes = list(found)
    lines = [f"{'p95 (p10) / CPU, ms':34}" + "".join(f"{size:>24,}" for size in sizes) + "  exponent"]
    for name, last in found[sizes[-1]].items():
        cells = [found[size][name] for size in sizes]
        row = "".join(f"{each['p95']:>9.1f} ({each['p10']:.1f}) / {each['cpu']:.1f}".rjust(24) for each in cells)
        first = max(cells[0]["cpu"], 0.1)
        power = math.log(max(last["cpu"], 0.1) / first) / math.log(sizes[-1] / sizes[0]) if len(sizes) > 1 else 0.0
        lines.append(f"{name:34}{row}{power:>10.3f}")
    return "\n".join(lines)


async def one(url: str, folder: Path, head: int, given: argparse.Namespace) -> None:
    stage, sizes = Stage(url, folder, head), [int(each) for each in given.sizes.split(",")]
    await stage.prepare(given.desks)
    if given.screens:
        await stage.fill(sizes[-1])
        print(json.dumps(await screens.measure(stage, given.desks, given.seconds)), flush=True)
        return
    found = await grow(stage, sizes, given.rounds, {each for each in given.pages.split(",") if each})
    print(f"\n{url.partition(':')[0]}, {clock.now():%Y-%m-%d %H:%M} UTC\n{shown(found)}\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000", help="waiting cases; ten messages each")
    parser.add_argument("--only", default="", choices=["", "sqlite", "postgresql"])
    parser.add_argument("--pages", default="", help="words of the pages' names, with commas")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--screens", action="store_true", help="P15")
    parser.add_argument("--folder", default="", help="where the SQLite database stays, for another run")
    parser.add_argument("--database", default="", help="a PostgreSQL address; default: a new server")
    parser.add_argument("--desks", type=int, default=200, help="officers who are signed in")
    parser.add_argument("--seconds", type=float, default=10, help="of P15, each part")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wargi-desk-") as made:
        folder = Path(given.folder or made)
        if given.only != "postgresql":
            (folder / "sqlite").mkdir(parents=True, exist_ok=True)
            asyncio.run(one(f"sqlite:///{folder}/sqlite/desk.db", folder / "sqlite", 0, given))
        if given.only != "sqlite":
            (folder / "postgresql").mkdir(parents=True, exist_ok=True)
            with Cluster() as cluster:
                url, pid = given.database or cluster.create_database(), cluster.server.pid if cluster.server else 0
                asyncio.run(one(url, folder / "postgresql", pid, given))


if __name__ == "__main__":
    main()
