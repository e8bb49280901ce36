"""A life may be in danger while something is broken: a human is called within two minutes, whatever single thing fails.

Real database, real rules, real HTTP and SMTP on this machine; only the clock is ours: each step of the lane is one second.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from aiohttp import web
from aiosmtpd.controller import Controller

from bot import clock, i18n, registry
from bot.channels.web import Web
from bot.engine import flow
from bot.engine.flow import Flows
from bot.errors import StoreDown
from bot.lane import Lane
from bot.metrics import Metrics
from bot.models import Role
from bot.store import alarms, boxes, leases, people
from bot.store import duty as on_shift
from bot.store.db import Db
from bot.triage import room
from bot.triage.room import Triage
from bot.turn import House, Ways, alarm, intake
from bot.vault import Vault
from tests.fakes.graph import FakeGraph
from tests.fakes.telegram import FakeTelegram, Person
from tests.world import ROOT, TELEGRAM_SECRET, settings

HELP = "Tolong!! bapak saya sesak napas, bibirnya biru, di Cimahi"
BEGAN = datetime(2026, 11, 22, 3, tzinfo=UTC)
LATEST = 120
OTHERS = 2000
RINA, ADI, LITA = 990001, 990002, 990003


@dataclass
class Mailbox:
    up: bool = True
    got: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if not self.up:
            return "451 later"
        self.got += envelope.rcpt_tos
        return "250 OK"


@dataclass
class Hook:
    up: bool = True
    got: int = 0

    async def take(self, request: web.Request) -> web.Response:
        self.got += self.up
        return web.Response(status=200 if self.up else 500)


@dataclass
class Stage:
    """Ways to call, people to be called, and a lane that takes one step a second."""

    db: Db
    house: House
    graph: FakeGraph
    telegram: FakeTelegram
    mailbox: Mailbox
    hook: Hook
    seconds: float = 0.0
    held: dict[int, int] = field(default_factory=dict)
    lives: int = 0
    lane: Lane = None  # type: ignore[assignment]

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.seconds)

    async def begin(self) -> None:
        """A (new) process: with the leases that the one before it does not renew any more."""
        self.lives += 1
        name = f"hidup-{self.lives}"
        if not self.db.is_sqlite:
            async with self.db.unit() as unit:
                await leases.leave(unit.conn, f"hidup-{self.lives - 1}")
        await self.renew()

        async def run(unit: Any, held: Any, rows: Any) -> None:
            await intake.run(unit, self.house, rows)

        self.lane = Lane(self.db, self.house, Metrics(), name, lambda: self.held, run, asyncio.Lock())

    async def renew(self) -> None:
        """As a worker does beside its work: a lease is seconds of the real clock, which a slow machine may need for a step."""
        if not self.db.is_sqlite:
            async with self.db.unit() as unit:
                self.held, _ = await leases.share(unit.conn, f"hidup-{self.lives}")

    async def step(self) -> None:
        await self.renew()
        await self.lane.once()

    async def officer(
        self, name: str, chat: int = 0, duty: bool = True, role: Role = Role.OFFICER, **ways: str
    ) -> None:
        async with self.db.unit() as unit:
            id_ = await people.add_officer(unit.conn, name, name.lower(), "x", role, self.now())
            if chat:
                Person(self.telegram, chat)
                ways["telegram"] = str(chat)
            if ways:
                await alarms.set_ways(unit.conn, id_, ways)
            await on_shift.set_duty(unit.conn, id_, self.now(), self.now() + timedelta(hours=8) if duty else None)

    async def cry(self, words: str = HELP, address: str = "warga-1") -> None:
        """As the door stores it."""
        item = Web().item(address, clock.token(), words)
        row = boxes.inbox_row(item, self.now()) | {"urgent": alarm.heard(self.house, item)}
        await self.db.write([boxes.put([row], "sqlite" if self.db.is_sqlite else "postgresql")])

    def reached(self) -> set[str]:
        """Who has got a call, by whatever way."""
        chats = {RINA: "Rina", ADI: "Adi", LITA: "Lita"}
        found = {chats[one.chat] for one in self.telegram.sent if "DARURAT" in one.text}
        found |= {name.partition("@")[0].title() for name in self.mailbox.got}
        found |= {"Rina"} if any("DARURAT" in one.text for one in self.graph.accepted) else set()
        return found | ({"Posko"} if self.hook.got else set())

    async def until(self, *names: str) -> float:
        """Seconds until one of these (none: anybody) is reached; a lane that fails is tried again a second later."""
        while not (self.reached() & set(names) if names else self.reached()):
            assert self.seconds <= LATEST, f"{names or 'nobody'} not reached, only {self.reached()}"
            with suppress(StoreDown):
                await self.step()
            self.seconds += 1
        return max(0.0, self.seconds - 1)


@cache
def content() -> tuple[Flows, Triage]:
    flows = flow.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))
    return flows, room.load(ROOT / "flows", flows)


@asynccontextmanager
async def stage(db: Db, folder: Path, port: int) -> AsyncIterator[Stage]:
    graph, telegram, mailbox, hook = FakeGraph(), FakeTelegram(secret=TELEGRAM_SECRET), Mailbox(), Hook()
    smtp = Controller(mailbox, hostname="127.0.0.1", port=port)
    app = web.Application()
    app.router.add_post("/alarm", hook.take)
    runner = web.AppRunner(app)
    async with AsyncExitStack() as stack:
        for each in (graph, telegram):
            await each.start()
            stack.push_async_callback(each.stop)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        smtp.start()
        stack.callback(smtp.stop)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        conf = registry.settings(settings("sqlite:///unused", folder, graph, telegram))
        kinds = registry.channels(conf, "http://127.0.0.1")
        for channel in kinds.values():
            await channel.start(http)
        flows, rules = content()
        ways = Ways(f"smtp://127.0.0.1:{port}", "wargi@example.org", f"http://127.0.0.1:{runner.addresses[0][1]}/alarm")
        house = House(flows, kinds, rules, Vault([clock.token()]), ways, public_url="http://x")
        built = Stage(db, house, graph, telegram, mailbox, hook)
        stack.callback(clock.freeze(built.now))
        await built.begin()
        yield built


async def everybody(on: Stage) -> None:
    """One on duty with every way, a colleague, a lead who sleeps."""
    await on.officer("Rina", RINA, email="rina@example.org", whatsapp="6281100009999")
    await on.officer("Adi", ADI)
    await on.officer("Lita", LITA, duty=False, role=Role.LEAD, email="lita@example.org")


def only(**down: bool) -> Any:
    """All ways but one are off too: what is left must carry the call alone."""

    async def set_up(on: Stage) -> None:
        await everybody(on)
        on.telegram.down = down.get("telegram", True)
        on.graph.fail_p = 1.0 if down.get("whatsapp", True) else 0.0
        on.mailbox.up, on.hook.up = not down.get("mail", True), not down.get("webhook", True)

    return set_up


def without(way: str) -> Any:
    return only(**{each: each == way for each in ("telegram", "whatsapp", "mail", "webhook")})


async def killed(on: Stage) -> None:
    """The process ends after the alarm was written and before any call left; eight seconds later there is another one."""
    await everybody(on)
    await on.cry()
    await on.lane._turns()
    await on.lane._alarms()
    on.seconds += 8
    await on.begin()


def fails(at: int) -> Any:
    """The database is away for one transaction: the first, the second …"""

    async def set_up(on: Stage) -> None:
        await everybody(on)
        real, count = on.db.unit, [0]

        @asynccontextmanager
        async def once(*args: Any) -> AsyncIterator[Any]:
            count[0] += 1
            if count[0] == at:
                raise StoreDown("database does not answer: once")
            async with real(*args) as unit:
                yield unit

        await on.cry()
        on.db.unit = once  # type: ignore[method-assign]

    return set_up


async def nobody_on_duty(on: Stage) -> None:
    await on.officer("Adi", ADI, duty=False)
    await on.officer("Lita", LITA, duty=False, role=Role.LEAD)


async def flood(on: Stage) -> None:
    """Two thousand others wait."""
    await everybody(on)
    rows = []
    for n in range(OTHERS):
        item = Web().item(f"lain-{n}", clock.token(), "jalan di depan rumah rusak")
        rows.append(boxes.inbox_row(item, on.now()) | {"urgent": 0})
    await on.db.write([boxes.put(rows, "sqlite" if on.db.is_sqlite else "postgresql")])


FAULTS = [
    # what is broken, how, who must be reached, within how many seconds
    ("nothing", everybody, ("Rina",), 1),
    ("Telegram", without("telegram"), ("Rina",), 1),
    ("WhatsApp", without("whatsapp"), ("Rina",), 1),
    ("mail", without("mail"), ("Rina",), 1),
    ("the webhook", without("webhook"), ("Rina",), 1),
    ("all but WhatsApp", only(whatsapp=False), ("Rina",), 1),
    ("all but mail", only(mail=False), ("Rina",), 1),
    ("all but the webhook", only(webhook=False), ("Posko",), 1),
    ("the officer is silent", everybody, ("Adi",), 21),
    ("two officers are silent", everybody, ("Lita",), 41),
    ("nobody is on duty", nobody_on_duty, ("Lita",), 1),
    ("the process is killed", killed, ("Rina",), 10),
    ("the first transaction", fails(1), ("Rina",), 3),
    ("the second transaction", fails(2), ("Rina",), 3),
    ("the third transaction", fails(3), ("Rina",), 3),
    ("a flood", flood, ("Rina",), 1),
]


@pytest.fixture
async def on(db: Db, tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[Stage]:
    async with stage(db, tmp_path, unused_tcp_port) as built:
        yield built


async def wipe(on: Stage) -> None:
    """For the next row of the table: nothing has happened, nothing is broken."""
    async with on.db.unit() as unit:
        for name in ("page", "alarm", "ticket_event", "ticket", "message", "outbox", "inbox", "conversation", "address",
                     "contact", "timer", "officer"):  # fmt: skip
            await unit.conn.execute(sa.text(f"DELETE FROM {name}"))
    on.telegram.sent.clear()
    on.graph.accepted.clear()
    on.mailbox.got.clear()
    on.mailbox.up = on.hook.up = True
    on.hook.got, on.graph.fail_p, on.telegram.down = 0, 0.0, False


async def test_a_human_is_called_whatever_fails(on: Stage) -> None:
    late = {}
    real = on.db.unit
    for what, set_up, who, most in FAULTS:
        await wipe(on)
        on.seconds = 0.0
        await on.begin()
        await set_up(on)
        if await count(on, "inbox") in (0, OTHERS):
            await on.cry()
        seconds = await on.until(*who)
        on.db.unit = real  # type: ignore[method-assign]
        if seconds > most:
            late[what] = seconds
    assert not late


async def count(on: Stage, name: str) -> int:
    async with on.db.read() as conn:
        return int((await conn.execute(sa.text(f"SELECT count(*) FROM {name}"))).scalar_one())


async def test_who_is_called_is_called_again_until_somebody_takes_it(on: Stage) -> None:
    """All ways are down for ninety seconds: every call that failed is on record, and the first that gets through is enough."""
    await only()(on)
    await on.cry()
    for _ in range(90):
        await on.step()
        on.seconds += 1
    assert not on.reached()
    assert await count(on, "page WHERE error <> ''") >= 4
    on.telegram.down = False
    assert await on.until() <= LATEST


async def test_a_call_that_ends_while_others_are_looked_for_rings_once(
    on: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before its end was written still looks due afterwards."""
    await on.officer("Rina", RINA)
    await on.cry()
    pager, parts = on.lane._pager, on.lane._parts()
    send, read, go = pager._send, alarms.calls_due, asyncio.Event()

    async def slow(call: Any) -> None:
        await go.wait()
        await send(call)

    async def overtaken(*args: Any) -> Any:
        rows = await read(*args)
        go.set()
        await pager.settled()
        return rows

    monkeypatch.setattr(pager, "_send", slow)
    begun = 0
    while not begun:
        assert on.seconds < LATEST
        await on.lane._turns()
        await on.lane._alarms()
        begun = await pager.begin_due(parts)
        on.seconds += 1
    monkeypatch.setattr(alarms, "calls_due", overtaken)
    assert await pager.begin_due(parts) == 0
    await pager.settled()
    assert sum("DARURAT" in each.text for each in on.telegram.sent) == 1


async def test_a_clock_that_goes_back_delays_no_call(on: Stage) -> None:
    """The call was written while the clock was two hours ahead, and leaves all the same."""
    await on.officer("Rina", RINA)
    await on.cry()
    await on.lane._turns()
    await on.lane._alarms()
    assert not on.reached()
    on.seconds -= 7200
    await on.step()
    assert on.reached() == {"Rina", "Posko"}
