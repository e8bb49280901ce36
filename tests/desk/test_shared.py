"""Those who ask the same at once are answered by one look, and none by an older one than their own would be."""

import asyncio

import pytest

from bot.desk.shared import Shared


async def test_whoever_comes_later_gets_a_later_answer() -> None:
    shared, looks, go = Shared(), 0, asyncio.Event()

    async def look() -> int:
        nonlocal looks
        looks += 1
        mine = looks
        await go.wait()
        return mine

    first = asyncio.create_task(shared.ask("queue", look))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert looks == 1
    others = [asyncio.create_task(shared.ask("queue", look)) for _ in range(19)]
    other = asyncio.create_task(shared.ask("queue of roads", look))
    await asyncio.sleep(0)
    others[0].cancel()  # this one has gone home; the others still want to know
    go.set()
    assert await first == 1
    assert await other == 2
    found = await asyncio.gather(*others[1:])
    assert set(found) == {3} and looks == 3
    assert await shared.ask("queue", look) == 4, "nothing is kept"


async def test_a_look_that_fails_fails_for_those_who_waited_for_it_only() -> None:
    shared, tries = Shared(), 0

    async def look() -> str:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ConnectionError("away")
        return "here"

    with pytest.raises(ConnectionError):
        await shared.ask("queue", look)
    assert await shared.ask("queue", look) == "here"


async def test_nothing_is_being_read_any_more_when_the_database_is_closed() -> None:
    shared, read = Shared(), False

    async def look() -> None:
        nonlocal read
        await asyncio.sleep(0.01)
        read = True

    visitor = asyncio.create_task(shared.ask("queue", look))
    await asyncio.sleep(0)
    visitor.cancel()
    await shared.close()
    assert read
