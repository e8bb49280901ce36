"""Officers who all want the same cases, in several processes on a real PostgreSQL, while the clock gives cases out as well.

    python -m tests.bench.claims [--officers 50] [--cases 1000] [--processes 4] [--database URL]

Every officer tries every case, each in an order of their own. It ends with what must hold: one winner a case, one row of history,
one open assignment, every loser told who won.
"""

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot import clock, i18n
from bot.engine import flow
from bot.errors import Conflict, StoreDown
from bot.models.ref import Ref
from bot.store import duty, schema
from bot.store.db import Db
from bot.triage import room
from bot.turn import House
from bot.turn.assign import assign
from bot.turn.claim import claim
from bot.vault import Vault
from tests.desk import seed
from tests.postgres import Cluster

ROOT = Path(__file__).parents[2]
AT_ONCE = 8
"""Transactions of one process at a time; more would wait for a connection."""


def house() -> House:
    flows = flow.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))
    return House(flows, {}, room.load(ROOT / "flows", flows), Vault([clock.token()]), public_url="http://127.0.0.1")


async def child(url: str, ids: list[int], clockwork: bool) -> dict[str, Any]:
    """These officers' claims; returns what each attempt came to."""
    db, found = Db(url, Path(tempfile.gettempdir())), house()
    await db.open()
    async with db.read() as conn:
        officers = [each for id_ in ids if (each := await duty.officer(conn, id_)) is not None]
        tickets = [(Ref(bytes(row[0]), row[1])) for row in await conn.execute(sa.text("SELECT id, part FROM ticket"))]
    outcome = {"won": 0, "told": 0, "untold": 0, "down": 0}
    times: list[float] = []
    gate = asyncio.Semaphore(AT_ONCE)
    wins: list[float] = []

    async def one(officer: Any, ticket: Ref) -> None:
        async with gate:
            began = time.perf_counter()
            try:
                await claim(db, found, officer, ticket)
                outcome["won"] += 1
                wins.append(time.perf_counter() - began)
            except Conflict as lost:
                outcome["told" if lost.who else "untold"] += 1
            except StoreDown:
                outcome["down"] += 1
            times.append(time.perf_counter() - began)

    async def tries(officer: Any) -> None:
        order = tickets[:]
        random.Random(officer.id).shuffle(order)
        for ticket in order:
            await one(officer, ticket)

    given = [0]

    async def give() -> None:
        while True:
            given[0] += await assign(db, found)
            await asyncio.sleep(0.05)

    giving = asyncio.create_task(give()) if clockwork else None
    await asyncio.gather(*(tries(each) for each in officers))
    if giving is not None:
        giving.cancel()
        await asyncio.gather(giving, return_exceptions=True)
    await db.close()
    return {
        **outcome,
        "given": given[0],
        "ms": 1000 * statistics.median(times),
        "win_ms": 1000 * statistics.median(wins or [0.0]),
    }


async def prepare(url: str, officers: int, cases: int) -> list[int]:
    """The cases, the officers, and five more on duty to whom the clock gives."""
    db = Db(url, Path(tempfile.mkdtemp()))
    await db.open()
    await schema.prepare(db)
    ids = []
    for n in range(officers + 5):
        officer = await seed.officer(db, f"petugas{n} Uji")
        now = clock.now()
        if n >= officers:
            async with db.unit() as unit:
                far = now.replace(year=now.year + 1)
                await duty.set_values(unit.conn, officer.id or 0, duty_until=far, duty_since=now, present_at=far)
        else:
            ids.append(officer.id or 0)
    for n in range(cases):
        await seed.case(db, minutes=n % 60)
    await db.close()
    return ids


async def check(url: str) -> dict[str, int]:
    db = Db(url, Path(tempfile.mkdtemp()))
    await db.open()
    counts = {
        "cases": "SELECT count(*) FROM ticket",
        "assigned": "SELECT count(*) FROM ticket WHERE state = 'assigned' AND officer_id IS NOT NULL",
        "moves": "SELECT count(*) FROM ticket_event WHERE kind = 'moved'",
        "assignments": "SELECT count(*) FROM assignment WHERE ended_at IS NULL",
        "told twice": "SELECT count(*) FROM (SELECT conversation_id FROM outbox GROUP BY 1 HAVING count(*) > 1) AS d",
    }
    async with db.read() as conn:
        found = {name: int((await conn.execute(sa.text(query))).scalar_one()) for name, query in counts.items()}
    await db.close()
    return found


def run(url: str, officers: int, cases: int, processes: int) -> dict[str, Any]:
    ids = asyncio.run(prepare(url, officers, cases))
    began = time.perf_counter()
    children = []
    for n in range(processes):
        some = ",".join(map(str, ids[n::processes]))
        arguments = [sys.executable, "-m", "tests.bench.claims", "--child", url, some, "clock" if n == 0 else "-"]
        children.append(subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE))
    said = [json.loads(each.communicate()[0]) for each in children]
    total: dict[str, Any] = {
        name: sum(each[name] for each in said) for name in ("won", "told", "untold", "down", "given")
    }
    total["median_ms"] = round(statistics.median(each["ms"] for each in said), 1)
    total["median_win_ms"] = round(statistics.median(each["win_ms"] for each in said), 1)
    total["seconds"] = round(time.perf_counter() - began, 1)
    return {**total, **asyncio.run(check(url))}


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        url, ids, clockwork = sys.argv[2:5]
        print(json.dumps(asyncio.run(child(url, [int(each) for each in ids.split(",")], clockwork == "clock"))))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--officers", type=int, default=50)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    cluster = None if given.database else Cluster()
    if cluster is not None:
        cluster.start()
    try:
        url = given.database or cluster.create_database()  # type: ignore[union-attr]
        print(json.dumps(run(url, given.officers, given.cases, given.processes)))
    finally:
        if cluster is not None:
            cluster.stop()


if __name__ == "__main__":
    main()
