"""One case's page over HTTP with many messages stored: the whole page, and the part that a live page fetches again. SQLite or PostgreSQL.

    python -m tests.bench.talk [--messages 1000 10000000] [--database URL] [--asks 200]

Prints a JSON line for each number of messages: p50 and p95 in milliseconds, and bytes.
"""

import argparse
import asyncio
import itertools
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa

from bot import app, clock
from bot.config import Config
from bot.desk import sessions
from bot.models import Message
from bot.models.base import table
from bot.store import people
from bot.store.db import Db
from tests.desk import seed

SHOWN = 50
WORDS = "Jalan di depan sekolah kami berlubang besar, sudah dua kali ada anak jatuh di situ."
BATCH = 50_000


async def fill(db: Db, many: int) -> None:
    """Messages of other conversations, fifty each, spread over all parts; keys are in the order of time, as real ones."""
    columns = ("id", "part", "conversation_id", "seq", "author", "kind", "body", "at", "delivery", "error")
    now = clock.now()
    left, conversations = many, itertools.count()
    while left > 0:
        rows = []
        for _ in range(min(BATCH, left) // SHOWN + 1):
            talk, part = clock.new_id(), next(conversations) % 256
            rows += [
                (clock.new_id(), part, talk, seq, "citizen" if seq % 2 else "bot", "text", WORDS, now, "none", "")
                for seq in range(1, SHOWN + 1)
            ]
        left -= len(rows)
        async with db.unit(patient=True) as unit:
            insert = sa.insert(table(Message))
            await unit.conn.execute(insert, [dict(zip(columns, row, strict=True)) for row in rows])


async def ask(http: aiohttp.ClientSession, url: str, times: int, headers: dict[str, str]) -> dict[str, Any]:
    took, size = [], 0
    for _ in range(times + 20):
        began = time.perf_counter()
        async with http.get(url, headers=headers) as answer:
            assert answer.status == 200
            size = len(await answer.read())
        took.append((time.perf_counter() - began) * 1000)
    took = sorted(took[20:])
    return {"p50": round(took[len(took) // 2], 1), "p95": round(took[int(len(took) * 0.95)], 1), "bytes": size}


async def measure(many: int, url: str, asks: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        address = url or f"sqlite:///{folder}/wargi.db"
        server = app.Server(Config(database_url=address, data_dir=Path(folder), secret_key="x" * 40, port=0))
        await server.start(app.bind("127.0.0.1", 0, True))
        db = server.db
        await fill(db, many)
        for i in range(60):
            await seed.case(db, f"Warga {i}")
        case = await seed.case(db, "Euis", tuple(("citizen" if i % 2 else "bot", WORDS) for i in range(SHOWN)))
        officer, token, now = await seed.officer(db), clock.token(), clock.now()
        async with db.unit() as unit:
            await people.open_session(
                unit.conn, officer.id or 0, sessions.hashed(token), clock.token(), "", now, now + sessions.IDLE
            )
        async with aiohttp.ClientSession(cookies={"wargi": token}) as http:
            page = f"http://127.0.0.1:{server.port}{case.url}"
            region = {"HX-Request": "true", "HX-Target": "section#kasus"}
            found = {
                "messages": many,
                "page": await ask(http, page, asks, {}),
                "region": await ask(http, page, asks, region),
            }
        await server.stop()
        return found


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--messages", type=int, nargs="+", default=[1000, 1_000_000])
    options.add_argument("--database", default="")
    options.add_argument("--asks", type=int, default=200)
    chosen = options.parse_args()
    for many in chosen.messages:
        sys.stdout.write(json.dumps(asyncio.run(measure(many, chosen.database, chosen.asks))) + "\n")


if __name__ == "__main__":
    main()
