"""The floor: the least code that does the same durable work as a turn, to compare with. No features, no checks, SQLite only.

A signed webhook is stored before its 200 (group commit); each message gets the next line of script.json; contact, messages, ticket and
reply are one transaction; replies leave one at a time for each address and are then marked. A restart goes on where a kill left it.

    PORT=… API=http://… FILE=… python -m tests.bench.floor
"""

import asyncio
import hmac
import json
import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import uvloop
from aiohttp import web

SECRET = b"bench-app-secret"
SAYS = [turn["expect"] for turn in json.loads((Path(__file__).parent / "script.json").read_text("utf-8"))["turns"]]
TABLES = """
CREATE TABLE IF NOT EXISTS contact (address TEXT PRIMARY KEY, step INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, address TEXT, body TEXT, at REAL, done INTEGER DEFAULT 0);
CREATE INDEX IF NOT EXISTS waiting ON inbox (id) WHERE done = 0;
CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, address TEXT NOT NULL, ours INTEGER, body TEXT, at REAL, name TEXT);
CREATE INDEX IF NOT EXISTS of_address ON message (address, id);
CREATE TABLE IF NOT EXISTS ticket (id INTEGER PRIMARY KEY, address TEXT NOT NULL, body TEXT, at REAL);
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, address TEXT NOT NULL, body TEXT);
"""
Job = tuple[Callable[[sqlite3.Connection], Any], asyncio.Future[Any]]


class Floor:
    def __init__(self, file: str, api: str) -> None:
        self.db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "wal_autocheckpoint=4000"):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.executescript(TABLES)
        self.thread, self.api = ThreadPoolExecutor(1), f"{api}/v1/1000/messages"
        self.arriving: list[tuple[Any, ...]] = []
        self.sent: list[tuple[int, str]] = []
        self.waiters: list[asyncio.Future[None]] = []
        self.come, self.work, self.settle = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.chains: dict[str, deque[tuple[int, str]]] = {}
        self.sends: set[asyncio.Task[None]] = set()

    async def in_one(self, act: Callable[[], Any]) -> Any:
        def run() -> Any:
            self.db.execute("BEGIN IMMEDIATE")
            found = act()
            self.db.execute("COMMIT")
            return found

        return await asyncio.get_running_loop().run_in_executor(self.thread, run)

    async def receive(self, request: web.Request) -> web.Response:
        raw = await request.read()
        given = request.headers.get("X-Hub-Signature-256", "")
        if not hmac.compare_digest("sha256=" + hmac.digest(SECRET, raw, "sha256").hex(), given):
            return web.Response(status=401)
        for entry in orjson.loads(raw)["entry"]:
            for change in entry["changes"]:
                for one in change["value"].get("messages", ()):
                    self.arriving.append((one["id"], one["from_user_id"], one["text"]["body"], time.time()))
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiters.append(future)
        self.come.set()
        await future
        return web.Response()

    async def store(self) -> None:
        while True:
            await self.come.wait()
            self.come.clear()
            rows, self.arriving = self.arriving, []
            waiters, self.waiters = self.waiters, []
            put = "INSERT OR IGNORE INTO inbox (name, address, body, at) VALUES (?, ?, ?, ?)"
            await self.in_one(lambda put=put, rows=rows: self.db.executemany(put, rows) and None)
            for each in waiters:
                each.set_result(None)
            self.work.set()

    def turns(self) -> list[tuple[int, str, str]]:
        """All that waits, at most 256, in one transaction; returns the replies."""
        rows = self.db.execute(
            "SELECT id, address, body, at, name FROM inbox WHERE done = 0 ORDER BY id LIMIT 256"
        ).fetchall()
        if not rows:
            return []
        who = list({row[1] for row in rows})
        asked = f"SELECT address, step FROM contact WHERE address IN ({','.join('?' * len(who))})"
        steps = dict(self.db.execute(asked, who).fetchall())
        said, made, out = [], [], []
        newest = self.db.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()[0]
        for _, address, body, at, name in rows:
            step = steps.get(address, 0)
            reply = SAYS[step] if step < 3 else f"{SAYS[3]} {newest:08d}"
            if step == 3:
                made.append((address, body, at))
            newest += 2
            said += [(newest - 1, address, 0, body, at, name), (newest, address, 1, reply, at, "")]
            out.append((newest, address, reply))
            steps[address] = (step + 1) % 4
        self.db.executemany("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)", said)
        self.db.executemany("INSERT INTO ticket (address, body, at) VALUES (?, ?, ?)", made)
        self.db.executemany("INSERT INTO outbox VALUES (?, ?, ?)", out)
        self.db.executemany("INSERT OR REPLACE INTO contact VALUES (?, ?)", [(each, steps[each]) for each in who])
        self.db.executemany("UPDATE inbox SET done = 1, body = NULL WHERE id = ?", [(row[0],) for row in rows])
        return out

    async def advance(self) -> None:
        while True:
            replies = await self.in_one(self.turns)
            self.queue(replies)
            if len(replies) < 256:
                await self.work.wait()
                self.work.clear()

    def queue(self, replies: Sequence[tuple[int, str, str]]) -> None:
        for id_, address, body in replies:
            chain = self.chains.get(address)
            if chain is not None:
                chain.append((id_, body))
                continue
            self.chains[address] = deque([(id_, body)])
            task = asyncio.create_task(self.send(address))
            self.sends.add(task)
            task.add_done_callback(self.sends.discard)

    async def send(self, address: str) -> None:
        chain = self.chains[address]
        while chain:
            id_, body = chain[0]
            data = {"messaging_product": "whatsapp", "recipient": address, "biz_opaque_callback_data": str(id_),
                    "type": "text", "text": {"body": body}}  # fmt: skip
            try:
                headers = {"Content-Type": "application/json"}
                async with self.http.post(self.api, data=orjson.dumps(data), headers=headers) as answer:
                    name = (await answer.json(loads=orjson.loads))["messages"][0]["id"]
            except (aiohttp.ClientError, KeyError, ValueError):
                await asyncio.sleep(0.2)
                continue
            chain.popleft()
            self.sent.append((id_, name))
            self.settle.set()
        del self.chains[address]

    async def receipts(self) -> None:
        while True:
            await self.settle.wait()
            self.settle.clear()
            done, self.sent = self.sent, []

            def mark(done: list[tuple[int, str]] = done) -> None:
                self.db.executemany("UPDATE message SET name = ? WHERE id = ?", [(name, id_) for id_, name in done])
                self.db.executemany("DELETE FROM outbox WHERE id = ?", [(id_,) for id_, _ in done])

            await self.in_one(mark)

    async def run(self, port: int) -> None:
        app = web.Application()
        app.router.add_post("/webhooks/whatsapp", self.receive)
        app.router.add_get("/healthz", lambda request: _ok())
        self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, limit_per_host=512))
        self.queue(self.db.execute("SELECT id, address, body FROM outbox ORDER BY id").fetchall())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
        await asyncio.gather(self.store(), self.advance(), self.receipts())


async def _ok() -> web.Response:
    return web.Response()


async def main() -> None:
    await Floor(os.environ["FILE"], os.environ["API"]).run(int(os.environ["PORT"]))


if __name__ == "__main__":
    uvloop.run(main())
