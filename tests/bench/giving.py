"""What giving out one case reads, however many wait: both databases, from a thousand to a million waiting tickets.

python -m tests.bench.giving [--sizes 1000,1000000] [--only sqlite|postgresql]
"""

import argparse
import asyncio
import json
import math
import os
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot import clock
from bot.models import Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.policy.assignment import Case, Rule, pick
from bot.policy.load import Load
from bot.policy.rank import rank
from bot.store import duty, lines, schema
from bot.store.db import Db
from bot.turn.crew import crew
from tests.bench.tidy import tidy
from tests.desk import seed
from tests.postgres import Cluster

CHUNK = 5000
OFFICERS = 20


async def fill(db: Db, begin: int, end: int) -> None:
    """So many waiting tickets; only what the queue reads is real."""
    now, ticket = clock.now(), table(Ticket)
    sample = await seed.case(db)
    async with db.read() as conn:
        row = dict((await conn.execute(sa.select(ticket).where(ticket.c.number == sample.number))).mappings().one())
    for start in range(begin, end, CHUNK):
        rows = []
        for n in range(start, min(start + CHUNK, end)):
            opened, urgency = now - timedelta(seconds=n * 7 % 2_000_000), "high" if n % 9 == 0 else "normal"
            rows.append({
                **row, "id": os.urandom(16), "number": f"N{n}", "part": n % 256, "urgency": urgency, "opened_at": opened,
                "rank": rank(opened, urgency), "language": "su" if n % 5 == 0 else "id",
            })  # fmt: skip
        async with db.unit(patient=True) as unit:
            await unit.conn.execute(sa.insert(ticket), rows)


async def measure(db: Db, rounds: int = 60) -> dict[str, float]:
    """Milliseconds that nine rounds of ten stay above (on a busy machine the median is the neighbours'): the walk along the queue, those
    on duty, and the whole decision on the first case."""
    rule, humane = Rule(), Load()
    times: dict[str, list[float]] = {"waiting": [], "crew": [], "whole": []}
    for _ in range(rounds):
        async with db.read() as conn:
            began = time.perf_counter()
            rows = await lines.heads(conn)
            walked = time.perf_counter()
            now = clock.now()
            team = await crew(conn, rule, await duty.team(conn, now), now)
            counted = time.perf_counter()
            row = rows[0]
            before = await duty.last_officer(conn, Ref(row.address_id, row.part), now - rule.back)
            case = Case(row.urgency, row.language, row.topic, "whatsapp", row.opened_at, before)
            assert pick(rule, humane, timedelta(minutes=15), case, [*team.values()], now) is not None
            times["whole"].append(time.perf_counter() - began)
            times["waiting"].append(walked - began)
            times["crew"].append(counted - walked)
    return {name: round(1000 * statistics.quantiles(each, n=10)[0], 2) for name, each in times.items()}


async def one(url: str, sizes: list[int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    db = Db(url, Path(tempfile.mkdtemp()))
    await db.open()
    await schema.prepare(db)
    for n in range(OFFICERS):
        officer, now = await seed.officer(db, f"petugas{n} Uji"), clock.now()
        async with db.unit() as unit:
            await duty.set_values(
                unit.conn, officer.id or 0, duty_until=now + timedelta(hours=9), duty_since=now, present_at=now + timedelta(hours=1)
            )  # fmt: skip
    there = 0
    for size in sizes:
        await fill(db, there, size)
        there = size
        await tidy(db)
        found[str(size)] = await measure(db)
    await db.close()
    if len(sizes) > 1:
        first, last = found[str(sizes[0])]["whole"], found[str(sizes[-1])]["whole"]
        found["exponent"] = round(math.log(last / first) / math.log(sizes[-1] / sizes[0]), 3)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,100000,1000000")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    sizes = [int(each) for each in given.sizes.split(",")]
    if given.only != "postgresql":
        print(json.dumps({"sqlite": asyncio.run(one(f"sqlite:///{tempfile.mkdtemp()}/wargi.db", sizes))}))
    if given.only != "sqlite":
        cluster = Cluster()
        cluster.start()
        try:
            print(json.dumps({"postgresql": asyncio.run(one(cluster.create_database(), sizes))}))
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
