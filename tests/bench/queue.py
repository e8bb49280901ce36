"""What the queue's questions cost with up to a million tickets waiting, all of them, on either database.

    python -m tests.bench.queue [--database URL] [--sizes 1000,10000,100000,1000000] [--rounds 60]

Prints of each question what nine rounds of ten stay above, in milliseconds (on a busy machine the median is the neighbours'),
and the exponent from the first size to the last.
"""

import argparse
import asyncio
import math
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.store import desk, schema, tally
from bot.store.db import Db
from tests.bench.tidy import tidy
from tests.store.test_queue import QUESTIONS, fill


async def timed(db: Db, question: Any, rounds: int) -> float:
    took: list[float] = []
    async with db.read() as conn:
        await question(conn)
        for _ in range(rounds):
            began = time.perf_counter()
            await question(conn)
            took.append(time.perf_counter() - began)
    return 1000 * statistics.quantiles(took, n=10)[0]


async def later(conn: Any) -> Any:
    """The page after the first."""
    first = await desk.waiting(conn, None)
    return await desk.waiting(conn, first.after)


async def measure(url: str, sizes: list[int], rounds: int) -> None:
    questions = QUESTIONS | {"two pages": later, "the kept count alone": tally.waiting}
    found: dict[str, list[float]] = {name: [] for name in questions}
    with tempfile.TemporaryDirectory() as folder:
        db = Db(url or f"sqlite:///{folder}/queue.db", Path(folder))
        await db.open()
        await schema.prepare(db)
        last = 0
        for size in sizes:
            await fill(db, last, size)
            if db.is_sqlite:
                async with db.unit() as unit:
                    await unit.conn.execute(sa.text("ANALYZE"))
            await tidy(db)
            last = size
            for name, question in questions.items():
                found[name].append(await timed(db, question, rounds))
        await db.close()
    print(f"{'ms':36}" + "".join(f"{size:>10}" for size in sizes) + "  exponent")
    for name, row in found.items():
        exponent = math.log(row[-1] / row[0]) / math.log(sizes[-1] / sizes[0])
        print(f"{name:36}" + "".join(f"{each:>10.2f}" for each in row) + f"{exponent:>10.3f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", default="", help="a PostgreSQL address; default: a new SQLite file")
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=60)
    args = parser.parse_args()
    asyncio.run(measure(args.database, [int(size) for size in args.sizes.split(",")], args.rounds))


if __name__ == "__main__":
    main()
