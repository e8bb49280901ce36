"""The core against a plain model: whatever is said, claimed, answered, repeated or rolled back in whatever order, both agree.

Real SQLite, real flows; `EXAMPLES=300 STEPS=50` for a long run.
"""

import asyncio
import atexit
import os
import random
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot import clock, i18n, timers
from bot.channels.web import Web
from bot.engine import flow
from bot.errors import Conflict, StoreDown
from bot.models import Officer, Role
from bot.models.ref import Ref
from bot.store import boxes, invariants, people, schema
from bot.store.db import Db
from bot.triage import room
from bot.turn import House, intake
from bot.turn.claim import claim
from bot.turn.handback import hand_back
from bot.turn.reply import reply
from bot.turn.resolve import resolve
from bot.vault import Vault
from tests.world import ROOT

EXAMPLES, STEPS = int(os.environ.get("EXAMPLES", "6")), int(os.environ.get("STEPS", "16"))
BEGAN = datetime(2026, 11, 22, 3, tzinfo=UTC)
NAMES = ("euis", "asep", "dadang")
LATE = ("I1 unhandled", "I6 unsent", "I10 late timer", "I11 unheard")
WHO, OFFICERS, FAILS = st.sampled_from(NAMES), st.integers(0, 2), st.integers(0, 2)


@cache
def content() -> tuple[Any, Any]:
    flows = flow.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))
    return flows, room.load(ROOT / "flows", flows)


@cache
def template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="wargi-model-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    async def make() -> None:
        db = Db(f"sqlite:///{folder}/wargi.db", folder)
        await schema.ready(db)
        await db.close()

    with ThreadPoolExecutor(1) as thread:  # a test may be running a loop in this one
        thread.submit(asyncio.run, make()).result()
    return folder / "wargi.db"


@dataclass
class Citizen:
    """All that the model knows of one."""

    name: str
    said: list[str] = field(default_factory=list)
    answers: int = 0
    owner: str = "bot"
    state: str = ""
    holder: int = -1
    score: int = 0
    tickets: int = 0


class System:
    """The system's core in one process, driven step by step."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wargi-model-"))
        shutil.copyfile(template(), self.folder / "wargi.db")
        flows, rules = content()
        self.house = House(flows, {"web": Web()}, rules, Vault(["x" * 40]), public_url="http://x")
        self.seconds, self.keys = 0.0, 0
        self.thaw = clock.freeze(self._now)
        self.officers: list[Officer] = []

    def _now(self) -> datetime:
        """Later each time it is asked: what happens after something else also has the later id."""
        self.seconds += 0.001
        return BEGAN + timedelta(seconds=self.seconds)

    async def open(self) -> None:
        self.db = Db(f"sqlite:///{self.folder}/wargi.db", self.folder)
        await self.db.open()

    async def staff(self, count: int) -> None:
        async with self.db.unit() as unit:
            for n in range(count):
                name = f"Petugas {n}"
                id_ = await people.add_officer(unit.conn, name, f"p{n}", "x", Role.OFFICER, clock.now())
                officer = Officer(
                    id=id_, name=name, login=f"p{n}", password_hash="x", role=Role.OFFICER, created_at=clock.now()
                )
                self.officers.append(officer)

    async def close(self) -> None:
        await self.db.close()
        self.thaw()
        shutil.rmtree(self.folder)

    def key(self) -> str:
        self.keys += 1
        return f"kunci{self.keys:06}"

    async def hear(self, who: str, words: str, key: str = "", fails: int = 0) -> str:
        """Through the inbox and its turn; the first `fails` times the transaction is rolled back."""
        key = key or self.key()
        row = boxes.inbox_row(Web().item(who, key, words), clock.now())
        await self.db.write([boxes.put([row], "sqlite")])
        for left in range(fails, -1, -1):
            try:
                async with self.db.unit() as unit:
                    rows = await boxes.pending(unit.conn, None, 100)
                    if rows:
                        await intake.run(unit, self.house, rows)
                    if left:
                        raise StoreDown("as a commit that failed")
            except StoreDown:
                pass
        return key

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        async with self.db.read() as conn:
            return [dict(row) for row in (await conn.execute(sa.text(query), values)).mappings()]

    async def ticket(self, who: str) -> Ref:
        (row,) = await self.rows(
            "SELECT t.id, t.part FROM ticket t JOIN address a ON a.id = t.address_id WHERE a.address = :a "
            "ORDER BY t.id DESC LIMIT 1",
            a=who,
        )
        return Ref(row["id"], row["part"])

    async def talk(self, who: str) -> Ref:
        (row,) = await self.rows("SELECT conversation_id AS id, part FROM address WHERE address = :a", a=who)
        return Ref(row["id"], row["part"])


class Core(RuleBasedStateMachine):
    """Rules are what people and the world do; each says what must come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.system = System()
        self.people = {name: Citizen(name) for name in NAMES}
        self.keys: list[tuple[str, str, str]] = []

    @initialize()
    def begin(self) -> None:
        self.loop.run(self.system.open())
        self.loop.run(self.system.staff(3))

    def teardown(self) -> None:
        self.loop.run(self.system.close())
        self.loop.close()

    def says(self, who: Citizen, words: str, fails: int = 0) -> None:
        self.system.seconds += 30
        key = self.loop.run(self.system.hear(who.name, words, fails=fails))
        self.keys.append((who.name, words, key))
        who.said.append(words)

    def does(self, may: bool, act: Callable[[], Awaitable[object]]) -> bool:
        """The act succeeds if and only if it may."""
        self.system.seconds += 30

        async def go() -> bool:
            try:
                await act()
            except Conflict:
                return False
            return True

        done = self.loop.run(go())
        assert done == may, f"was {'allowed' if done else 'refused'}"
        return done

    @rule(name=WHO, fails=FAILS)
    def asks_for_an_officer(self, name: str, fails: int) -> None:
        who = self.people[name]
        if who.owner != "bot":
            return
        if not who.said:
            self.says(who, "halo", fails)
            self.says(who, "1")
        self.says(who, "petugas", fails)
        who.owner = "queue"
        if who.state != "queued":  # a case that still waits is taken along
            who.state, who.tickets, who.score = "queued", who.tickets + 1, 0

    @rule(name=WHO, fails=FAILS)
    def goes_on_talking(self, name: str, fails: int) -> None:
        who = self.people[name]
        if who.owner in ("queue", "officer"):
            self.says(who, f"baris {len(who.said)}", fails)

    @rule(number=st.integers(0, 10**6))
    @precondition(lambda self: self.keys)
    def the_platform_repeats(self, number: int) -> None:
        name, words, key = self.keys[number % len(self.keys)]
        self.loop.run(self.system.hear(name, words, key))

    @rule(name=WHO, n=OFFICERS)
    def claims(self, name: str, n: int) -> None:
        who, system = self.people[name], self.system
        if not who.tickets:
            return
        ticket = self.loop.run(system.ticket(name))
        if self.does(who.state == "queued", lambda: claim(system.db, system.house, system.officers[n], ticket)):
            who.state, who.owner, who.holder = "assigned", "officer", n

    @rule(name=WHO, n=OFFICERS, twice=st.booleans())
    def replies(self, name: str, n: int, twice: bool) -> None:
        who, system = self.people[name], self.system
        if not who.said:
            return
        talk, key = self.loop.run(system.talk(name)), system.key()
        may = who.owner == "officer" and who.holder == n
        for _ in range(1 + twice):  # the same form again sends nothing
            self.does(may, lambda: reply(system.db, system.house, system.officers[n], talk, "jawaban", key))
        who.answers += may

    @rule(name=WHO, n=OFFICERS)
    def hands_back(self, name: str, n: int) -> None:
        who, system = self.people[name], self.system
        if who.state != "assigned":
            return
        ticket = self.loop.run(system.ticket(name))
        if self.does(who.holder == n, lambda: hand_back(system.db, system.house, system.officers[n], ticket)):
            who.state, who.owner, who.holder = "queued", "bot", -1

    @rule(name=WHO, n=OFFICERS)
    def resolves(self, name: str, n: int) -> None:
        who, system = self.people[name], self.system
        if who.state != "assigned":
            return
        ticket = self.loop.run(system.ticket(name))
        if self.does(who.holder == n, lambda: resolve(system.db, system.house, system.officers[n], ticket)):
            who.state, who.owner, who.holder = "resolved", "survey", -1

    @rule(name=WHO, score=st.integers(1, 5), fails=FAILS)
    def rates(self, name: str, score: int, fails: int) -> None:
        who = self.people[name]
        if who.owner != "survey":
            return
        self.says(who, str(score), fails)
        self.says(who, "Petugasnya ramah sekali")
        who.state, who.owner, who.score = "closed", "bot", score

    @rule()
    def the_process_starts_anew(self) -> None:
        self.loop.run(self.system.db.close())
        self.loop.run(self.system.open())

    @invariant()
    def both_agree(self) -> None:
        if self.system.officers:
            self.loop.run(self._agree())

    async def _agree(self) -> None:
        system = self.system
        async with system.db.read() as conn:
            broken = [
                (rule_.name, rows) for rule_, rows in await invariants.look_in(conn) if rows and rule_.name not in LATE
            ]
        assert broken == []
        lines = await system.rows(
            "SELECT a.address, m.author, m.body, m.officer_id FROM message m JOIN conversation c ON c.id = m.conversation_id "
            "JOIN address a ON a.id = c.address_id WHERE m.author IN ('citizen', 'officer') ORDER BY m.seq"
        )
        talks = await system.rows(
            "SELECT a.address, c.owner, c.officer_id FROM conversation c JOIN address a ON a.id = c.address_id"
        )
        tickets = await system.rows(
            "SELECT a.address, t.state, t.score, t.officer_id FROM ticket t JOIN address a ON a.id = t.address_id ORDER BY t.id"
        )
        for who in self.people.values():
            mine = [each for each in lines if each["address"] == who.name]
            assert [each["body"] for each in mine if each["author"] == "citizen"] == who.said
            assert sum(each["author"] == "officer" and each["body"] == "jawaban" for each in mine) == who.answers
            holder = system.officers[who.holder].id if who.holder >= 0 else None
            for talk in talks:
                if talk["address"] == who.name:
                    assert (talk["owner"], talk["officer_id"]) == (who.owner, holder)
            found = [each for each in tickets if each["address"] == who.name]
            assert len(found) == who.tickets
            if found:
                last = found[-1]
                assert (last["state"], last["score"] or 0) == (who.state, who.score)


Core.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestCore = Core.TestCase


# -- interleavings -----------------------------------------------------------------------------------


class Shuffled(asyncio.SelectorEventLoop):
    """Whoever may run next is drawn by lot, from a seed."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._chance = random.Random(seed)

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        handle = super().call_soon(callback, *args, context=context)
        ready = self._ready  # type: ignore[attr-defined]
        if len(ready) > 1 and self._chance.random() < 0.5:
            ready.rotate(self._chance.randrange(len(ready)))
        return handle


@pytest.mark.parametrize("seed", range(int(os.environ.get("SEEDS", "6"))))
def test_everybody_wants_the_same_case(seed: int) -> None:
    """Three officers claim, answer and hand back at once while the citizen writes: one winner at a time, and both stories fit."""
    chance = random.Random(seed)

    async def race() -> None:
        system = System()
        await system.open()
        try:
            await system.staff(3)
            for words in ("halo", "1", "petugas"):
                system.seconds += 30
                await system.hear("euis", words)
            ticket, talk = await system.ticket("euis"), await system.talk("euis")
            won: list[str] = []

            async def officer(n: int) -> None:
                who = system.officers[n]
                for act in ("claim", "reply", "back", "claim", "reply"):
                    await asyncio.sleep(chance.random() / 200)
                    try:
                        if act == "claim":
                            await claim(system.db, system.house, who, ticket)
                        elif act == "reply":
                            await reply(system.db, system.house, who, talk, f"dari {n}", system.key())
                        elif chance.random() < 0.5:
                            await hand_back(system.db, system.house, who, ticket)
                        won.append(f"{act} {n}")
                    except Conflict:
                        pass

            async def citizen() -> None:
                for n in range(4):
                    await asyncio.sleep(chance.random() / 200)
                    await system.hear("euis", f"baris {n}")

            await asyncio.gather(citizen(), *(officer(n) for n in range(3)))
            async with system.db.read() as conn:
                broken = [
                    (each.name, rows) for each, rows in await invariants.look_in(conn) if rows and each.name not in LATE
                ]
            assert broken == [], (seed, won)
            claims, backs = (sum(each.startswith(act) for each in won) for act in ("claim", "back"))
            assert 1 <= claims <= backs + 1, f"a case that somebody held was taken: {won}"
            said = await system.rows("SELECT body FROM message WHERE author = 'citizen' ORDER BY seq")
            assert [row["body"] for row in said][3:] == [f"baris {n}" for n in range(4)]
            (count,) = await system.rows(
                "SELECT count(*) AS n FROM message WHERE author = 'officer' AND body LIKE 'dari %'"
            )
            assert count["n"] == sum(each.startswith("reply") for each in won)
        finally:
            await system.close()

    with asyncio.Runner(loop_factory=lambda: Shuffled(seed)) as runner:
        runner.run(race())


async def _with_a_case(system: System) -> tuple[Ref, Ref]:
    await system.open()
    await system.staff(2)
    for words in ("halo", "1", "petugas"):
        system.seconds += 30
        await system.hear("euis", words)
    return await system.ticket("euis"), await system.talk("euis")


async def test_only_who_holds_the_case_speaks() -> None:
    system = System()
    try:
        ticket, talk = await _with_a_case(system)
        (holder, other), key = system.officers, "kunci-yang-sama"
        with pytest.raises(Conflict):
            await reply(system.db, system.house, holder, talk, "belum diambil", system.key())
        await claim(system.db, system.house, holder, ticket)
        with pytest.raises(Conflict, match=holder.name):
            await reply(system.db, system.house, other, talk, "dari yang lain", key)
        await reply(system.db, system.house, holder, talk, "dari pemegang", system.key())
        said = await system.rows("SELECT body FROM message WHERE author = 'officer'")
        assert [row["body"] for row in said] == ["dari pemegang"]
    finally:
        await system.close()


async def test_a_timer_rings_once() -> None:
    system = System()
    try:
        await _with_a_case(system)
        (row,) = await system.rows("SELECT id, part, kind, ref FROM timer ORDER BY due_at LIMIT 1")
        system.seconds += 86_400
        outcomes = []
        for _ in range(2):
            async with system.db.unit() as unit:
                outcomes.append(
                    await timers.ring(unit, system.house, row["kind"], Ref(row["ref"], row["part"]), row["id"])
                )
        assert outcomes == ["done", "moved"]
    finally:
        await system.close()
