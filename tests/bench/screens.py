"""P15: desk and bot together. How soon a citizen's words stand on an officer's screen while the bot works at half of what it can, what
officers cost those who write to the bot, and what two hundred open desks cost.

`python -m tests.bench.desk --screens`. A screen here is what the browser does: it hears the stream, and fetches its case and its list,
the list twice a second at most. All of them live in this process beside the citizens, so its own slowness is in the figures.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import sqlalchemy as sa

from bot.models import Address, Assignment, Conversation, Tally, Ticket
from bot.models.base import table
from bot.store.db import Db
from tests.bench.load import NUMBER, Load, share, wrapped
from tests.bench.server import Server, cpu_of
from tests.desk import seed

TALKING, CITIZENS = 20, 64
GAP = 0.2
"""Seconds between two words of the citizens whom officers talk to."""
QUEUE_EVERY = 0.5
TICKETS = 20.0
"""New cases a second while the desks are counted; four messages of the bench's script make one."""


@dataclass
class Screen:
    """One officer's browser."""

    http: aiohttp.ClientSession
    number: str = ""
    fetches: bool = True
    waits: dict[str, asyncio.Event] = field(default_factory=dict)
    """Words that are to appear in the open case."""
    heard: int = 0
    fetched: int = 0
    _asks: set[str] = field(default_factory=set)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def open(self) -> None:
        there = asyncio.Event()
        self._tasks = [asyncio.create_task(self._listen(there)), asyncio.create_task(self._fetch())]
        await asyncio.wait_for(there.wait(), 60)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self.http.close()

    async def _listen(self, there: asyncio.Event) -> None:
        path = "/desk/peristiwa" + (f"?tiket={self.number}" if self.number else "")
        timeout = aiohttp.ClientTimeout(total=None)
        async with self.http.get(path, headers={"Accept": "text/event-stream"}, timeout=timeout) as answer:
            assert answer.status == 200, answer.status
            async for line in answer.content:
                if line.startswith(b"event: "):
                    self.heard += 1
                    there.set()
                    self._asks.add(line[7:].decode().strip())

    async def _fetch(self) -> None:
        last = 0.0
        while True:
            await asyncio.sleep(0.005)
            if "kasus" in self._asks:
                self._asks.discard("kasus")
                text = (
                    await self._get(f"/desk/tiket/{self.number}", "section#kasus")
                    if self.fetches and self.number
                    else ""
                )
                for word in [each for each in self.waits if each in text]:
                    self.waits.pop(word).set()
            if "antrean" in self._asks and self.fetches and time.monotonic() - last > QUEUE_EVERY:
                self._asks.discard("antrean")
                last = time.monotonic()
                await self._get("/desk", "section#daftar")

    async def _get(self, path: str, target: str) -> str:
        self.fetched += 1
        async with self.http.get(path, headers={"HX-Request": "true", "HX-Target": target}) as answer:
            return await answer.text()


async def held(db: Db, who: list[tuple[int, str]]) -> list[tuple[str, str]]:
    """One case in the hands of each: its number, and the citizen's address."""
    made = []
    for officer, _ in who:
        case = await seed.case(db, account=f"whatsapp:{NUMBER}")
        ref, talk = case.ticket, case.conversation
        async with db.unit() as unit:
            await unit.conn.execute(_one(Ticket, ref.id).values(state="assigned", officer_id=officer))
            await unit.conn.execute(_one(Conversation, talk.id).values(owner="officer", officer_id=officer))
            given = {
                "id": ref.id,
                "part": ref.part,
                "ticket_id": ref.id,
                "officer_id": officer,
                "started_at": sa.text("0"),
            }
            given["started_at"] = seed.clock.now()
            await unit.conn.execute(sa.insert(table(Assignment)).values(given))
            tally = table(Tally)
            await unit.conn.execute(
                sa.update(tally).where(tally.c.name == "queued", tally.c.part == ref.part).values(n=tally.c.n - 1)
            )
        async with db.read() as conn:
            mine = table(Address).c.conversation_id == talk.id
            made.append(
                (case.number, str((await conn.execute(sa.select(table(Address).c.address).where(mine))).scalar_one()))
            )
    return made


def _one(model: Any, id_: bytes) -> Any:
    return sa.update(table(model)).where(table(model).c.id == id_)


def words(address: str, n: int, text: str) -> bytes:
    line = {"from": "6281234567731", "from_user_id": address, "id": f"wamid.{address}.{n}", "timestamp": str(int(time.time())),
            "type": "text", "text": {"body": text}}  # fmt: skip
    person = {"profile": {"name": "Euis"}, "wa_id": "6281234567731", "user_id": address}
    return wrapped({"contacts": [person], "messages": [line]})


async def talk(
    load: Load, screens: list[Screen], cases: list[tuple[str, str]], seconds: float
) -> tuple[list[float], int]:
    """From the citizen's post until the words stand in the case; and how many never did."""
    times: list[float] = []
    end, n, pending = time.monotonic() + seconds, 0, []

    async def one(screen: Screen, address: str, n: int) -> None:
        mark = f"kata{n:05}"
        there = screen.waits[mark] = asyncio.Event()
        began = time.monotonic()
        await load.post(words(address, n, f"Halo, ini {mark}"))
        await asyncio.wait_for(there.wait(), 20)
        times.append(time.monotonic() - began)

    while time.monotonic() < end:
        screen, (_, address) = screens[n % len(screens)], cases[n % len(screens)]
        pending.append(asyncio.create_task(one(screen, address, n)))
        n += 1
        await asyncio.sleep(GAP)
    missing = [each for each in await asyncio.gather(*pending, return_exceptions=True) if each is not None]
    return times, len(missing)


async def measure(stage: Any, desks: int, seconds: float) -> dict[str, Any]:
    db = Db(stage.url, stage.folder)
    await db.open()
    cases = await held(db, stage.who[:TALKING])
    await db.close()
    found: dict[str, Any] = {}
    async with Load() as load:
        server = Server("product", load.api, stage.folder, stage.url)
        load.url = server.url
        await server.start(load.http)
        await server.settled()
        try:
            await load.closed(16, 2)
            before, began = load.replies, time.monotonic()
            await load.closed(CITIZENS, seconds)
            half = (load.replies - before) / (time.monotonic() - began) / 2
            await load.drained(20)
            found["half of saturation, messages/s"] = round(half, 1)
            found |= await _together(stage, server, load, cases, half, seconds)
            found |= await _crowd(stage, server, load, desks, seconds)
            found["lost"] = load.lost
        finally:
            server.stop()
    return found


async def _together(
    stage: Any, server: Server, load: Load, cases: list[tuple[str, str]], half: float, seconds: float
) -> dict[str, Any]:
    acks = {}
    load.acks = []
    await load.open_loop(lambda at: half, seconds)
    await load.drained(20)
    acks["without officers"], load.acks = share(load.acks, 0.99), []
    screens = [Screen(stage.browser(server, n), cases[n][0]) for n in range(TALKING)]
    for each in screens:
        await each.open()
    driving = asyncio.create_task(load.open_loop(lambda at: half, seconds))
    times, missing = await talk(load, screens, cases, seconds)
    await driving
    await load.drained(20)
    acks["with twenty officers"] = share(load.acks, 0.99)
    for each in screens:
        await each.close()
    return {
        "words on the screen, ms": {name: round(share(times, part), 1) for name, part in (("p50", 0.5), ("p95", 0.95), ("most", 1))},
        "of": len(times), "never": missing, "the 200, p99 ms": {name: round(each, 1) for name, each in acks.items()},
    }  # fmt: skip


async def _crowd(stage: Any, server: Server, load: Load, desks: int, seconds: float) -> dict[str, Any]:
    """CPU of the server and its database, beside that of the same events with no desk open."""
    spent: dict[str, float] = {}
    told = {}
    for name, many, fetches in (
        ("none", 0, False),
        ("streams", desks, False),
        ("pages that fetch", desks, True),
        ("none again", 0, False),
    ):
        screens = [Screen(stage.browser(server, n), fetches=fetches) for n in range(many)]
        for each in screens:
            await each.open()
        await asyncio.sleep(2)
        before, began = cpu_of(server.process.pid) + stage.base(), time.monotonic()
        heard = sum(each.heard for each in screens)
        await load.open_loop(lambda at: 4 * TICKETS, seconds)
        spent[name] = (cpu_of(server.process.pid) + stage.base() - before) / (time.monotonic() - began)
        told[name] = (sum(each.heard for each in screens) - heard, sum(each.fetched for each in screens))
        await load.drained(20)
        for each in screens:
            await each.close()
    calm = (spent["none"] + spent["none again"]) / 2
    cost = {name: round(100 * (spent[name] - calm), 1) for name in ("streams", "pages that fetch")}
    return {
        f"{desks} desks at {TICKETS:.0f} new cases a second, % of a core": cost,
        "told, fetched": told,
        "without any": round(100 * calm, 1),
    }
