"""What a turn costs as the database grows, in exact counts: bytes written to SQLite's log, statements, bytes stored.

    python -m tests.bench.growth [--sizes 10000,100000]

A size is a number of stored messages, in and out; each conversation has eight. No clock is asked, so a busy machine changes nothing.
"""

import argparse
import asyncio
import math
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot import clock
from bot.rounds import Keys
from bot.store import schema
from bot.store.db import Db
from tests.bench.turns import Counts, walk, watch
from tests.world import ROOT

BATCH, PROBE, HOUR = 64, 192, 256
"""Citizens in one transaction, those that are counted at each size, and those who come in one hour."""


@dataclass(frozen=True)
class Size:
    stored: int
    written: float
    """Bytes of the log a message row."""
    statements: float
    """A transaction of turns."""
    kept: float
    """Bytes of the database a message row."""
    shares: str
    """What holds them, each with its indexes."""


async def grow(folder: Path, sizes: list[int]) -> list[Size]:
    db = Db(f"sqlite:///{folder}/growth.db", folder)
    await db.open()
    await schema.prepare(db)
    log = db.sqlite_path.with_name(db.sqlite_path.name + "-wal")
    found, citizens = [], 0
    flows = ROOT / "tests/bench/flows"
    for size in sizes:
        while (missing := size // 8 - citizens) > 0:
            missing = min(missing, HOUR)
            await walk(db, flows, missing, 256, Counts(), first=citizens, warm=not citizens)
            citizens += missing
            await _an_hour_later(db)
        await _checkpoint(db, 0)
        counts = Counts()
        watch(db, counts)
        await walk(db, flows, PROBE, BATCH, counts, first=citizens, warm=False)
        written = log.stat().st_size
        citizens += PROBE
        await _checkpoint(db, 4000)
        await _an_hour_later(db)
        rows = 2 * counts.messages
        statements = sum(counts.statements["turn"].values()) / counts.batches
        async with db.read() as conn:
            stored = (await conn.execute(sa.text("SELECT count(*) FROM message"))).scalar_one()
        kept = db.sqlite_path.stat().st_size / stored
        found.append(Size(size, written / rows, statements, kept, await _shares(db, stored)))
    await db.close()
    return found


async def _an_hour_later(db: Db) -> None:
    """What was handled is remembered in short."""
    later, keys = clock.now() + timedelta(hours=2), Keys(db)
    undo = clock.freeze(later)
    try:
        for _ in range(2):
            await keys.round()
    finally:
        undo()


async def _checkpoint(db: Db, every: int) -> None:
    """Empties the log; then it is folded back after so many pages (0: never)."""
    assert db._writer is not None
    await db._writer.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    await db._writer.exec_driver_sql(f"PRAGMA wal_autocheckpoint={every}")
    await db._writer.rollback()


async def _shares(db: Db, rows: int) -> str:
    """Bytes a message row by table; what is less than a twentieth of the largest is not named. '' where SQLite was built without
    `dbstat`."""
    query = (
        "SELECT coalesce(s.tbl_name, d.name), sum(d.pgsize) FROM dbstat d LEFT JOIN sqlite_schema s ON s.name = d.name "
        "GROUP BY 1 ORDER BY 2 DESC"
    )
    try:
        async with db.read() as conn:
            found = [(name, size / rows) for name, size in await conn.execute(sa.text(query))]
    except sa.exc.OperationalError:
        return ""
    return ", ".join(f"{name} {size:.0f}" for name, size in found if size > found[0][1] / 20)


def exponent(sizes: list[Size]) -> float:
    first, last = sizes[0], sizes[-1]
    return math.log(last.written / first.written) / math.log(last.stored / first.stored)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000")
    with tempfile.TemporaryDirectory() as folder:
        sizes = asyncio.run(grow(Path(folder), [int(each) for each in parser.parse_args().sizes.split(",")]))
    for each in sizes:
        print(
            f"| {each.stored} | {each.written:.0f} B written | {each.statements:.2f} statements | {each.kept:.0f} B kept: {each.shares} |"
        )
    if len(sizes) > 1:
        print(f"| exponent of bytes written | {exponent(sizes):.3f} |")


if __name__ == "__main__":
    main()
