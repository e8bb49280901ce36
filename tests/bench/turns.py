"""The hot path in one process, without HTTP: what storing, turning and settling cost, and exact counts that no neighbour can disturb.

    python -m tests.bench.turns [--database URL] [--citizens 512] [--batch 32] [--profile FILE]

CPU is this process's own (the database's thread included on SQLite). Each citizen walks through the four turns of script.json.
"""

import argparse
import asyncio
import cProfile
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.channels.whatsapp import WhatsApp
from bot.engine import flow
from bot.i18n import Catalogues
from bot.models import OutboxItem
from bot.models.base import table
from bot.store import boxes, schema
from bot.store.db import Db
from bot.store.many import write
from bot.triage import room
from bot.turn import House, alarm, intake
from bot.vault import Vault
from bot.web.door import Door
from tests.fakes.citizen import Citizen, envelope
from tests.world import ROOT

NUMBER = "100200300"
OUTBOX = table(OutboxItem)
SCRIPT = [turn["send"] for turn in json.loads((Path(__file__).parent / "script.json").read_text())["turns"]]


@dataclass
class Counts:
    """What was done, by stage: door, turn, settle."""

    messages: int = 0
    batches: int = 0
    cpu: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    statements: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Each distinct statement of a transaction once, however many rows it writes."""
    stage: str = ""

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        self.stage, began = stage, time.process_time()
        try:
            yield
        finally:
            self.cpu[stage] += time.process_time() - began


def yard() -> int:
    """A piece of work that is always the same, a third of a millisecond on a quiet machine: what a busy neighbour takes from the stages
    (cache, clock rate) it takes from this, too."""
    words = [f"{n % 97}:{n}" for n in range(600)]
    found = {word.partition(":")[0]: json.loads(f'{{"a":"{word}"}}') for word in words[:80]}
    return len(found) + sum(len(word) for word in sorted(words, key=str.lower))


def watch(db: Db, counts: Counts) -> None:
    """Counts the writer's statements by what they begin with."""
    assert db._writer is not None
    driver: Any = db._writer.sync_connection
    raw = driver.connection.driver_connection._conn
    before = [""]

    def seen(sql: str) -> None:
        name = " ".join(sql.split()[:3])
        if name.startswith("--"):  # what the index of words asks of its own tables
            return
        if name != before[0]:
            counts.statements[counts.stage][name] += 1
        before[0] = name

    raw.set_trace_callback(seen)


async def batch(
    db: Db, door: Door, house: House, channel: WhatsApp, people: Sequence[Citizen], words: str, counts: Counts
) -> None:
    body = envelope(NUMBER, messages=[one.text(words) for one in people], contacts=[one.contact() for one in people])
    with counts.of("door"):
        await door.put(channel.split(body))
    made: list[Mapping[str, Any]] = []
    with counts.of("turn"):
        for more in (4, 3, 2, 1, 0):
            try:
                async with db.unit() as unit:
                    rows = await boxes.pending(unit.conn, None, len(people))
                    await intake.run(unit, house, rows)
                break
            except (
                IntegrityError
            ):  # among a million tickets a number is drawn twice: a worker runs such turns again, too
                if not more:
                    raise
        made = unit.outbox
    with counts.of("settle"):
        receipts = [
            {"b_id": row["id"], "b_part": row["part"], "b_delivery": "accepted", "b_external_id": f"wamid.{row['id'].hex()}",
             "b_error": "", "b_attempts": 0, "b_next_at": None, "b_state": "ready"}
            for row in made
        ]  # fmt: skip
        async with db.unit() as unit:
            await write(unit.conn, boxes.settle(receipts))
    with counts.of("yard"):
        yard()
    counts.messages += len(people)
    counts.batches += 1


async def walk(db: Db, folder: Path, citizens: int, size: int, counts: Counts, profile: Any = None, first: int = 0,
               warm: bool = True, counted: bool = True) -> None:  # fmt: skip
    """Everybody through the script, `size` citizens a transaction. A first batch warms what is compiled once. `counted`: statements,
    too, which takes SQLite as long again as the work itself."""
    channel = WhatsApp(NUMBER, "t", ("s",), "v")
    flows = flow.load(folder, Catalogues.load(ROOT / "locales"))
    house = House(flows, {"whatsapp": channel}, room.load(folder, flows), Vault([clock.token()]))
    door = Door(db)
    door.ear = partial(alarm.heard, house)
    if warm:
        some = [Citizen(phone=f"62899{n:07}", user_id=f"ID.9{n:09}", number=NUMBER) for n in range(first, first + size)]
        for words in SCRIPT:
            await batch(db, door, house, channel, some, words, Counts())
    if counted and db.is_sqlite and warm:
        watch(db, counts)
    if profile:
        profile.enable()
    for start in range(first, first + citizens, size):
        people = [
            Citizen(phone=f"62811{n:07}", user_id=f"ID.{n:010}", number=NUMBER)
            for n in range(start, min(start + size, first + citizens))
        ]
        for words in SCRIPT:
            await batch(db, door, house, channel, people, words, counts)
    if profile:
        profile.disable()


async def main(options: argparse.Namespace, folder: Path) -> None:
    db = Db(options.database or f"sqlite:///{folder}/bench.db", folder)
    await db.open()
    await schema.prepare(db)
    counts, profile = Counts(), cProfile.Profile() if options.profile else None
    folder = ROOT / "tests/bench/flows"
    await walk(db, folder, options.citizens, options.batch, counts, profile, counted=False)
    asked = Counts()
    await walk(db, folder, options.batch, options.batch, asked, first=options.citizens)
    if profile:
        profile.dump_stats(options.profile)
    for stage in ("door", "turn", "settle"):
        yards = counts.cpu[stage] / counts.messages / (counts.cpu["yard"] / counts.batches)
        print(f"| {stage}, µs a message (yards) | {counts.cpu[stage] / counts.messages * 1e6:.0f} ({yards:.3f}) |")
    print(f"| a yard, µs | {counts.cpu['yard'] / counts.batches * 1e6:.0f} |")
    for stage, seen in asked.statements.items():
        print(f"| {stage}, statements a transaction | {sum(seen.values()) / asked.batches:.2f} |")
        for name, n in seen.most_common():
            print(f"|   {name} | {n / asked.batches:.2f} |")
    async with db.read() as conn:
        left = (await conn.execute(sa.select(sa.func.count()).select_from(OUTBOX))).scalar()
    print(f"| left in the outbox | {left} |")
    await db.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="")
    parser.add_argument("--citizens", type=int, default=512)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--profile", default="")
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(main(parser.parse_args(), Path(made)))
