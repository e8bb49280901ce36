"""More than five hundred odd webhooks through the real door, signed: each gets its 200 and is stored, each sibling is handled, whatever cannot
be read is parked with a reason that an operator can read, and memory stays flat."""

import asyncio
import gc
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.channels.odd import HEAD, odd_telegram, odd_whatsapp
from tests.fakes.citizen import post_signed
from tests.fakes.telegram import Person
from tests.world import World, eventually

EACH = 175
MEGABYTES = 80
"""More than this after a few hundred bodies of a few kilobytes would be a leak; caches and the database's own pages are less."""
thorough = settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def megabytes() -> float:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def settled(world: World) -> None:
    async def nothing_left() -> bool:
        return await world.one("SELECT count(*) FROM inbox WHERE state = 'pending'") == 0

    await eventually(nothing_left, 60, "an empty inbox")


def test_odd_bodies(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        world = World(f"sqlite:///{tmp_path}/wargi.db", tmp_path)
        runner.run(world.__aenter__())
        try:
            _storm(runner, world)
        finally:
            runner.run(world.__aexit__())


def _storm(runner: asyncio.Runner, world: World) -> None:
    http = runner.run(_browser(world))
    neighbour = world.citizen(7)
    Person(world.telegram, 5)
    good = []

    async def whatsapp(data: Any) -> int:
        if isinstance(data, dict) and isinstance(data.get("entry"), list):
            sibling = neighbour.text(f"tetangga {len(good)}")
            good.append(sibling["id"])
            data["entry"].append(json.loads(neighbour.body(sibling))["entry"][0])
        return await post_signed(http, world.whatsapp_url, world.graph.secret, json.dumps(data).encode())

    async def telegram(data: Any) -> int:
        if isinstance(data, dict):
            data = {**data, "update_id": next(world.telegram._updates)}
        return await world.telegram.post(http, data)

    @thorough
    @given(odd_whatsapp())
    def on_whatsapp(data: Any) -> None:
        assert runner.run(whatsapp(data)) == 200

    @thorough
    @given(odd_telegram())
    def on_telegram(data: Any) -> None:
        assert runner.run(telegram(data)) == 200

    on_whatsapp()
    runner.run(settled(world))
    before = megabytes()
    on_telegram()
    on_whatsapp()
    runner.run(settled(world))
    assert megabytes() - before < MEGABYTES
    runner.run(_afterwards(world, neighbour.address, good, http))


async def _browser(world: World) -> Any:
    return world.browser()


async def _afterwards(world: World, address: str, good: list[str], http: Any) -> None:
    stored = await world.rows("SELECT external_id FROM message WHERE author = 'citizen'")
    assert set(good) <= {row["external_id"] for row in stored} and len(good) > EACH / 2
    assert await world.one("SELECT count(*) FROM inbox WHERE address = :a AND state <> 'done'", a=address) == 0
    parked = await world.rows("SELECT error, raw, kind, account, address FROM inbox WHERE state = 'parked'")
    assert parked and all(row["raw"] is not None for row in parked)
    assert [row["error"] for row in parked if not _readable(row["error"])] == []
    # somebody new: who has sent a hundred odd things in a minute is slowed, and answered once for all of them
    asep = Person(world.telegram, 6)
    assert await world.telegram.post(http, asep.text("menu")) == 200
    await world.telegram.wait_for(6, 1)


def _readable(reason: str) -> bool:
    """A sentence: neither a traceback nor a bare name of an exception."""
    return len(reason.split()) >= 4 and "Traceback" not in reason and "\n" not in reason


_DATE = {"date": 1790000000}
ODD: list[tuple[str, str, Any, str]] = [
    ("photo of nothing", "message", {**HEAD, "photo": [{}]}, "file_id"),
    ("no date", "message", {key: it for key, it in HEAD.items() if key != "date"} | {"text": "a"}, "date"),
    ("date of text", "message", {**HEAD, "date": "kemarin", "text": "a"}, "Error"),
    ("date in milliseconds", "message", {**HEAD, "date": 1790000000000, "text": "a"}, "Error"),
    ("negative date", "message", {**HEAD, "date": -(10**12), "text": "a"}, "Error"),
    ("sender of text", "message", {**HEAD, "from": "Euis", "text": "a"}, "Error"),
    ("pressed by nobody", "callback_query", {"id": "1", "message": HEAD, "data": "b"}, "Error"),
    ("reaction of text", "message_reaction", {"chat": HEAD["chat"], "message_id": 1, **_DATE, "new_reaction": "x"}, ""),
]


@pytest.mark.parametrize(("what", "said", "why"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_why_an_update_was_parked(what: str, said: Any, why: str) -> None:
    """Or read all the same, where the oddity does not matter."""
    from bot.channels.telegram import Telegram
    from bot.errors import Unreadable

    channel = Telegram("7000:AAtoken", "tg-secret")
    [item] = channel.split(json.dumps({"update_id": 1, what: said}).encode())
    try:
        channel.parse(item.kind, item.raw)
    except Unreadable as error:
        assert _readable(str(error)) and why in str(error)
        return
    assert not why, "read, though it should not be"
