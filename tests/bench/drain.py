"""How fast a backlog leaves: queued replies against the rate that the account allows, and whether each contact's order is kept.

    python -m tests.bench.drain [--database URL] [--count 10000] [--rate 80]

The platform is the strict fake over loopback HTTP, in this process. A tenth as many contacts as replies, so ten lines each.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import aiohttp

from bot import clock
from bot.channels.whatsapp import WhatsApp
from bot.delivery import Delivery
from bot.engine.effects import Say
from bot.metrics import Metrics
from bot.store import schema, talk
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn.say import say
from tests.fakes.graph import FakeGraph

ACCOUNT = "whatsapp:100200300"
LINES = 10


async def fill(db: Db, contacts: int) -> None:
    """A backlog as an outage leaves it, committed before anybody sends."""
    for start in range(0, contacts, 100):
        async with db.unit() as unit:
            batch = Batch(clock.now())
            talks = [talk.new(ACCOUNT, f"62811{n:07}", batch.now) for n in range(start, min(start + 100, contacts))]
            for line in range(LINES):
                for thread in talks:
                    say(batch, thread, Say(f"{line}", notice=True))
            await batch.flush(unit)


async def main(url: str, count: int, rate: float, folder: Path) -> None:
    db = Db(url or f"sqlite:///{folder}/bench.db", folder)
    await db.open()
    await schema.prepare(db)
    contacts = count // LINES
    await fill(db, contacts)
    async with FakeGraph() as graph, aiohttp.ClientSession() as http:
        channel = WhatsApp("100200300", graph.token, (graph.secret,), "v", graph.url, rate=rate)
        await channel.start(http)
        delivery = Delivery(db, {"whatsapp": channel}, Metrics())
        db.after_commit.append(delivery.committed)
        began, cpu = time.monotonic(), time.process_time()
        delivery.start()
        await delivery.hold(None)
        while len(graph.accepted) < count and time.monotonic() - began < 10 * count / rate:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        cpu = time.process_time() - cpu
        await delivery.stop(5)
        sent = graph.accepted
        seconds = sent[-1].at - began
        order = all(
            [one.text for one in graph.to(f"62811{n:07}")] == [str(i) for i in range(LINES)] for n in range(contacts)
        )
        print(f"| replies sent of {count} | {len(sent)} |")
        print(f"| seconds | {seconds:.1f} |")
        print(f"| rate, of {rate:g} a second allowed | {len(sent) / seconds:.1f} ({len(sent) / seconds / rate:.1%}) |")
        print(f"| refused by the platform, sent twice | {len(graph.refused)}, {graph.duplicates} |")
        print(f"| order kept for each of {contacts} contacts | {'yes' if order else 'NO'} |")
        print(f"| CPU a reply, the fake's own included, ms | {cpu / count * 1e3:.2f} |")
    await db.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=80.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(main(asked.database, asked.count, asked.rate, Path(made)))
