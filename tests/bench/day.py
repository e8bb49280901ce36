"""P18: a day of a national app on a compressed clock: what a message costs must not grow with what is there already.

    python -m tests.bench.day [--minutes 10] [--database URL]

Citizens report without a break at 0.8 of what the server can, with three statuses for each answer, and every half minute the server's CPU
is divided by what it answered. The exponent is the slope of that cost over the messages that are stored, both as logarithms.
"""

import argparse
import asyncio
import gc
import math
import statistics
import time
from collections.abc import Sequence

import uvloop

from tests.bench.load import Load, Server, rss_of, served, share, undisturbed

CITIZENS, PART, EVERY = 128, 0.8, 30.0


def exponent(found: Sequence[tuple[float, float]]) -> float:
    """`found`: how much is there, and what one more costs."""
    slope, _ = statistics.linear_regression(
        [math.log(there) for there, _ in found], [math.log(cost) for _, cost in found]
    )
    return slope


async def watch(load: Load, server: Server) -> list[tuple[float, float]]:
    """Until it is cancelled."""
    found = list[tuple[float, float]]()
    replies, cpu = load.replies, server.cpu
    try:
        while True:
            await asyncio.sleep(EVERY)
            gc.collect()  # what came since the last time, and never what has come before: all of it grows with the day
            gc.freeze()
            done, spent = load.replies - replies, server.cpu - cpu
            replies, cpu = load.replies, server.cpu
            found.append((2.0 * (replies - done / 2), spent / max(1, done) * 1e6))
            print(f"{replies:,} answered, {found[-1][1]:.0f} µs each, {done / EVERY:.0f} a second, "
                  f"{rss_of(server.process.pid):.0f} MiB", flush=True)  # fmt: skip
    except asyncio.CancelledError:
        return found


async def main(minutes: float, url: str) -> int:
    async with served(database=url, statuses=3) as (load, server):
        await load.closed(16, 2)
        before, began = load.replies, time.monotonic()
        await load.closed(CITIZENS, 10)
        rate = PART * (load.replies - before) / (time.monotonic() - began)
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
          f"the 200: p99 {share(load.acks, 0.99):.0f} ms; exponent of the cost {grown:.3f} (goal 0.05)")  # fmt: skip
    return int(bool(lost or load.doubled or load.wrong))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    if asked.minutes < 1.5:
        parser.error("--minutes: the cost is taken every half minute, and a slope needs some: at least 1.5")
    # citizens and platform are one process: on asyncio's own loop it was busier than the server
    raise SystemExit(uvloop.run(main(asked.minutes, asked.database)))
