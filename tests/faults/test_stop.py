"""An orderly stop loses nothing, doubles nothing and is over within ten seconds."""

import asyncio
import signal
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.fakes.graph import Accepted, FakeGraph
from tests.faults.test_kill import Victim, _environment, free_port
from tests.world import World, eventually


class Slow(FakeGraph):
    """Takes a message at once and answers late: what hangs up meanwhile has sent."""

    late = 0.0

    async def _answer(self, request: web.Request, one: Accepted) -> web.StreamResponse:
        await asyncio.sleep(self.late)
        return await super()._answer(request, one)


async def restart(world: World) -> None:
    port = world.server.port
    await world.server.stop()
    await world.start(port)


async def test_receipts_in_the_middle_of_their_commit_are_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit that says "sent" takes a moment longer than usual: the stop waits for it, or the next start sends again."""
    db = world.server.db
    real, begun = db.write, asyncio.Event()

    async def slow(work: Any, hints: Any = (), **how: Any) -> None:
        if any(hint.startswith("c:") for hint in hints):
            begun.set()
            await asyncio.sleep(0.4)
        await real(work, hints, **how)

    monkeypatch.setattr(db, "write", slow)
    citizen = world.citizen()
    await citizen.say(world.browser(), "halo")
    await asyncio.wait_for(begun.wait(), 30)
    await restart(world)
    other = world.citizen(2)
    await other.say(world.browser(), "halo")
    await eventually(lambda: world.graph.to(other.address), what="the server works again")
    await eventually(lambda: _none(world, "SELECT count(*) FROM outbox"), what="an empty outbox")
    assert len(world.graph.to(citizen.address)) == 1 and world.graph.duplicates == 0


async def test_a_stop_under_a_backlog_cuts_no_send(database_url: str, tmp_path: Path) -> None:
    """Lanes take nothing new while the stop waits for what is in flight; else the last sends are cut and doubled later."""
    graph = Slow()
    async with World(database_url, tmp_path, {"WARGI_WHATSAPP_RATE": "10"}, graph) as world:
        graph.late = 0.5
        http = world.browser()
        citizens = [world.citizen(n) for n in range(140)]
        assert set(await asyncio.gather(*[each.say(http, "halo") for each in citizens])) == {200}
        await eventually(lambda: len(world.graph.accepted) >= 10, what="sending has begun")
        begun = time.monotonic()
        port = world.server.port
        await world.server.stop()
        assert time.monotonic() - begun < 10
        await asyncio.sleep(1)  # what the platform was still at when we hung up
        graph.late = 0
        world.more["WARGI_WHATSAPP_RATE"] = "0"
        await world.start(port)
        await eventually(lambda: len({one.address for one in world.graph.accepted}) == 140, what="all answers")
        await eventually(lambda: _none(world, "SELECT count(*) FROM outbox"), what="an empty outbox")
        assert world.graph.duplicates == 0, "nothing here was ambiguous"


async def test_a_send_cut_by_the_stop_waits_for_its_status(world: World) -> None:
    """The platform took it and keeps silent; we stop. The next process must not send at once: its outcome is unknown."""
    world.graph.hang_next = 1
    citizen = world.citizen()
    await citizen.say(world.browser(), "halo")
    await world.graph.wait_for(citizen.address)
    await restart(world)
    other = world.citizen(2)
    await other.say(world.browser(), "halo")
    await eventually(lambda: world.graph.to(other.address), what="the server works again")
    assert await world.one("SELECT state FROM outbox") == "unknown"
    assert len(world.graph.to(citizen.address)) == 1


async def test_sigterm_with_sends_in_flight_and_open_streams(database_url: str, tmp_path: Path) -> None:
    """Exit status 0 within ten seconds; what the platform took is not sent again by the next process."""
    graph = Slow()
    await graph.start()
    victim = Victim(_environment(database_url, tmp_path, graph), free_port(), tmp_path / "log")
    victim.env["WARGI_PORT"] = str(victim.port)
    url = f"http://127.0.0.1:{victim.port}"
    from tests.fakes.citizen import Citizen

    citizens = [
        Citizen(phone=f"62811200{n:04}", user_id=f"ID.88{n:04}", url=f"{url}/webhooks/whatsapp") for n in range(30)
    ]
    await victim.start()
    assert victim.process is not None
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.get(f"{url}/chat") as page:
            assert page.status == 200
        streams = [await http.get(f"{url}/chat/events") for _ in range(3)]
        assert {stream.status for stream in streams} == {200}
        graph.late = 1.5
        assert {await each.say(http, "halo") for each in citizens} == {200}
        await eventually(lambda: len(graph.accepted) >= 20, what="sends in flight")
        begun = time.monotonic()
        victim.process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(victim.process.wait, 20)
        took = time.monotonic() - begun
        for stream in streams:
            stream.close()
        log = victim.log.read_text()
        assert code == 0 and took < 10, (code, took, log[-2000:])
        assert "Traceback" not in log, log[-2000:]
        graph.late = 0
        await victim.start()
        await eventually(lambda: len({one.address for one in graph.accepted}) == 30, what="all answers")
        await asyncio.sleep(0.5)
        victim.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(victim.process.wait, 20) == 0
    await graph.stop()
    assert graph.duplicates == 0


async def _none(world: World, query: str) -> bool:
    return bool(await world.one(query) == 0)
