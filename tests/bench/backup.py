"""How long a copy and its way back take, by the gigabyte, with a server at work beside the copy.

    python -m tests.bench.backup [--gigabytes 1] [--log]

SQLite: the database is filled with long messages of a real conversation; fifty messages a second come in while the copy is taken.
`--log`: PostgreSQL, a base of that size and the log of as much again, the disk lost, and all of it brought back, with the very commands of
docs/operations.md.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from bot import clock
from bot.models import Message
from bot.models.base import table
from bot.store import backup, schema
from bot.store.db import Db
from tests.bench import crowd
from tests.bench.load import Load, share
from tests.bench.server import Server
from tests.bench.turns import Counts, walk
from tests.faults.battery.clusters import Archived, ask, until
from tests.world import ROOT

MESSAGE = table(Message)
LONG, AT_ONCE = 2000, 5000
CASES = 155_000
"""So many fill a gigabyte of PostgreSQL, messages, index of words and all."""


async def fill(folder: Path, size: int) -> None:
    db = Db(f"sqlite:///{folder}/bench.db", folder)
    await db.open()
    await schema.prepare(db)
    await walk(db, ROOT / "tests/bench/flows", 8, 8, Counts())
    async with db.read() as conn:
        row = dict((await conn.execute(sa.select(MESSAGE).limit(1))).mappings().one())
    seq = 1000
    while db.sqlite_path.stat().st_size < size:
        rows = [
            row | {"id": clock.new_id(), "seq": seq + n, "body": f"{seq + n} " * (LONG // 8)} for n in range(AT_ONCE)
        ]
        seq += AT_ONCE
        async with db.unit() as unit:
            await unit.conn.execute(sa.insert(MESSAGE), rows)
    await db.close()


async def main(size: int, folder: Path) -> None:
    data, back = folder / "data", folder / "back"
    data.mkdir()
    await fill(data, size)
    print(f"| database | {(data / 'bench.db').stat().st_size / 2**30:.2f} GB |")
    async with Load() as load:
        server = Server("product", load.api, data)
        load.url = server.url
        await server.start(load.http)
        await server.settled()
        steps: list[int] = []

        def told(what: str, done: int, whole: int) -> None:
            steps.append(done)

        driving = asyncio.ensure_future(load.open_loop(lambda at: 50.0, 12))
        await asyncio.sleep(1)
        began = time.monotonic()
        made = await asyncio.to_thread(_take, data, back, told)
        took = time.monotonic() - began
        await driving
        lost = await load.drained(30)
        server.stop()
    print(f"| copy beside 50 messages a second | {took:.1f} s, {len(steps)} steps of the bar |")
    print(f"| meanwhile: 200 p99, lost, wrong | {share(load.acks, 0.99):.0f} ms, {lost}, {load.wrong} |")
    new = Db(f"sqlite:///{folder}/new/wargi.db", folder / "new")
    began = time.monotonic()
    await backup.restore(new, folder / "new", made.folder, told)
    print(f"| back into an empty place, sums checked | {time.monotonic() - began:.1f} s |")
    await new.close()


async def by_log(size: int) -> None:
    cases, now = int(size / 2**30 * CASES), clock.now()
    own = Archived()
    await asyncio.to_thread(own.start)
    try:
        url = await asyncio.to_thread(own.create_database)
        with tempfile.TemporaryDirectory() as folder:
            db = Db(url, Path(folder))
            await db.open()
            await schema.prepare(db)
            await db.close()
        await crowd.fill(url, now, 0, cases)
        name = urlsplit(url).path.lstrip("/")
        first = ask(own.place, f"SELECT pg_database_size('{name}')")
        began = time.monotonic()
        await asyncio.to_thread(own.run, own.said("pg_basebackup"))
        print(f"| base of {first / 2**30:.2f} GB | {time.monotonic() - began:.1f} s |", flush=True)
        await crowd.fill(url, now, cases, 2 * cases)
        last = ask(own.place, "SELECT pg_walfile_name(pg_switch_wal())")
        until(lambda: (own.place / "backup/wal" / last).exists(), "the last piece of the log")
        log = sum(each.stat().st_size for each in (own.place / "backup/wal").iterdir())
        await asyncio.to_thread(own.lose)
        began = time.monotonic()
        home = await asyncio.to_thread(own.come_back)
        print(f"| base and {log / 2**30:.2f} GB of log back, from an empty disk | {time.monotonic() - began:.1f} s |")
        there = ask(home, "SELECT count(*) FROM ticket", name)
        print(f"| cases there | {there} of {2 * cases} |")
        assert there == 2 * cases
    finally:
        await asyncio.to_thread(own.stop)


def _take(data: Path, back: Path, told: backup.Progress) -> backup.Copy:
    """In a thread with a loop of its own, as a command beside the server is a process of its own."""
    return asyncio.run(backup.take(Db(f"sqlite:///{data}/bench.db", data), data, back, told))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--log", action="store_true")
    asked = parser.parse_args()
    size = int(asked.gigabytes * 2**30)
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(by_log(size) if asked.log else main(size, Path(made)))
