"""P16: what a conversation that nobody goes on with costs in memory, and what a long day leaves there.

    python -m tests.bench.memory [--citizens 200000] [--database URL]

Each citizen says one line and waits for the answer, so state is all that stays. The first half fills what is bounded, SQLite's pages (64 MiB
for who writes, 16 for who reads) and the caches; over the second half whatever grows is kept for somebody. State lives in the table.
"""

import argparse
import asyncio
import gc
import statistics
import time

from tests.bench.load import Load, Person, undisturbed
from tests.bench.server import Server, rss_of, served

AT_ONCE, EVERY = 64, 10_000


async def fill(load: Load, server: Server, citizens: int) -> list[tuple[int, float]]:
    """Conversations begun and MiB of the server, every ten thousand."""
    found: list[tuple[int, float]] = []
    began, done = time.monotonic(), 0

    async def live() -> None:
        nonlocal done
        while done < citizens:
            done += 1
            if done % EVERY == 0:
                gc.collect()
                gc.freeze()
                found.append((done, rss_of(server.process.pid)))
                print(
                    f"{done:,} conversations, {found[-1][1]:.1f} MiB, {done / (time.monotonic() - began):.0f} a second",
                    flush=True,
                )
            person = Person(due=time.monotonic())
            if await load.say(person):
                await person.answered.wait()
            load.people.pop(person.address)

    with undisturbed():
        await asyncio.gather(*(live() for _ in range(AT_ONCE)))
    return found


async def main(citizens: int, url: str) -> int:
    async with served(database=url) as (load, server):
        start = rss_of(server.process.pid)
        found = await fill(load, server, citizens)
        lost = await load.drained(30)
    half = [(float(count), mib) for count, mib in found if 2 * count >= citizens]
    slope = 1024 * statistics.linear_regression([count for count, _ in half], [mib for _, mib in half]).slope
    print(f"{start:.0f} MiB at the start, {found[-1][1]:.0f} after {citizens:,} conversations; {slope:.2f} KiB for each of the second half "
          f"(goal 0.5); lost {lost}, doubled {load.doubled}, wrong {load.wrong}")  # fmt: skip
    return int(bool(lost or load.doubled or load.wrong))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--citizens", type=int, default=200_000)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    if asked.citizens < 6 * EVERY:
        parser.error(f"--citizens: the second half needs some measurements: at least {6 * EVERY}")
    raise SystemExit(asyncio.run(main(asked.citizens, asked.database)))
