"""Verbs, turns, timers and receipts at the same rows at the same time, on a real PostgreSQL: nobody waits for ever, nothing is lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock, timers
from bot.models import Officer
from bot.models.ref import Ref
from bot.store import cases, talk
from bot.store.batch import CLOCKS, Batch
from bot.turn import dialogue, intake, waiting
from bot.turn.claim import claim
from tests.walkers import WALKERS
from tests.world import World, eventually

pytestmark = pytest.mark.postgres


@pytest.fixture
async def world(cluster: Any, template: str, tmp_path: Path) -> Any:
    url = cluster.create_database(template=template)
    async with World(url, tmp_path) as built:
        yield built
    cluster.drop_database(url)


async def queued(world: World, n: int = 1) -> tuple[Any, dict[str, Any]]:
    """A citizen whose ticket waits for an officer, and that ticket."""
    citizen, http = world.citizen(n), world.browser()
    for count, words in enumerate(("halo", "1", "petugas"), 1):
        await citizen.say(http, words)
        await world.graph.wait_for(citizen.address, count)
    rows = await world.rows(
        "SELECT t.* FROM ticket t JOIN address a ON a.id = t.address_id WHERE a.address = :a", a=citizen.address
    )
    return citizen, rows[0]


async def officer(world: World, name: str = "Rina") -> Officer:
    await world.officer(name)
    row = (await world.rows("SELECT * FROM officer WHERE name = :n", n=name))[0]
    return Officer(**row)


async def test_a_quiet_timer_rings_while_the_citizen_writes_on(world: World) -> None:
    """Turn: conversation, then its timer. Timer: the same order, or PostgreSQL must kill one of the two."""
    citizen = world.citizen()
    await citizen.say(world.browser(), "halo")
    await world.graph.wait_for(citizen.address)
    key = ("whatsapp:100200300", citizen.address)
    row = (await world.rows("SELECT id, part FROM conversation"))[0]
    subject = Ref(bytes(row["id"]), row["part"])
    db, far = world.server.db, clock.now() + timedelta(hours=1)
    async with db.unit() as unit:
        batch = Batch(clock.now())
        batch.timer(dialogue.QUIET, subject, far)
        await batch.flush(unit)
    timer = bytes(await world.one("SELECT id FROM timer"))
    locked = asyncio.Event()

    async def turn() -> None:
        async with db.unit() as unit:
            batch = Batch(clock.now())
            thread = (await talk.load(unit.conn, [key]))[key]
            locked.set()
            await eventually(lambda: _waiting(world), what="the timer's transaction waits for ours")
            batch.touch(thread)
            batch.timer(dialogue.QUIET, subject, far)
            await batch.flush(unit)

    async def ring() -> None:
        await locked.wait()
        async with db.unit() as unit:
            await timers.ring(unit, world.server.house, dialogue.QUIET, subject, timer)

    outcomes = await asyncio.gather(turn(), ring(), return_exceptions=True)
    assert outcomes == [None, None]


async def test_a_timer_that_meets_a_database_error_rings_later(world: World) -> None:
    """A deadlock's victim is not poison: the survey still expires."""
    _, ticket = await queued(world)
    rina = await world.officer()
    await rina.act(ticket["number"], "ambil")
    await rina.act(ticket["number"], "selesai")
    db = world.server.db
    async with db._write.connect() as conn:
        await conn.execute(sa.text("SET deadlock_timeout = '30s'"))  # the other one is to be the victim
        await conn.execute(sa.text("SELECT 1 FROM conversation FOR UPDATE"))
        async with db.unit() as unit:
            await unit.conn.execute(sa.text("UPDATE timer SET due_at = to_timestamp(1) WHERE kind = 'survey'"))
        await eventually(lambda: _waiting(world), what="the timer's transaction waits for ours")
        await conn.execute(sa.text("UPDATE timer SET due_at = due_at WHERE kind = 'survey'"))
        await conn.rollback()
        await conn.execute(sa.text("RESET deadlock_timeout"))
    await eventually(lambda: _is(world, "SELECT state FROM survey", "expired"), what="the survey's end")
    assert await world.one("SELECT state FROM ticket") == "closed"


@pytest.mark.parametrize("late", [False, True])
async def test_deadlines_ring_while_an_officer_answers(world: World, late: bool) -> None:
    """Officer: conversation, then the ticket's timer. Deadlines: the same order, beside another timer of that conversation, and
    when they are late and act; or PostgreSQL kills one of the two, and that may be the officer's words."""
    citizen, ticket = await queued(world)
    if late:
        await queued(world, 2)  # two deadlines ring together
        house = world.server.house
        rules = tuple(replace(rule, breach="raise") for rule in house.triage.norms.rules)
        house.triage = replace(house.triage, norms=replace(house.triage.norms, rules=rules, known={}))
    db, conversation = world.server.db, Ref(bytes(ticket["conversation_id"]), ticket["part"])
    async with db.unit() as unit:
        await unit.conn.execute(sa.text("SET LOCAL deadlock_timeout = '50ms'"))  # ours is to be the victim
        batch = Batch(clock.now())
        key = ("whatsapp:100200300", citizen.address)
        batch.talks = await talk.load(unit.conn, [key])
        await cases.load(unit.conn, batch, [Ref(bytes(ticket["id"]), ticket["part"])])
        async with db.unit() as other:
            if late:
                await other.conn.execute(sa.text("UPDATE ticket SET opened_at = opened_at - interval '1 hour'"))
                await other.conn.execute(sa.text("UPDATE ticket_event SET at = at - interval '1 hour'"))
            else:
                both = Batch(clock.now())
                both.timer(waiting.WAIT, conversation, clock.now() + timedelta(hours=1))
                await both.flush(other)
            for at, kind in enumerate((CLOCKS, waiting.WAIT)):
                change = "UPDATE timer SET due_at = to_timestamp(:at) WHERE kind = :kind"
                await other.conn.execute(sa.text(change), {"at": at, "kind": kind})
        await eventually(lambda: _waiting(world), what="the timers' transaction waits for ours")
        batch.event(batch.tickets[bytes(ticket["id"])], "answered", "officer")
        await batch.flush(unit)
    await eventually(
        lambda: _is(world, "SELECT count(*) FROM timer WHERE due_at < to_timestamp(2)", 0), what="all rung"
    )
    raised = 1 if late else 0  # the other one: ours has been answered
    await eventually(lambda: _is(world, "SELECT count(*) FROM ticket WHERE urgency = 'high'", raised), what="raised")


@pytest.mark.parametrize("what", ["merge", "timers", "turns"])
async def test_who_needs_several_conversations_locks_them_as_turns_do(world: World, what: str) -> None:
    """By age, whatever the channel; or a batch of turns and an officer wait for each other."""
    telegram = WALKERS["telegram"](world)
    for words, answer in (("halo", "bahasa"), ("1", "Apa yang"), ("petugas", "petugas")):
        await telegram.say(words)
        await telegram.last(answer)
    await queued(world)
    rows = await world.rows(
        "SELECT a.account, a.address, t.number, t.conversation_id AS id, t.part FROM ticket t JOIN address a "
        "ON a.id = t.address_id ORDER BY t.conversation_id"
    )
    assert [row["account"].partition(":")[0] for row in rows] == ["telegram", "whatsapp"]
    first, second = ((row["account"], row["address"]) for row in rows)
    db, rina = world.server.db, await world.officer()
    acting: asyncio.Task[Any] | None = None

    async def turns() -> None:
        async with db.unit() as unit:
            assert len(await talk.load(unit.conn, [second, first])) == 2

    async with db.unit() as unit:
        await unit.conn.execute(sa.text("SET LOCAL deadlock_timeout = '50ms'"))
        await talk.load(unit.conn, [first])
        if what == "merge":
            acting = asyncio.create_task(
                rina.act(rows[1]["number"], "langkah/gabung", nomor=rows[0]["number"], via="cari")
            )
        elif what == "turns":
            acting = asyncio.create_task(turns())
        else:
            async with db.unit() as other:
                batch = Batch(clock.now())
                for age, row in enumerate(reversed(rows)):
                    batch.timer(
                        waiting.WAIT, Ref(bytes(row["id"]), row["part"]), clock.now() - timedelta(minutes=9 - age)
                    )
                await batch.flush(other)
        await eventually(lambda: _waiting(world), what="somebody waits for ours")
        await talk.load(unit.conn, [second])
    if acting:
        await acting
    if what == "merge":
        assert await world.one("SELECT count(*) FROM ticket WHERE state = 'merged'") == 1


async def test_a_claim_while_a_new_conversation_begins(world: World) -> None:
    """After a day of silence the citizen's words begin a new conversation; the claim that waited for the lock takes that one."""
    citizen, ticket = await queued(world)
    http = world.browser()
    await citizen.say(http, "menu")
    await eventually(lambda: _is(world, "SELECT owner FROM conversation", "bot"), what="back at the bot")
    db, house = world.server.db, world.server.house
    async with db.unit() as unit:
        change = "UPDATE conversation SET last_inbound_at = last_inbound_at - interval '2 days', session = NULL"
        await unit.conn.execute(sa.text(change))
    rina = await officer(world)
    key = ("whatsapp:100200300", citizen.address)
    claiming: list[asyncio.Task[None]] = []
    async with db.unit() as unit:
        batch = Batch(clock.now())
        thread = (await talk.load(unit.conn, [key]))[key]
        claiming.append(asyncio.create_task(claim(db, house, rina, Ref(bytes(ticket["id"]), ticket["part"]))))
        await eventually(lambda: _waiting(world), what="the claim waits for the conversation")
        intake._renew(batch, thread)
        assert thread.new_conversation
        thread.last_inbound_at = clock.now()
        batch.touch(thread)
        await batch.flush(unit)
    await claiming[0]
    now = await world.rows(
        "SELECT c.owner, c.officer_id FROM address a JOIN conversation c ON c.id = a.conversation_id AND c.part = a.part"
    )
    assert now == [{"owner": "officer", "officer_id": rina.id}]


async def test_receipts_and_statuses_of_the_same_messages_do_not_block_each_other(world: World) -> None:
    """Two transactions that write the same rows write them in the same order."""
    from bot.message import Status
    from bot.store import boxes
    from bot.store.many import write
    from bot.turn import receipt

    citizens = [world.citizen(n) for n in range(30)]
    for each in citizens:
        await each.say(world.browser(), "halo")
    await eventually(lambda: len(world.graph.accepted) == 30)
    await eventually(lambda: _is(world, "SELECT count(*) FROM outbox", 0))
    rows = await world.rows("SELECT id, part FROM message WHERE author = 'bot'")
    db = world.server.db
    async with db.unit() as unit:
        await unit.conn.execute(sa.text("UPDATE message SET delivery = 'ready' WHERE author = 'bot'"))
    receipts = [
        {"b_id": bytes(row["id"]), "b_part": row["part"], "b_delivery": "accepted", "b_external_id": None,
         "b_error": "", "b_state": "accepted", "b_attempts": 0, "b_next_at": None}
        for row in rows
    ]  # fmt: skip
    seen = [
        (_Row(row["part"]), Status("wamid.x", "sent", clock.now(), ref=f"{bytes(row['id']).hex()}.{row['part']}"))
        for row in reversed(rows)
    ]

    async def one() -> None:
        async with db.unit() as unit:
            await write(unit.conn, boxes.settle(receipts))

    async def two() -> None:
        async with db.unit() as unit:
            work, waiting = await receipt.apply(unit, Batch(clock.now()), seen)  # type: ignore[arg-type]
            assert not waiting
            await write(unit.conn, work)

    for _ in range(12):
        outcomes = await asyncio.wait_for(asyncio.gather(one(), two(), return_exceptions=True), 30)
        assert outcomes == [None, None]
        async with db.unit() as unit:
            await unit.conn.execute(sa.text("UPDATE message SET delivery = 'ready' WHERE author = 'bot'"))


class _Row:
    def __init__(self, part: int) -> None:
        self.part, self.account, self.address = part, "whatsapp:100200300", None
        self.id, self.received_at, self.attempts = clock.new_id(), clock.now(), 0


async def test_officers_at_one_case_while_its_citizen_writes(world: World) -> None:
    """Claim, reply, hand back, resolve against a stream of turns: every act answers, `seq` has no gap."""
    citizen, ticket = await queued(world)
    rina, http, number = await world.officer(), world.browser(), ticket["number"]
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            assert await citizen.say(http, "masih menunggu pak") == 200

    writing = [asyncio.create_task(write()) for _ in range(2)]
    for n in range(4):
        assert (await rina.act(number, "ambil"))[0] == 200
        answers = await asyncio.gather(*[rina.say(number, f"baik {n} {k}", f"kunci{n}{k}xxxx") for k in range(3)])
        assert {status for status, _ in answers} == {200}
        assert (await rina.act(number, "kembalikan"))[0] == 200
    assert (await rina.act(number, "ambil"))[0] == 200
    assert (await rina.act(number, "selesai"))[0] == 200
    stop.set()
    await asyncio.gather(*writing)
    await eventually(lambda: _is(world, "SELECT count(*) FROM inbox WHERE state = 'pending'", 0))
    for row in await world.rows(
        "SELECT count(*) AS n, max(m.seq) AS last, max(c.seq) AS told FROM message m "
        "JOIN conversation c ON c.id = m.conversation_id GROUP BY c.id"
    ):
        assert row["n"] == row["last"] == row["told"]
    assert await world.one("SELECT count(*) FROM inbox WHERE state = 'parked'") == 0


async def _waiting(world: World) -> bool:
    """Somebody waits for a lock just now."""
    return bool(
        await world.one(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
    )


async def _is(world: World, query: str, value: object) -> bool:
    return bool(await world.one(query) == value)
