"""What Messenger, Instagram and an SMS gateway report of our messages reaches the messages."""

import pytest

from tests.walkers import WALKERS
from tests.world import World, eventually

REPORTED = [("messenger", "read"), ("instagram", "read"), ("sms", "delivered")]


@pytest.mark.parametrize(("channel", "state"), REPORTED)
async def test_what_becomes_of_an_answer(world: World, channel: str, state: str) -> None:
    world.messenger.report = world.instagram.report = True
    world.sms.reports = (1, 8)  # the operator's own acceptance comes late, and takes nothing back
    walker = WALKERS[channel](world)
    await walker.say("halo")
    await walker.last("1.")

    async def states() -> bool:
        rows = await world.rows("SELECT delivery FROM message WHERE author = 'bot'")
        return {row["delivery"] for row in rows} == {state}

    await eventually(states, what=f"every answer {state}")
    await eventually(
        lambda: _is(world, "SELECT count(*) FROM inbox WHERE state = 'pending'", 0), what="the reports handled"
    )
    assert await world.one("SELECT count(*) FROM message WHERE author = 'citizen'") == 1, "an echo is no citizen's line"
    assert await world.one("SELECT count(*) FROM outbox") == 0


async def test_a_watermark_is_about_what_was_sent_by_then(world: World) -> None:
    walker = WALKERS["messenger"](world)
    await walker.say("halo")
    await walker.last("1.")
    await eventually(lambda: _is(world, "SELECT count(*) FROM outbox", 0), what="the receipt")
    person, fake, http = walker.person, world.messenger, walker.http  # type: ignore[attr-defined]
    long_ago = person.event(read={"watermark": 1_600_000_000_000})
    assert await fake.post(http, long_ago) == 200
    await walker.say("menu")
    await eventually(lambda: _is(world, "SELECT count(*) FROM message WHERE author = 'bot'", 2), what="two answers")
    assert not await world.one("SELECT count(*) FROM message WHERE delivery = 'read'")


async def test_a_failed_sms_says_why(world: World) -> None:
    world.sms.reports = (8, 2)
    walker = WALKERS["sms"](world)
    await walker.say("halo")
    await walker.last("1.")
    await eventually(
        lambda: _is(world, "SELECT error FROM message WHERE delivery = 'failed'", "stat:X"), what="the failure"
    )


async def _is(world: World, query: str, value: object) -> bool:
    return bool(await world.one(query) == value)
