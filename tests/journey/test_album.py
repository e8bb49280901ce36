"""A13, B7: pictures that were sent together are one conversation, one draft and one answer, wherever the conversation stands."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from bot.models import Contact, Conversation
from bot.models.base import table
from tests.fakes import said
from tests.walkers import TelegramWalker, Walker, WhatsAppWalker
from tests.world import World, eventually

CASES = [
    (WhatsAppWalker, ""),
    (TelegramWalker, ""),
    (TelegramWalker, "topik"),
    (WhatsAppWalker, "tempat"),
    (WhatsAppWalker, "cerita"),
    (WhatsAppWalker, "foto"),
    (TelegramWalker, "foto"),
]
"""Who, and the step of the report where the pictures come; '' is the first contact."""


def got(walker: Walker) -> list[Any]:
    if isinstance(walker, WhatsAppWalker):
        return walker.world.graph.to(walker.citizen.address)
    assert isinstance(walker, TelegramWalker)
    return walker.world.telegram.to(walker.person.id)


async def send(walker: Walker, count: int) -> None:
    """Five pictures as the platform delivers them: one webhook each, one after the other."""
    if isinstance(walker, WhatsAppWalker):
        for _ in range(count):
            assert await walker.citizen.send(walker.http, walker.citizen.image()) == 200
        return
    assert isinstance(walker, TelegramWalker)
    for update in said.album(walker.person, count):
        assert await walker.world.telegram.post(walker.http, update) == 200


async def stand(world: World, walker: Walker, step: str) -> None:
    """The conversation as it is at this step, a minute after the last word."""
    await walker.say("halo")
    await eventually(lambda: len(got(walker)) == 1, what="the greeting")
    session = {"flow": "pengaduan", "node": step, "answers": {}, "misses": 0, "back": []}
    talk = table(Conversation)
    async with world.server.db.unit() as unit:
        aged = clock.now() - timedelta(minutes=1)
        await unit.conn.execute(sa.update(talk).values(session=session, last_inbound_at=aged))
        await unit.conn.execute(sa.update(table(Contact)).values(language="id"))


@pytest.mark.parametrize(("kind", "step"), CASES, ids=[f"{kind.__name__}-{step}" for kind, step in CASES])
async def test_five_pictures_in_one_second(world: World, kind: type[Walker], step: str) -> None:
    walker = kind(world)
    if step:
        await stand(world, walker, step)
    before = len(got(walker))
    await send(walker, 5)
    await eventually(lambda: len(got(walker)) > before, what="the answer")
    await eventually(lambda: _is(world, "SELECT count(*) FROM inbox WHERE state = 'pending'", 0))
    await asyncio.sleep(0.3)
    assert len(got(walker)) == before + 1, [each.text for each in got(walker)[before:]]
    assert await world.one("SELECT count(*) FROM conversation") == 1
    assert await world.one("SELECT count(*) FROM message WHERE kind = 'image'") == 5
    session = await world.one("SELECT session FROM conversation")
    answers = (json.loads(session) if isinstance(session, str) else session)["answers"]
    assert [each["kind"] for each in answers["attachments"]] == ["image"] * 5, "one draft with five photos"


async def _is(world: World, query: str, value: object) -> bool:
    return bool(await world.one(query) == value)


async def test_an_album_that_comes_slowly_is_still_one(world: World) -> None:
    """Telegram names the album, so a minute between two pictures (a server that was away) does not part them."""
    walker = TelegramWalker(world)
    await stand(world, walker, "tempat")
    first, second = said.album(walker.person, 2)
    await world.telegram.post(walker.http, first)
    await eventually(lambda: len(got(walker)) == 2, what="the next question")
    aged = clock.now() - timedelta(minutes=1)
    async with world.server.db.unit() as unit:
        await unit.conn.execute(sa.update(table(Conversation)).values(last_inbound_at=aged))
    await world.telegram.post(walker.http, second)
    await eventually(lambda: _is(world, "SELECT count(*) FROM inbox WHERE state = 'done'", 3))
    session = await world.one("SELECT session FROM conversation")
    session = json.loads(session) if isinstance(session, str) else session
    assert session["node"] == "cerita" and "lines" not in session, (
        "a picture of before is no answer to what is asked now"
    )
    assert len(session["answers"]["attachments"]) == 2
