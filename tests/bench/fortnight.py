"""The hotline of a province in a crisis: 40,478 complaints in fifteen days, as in April 2020, a thousand times as fast.

    python -m tests.bench.fortnight [--days 15] [--faster 1000] [--database URL]

Citizens write by the hour of the day; the fourth and fifth day have twice as many. Each complaint is a whole conversation, to its ticket. The
judge lies outside: what was acknowledged and never answered, answered twice, or wrongly. Fifteen days take 22 minutes.
"""

import argparse
import asyncio
import time
from pathlib import Path

import sqlalchemy as sa

from bot.store.db import Db
from tests.bench.load import TURNS, Load, share
from tests.bench.server import served

COMPLAINTS, DAYS = 40_478, 15
HOURS = (1, 1, 1, 1, 2, 3, 5, 8, 10, 11, 10, 9, 8, 8, 8, 7, 6, 6, 7, 9, 9, 7, 4, 2)
"""Shares of a day by its hours."""
BUSY = {3: 2.0, 4: 2.0}
"""Days, from 0, with more than the others."""
DAY = 86_400.0


def rate(at: float, faster: float) -> float:
    """Lines a second after so many seconds of the replay."""
    days, hour = divmod(at * faster, DAY)
    whole = DAYS - len(BUSY) + sum(BUSY.values())
    of_day = COMPLAINTS / whole * BUSY.get(int(days), 1.0)
    return of_day * HOURS[int(hour / 3600)] / sum(HOURS) / 3600 * faster * len(TURNS)


async def _answered(load: Load) -> int:
    """What is never answered; a machine that is too slow for this pace is late, which is something else."""
    while load._beside:  # conversations that are not at their end
        before = load.replies
        await asyncio.wait(list(load._beside), timeout=60)
        if load.replies == before:
            break
    return load.lost


async def main(days: float, faster: float, url: str) -> int:
    async with served(database=url, tries=20) as (load, server):
        began, cpu = time.monotonic(), server.cpu
        await load.open_loop(lambda at: rate(at, faster), days * DAY / faster, gap=0.2)
        lost = await _answered(load)
        took, used = time.monotonic() - began, server.cpu - cpu
        db = Db(server.env["WARGI_DATABASE_URL"], Path(server.env["WARGI_DATA_DIR"]))
        await db.open_for_reading()
        async with db.read() as conn:
            tickets = (await conn.execute(sa.text("SELECT count(*) FROM ticket"))).scalar_one()
        await db.close()
    print(
        f"{load.begun} complaints of {days:g} days in {took:.0f} s: {tickets} tickets, {load.acked} messages, {load.acked / took:.0f} a second"
    )
    print(
        f"lost {lost}, refused {load.refused}, twice {load.doubled}, wrong {load.wrong}, complaints without a ticket {load.ended - tickets}"
    )
    print(f"the 200: p50 {share(load.acks, 0.5):.0f}, p99 {share(load.acks, 0.99):.0f} ms; the answer: p50 {share(load.times, 0.5):.0f}, "
          f"p99 {share(load.times, 0.99):.0f} ms; {used / took:.2f} of a core")  # fmt: skip
    return int(bool(lost or load.refused or load.doubled or load.wrong or load.ended != tickets))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=DAYS)
    parser.add_argument("--faster", type=float, default=1000)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    raise SystemExit(asyncio.run(main(asked.days, asked.faster, asked.database)))
