"""Requests of flows to other systems leave here, outside every transaction; what comes back becomes a turn, by a timer.

One request, one try more where asking twice does no harm, and then the flow goes its own way. The answer is JSON of at most 64 kB;
redirects are not followed, so that an allowed host cannot lead anywhere else.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import orjson

from bot import clock, logs
from bot.engine.outside import allowed, picked
from bot.errors import ConfigError
from bot.metrics import Metrics
from bot.models.ref import Ref
from bot.store import boxes, errands
from bot.store.db import Db
from bot.turn import House
from bot.turn.dialogue import ERRAND

LARGEST = 64 * 1024
MOST = 16
"""At a time."""
TRIES = 2
PAUSE = timedelta(seconds=1)
TICK = 2.0


class Errands:
    """Works on the errands of the parts that its process holds."""

    def __init__(self, db: Db, house: House, metrics: Metrics, parts: Callable[[], Sequence[int] | None]) -> None:
        self._db, self._house, self._metrics, self._parts = db, house, metrics, parts
        self._log = logs.get("errands")
        self._wake = asyncio.Event()
        self._flying: dict[bytes, asyncio.Task[None]] = {}

    def wake(self) -> None:
        self._wake.set()

    async def work(self) -> None:
        try:
            while True:
                self._wake.clear()
                try:
                    await self._begin()
                except Exception as error:
                    self._log.warning("errands wait", error=logs.fault(error))
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK):
                        await self._wake.wait()
        finally:
            flying = list(self._flying.values())
            for task in flying:
                task.cancel()
            await asyncio.gather(*flying, return_exceptions=True)

    async def _begin(self) -> None:
        parts = self._parts()
        if parts == [] or len(self._flying) >= MOST:
            return
        flying = set(self._flying)  # one that lands while we read still looks due, and must not be run twice
        async with self._db.read() as conn:
            rows = await errands.due(conn, parts, clock.now(), MOST)
        for row in rows:
            if row.id not in flying and len(self._flying) < MOST:
                task = self._flying[row.id] = asyncio.create_task(self._run(row))
                task.add_done_callback(partial(self._landed, row.id))

    def _landed(self, id_: bytes, _: object) -> None:
        self._flying.pop(id_, None)
        self._wake.set()

    async def _run(self, row: boxes.Row) -> None:
        result, error, safe = dict[str, Any](), "", False
        try:
            request = orjson.loads(self._house.vault.open(row.request, ERRAND))
            safe = request["method"] == "GET"
            secret = self._house.flows.secrets.get(str(request.get("host")))
            result = await ask(request, row.id.hex(), secret.shown(self._house.secrets) if secret else {})
        except ConfigError as problem:
            error = str(problem)
            self._log.warning("another system cannot be asked", error=error)
        except Exception as problem:
            error = logs.fault(problem)
            self._log.warning("another system does not answer", error=error, attempt=row.attempts + 1)
        ref, now = Ref(row.id, row.part), clock.now()
        retry = bool(error) and safe and row.attempts + 1 < TRIES
        self._metrics.happenings.labels("errand_failed" if error else "errand_done").inc()
        with suppress(Exception):  # what could not be written is tried again at the next look
            async with self._db.unit() as unit:
                if retry:
                    await errands.again(unit.conn, ref, row.attempts + 1, now + PAUSE)
                    return
                await errands.settle(unit.conn, ref, result or {"ok": False})
                timer = {"id": clock.new_id(), "part": row.part, "kind": ERRAND, "ref": row.id, "due_at": now}
                work, rows = boxes.timers(unit.conn, [timer])
                await work(unit.conn, rows)


async def ask(request: Mapping[str, Any], key: str, secret: Mapping[str, str]) -> dict[str, Any]:
    """One request. Raises for whatever is no good answer. `secret`: the header of it; it is never stored with the request."""
    if not allowed(request["base"]) or not str(request["url"]).startswith(request["base"] + "/"):
        raise ValueError("the address is not allowed")
    body = orjson.dumps(request["body"]) if request["body"] is not None else None
    headers = {"Accept": "application/json", "Idempotency-Key": key, **secret}
    if body is not None:
        headers["Content-Type"] = "application/json"
    timeout = aiohttp.ClientTimeout(total=float(request["seconds"]))
    async with (
        aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.request(request["method"], request["url"], data=body, headers=headers, allow_redirects=False) as answer,
    ):
        if answer.status >= 300:
            raise ConnectionError(f"HTTP {answer.status}")
        raw = b""
        async for chunk in answer.content.iter_chunked(8192):
            raw += chunk
            if len(raw) > LARGEST:
                raise ValueError("the answer is too large")
    found = orjson.loads(raw) if raw.strip() else {}
    return {"ok": True, "values": picked(found, request["take"])}
