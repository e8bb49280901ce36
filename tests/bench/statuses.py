"""What a status costs beside a turn, and what splitting a full POST costs: CPU of `turn.intake.run` and `split`, on SQLite.

    python -m tests.bench.statuses [--database URL]

A thousand citizens take a turn each, then a thousand statuses of their bubbles come in, three times over; all in one process.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from bot import clock
from bot.channels.whatsapp import WhatsApp
from bot.engine import flow
from bot.i18n import Catalogues
from bot.models import Message, OutboxItem
from bot.models.base import table
from bot.store import boxes, schema
from bot.store.db import Db
from bot.triage import room
from bot.turn import House, intake
from bot.vault import Vault
from bot.worker import MOST
from tests.fakes.citizen import Citizen, envelope
from tests.world import ROOT

COUNT, NUMBER = 1000, "100200300"
MESSAGE, OUTBOX = table(Message), table(OutboxItem)


async def work(db: Db, house: House, channel: WhatsApp, body: bytes) -> float:
    """Stores a body and works it off; CPU in µs an item, storing not counted."""
    now, items = clock.now(), channel.split(body)
    await db.write([boxes.put([boxes.inbox_row(item, now) for item in items], db.dialect)])
    began = time.process_time()
    while True:
        async with db.unit() as unit:
            rows = await boxes.pending(unit.conn, None, MOST)
            if not rows:
                return (time.process_time() - began) / len(items) * 1e6
            await intake.run(unit, house, rows)


async def bubbles(db: Db) -> list[tuple[str, str]]:
    """Reference and address of what the turns made, as if the platform had taken it."""
    async with db.unit() as unit:
        rows = (await unit.conn.execute(sa.select(OUTBOX.c.id, OUTBOX.c.part, OUTBOX.c.address))).all()
        await unit.conn.execute(sa.update(MESSAGE).where(MESSAGE.c.author == "bot").values(delivery="accepted"))
        await unit.conn.execute(sa.delete(OUTBOX))
    return [(f"{row.id.hex()}.{row.part}", row.address) for row in rows[-COUNT:]]


async def main(url: str, folder: Path) -> None:
    db = Db(url or f"sqlite:///{folder}/bench.db", folder)
    await db.open()
    await schema.prepare(db)
    channel = WhatsApp(NUMBER, "t", ("s",), "v")
    flows = flow.load(ROOT / "flows", Catalogues.load(ROOT / "locales"))
    house = House(flows, {"whatsapp": channel}, room.load(ROOT / "flows", flows), Vault([clock.token()]))
    people = [Citizen(phone=f"62811{n:07}", user_id=f"ID.{n:010}") for n in range(COUNT)]
    contacts = [one.contact() for one in people]

    def all_say(words: str) -> bytes:
        return envelope(NUMBER, messages=[one.text(words) for one in people], contacts=contacts)

    body = all_say("halo")
    began = time.process_time()
    channel.split(body)
    print(f"| splitting a POST of {COUNT} messages, ms | {(time.process_time() - began) * 1e3:.1f} |")
    await work(db, house, channel, body)
    turn = await work(db, house, channel, all_say("1"))
    print(f"| a turn, µs | {turn:.0f} |")
    sent = await bubbles(db)
    for state in ("sent", "delivered", "read"):
        said = [
            {"id": f"wamid.{n}", "status": state, "timestamp": str(int(time.time())), "recipient_user_id": address,
             "biz_opaque_callback_data": ref, "pricing": {"billable": True, "category": "service"}}
            for n, (ref, address) in enumerate(sent)
        ]  # fmt: skip
        cost = await work(db, house, channel, envelope(NUMBER, statuses=said))
        print(f"| a status `{state}`, µs (share of a turn) | {cost:.0f} ({cost / turn:.2f}) |")
    await db.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="")
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(main(parser.parse_args().database, Path(made)))
