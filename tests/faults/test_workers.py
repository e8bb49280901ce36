"""Several processes on one PostgreSQL: the order of each citizen, and no message twice, whoever holds the part."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from bot import clock, registry
from bot.app import Server, bind
from bot.store import leases
from tests.fakes.citizen import Citizen
from tests.fakes.graph import FakeGraph
from tests.faults.test_kill import Victim, _environment, free_port
from tests.world import World, eventually, settings

pytestmark = pytest.mark.postgres


@pytest.fixture
def postgres_url(cluster: Any, template: str) -> Any:
    url = cluster.create_database(template=template)
    yield url
    cluster.drop_database(url)


@pytest.fixture
async def world(postgres_url: str, tmp_path: Path) -> Any:
    async with World(postgres_url, tmp_path) as built:
        yield built


async def second(
    world: World, roles: tuple[str, ...] = ("worker",), host: str = "127.0.0.1", port: int = 0,
    more: dict[str, str] | None = None,
) -> Server:  # fmt: skip
    """One more process' worth of server on the same database."""
    more = {"WARGI_HOST": host, **(more or {})}
    server = Server(
        registry.settings(settings(world.database_url, world.folder, world.graph, world.telegram, **more)), roles
    )
    await server.start(bind(host, port, asked=False))
    return server


def of_part(low: int, high: int, count: int) -> list[int]:
    """Numbers of citizens whose part lies in this range."""
    found = []
    for n in range(10_000):
        if low <= clock.part_of("whatsapp", f"ID.1349120865530274{n:04}") < high:
            found.append(n)
            if len(found) == count:
                return found
    raise AssertionError("too few")


async def test_a_rebalance_with_sends_in_flight_doubles_nothing(world: World) -> None:
    """A second worker starts while the platform is slow. Parts go over only when nothing of them is on its way."""
    world.graph.delay = 6.0
    http = world.browser()
    citizens = [world.citizen(n) for n in of_part(128, 256, 12)]
    assert {await each.say(http, "halo") for each in citizens} == {200}
    await eventually(lambda: world.graph.requests >= 12, what="sends in flight")
    other = await second(world)
    try:
        await eventually(lambda: _holds(world, 2), what="a fair share")
        await eventually(lambda: len({one.address for one in world.graph.accepted}) == 12, what="all answers")
        await eventually(lambda: _none(world, "SELECT count(*) FROM outbox"), what="an empty outbox")
        assert world.graph.duplicates == 0, "nothing here was ambiguous"
    finally:
        await other.stop()


async def test_two_machines_of_one_name_are_two_workers(world: World) -> None:
    """Cloned machines share their host name, and every one of them serves on 8080."""
    other = await second(world, host="127.0.0.2", port=world.server.port)
    try:
        await eventually(lambda: _holds(world, 2), what="each its share, none a part twice")
    finally:
        await other.stop()


async def test_two_workers_keep_order_and_lose_nothing(world: World) -> None:
    """A worker comes, another goes, citizens go on writing: every line is answered once, in order."""
    http = world.browser()
    citizens = [world.citizen(n) for n in range(16)]
    stop = asyncio.Event()
    said: dict[str, list[str]] = {each.address: [] for each in citizens}

    async def talk(citizen: Citizen) -> None:
        count = 0
        while not stop.is_set():
            count += 1
            words = f"baris {count}"
            assert await citizen.say(http, words) == 200
            said[citizen.address].append(words)
            await asyncio.sleep(0.1)

    talking = [asyncio.create_task(talk(each)) for each in citizens]
    other = await second(world)
    await eventually(lambda: _holds(world, 2), what="two at work")
    await asyncio.sleep(1)
    await other.stop()
    await asyncio.sleep(1)
    stop.set()
    await asyncio.gather(*talking)
    await eventually(lambda: _none(world, "SELECT count(*) FROM inbox WHERE state = 'pending'"), what="all handled")
    await eventually(lambda: _none(world, "SELECT count(*) FROM outbox"), what="all sent")
    for citizen in citizens:
        rows = await world.rows(
            "SELECT m.body, m.seq FROM message m JOIN conversation c ON c.id = m.conversation_id "
            "JOIN address a ON a.id = c.address_id WHERE a.address = :a AND m.author = 'citizen' ORDER BY m.seq",
            a=citizen.address,
        )
        assert [row["body"] for row in rows] == said[citizen.address]
        ours = await world.rows(
            "SELECT m.id, m.part FROM message m JOIN conversation c ON c.id = m.conversation_id "
            "JOIN address a ON a.id = c.address_id WHERE a.address = :a AND m.author = 'bot' ORDER BY m.seq",
            a=citizen.address,
        )
        sent = list(dict.fromkeys(one.ref for one in world.graph.to(citizen.address)))
        assert sent == [f"{bytes(row['id']).hex()}.{row['part']}" for row in ours]
    assert world.graph.duplicates == 0


async def test_rows_read_before_a_lease_changed_hands_are_not_handled(world: World, monkeypatch: Any) -> None:
    """The worker sleeps after it has read its items; another handles them and leaves; the first gets the parts back, and wakes."""
    from bot import worker

    real, reading, go = worker.boxes.pending, asyncio.Event(), asyncio.Event()
    first = world.server._worker
    assert first is not None

    async def slow(conn: Any, parts: Any, limit: int) -> Any:
        rows = await real(conn, parts, limit)
        if rows and not reading.is_set():
            reading.set()
            await go.wait()
        return rows

    monkeypatch.setattr(worker.boxes, "pending", slow)
    citizen = world.citizen(of_part(0, 100, 1)[0])
    await citizen.say(world.browser(), "halo")
    await asyncio.wait_for(reading.wait(), 30)
    # what another process does meanwhile: takes the part, runs the turn, stops
    async with world.server.db.unit() as unit:
        await leases.release(unit.conn, first._name, range(clock.PARTS))
        theirs, _ = await leases.share(unit.conn, "another")
        rows = await real(unit.conn, sorted(theirs), 10)
        from bot.turn import intake

        await intake.run(unit, world.server.house, rows)
        await leases.leave(unit.conn, "another")
    await first._share()
    go.set()
    await eventually(lambda: _none(world, "SELECT count(*) FROM inbox WHERE state = 'pending'"))
    other = world.citizen(2)
    await other.say(world.browser(), "halo")
    await eventually(lambda: world.graph.to(other.address), what="the loop goes on")
    count = await world.one("SELECT count(*) FROM message WHERE author = 'citizen' AND external_id = :e",
                            e=citizen.posted[0][0])  # fmt: skip
    assert count == 1


async def test_a_worker_that_slept_through_its_lease_sends_nothing_old(postgres_url: str, tmp_path: Path) -> None:
    """SIGSTOP for longer than the lease: another sends what was waiting; the first wakes and must not send it too."""
    graph = FakeGraph()
    await graph.start()
    env = _environment(postgres_url, tmp_path, graph)
    victims = [Victim({**env, "WARGI_WHATSAPP_RATE": rate}, free_port(), tmp_path / rate) for rate in ("4", "0")]
    sleeper, helper = victims
    for victim in victims:
        victim.env["WARGI_PORT"] = str(victim.port)
    try:
        await sleeper.start()
        assert sleeper.process is not None
        url = f"http://127.0.0.1:{sleeper.port}/webhooks/whatsapp"
        citizens = [Citizen(phone=f"62811300{n:04}", user_id=f"ID.99{n:04}", url=url) for n in range(60)]
        async with aiohttp.ClientSession() as http:
            assert set(await asyncio.gather(*[each.say(http, "halo") for each in citizens])) == {200}
        await eventually(lambda: len(graph.accepted) >= 6, what="the slow worker sends")
        os.kill(sleeper.process.pid, signal.SIGSTOP)
        doubtful = len(graph.accepted) - await _settled(postgres_url)
        await helper.start()
        await eventually(lambda: len({one.address for one in graph.accepted}) == 60, what="the other one sends")
        os.kill(sleeper.process.pid, signal.SIGCONT)
        await asyncio.sleep(2.5)  # longer than a renewal; one that knew nothing would send ten in this time
        allowed = (
            doubtful + 4
        )  # what the platform had and the table did not, and a second's worth that had passed the last look
        assert graph.duplicates <= allowed, "nothing else may be doubled"
    finally:
        for victim in victims:
            if victim.process is not None:
                victim.process.kill()
                victim.process.wait()
        await graph.stop()


async def _settled(url: str) -> int:
    """Bubbles that the table knows to have left."""
    conn = await asyncpg.connect(url)
    try:
        return int(await conn.fetchval("SELECT count(*) FROM message WHERE delivery IN ('accepted', 'sent')"))
    finally:
        await conn.close()


async def _holds(world: World, workers: int) -> bool:
    rows = await world.rows("SELECT owner, count(*) AS n FROM part_lease WHERE owner <> '' GROUP BY owner")
    return len(rows) == workers and all(row["n"] == clock.PARTS // workers for row in rows)


async def _none(world: World, query: str) -> bool:
    return bool(await world.one(query) == 0)
