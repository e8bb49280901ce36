"""Platforms that are slow, full, angry or silent: who must wait, for how long, and what is sent twice (nothing)."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from bot import clock, delivery
from bot.engine.effects import Say
from bot.store import talk
from bot.store.batch import Batch
from bot.turn.say import say
from tests.fakes.graph import Failure
from tests.world import World, eventually


async def speak(world: World, address: str, *words: str, notice: bool = False) -> None:
    """The bot says this to somebody who has written before."""
    key = ("whatsapp:100200300", address)
    async with world.server.db.unit() as unit:
        thread = (await talk.load(unit.conn, [key]))[key]
        batch = Batch(clock.now())
        for each in words:
            say(batch, thread, Say(each, notice=notice))
        await batch.flush(unit)


async def met(world: World, n: int) -> Any:
    citizen = world.citizen(n)
    await citizen.say(world.browser(), "halo")
    await world.graph.wait_for(citizen.address)
    return citizen


async def test_a_claim_during_a_pause_silences_the_bot(world: World) -> None:
    """A bubble waited in line for the account's pause to end; an officer claimed meanwhile: it is suppressed, not sent."""
    citizen, http = world.citizen(1), world.browser()
    for count, words in enumerate(("halo", "1", "petugas"), 1):
        await citizen.say(http, words)
        await world.graph.wait_for(citizen.address, count)
    other = await met(world, 2)
    number = str(await world.one("SELECT number FROM ticket"))
    rina = await world.officer()
    world.graph.fail_next += [Failure(429, 130429, {"Retry-After": "1"})] * 1000  # as long as the officer takes
    await speak(world, other.address, "memicu jeda")
    await eventually(lambda: len(world.graph.fail_next) < 1000, what="the pause")
    await speak(world, citizen.address, "bot masih bicara")
    assert (await rina.act(number, "ambil"))[0] == 200
    world.graph.fail_next.clear()
    await eventually(
        lambda: any("memicu jeda" in one.text for one in world.graph.accepted), what="the end of the pause"
    )
    done = ("suppressed", "accepted", "sent")
    query = "SELECT delivery FROM message WHERE body = 'bot masih bicara'"
    await eventually(lambda: _in(world, query, done), what="an outcome")
    assert await world.one(query) == "suppressed"
    assert not any("bot masih bicara" in one.text for one in world.graph.accepted)


async def test_too_fast_stops_the_whole_account_for_as_long_as_asked(database_url: str, tmp_path: Path) -> None:
    """130429 with Retry-After: also those who only waited for their place in the rate hold back."""
    async with World(database_url, tmp_path, {"WARGI_WHATSAPP_RATE": "8"}) as world:
        world.graph.fail_next.append(Failure(429, 130429, {"Retry-After": "3"}))
        http = world.browser()
        citizens = [world.citizen(n) for n in range(24)]
        assert set(await asyncio.gather(*[each.say(http, "halo") for each in citizens])) == {200}
        await eventually(lambda: not world.graph.fail_next, what="the refusal")
        refused = time.monotonic()
        await eventually(lambda: len(world.graph.accepted) == 24, what="all answers")
        early = [one.at - refused for one in world.graph.accepted if 0.5 < one.at - refused < 2.5]
        assert early == [], "sent although the platform had asked for three seconds"
        assert world.graph.duplicates == 0


async def test_a_pair_limit_delays_only_that_citizen(world: World) -> None:
    """131056: one waits, in order; the others do not notice."""
    one, others = await met(world, 1), [await met(world, n) for n in range(2, 6)]
    world.graph.fail_next.append(Failure(400, 131056))
    await speak(world, one.address, "satu", "dua")
    await eventually(lambda: not world.graph.fail_next, what="the refusal")
    begun = time.monotonic()
    for each in others:
        await speak(world, each.address, "lancar")
    await eventually(lambda: sum(got.text == "lancar" for got in world.graph.accepted) == 4, what="the others")
    assert not any(got.text == "satu" and got.at - begun < 0.8 for got in world.graph.accepted)
    await eventually(lambda: len(world.graph.to(one.address)) == 3, what="the delayed ones")
    assert [got.text for got in world.graph.to(one.address)][1:] == ["satu", "dua"]


async def test_a_dead_token_keeps_every_message(world: World) -> None:
    """190: nothing is failed, and all goes out in order once the token works again."""
    citizens = [await met(world, n) for n in range(3)]
    token, world.graph.token = world.graph.token, "another"
    for each in citizens:
        await speak(world, each.address, "satu", "dua", notice=True)
    await eventually(lambda: len(world.graph.refused) >= 2, what="refusals")
    assert set(world.graph.refused) == {190}
    world.graph.token = token
    await eventually(lambda: len(world.graph.accepted) == 9, what="all messages")
    for each in citizens:
        assert [got.text for got in world.graph.to(each.address)][1:] == ["satu", "dua"]
    assert await _none(world, "SELECT count(*) FROM message WHERE delivery = 'failed'")


async def test_a_token_that_is_dead_for_a_night_costs_no_message(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error about the whole account says nothing about a message: it does not use up its attempts."""
    citizen = await met(world, 1)
    monkeypatch.setattr(delivery, "_wait", lambda fault, attempts: 0.01)
    world.graph.fail_next.extend(Failure(401, 190, {"Retry-After": "0"}) for _ in range(delivery.MAX_ATTEMPTS + 4))
    sender = world.server._delivery._sender("whatsapp:100200300")  # type: ignore[union-attr]
    monkeypatch.setattr(sender, "_slow_down", lambda fault: None)
    await speak(world, citizen.address, "semalaman", notice=True)
    await eventually(lambda: any(got.text == "semalaman" for got in world.graph.accepted), what="the message")


@pytest.mark.parametrize("fault", ["hang", "drop"])
async def test_an_unknown_outcome_with_a_status_is_no_duplicate(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Accepted, never answered; the status that carries our reference proves it. The next bubble follows at once."""
    monkeypatch.setattr(delivery, "CONFIRM_WAIT", 4.0)
    citizen = await met(world, 1)
    world.graph.statuses = ("sent", "delivered")
    setattr(world.graph, f"{fault}_next", 1)
    await speak(world, citizen.address, "satu", "dua", notice=True)
    await eventually(lambda: len(world.graph.to(citizen.address)) == 3, what="both")
    await eventually(lambda: _none(world, "SELECT count(*) FROM outbox"), what="an empty outbox")
    await asyncio.sleep(4.2)
    assert [got.text for got in world.graph.to(citizen.address)][1:] == ["satu", "dua"]
    assert world.graph.ambiguous == 1 and world.graph.duplicates == 0
    assert await world.one("SELECT count(*) FROM message WHERE delivery = 'delivered'") == 2


async def test_an_unknown_outcome_without_a_status_is_sent_once_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "CONFIRM_WAIT", 1.5)
    citizen = await met(world, 1)
    world.graph.drop_next = 1
    begun = time.monotonic()
    await speak(world, citizen.address, "satu", "dua", notice=True)
    await eventually(lambda: len(world.graph.to(citizen.address)) == 4, what="once more, then the next")
    assert [got.text for got in world.graph.to(citizen.address)][1:] == ["satu", "satu", "dua"]
    assert world.graph.to(citizen.address)[2].at - begun > 1.4
    await eventually(lambda: _none(world, "SELECT count(*) FROM outbox"), what="an empty outbox")
    assert world.graph.ambiguous == world.graph.duplicates == 1


async def test_an_unknown_outcome_outlives_a_restart(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait for a status goes on in the next process, and so does its end."""
    monkeypatch.setattr(delivery, "CONFIRM_WAIT", 8.0)
    citizen = await met(world, 1)
    world.graph.drop_next = 1
    await speak(world, citizen.address, "satu", notice=True)
    await eventually(lambda: _in(world, "SELECT state FROM outbox", ("unknown",)), what="unknown")
    port = world.server.port
    await world.server.stop()
    await world.start(port)
    await asyncio.sleep(0.5)
    assert len(world.graph.to(citizen.address)) == 2, "not before its time"
    await eventually(lambda: len(world.graph.to(citizen.address)) == 3, 25, "once more")
    await eventually(lambda: _none(world, "SELECT count(*) FROM outbox"), what="an empty outbox")
    assert world.graph.duplicates == 1


async def test_an_answer_that_a_database_refuses_does_not_block_other_receipts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform's id with a NUL in it: PostgreSQL takes no such text. One poison receipt never harms its neighbours."""
    from tests.fakes import graph

    ids = iter(["wamid.\0odd"])
    real = graph.wamid
    monkeypatch.setattr(graph, "wamid", lambda: next(ids, None) or real())
    one, two = world.citizen(1), world.citizen(2)
    await one.say(world.browser(), "halo")
    await world.graph.wait_for(one.address)
    await two.say(world.browser(), "halo")
    await world.graph.wait_for(two.address)
    await eventually(lambda: _none(world, "SELECT count(*) FROM outbox"), what="an empty outbox")


async def test_many_bubbles_leave_nothing_in_memory(world: World) -> None:
    """After the work nothing is held: no chain, no bubble, no receipt, no listener."""
    citizens = [await met(world, n) for n in range(10)]
    for _ in range(5):
        for each in citizens:
            await speak(world, each.address, *[f"baris {k}" for k in range(4)], notice=True)
    await eventually(lambda: len(world.graph.accepted) == 10 + 200, what="all sent")
    await eventually(lambda: _none(world, "SELECT count(*) FROM outbox"), what="an empty outbox")
    sender = world.server._delivery
    assert sender is not None
    await eventually(
        lambda: (
            not (
                sender._held
                or sender._chains._lines
                or not sender._receipts.idle
                or sender._ready
                or sender._backlog._left
            )
        )
    )
    await eventually(
        lambda: world.server.hints._queues.keys() <= {"lessons", "flows"} and not world.server.door._waiting
    )
    assert world.graph.duplicates == 0


async def _none(world: World, query: str) -> bool:
    return bool(await world.one(query) == 0)


async def _in(world: World, query: str, values: tuple[str, ...]) -> bool:
    return await world.one(query) in values
