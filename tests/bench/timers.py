"""Ten thousand deadlines that ended while nobody was there: how long until each has rung, once, after a restart.

    python -m tests.bench.timers [--count 10000] [--database URL]

The tickets are made by the same verb as in life; then the real worker is started.
"""

import argparse
import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot import clock, i18n
from bot.delivery import Delivery
from bot.engine import flow
from bot.engine.effects import OpenTicket
from bot.metrics import Metrics
from bot.models import SlaNotice, Timer
from bot.models.base import table
from bot.store import people, schema, talk
from bot.store.batch import Batch
from bot.store.db import Db
from bot.triage import room
from bot.turn import House, handoff
from bot.vault import Vault
from bot.worker import Worker
from tests.world import ROOT


def house() -> House:
    flows = flow.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))
    return House(flows, {}, room.load(ROOT / "flows", flows), Vault([clock.token()]))


async def fill(db: Db, house_: House, count: int) -> None:
    """Tickets of an hour ago: their first answer is late."""
    async with db.unit() as unit:
        await people.add_officer(unit.conn, "Lia", "lia", "-", "lead", clock.now())
    for start in range(0, count, 500):
        async with db.unit() as unit:
            batch = Batch(clock.now() - timedelta(hours=1))
            for n in range(start, min(count, start + 500)):
                thread = talk.new("whatsapp:1", f"n{n}", batch.now)
                handoff.open_ticket(batch, house_, thread, OpenTicket(details="Jalan rusak"), "flow")
                batch.touch(thread)
            await batch.flush(unit)


async def left(db: Db) -> int:
    async with db.read() as conn:
        due = sa.select(sa.func.count()).select_from(table(Timer)).where(table(Timer).c.due_at <= clock.now())
        return int((await conn.execute(due)).scalar_one())


async def measure(url: str, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = Db(url or f"sqlite:///{folder}/timers.db", Path(folder))
        await db.open()
        await schema.prepare(db)
        house_ = house()
        began = time.perf_counter()
        await fill(db, house_, count)
        print(f"{count} tickets made in {time.perf_counter() - began:.1f} s; {await left(db)} deadlines are over")
        metrics = Metrics()
        worker = Worker(db, house_, Delivery(db, house_.channels, metrics), metrics, clock.process_name())
        began, cpu = time.perf_counter(), time.process_time()
        await worker.start()
        while await left(db):  # noqa: ASYNC110 - the worker is what is measured, and says nothing
            await asyncio.sleep(0.2)
        took, busy = time.perf_counter() - began, time.process_time() - cpu
        await worker.stop(5)
        async with db.read() as conn:
            notice = table(SlaNotice)
            query = sa.select(sa.func.count(), sa.func.count(sa.distinct(notice.c.ticket_id))).where(
                notice.c.what == "breach"
            )
            told, tickets = (await conn.execute(query)).one()
        await db.close()
    print(
        f"all rung after {took:.1f} s ({busy:.1f} s of CPU, {1000 * busy / count:.2f} ms each): {told} told about {tickets} tickets"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--database", default="", help="a PostgreSQL address; default: a new SQLite file")
    args = parser.parse_args()
    asyncio.run(measure(args.database, args.count))


if __name__ == "__main__":
    main()
