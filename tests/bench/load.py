"""Citizens and the platform in one process, so that it sees both ends of every message: the judge lies outside the server.

`closed` sends the next line when the last one is answered, `open_loop` at a rate whatever the server does. A clock starts when a line was
due, not when a connection was free. Lost = acknowledged and never answered; doubled = one reference twice; wrong = not the answer
that comes next.
"""

import asyncio
import gc
import hmac
import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web

SECRET, NUMBER = "bench-app-secret", "1000"
TURNS: list[dict[str, str]] = json.loads((Path(__file__).parent / "script.json").read_text("utf-8"))["turns"]
_lives = itertools.count(10_000_000 + time.time_ns() % 80_000_000)


def share(values: list[float], part: float) -> float:
    """A quantile in milliseconds; 0 where nothing was measured."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] * 1000 if values else 0.0


@dataclass
class Person:
    who: str = field(default_factory=lambda: f"{next(_lives):08}")
    turn: int = 0
    due: float = 0.0
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def address(self) -> str:
        return f"ID.{self.who}"

    def body(self) -> bytes:
        line = {"from": f"62{self.who}", "from_user_id": self.address, "id": f"wamid.{self.who}.{self.turn}",
                "timestamp": str(int(time.time())), "type": "text", "text": {"body": TURNS[self.turn]["send"]}}  # fmt: skip
        person = {"profile": {"name": "Warga"}, "wa_id": f"62{self.who}", "user_id": self.address}
        return wrapped({"contacts": [person], "messages": [line]})


def wrapped(lists: dict[str, Any]) -> bytes:
    metadata = {"display_phone_number": "622200000000", "phone_number_id": NUMBER}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **lists}
    change = {"field": "messages", "value": value}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [{"id": "9001", "changes": [change]}]})


class Load:
    """`async with Load() as load`: then a server at `load.api`, and `load.url` at the server."""

    def __init__(self, delay: tuple[float, float] = (0, 0), fails: float = 0.0, statuses: int = 0, again: float = 0.0,
                 tries: int = 1, seed: int = 1) -> None:  # fmt: skip
        self.delay, self.fails, self.statuses, self.again, self.tries = delay, fails, statuses, again, tries
        self.chance = random.Random(seed)
        self.url = ""
        self.people: dict[str, Person] = {}
        self.acks: list[float] = []
        self.times: list[float] = []
        """From the due time until the answer is at the platform."""
        self.refs: set[str] = set()
        self.sent = self.acked = self.replies = self.refused = self.doubled = self.wrong = self.told = 0
        self.begun = self.ended = 0
        """Whole conversations of the open loop."""
        self._ids = itertools.count()
        self._beside: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> "Load":
        app = web.Application()
        app.router.add_post("/{tail:.*}", self.take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, backlog=2048).start()
        self.api = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(self, *_: object) -> None:
        while self._beside:  # one that ends may begin another
            for task in self._beside:
                task.cancel()
            await asyncio.gather(*self._beside, return_exceptions=True)
        await self.http.close()
        await self._runner.cleanup()

    async def take(self, request: web.Request) -> web.Response:
        """The platform's API."""
        data = orjson.loads(await request.read())
        ref = data.get("biz_opaque_callback_data")
        if ref is None:  # marks a message as read
            return web.json_response({"success": True})
        now = time.monotonic()
        if self.delay[1]:
            await asyncio.sleep(self.chance.uniform(*self.delay))
        if self.fails and self.chance.random() < self.fails:
            return web.json_response({"error": {"code": 131000, "message": "x"}}, status=500)
        text = (data.get("text") or data.get("interactive", {}).get("body") or {}).get("body") or ""
        text = text or data.get("interactive", {}).get("body", {}).get("text", "")
        address = data.get("to") or data["recipient"]
        name = f"wamid.out{next(self._ids)}"
        if ref in self.refs:
            self.doubled += 1
        else:
            self.refs.add(ref)
            self._heard(self.people.get(address), text, now)
        if self.statuses:
            self._aside(self._tell(address, name, ref))
        return web.json_response({"contacts": [{"input": address, "user_id": address}], "messages": [{"id": name}]})

    def _heard(self, person: Person | None, text: str, now: float) -> None:
        if person is None:
            return
        if TURNS[person.turn]["expect"] not in text:
            self.wrong += 1
            return
        self.replies += 1
        self.times.append(now - person.due)
        person.answered.set()

    async def _tell(self, address: str, name: str, ref: str) -> None:
        for state in ("sent", "delivered", "read")[: self.statuses]:
            await asyncio.sleep(0.02)
            status = {"id": name, "status": state, "timestamp": str(int(time.time())), "recipient_user_id": address,
                      "biz_opaque_callback_data": ref}  # fmt: skip
            taken = await self.post(wrapped({"statuses": [status]})) == 200
            self.told += taken  # only now: many wait at once, and each has read an older count

    def _aside(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def post(self, body: bytes) -> int:
        headers = {"Content-Type": "application/json",
                   "X-Hub-Signature-256": "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()}  # fmt: skip
        status = 0
        for attempt in range(self.tries):
            try:
                async with self.http.post(self.url, data=body, headers=headers) as answer:
                    status = answer.status
                    await answer.read()
            except (aiohttp.ClientError, OSError):
                status = 0
            if status == 200:
                break
            await asyncio.sleep(min(0.1 * 2**attempt, 1.0))
        return status

    async def say(self, person: Person) -> bool:
        """One line; False when it was not taken."""
        self.people[person.address] = person
        person.answered.clear()
        self.sent += 1
        body = person.body()
        status = await self.post(body)
        if status != 200:
            self.refused += 1
            return False
        self.acks.append(time.monotonic() - person.due)
        self.acked += 1
        if self.again and self.chance.random() < self.again:
            self._aside(self.post(body))
        return True

    async def closed(self, citizens: int, seconds: float) -> None:
        end = time.monotonic() + seconds

        async def live() -> None:
            while time.monotonic() < end:
                person = Person()
                for turn in range(len(TURNS)):
                    person.turn, person.due = turn, time.monotonic()
                    try:
                        async with asyncio.timeout(30):
                            if not await self.say(person):
                                break
                            await person.answered.wait()
                    except TimeoutError:
                        break

        await asyncio.gather(*(live() for _ in range(citizens)))

    async def open_loop(self, rate: Callable[[float], float], seconds: float, gap: float = 1.0) -> None:
        """Each citizen says the next line `gap` after the last, or when it is answered, whichever comes later."""
        began, n, due = time.monotonic(), 0, 0.0
        while due < seconds:
            if (wait := began + due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            if n % len(TURNS) == 0:
                self._aside(self._life(began + due, gap))
            n += 1
            due += 1 / rate(due)

    async def _life(self, due: float, gap: float) -> None:
        person = Person()
        self.begun += 1
        for turn in range(len(TURNS)):
            person.turn, person.due = turn, max(due, time.monotonic() if turn else due)
            if not await self.say(person):
                return
            await person.answered.wait()
            due = person.due + gap
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        self.ended += 1
        self.people.pop(person.address)  # a day's citizens would fill the memory

    async def drained(self, seconds: float) -> int:
        """Waits until everything acknowledged is answered; returns how many are not."""
        end = time.monotonic() + seconds
        while self.lost and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return self.lost

    @property
    def lost(self) -> int:
        return max(0, self.acked - self.replies)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Citizens' phones do not all stand still while one process looks for garbage: those 100 ms were a third of what waited longest."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
