"""The whole table, as Markdown: the server against the floor (tests/bench/floor.py), rounds of both in turn.

    make bench            or  python -m tests.bench.table [--quick] [--only P1,P5] [--to docs/speed.md]

About five minutes on two quiet cores: one for the server, one for citizens and platform. Only ratios of one run count; figures are of
this machine. What a row promises stands beside it.
"""

import argparse
import asyncio
import math
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot import clock
from tests.bench import growth
from tests.bench.load import Load, share
from tests.bench.server import Round, Server, cpu_of, middle, round_, rss_of
from tests.world import ROOT

CITIZENS = 128


@dataclass
class Table:
    quick: bool = False
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Row, what is measured, found, and whether it is what was promised."""
    peak: float = 0.0
    """Messages a second at saturation."""
    floor_peak: float = 0.0

    def say(self, row: str, what: str, found: str, promised: str, held: bool | None) -> None:
        mark = "–" if held is None else "yes" if held else "**no**"
        self.rows.append((row, what, f"{found}", f"{promised}: {mark}"))
        print(f"| {row} | {what} | {found} | {promised}: {mark} |", flush=True)


def steady(rate: float) -> Callable[[float], float]:
    return lambda at: rate


async def saturation(table: Table) -> None:
    """P1, P2, P16, P17."""
    seconds, rounds = (2, 1) if table.quick else (4, 3)
    ours: list[Round] = []
    floor: list[Round] = []
    for _ in range(rounds):
        floor.append(await round_("floor", lambda load: load.closed(CITIZENS, seconds)))
        ours.append(await round_("product", lambda load: load.closed(CITIZENS, seconds)))
    table.peak, table.floor_peak = middle([each.rate for each in ours]), middle([each.rate for each in floor])
    ratio = middle([a.rate / b.rate for a, b in zip(ours, floor, strict=True)])
    cpu = middle([a.cpu / b.cpu for a, b in zip(ours, floor, strict=True)])
    bad = sum(each.load.lost + each.load.doubled + each.load.wrong for each in ours)
    table.say("P1", "answered messages a second at saturation, four turns", f"{table.peak:.0f}, floor {table.floor_peak:.0f}: "
              f"{ratio:.2f} × (lost, doubled, wrong: {bad})", "≥ 0.45 × floor", ratio >= 0.45 and not bad)  # fmt: skip
    table.say("P2", "CPU of the server a message", f"{middle([each.cpu for each in ours]):.0f} µs, floor "
              f"{middle([each.cpu for each in floor]):.0f} µs: {cpu:.2f} ×", "≤ 2.2 × floor", cpu <= 2.2)  # fmt: skip
    table.say("P16", "memory after the run", f"{middle([each.rss for each in ours]):.0f} MiB", "–", None)
    first, again, rss = await starts()
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "bot", "--help"], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)  # noqa: ASYNC221
    helped = time.monotonic() - began
    table.say("P16", "memory at the start, everything loaded", f"{rss:.0f} MiB", "≤ 120 MiB", rss <= 120)
    table.say("P17", "from the command to the first 200; with a new database, migrated on the way", f"{again:.2f} s; {first:.2f} s",
              "≤ 0.8 s", again <= 0.8)  # fmt: skip
    table.say("P17", "`wargi --help`", f"{helped:.2f} s", "≤ 0.25 s", helped <= 0.25)


async def starts() -> tuple[float, float, float]:
    """Seconds to the first 200 with no database yet, then the best of three with one; MiB once everything is loaded."""
    with tempfile.TemporaryDirectory() as folder:
        async with Load() as load:
            took = []
            for _ in range(4):
                server = Server("product", load.api, Path(folder))
                took.append(await server.start(load.http))
                await server.settled()
                rss = rss_of(server.process.pid)
                server.stop()
    return took[0], min(took[1:]), rss


async def half(table: Table) -> None:
    """P4."""
    seconds = 2 if table.quick else 5
    ours = await round_("product", lambda load: load.open_loop(steady(table.peak / 2), seconds))
    floor = await round_("floor", lambda load: load.open_loop(steady(table.floor_peak / 2), seconds))
    p99 = share(ours.acks, 0.99)
    table.say("P4", "the 200 at half of saturation, p50 / p99", f"{share(ours.acks, 0.5):.1f} / {p99:.1f} ms, floor p99 "
              f"{share(floor.acks, 0.99):.1f} ms", "p99 ≤ 10 ms", p99 <= 10)  # fmt: skip


async def surge(table: Table) -> None:
    """P5: a national app's mean of a day, ten times that for a while, and back."""
    calm, wild = (2, 3) if table.quick else (4, 10)

    def rate(at: float) -> float:
        return 1160.0 if calm <= at < calm + wild else 116.0

    found = await round_("product", lambda load: load.open_loop(rate, 2 * calm + wild), delay=(0.06, 0.1))
    bad = found.load.lost + found.load.doubled + found.load.wrong
    ack, most, way = share(found.acks, 0.99), share(found.acks, 1), share(found.times, 0.99)
    held = ack <= 25 and most < 250 and way <= 100 and not bad
    table.say("P5", "116 → 1,160 messages a second, the API takes 60–100 ms", f"200: p99 {ack:.1f}, at most {most:.0f} ms; "
              f"answer leaves: p99 {way:.0f} ms; lost, doubled, wrong: {bad}",
              "p99 ≤ 25 ms, < 250 ms, ≤ 100 ms, none", held)  # fmt: skip


async def overload(table: Table) -> None:
    """P6."""
    seconds = 3 if table.quick else 10
    found = await round_("product", lambda load: load.open_loop(steady(1.5 * table.peak), seconds, gap=0.2))
    p99, grown = share(found.acks, 0.99), found.rate / table.peak
    held = p99 <= 1000 and not found.load.lost and grown >= 0.9
    table.say("P6", "1.5 × saturation", f"200: p99 {p99:.0f} ms; refused {found.load.refused}; lost {found.load.lost}; answered at "
              f"{grown:.2f} of saturation; {found.rss:.0f} MiB", "≤ 1 s, none lost, ≥ 0.9", held)  # fmt: skip


async def ceiling(table: Table) -> None:
    """P7: the most that WhatsApp gives one number."""
    seconds = 3 if table.quick else 8
    found = await round_("product", lambda load: load.open_loop(steady(500), seconds), statuses=3)
    p99 = share(found.acks, 0.99)
    table.say("P7", "500 in, 500 out, 1,500 statuses a second, all stored", f"{found.cores:.2f} cores; 200: p99 {p99:.1f} ms; "
              f"{found.load.told} statuses taken", "≤ 0.6 cores, p99 ≤ 25 ms", found.cores <= 0.6 and p99 <= 25)  # fmt: skip


async def slow_api(table: Table) -> None:
    """P8."""
    seconds = 2 if table.quick else 5
    found = await round_("product", lambda load: load.closed(CITIZENS * 4, seconds), delay=(0.06, 0.1))
    part = found.rate / table.peak
    table.say("P8", "throughput with an API that takes 60–100 ms", f"{found.rate:.0f}/s: {part:.2f} of the fast one's", "≥ 0.7",
              part >= 0.7)  # fmt: skip


async def killed(table: Table) -> None:
    """P10: kill -9 at random moments under 200 messages a second; the platform sends again what got no 200."""
    times, seed = (1, 1) if table.quick else (5, 1)
    chance, back = random.Random(seed), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        async with Load(tries=12, seed=seed) as load:
            server = Server("product", load.api, Path(folder))
            load.url = server.url
            await server.start(load.http)
            driving = asyncio.ensure_future(load.open_loop(steady(200), 3.0 * times + 2))
            for _ in range(times):
                await asyncio.sleep(chance.uniform(0.8, 2.2))
                server.kill()
                back.append(await server.start(load.http))
            await driving
            lost = await load.drained(40)
            server.stop()
    held = not lost and not load.wrong and max(back) <= 0.8
    table.say("P10", f"kill -9, {times} times at 200 messages a second", f"lost {lost}, wrong {load.wrong}, twice {load.doubled} of "
              f"{load.replies}; first 200 after {max(back):.2f} s at most", "none lost, ≤ 0.8 s", held)  # fmt: skip


async def repeated(table: Table) -> None:
    """P11."""
    seconds = 2 if table.quick else 6
    found = await round_("product", lambda load: load.open_loop(steady(200), seconds), again=0.1, fails=0.1)
    load = found.load
    table.say("P11", "a tenth of webhooks twice, a tenth of sends refused", f"lost {load.lost}, wrong {load.wrong}, doubled "
              f"{load.doubled} of {load.replies}", "none", not (load.lost + load.wrong + load.doubled))  # fmt: skip


async def grown(table: Table) -> None:
    """P12, exact."""
    sizes = [1000, 4000] if table.quick else [10_000, 100_000]
    with tempfile.TemporaryDirectory() as folder:
        found = await growth.grow(Path(folder), sizes)
    power = growth.exponent(found)
    last = found[-1]
    table.say("P12", f"bytes written a message row, {sizes[0]:,} → {sizes[1]:,} stored", f"{found[0].written:.0f} → {last.written:.0f}: "
              f"exponent {power:.3f}; {last.statements:.1f} statements a transaction", "≤ 0.05", power <= 0.05)  # fmt: skip
    table.say("P12", "bytes kept a message row, its share of everything else included", f"{last.kept:.0f}: {last.shares}", "≤ 400",
              last.kept <= 400)  # fmt: skip


async def pages(table: Table) -> None:
    """P13, P14: the officers' pages over HTTP. The browser here shares the server's process, so figures hold both."""
    from tests.store.test_queue import fill
    from tests.world import World

    sizes = [1000, 5000] if table.quick else [1000, 100_000]
    took: dict[str, list[float]] = {"/desk": []}
    with tempfile.TemporaryDirectory() as folder:
        async with World(f"sqlite:///{folder}/pages.db", Path(folder)) as world:
            rina, before = await world.officer("Rina"), 0
            for size in sizes:
                await fill(world.server.db, before, size)
                before = size
                times = []
                for _ in range(5 if table.quick else 25):
                    began = time.perf_counter()
                    await rina.get("/desk")
                    times.append(time.perf_counter() - began)
                took["/desk"].append(share(sorted(times)[1:], 0.95))
    one, many = took["/desk"]
    power = math.log(many / one) / math.log(sizes[1] / sizes[0])
    table.say("P13", f"the queue as a page, {sizes[0]:,} → {sizes[1]:,} tickets, all waiting", f"p95 {one:.1f} → {many:.1f} ms: exponent "
              f"{power:.3f}", "≤ 30 ms, ≤ 0.05", many <= 30 and power <= 0.05)  # fmt: skip


async def postgres(table: Table) -> None:
    """P3: one and two processes on a PostgreSQL of the tests (without fsync: CPU is measured, not the disk)."""
    from tests.postgres import Cluster

    seconds = 2 if table.quick else 5
    with Cluster() as cluster:
        found: list[tuple[float, float, float, int]] = []
        for count in (1, 2):
            url = cluster.create_database()
            found.append(await _on_postgres(url, cluster, count, seconds))
    (rate, python, base, bad), (rate2, python2, base2, bad2) = found
    table.say("P3", "PostgreSQL, one process: CPU a message, ours + the database's", f"{python:.0f} + {base:.0f} µs at {rate:.0f}/s; lost, "
              f"doubled, wrong: {bad}", "none", not bad)  # fmt: skip
    more = (python2 + base2) / (python + base)
    table.say("P3", "two processes beside one: CPU a message", f"{python2:.0f} + {base2:.0f} µs at {rate2:.0f}/s: {more:.2f} ×; lost, doubled, "
              f"wrong: {bad2}", "≤ 1.6 ×, none", more <= 1.6 and not bad2)  # fmt: skip


async def _on_postgres(url: str, cluster: object, count: int, seconds: float) -> tuple[float, float, float, int]:
    with tempfile.TemporaryDirectory() as folder:
        async with Load() as load:
            servers = [Server("product", load.api, Path(folder), url) for _ in range(count)]
            load.url = servers[0].url
            for server in servers:
                await server.start(load.http)
            for server in servers:
                await server.settled()
            await load.closed(16, 3)
            head = getattr(cluster, "server").pid  # noqa: B009
            before, began = load.replies, time.monotonic()
            python, base = sum(each.cpu for each in servers), _family(head)
            await load.closed(CITIZENS, seconds)
            spent, done = time.monotonic() - began, load.replies - before
            python, base = sum(each.cpu for each in servers) - python, _family(head) - base
            await load.drained(20)
            for server in servers:
                server.stop()
    return done / spent, python / done * 1e6, base / done * 1e6, load.lost + load.doubled + load.wrong


async def machines(table: Table) -> None:
    """P10 on many machines: gateway, desk and two workers are processes of their own; one of them is killed again and again."""
    from tests.postgres import Cluster

    times, chance = (1 if table.quick else 6), random.Random(2)
    with Cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        url = cluster.create_database()
        async with Load(tries=20) as load:
            roles = ("gateway", "worker", "worker", "desk")
            servers = [Server("product", load.api, Path(folder), url, roles=each) for each in roles]
            load.url = servers[0].url
            for server in servers:
                await server.start(load.http)
            driving = asyncio.ensure_future(load.open_loop(steady(100), 4.0 * times + 3))
            for _ in range(times):
                await asyncio.sleep(chance.uniform(1.0, 3.0))
                victim = chance.choice(servers)
                victim.kill()
                await victim.start(load.http)
            await driving
            lost = await load.drained(60)
            for server in servers:
                server.stop()
    table.say("P10", f"gateway, two workers and desk on one PostgreSQL at 100 messages a second, one killed -9 {times} times",
              f"lost {lost}, wrong {load.wrong}, twice {load.doubled} of {load.replies}", "none lost", not lost and not load.wrong)  # fmt: skip


def _family(head: int) -> float:
    """CPU of a process and its children that live."""
    children = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent(path) == head]
    return cpu_of(head) + sum(cpu_of(pid) for pid in children)


def _parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


ROWS: dict[str, Callable[[Table], Awaitable[None]]] = {
    "P1": saturation, "P3": postgres, "P4": half, "P5": surge, "P6": overload, "P7": ceiling, "P8": slow_api, "P10": killed, "many": machines,
    "P11": repeated, "P12": grown, "P13": pages,
}  # fmt: skip
"""P1 gives P2, P16 and P17 too, and the rates that P4, P6 and P8 are taken at."""
AFTER = {"P4", "P6", "P8"}


def written(table: Table, command: str, load: float) -> str:
    """docs/speed.md between its marks."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "?",
    )
    lines = [
        f"{clock.now():%Y-%m-%d %H:%M} UTC · {os.cpu_count()} × {model} · {platform.system()} {platform.release()} · Python "
        f"{platform.python_version()} · load of the machine before: {load:.1f} · `{command}`",
        "", "| Row | What | Found | Promised |", "| --- | --- | --- | --- |",
        *(f"| {' | '.join(row)} |" for row in table.rows),
    ]  # fmt: skip
    return "\n".join(lines)


START, END = "<!-- measured -->", "<!-- end -->"


async def main(options: argparse.Namespace) -> None:
    table, load, began = Table(options.quick), os.getloadavg()[0], time.monotonic()
    only = set(options.only.split(",")) if options.only else set(ROWS)
    if only & AFTER:
        only.add("P1")
    for name, measure in ROWS.items():
        if name in only:
            try:
                await measure(table)
            except Exception as error:
                table.say(name, "not measured", f"{type(error).__name__}: {error}", "measured", False)
    print(f"{time.monotonic() - began:.0f} s")
    if options.to:
        record(Path(options.to), table, load)


def record(path: Path, table: Table, load: float) -> None:
    head, _, rest = path.read_text("utf-8").partition(START)
    command = " ".join(["python -m tests.bench.table", *sys.argv[1:]])
    path.write_text(f"{head}{START}\n{written(table, command, load)}\n{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a look at whether it runs; its figures mean nothing")
    parser.add_argument("--only", default="", help="rows, with commas")
    parser.add_argument("--to", default="", help="a file with the marks to write between")
    asyncio.run(main(parser.parse_args()))
