"""P18: a day of a national app on a compressed clock: what a message costs must not grow with what is there already.

    python -m tests.bench.day [--minutes 10] [--rate N] [--database URL]

Citizens report without a break at 0.8 of what the server can (or `--rate` messages a second), with three statuses for each answer, and every
half minute the server's CPU is divided by what it answered. The exponent is the slope of that cost over the messages that are stored, both
as logarithms. What leaks (P16) is the slope of the server's memory over the second half, when the database's caches are full:
`--minutes 60 --rate 250` are 500 messages a second in and out.
"""

import argparse
import asyncio
import gc
import math
import statistics
import time
from collections.abc import Sequence
from typing import NamedTuple

import uvloop

from tests.bench.load import Load, share, undisturbed
from tests.bench.server import Server, rss_of, served

CITIZENS, PART, EVERY = 128, 0.8, 30.0


class Look(NamedTuple):
    hours: float
    stored: float
    cost: float
    """µs of CPU a message."""
    memory: float
    """MiB."""


def exponent(found: Sequence[Look]) -> float:
    return statistics.linear_regression(
        [math.log(each.stored) for each in found], [math.log(each.cost) for each in found]
    ).slope


def leak(found: Sequence[Look]) -> float:
    """MiB an hour."""
    half = found[len(found) // 2 - 1 :]
    return statistics.linear_regression([each.hours for each in half], [each.memory for each in half]).slope


async def watch(load: Load, server: Server) -> list[Look]:
    """Until it is cancelled."""
    found, began = list[Look](), time.monotonic()
    replies, cpu = load.replies, server.cpu
    try:
        while True:
            await asyncio.sleep(EVERY)
            gc.collect()  # what came since the last time, and never what has come before: all of it grows with the day
            gc.freeze()
            done, spent = load.replies - replies, server.cpu - cpu
            replies, cpu = load.replies, server.cpu
            look = Look((time.monotonic() - began) / 3600, 2.0 * (replies - done / 2), spent / max(1, done) * 1e6,
                        rss_of(server.process.pid))  # fmt: skip
            found.append(look)
            print(
                f"{replies:,} answered, {look.cost:.0f} µs each, {done / EVERY:.0f} a second, {look.memory:.1f} MiB",
                flush=True,
            )
    except asyncio.CancelledError:
        return found


async def main(minutes: float, rate: float, url: str) -> int:
    async with served(database=url, statuses=3) as (load, server):
        await load.closed(16, 2)
        before, began = load.replies, time.monotonic()
        await load.closed(CITIZENS, 10)
        rate = rate or PART * (load.replies - before) / (time.monotonic() - began)
        await load.drained(30)
        load.acks = []
        watching = asyncio.create_task(watch(load, server))
        with undisturbed():
            await load.open_loop(lambda at: rate, 60 * minutes)
        watching.cancel()
        found = await watching
        lost = await load.drained(60)
    grown = exponent(found)
    print(f"{load.replies:,} answered at {rate:.0f} a second, {load.told:,} statuses; lost {lost}, doubled {load.doubled}, wrong {load.wrong}; "
          f"the 200: p99 {share(load.acks, 0.99):.0f} ms; exponent of the cost {grown:.3f} (goal 0.05); "
          f"memory {leak(found):+.1f} MiB an hour over the second half")  # fmt: skip
    return int(bool(lost or load.doubled or load.wrong))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    if asked.minutes < 1.5:
        parser.error("--minutes: the cost is taken every half minute, and a slope needs some: at least 1.5")
    # citizens and platform are one process: on asyncio's own loop it was busier than the server
    raise SystemExit(uvloop.run(main(asked.minutes, asked.rate, asked.database)))
