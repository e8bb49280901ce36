"""How soon a human is called, in real time, while something is broken: the whole server, fake platforms, SQLite.

    python -m tests.bench.paging [--cries 10]

Prints one JSON line: fault -> seconds from a citizen's message to the first call that has reached somebody's phone or mailbox.
"""

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from aiosmtpd.controller import Controller

from bot import clock
from bot.models import Role
from bot.store import alarms, people
from bot.store import duty as on_shift
from bot.turn import Ways
from tests.fakes.telegram import Person
from tests.world import NUMBER, World

HELP = "Tolong!! bapak saya sesak napas, bibirnya biru"
PORT = 18725
OTHERS = 2000


class Mailbox:
    def __init__(self) -> None:
        self.got: list[str] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.got.append(getattr(envelope, "content", b"").decode("utf-8", "replace"))
        return "250 OK"


class Phones:
    """Everything that reaches a human, by the number of the ticket that it names."""

    def __init__(self, world: World, mailbox: Mailbox) -> None:
        self.world, self.mailbox, self.seen = world, mailbox, set[str]()

    def fresh(self) -> set[str]:
        texts = [one.text for one in self.world.telegram.sent] + self.mailbox.got
        found = {match for text in texts if "DARURAT" in text for match in NUMBER.findall(re.sub(r"=\n", "", text))}
        return found - self.seen

    async def ring(self) -> None:
        while not (found := self.fresh()):  # noqa: ASYNC110 - two fakes, and a hundredth of a second is exact enough
            await asyncio.sleep(0.01)
        self.seen |= found


async def officer(world: World, name: str, chat: int, duty: bool, role: Role, email: str = "") -> None:
    now = clock.now()
    Person(world.telegram, chat)
    async with world.server.db.unit() as unit:
        id_ = await people.add_officer(unit.conn, name, name.lower(), "x", role, now)
        await alarms.set_ways(unit.conn, id_, {"telegram": str(chat), "email": email})
        await on_shift.set_duty(unit.conn, id_, now, now + timedelta(hours=8) if duty else None)


async def cry(world: World, n: int) -> None:
    assert await world.citizen(n).say(world.browser(), HELP) == 200


async def measure(
    world: World, phones: Phones, first: int, cries: int, before: Callable[[], Awaitable[None]]
) -> list[float]:
    found = []
    for n in range(first, first + cries):
        await before()
        began = time.monotonic()
        await cry(world, n)
        await asyncio.wait_for(phones.ring(), 120)
        found.append(time.monotonic() - began)
    return found


async def nothing() -> None:
    pass


async def run(cries: int) -> dict[str, dict[str, float]]:
    mailbox = Mailbox()
    smtp = Controller(mailbox, hostname="127.0.0.1", port=PORT)
    smtp.start()
    with tempfile.TemporaryDirectory() as folder:
        async with World(f"sqlite:///{folder}/wargi.db", Path(folder)) as world:
            phones = Phones(world, mailbox)
            ways = Ways(f"smtp://127.0.0.1:{PORT}", "wargi@example.org")
            world.server.house.ways = ways
            await officer(world, "Rina", 990001, True, Role.OFFICER, "rina@example.org")
            await officer(world, "Adi", 990002, True, Role.OFFICER)
            await officer(world, "Lita", 990003, False, Role.LEAD, "lita@example.org")
            floods: list[asyncio.Task[None]] = []

            async def restart() -> None:
                port = world.server.port
                await world.server.stop()
                await world.start(port)
                world.server.house.ways = ways

            async def flood() -> None:
                floods.append(asyncio.create_task(others(world, 10_000 + 10_000 * len(floods))))
                await asyncio.sleep(0.5)

            table = {}
            table["nothing"] = await measure(world, phones, 0, cries, nothing)
            world.telegram.down = True
            table["Telegram refuses"] = await measure(world, phones, 1000, cries, nothing)
            world.telegram.down, world.telegram.delay = False, 30.0
            table["Telegram hangs"] = await measure(world, phones, 2000, cries, nothing)
            world.telegram.delay, world.server.house.ways = 0.0, Ways()
            table["mail is off"] = await measure(world, phones, 3000, cries, nothing)
            world.server.house.ways = ways
            table["restarted just before"] = await measure(world, phones, 4000, min(cries, 3), restart)
            table[f"{OTHERS} others at once"] = await measure(world, phones, 5000, min(cries, 3), flood)
            for task in floods:
                task.cancel()
            await asyncio.gather(*floods, return_exceptions=True)
    smtp.stop()
    return {
        fault: {"median": round(statistics.median(each), 2), "worst": round(max(each), 2), "cries": len(each)}
        for fault, each in table.items()
    }


async def others(world: World, first: int) -> None:
    http = world.browser()
    for some in range(first, first + OTHERS, 100):
        await asyncio.gather(*(world.citizen(n).say(http, "halo") for n in range(some, some + 100)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cries", type=int, default=10)
    print(json.dumps(asyncio.run(run(parser.parse_args().cries))))
