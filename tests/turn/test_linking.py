"""A14: two channels are linked by a code, and by nothing that only looks like one."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import clock
from bot.policy import number
from bot.turn import linking
from tests.journey.test_people import told
from tests.world import World, eventually

CODES = [
    ("bcdf2345", "BCDF2345"), ("BCDF-2345", "BCDF2345"), (" bcdf 2345. ", "BCDF2345"), ("*BCDF-2345*", "BCDF2345"),
    ("BCDF 2024", ""), ("wkwkwkwk", ""), ("kode BCDF2345", ""), ("BCDF23456", ""), ("ABCD2345", ""), ("12345678", ""), ("", ""),
    ("BCDF2345 " * 9, ""),
]  # fmt: skip


@pytest.mark.parametrize("words, code", CODES)
def test_what_is_a_code(words: str, code: str) -> None:
    assert linking.typed(words) == code


def test_no_code_is_ever_a_ticket_number() -> None:
    undo = clock.freeze(datetime(2026, 11, 22, tzinfo=UTC))
    try:
        made = {linking._made() for _ in range(300)}
        assert len(made) == 300 and all(linking.typed(code) == code for code in made)
        numbers = (number.make(n % 256, clock.random_bits(27)) for n in range(2000))
        assert not any(linking.typed(each) for each in numbers)
    finally:
        undo()


@pytest.fixture
def later() -> Iterator[Any]:
    """The clock of the house runs on, and can be put forward."""
    ahead = [timedelta()]
    real = clock._now
    clock._now = lambda: real() + ahead[0]

    def pass_(time: timedelta) -> None:
        ahead[0] += time

    yield pass_
    clock._now = real


async def given(world: World, count: int) -> str:
    """The code in WhatsApp's `count`-th bubble to citizen 0."""
    bubbles = await world.graph.wait_for(world.citizen().address, count)
    [code] = [word for word in bubbles[count - 1].text.split() if linking.typed(word)]
    return code


async def answers(world: World, person: Any, words: str, name: str) -> None:
    """What Telegram's citizen says is answered by this text."""
    before = len(world.telegram.to(person.id))
    assert await world.telegram.post(world.browser(), person.text(words)) == 200
    expected = world.server.house.flows.texts[name]["id"]
    await eventually(lambda: any(expected == one.text for one in world.telegram.to(person.id)[before:]), 20, name)


async def test_whatsapp_and_telegram_become_one_person(world: World, later: Any) -> None:
    euis, person, stranger, http = world.citizen(), world.person(), world.person(5), world.browser()
    await euis.say(http, "halo")
    await world.graph.wait_for(euis.address, 1)
    await euis.say(http, "1")
    await world.graph.wait_for(euis.address, 2)
    await euis.say(http, "hubungkan")
    code = await given(world, 3)
    hashes = [row["hash"] for row in await world.rows("SELECT hash FROM link_code")]
    assert hashes and code.replace("-", "") not in str(hashes)
    await answers(world, stranger, "BCDF-2345" if code != "BCDF-2345" else "BCDF-2346", "link_unknown")
    assert await world.one("SELECT count(*) FROM contact WHERE same_id IS NOT NULL") == 0
    await answers(world, person, code.lower().replace("-", " "), "link_done")
    bubbles = await world.graph.wait_for(euis.address, 5)  # the question that was open, and the news
    assert world.server.house.flows.texts["link_told"]["id"] in [one.text for one in bubbles]
    await told(world, "menghubungkan kanal ini")
    await told(world, "menghubungkan kanal lain")
    await answers(world, stranger, code, "link_used")
    await answers(world, person, code, "link_used")
    assert await world.one("SELECT count(*) FROM contact WHERE same_id IS NOT NULL") == 1
    assert [row["how"] for row in await world.rows("SELECT how FROM joining")] == ["code"]
    await world.telegram.post(http, person.text("menu"))  # the language that was chosen in the other channel
    await eventually(
        lambda: "1. Buat laporan" in world.telegram.to(person.id)[-1].text, 20, "the menu, in her language"
    )
    await euis.say(http, "hubungkan")
    await eventually(lambda: len(world.graph.to(euis.address)) >= 7, what="another code")
    newest = [word for one in world.graph.to(euis.address) for word in one.text.split() if linking.typed(word)][-1]
    later(timedelta(minutes=15, seconds=1))
    await answers(world, stranger, newest, "link_expired")


async def test_too_many_guesses_have_to_wait(world: World) -> None:
    stranger = world.person(7)
    for n in range(linking.MOST):
        await answers(world, stranger, f"BCDF-234{n + 2}", "link_unknown")
    await answers(world, stranger, "BCDF-2349", "link_wait")


async def test_of_two_who_type_a_code_at_once_one_is_linked(world: World) -> None:
    euis, http = world.citizen(), world.browser()
    await euis.say(http, "hubungkan")
    code = await given(world, 1)
    updates = [world.person(n).text(code) for n in range(4)]
    await asyncio.gather(*(world.telegram.post(http, update) for update in updates))
    await eventually(
        lambda: sum(len(world.telegram.to(world.person(n).id)) >= 1 for n in range(4)) == 4, what="answers"
    )
    done = world.server.house.flows.texts["link_done"]["id"]
    assert sum(done == one.text for one in world.telegram.sent) == 1
    assert await world.one("SELECT count(*) FROM contact WHERE same_id IS NOT NULL") == 1
