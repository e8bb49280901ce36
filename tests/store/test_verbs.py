"""Odd orders of cases, officers and ratings at one citizen's conversation."""

import asyncio
from typing import Any

import pytest

from bot import clock
from bot.engine.effects import OpenTicket
from bot.errors import StoreDown
from bot.message import Item
from bot.store import spool, talk
from bot.store.batch import Batch
from bot.turn import handoff
from bot.web.door import Door
from tests.world import World, eventually


async def opened(world: World, address: str, details: str) -> str:
    """One more case of this citizen, filed through the flow; its number."""
    key = ("whatsapp:100200300", address)
    async with world.server.db.unit() as unit:
        thread = (await talk.load(unit.conn, [key]))[key]
        batch = Batch(clock.now())
        ticket = handoff.open_ticket(batch, world.server.house, thread, OpenTicket(details=details), "flow")
        batch.touch(thread)
        await batch.flush(unit)
    return str(ticket["number"])


async def met(world: World) -> Any:
    citizen, http = world.citizen(1), world.browser()
    for count, words in enumerate(("halo", "1"), 1):
        await citizen.say(http, words)
        await world.graph.wait_for(citizen.address, count)
    return citizen


async def test_one_of_two_cases_is_resolved_and_the_other_goes_on(world: World) -> None:
    """Rina holds two cases of one citizen. Resolving the first does not take the line away from the second."""
    citizen = await met(world)
    first, second = [await opened(world, citizen.address, words) for words in ("jalan rusak", "lampu mati")]
    rina = await world.officer()
    assert (await rina.act(first, "ambil"))[0] == 200
    assert (await rina.act(second, "ambil"))[0] == 200
    assert (await rina.act(first, "selesai"))[0] == 200
    status, page = await rina.say(second, "Lampunya kami ganti besok.", "kunciduakasus1")
    assert status == 200, page[-300:]
    assert (await rina.act(second, "selesai"))[0] == 200


async def test_an_old_case_resolved_by_another_does_not_interrupt(world: World) -> None:
    """Asep still has an older case of the citizen that Rina talks to: his resolving must not end her conversation."""
    citizen = await met(world)
    old = await opened(world, citizen.address, "jalan rusak")
    older = await opened(world, citizen.address, "sampah")
    rina, asep = await world.officer("Rina"), await world.officer("Asep")
    assert (await asep.act(old, "ambil"))[0] == 200
    assert (await asep.act(older, "ambil"))[0] == 200
    assert (await asep.act(older, "selesai"))[0] == 200
    new = await opened(world, citizen.address, "lampu mati")
    assert (await rina.act(new, "ambil"))[0] == 200
    assert (await asep.act(old, "selesai"))[0] == 200
    status, page = await rina.say(new, "Kami cek lampunya.", "kunciasep1")
    assert status == 200, page[-300:]


async def test_a_rating_pressed_after_a_new_case_was_opened_counts(world: World) -> None:
    """The question still stands (72 hours); the button names its survey. A score that the citizen gave is kept."""
    citizen = await met(world)
    first = await opened(world, citizen.address, "jalan rusak")
    rina = await world.officer()
    await rina.act(first, "ambil")
    await rina.act(first, "selesai")
    await eventually(lambda: any(len(one.buttons) == 5 for one in world.graph.to(citizen.address)), what="the question")
    buttons = next(one.buttons for one in world.graph.to(citizen.address) if len(one.buttons) == 5)
    await opened(world, citizen.address, "lampu mati")
    await citizen.press(world.browser(), buttons[4][0], buttons[4][1], row=True)
    await eventually(lambda: _none(world, "SELECT count(*) FROM inbox WHERE state = 'pending'"))
    assert await world.one("SELECT score FROM survey") in (1, 2, 3, 4, 5)


async def test_a_rating_pressed_while_another_case_waits_leaves_it_waiting(world: World) -> None:
    """The citizen stands in the queue with a newer case; neither the old one's end nor its rating gives the line to the bot."""
    citizen, http = await met(world), world.browser()
    first, second = [await opened(world, citizen.address, words) for words in ("jalan rusak", "lampu mati")]
    rina = await world.officer()
    for number, verb in ((first, "ambil"), (second, "ambil"), (second, "kembalikan")):
        assert (await rina.act(number, verb))[0] == 200
    await citizen.say(http, "petugas")
    await eventually(lambda: _is(world, "SELECT owner FROM conversation", "queue"))
    newest = await world.one("SELECT ticket_id FROM conversation")
    assert (await rina.act(first, "selesai"))[0] == 200
    await eventually(lambda: any(len(one.buttons) == 5 for one in world.graph.to(citizen.address)), what="the question")
    buttons = next(one.buttons for one in world.graph.to(citizen.address) if len(one.buttons) == 5)
    await citizen.press(http, *buttons[4], row=True)
    await eventually(lambda: _is(world, "SELECT state FROM survey", "answered"))
    row = (await world.rows("SELECT owner, ticket_id FROM conversation"))[0]
    assert row == {"owner": "queue", "ticket_id": newest}


async def test_another_citizens_button_is_nobodys_rating(world: World) -> None:
    citizen, http = await met(world), world.browser()
    first = await opened(world, citizen.address, "jalan rusak")
    rina, other = await world.officer(), world.citizen(2)
    await rina.act(first, "ambil")
    await rina.act(first, "selesai")
    await eventually(lambda: any(len(one.buttons) == 5 for one in world.graph.to(citizen.address)), what="the question")
    buttons = next(one.buttons for one in world.graph.to(citizen.address) if len(one.buttons) == 5)
    for choice in (buttons[4][0], "csat/x/5", "csat/" + "0" * 32 + "/5"):
        await other.press(http, choice, "5", row=True)
    await eventually(lambda: _none(world, "SELECT count(*) FROM inbox WHERE state = 'pending'"))
    assert await world.one("SELECT count(*) FROM inbox WHERE state = 'parked'") == 0
    assert await world.one("SELECT state FROM survey") == "asked"


async def test_two_presses_at_once_are_one_rating(world: World) -> None:
    citizen = await met(world)
    first = await opened(world, citizen.address, "jalan rusak")
    rina = await world.officer()
    await rina.act(first, "ambil")
    await rina.act(first, "selesai")
    await eventually(lambda: any(len(one.buttons) == 5 for one in world.graph.to(citizen.address)), what="the question")
    buttons = next(one.buttons for one in world.graph.to(citizen.address) if len(one.buttons) == 5)
    http = world.browser()
    await asyncio.gather(*[citizen.press(http, *buttons[n], row=True) for n in (0, 4, 2)])
    await eventually(lambda: _none(world, "SELECT count(*) FROM inbox WHERE state = 'pending'"))
    assert await world.one("SELECT count(*) FROM ticket_event WHERE kind = 'rated'") == 1
    assert await world.one("SELECT score FROM ticket") == await world.one("SELECT score FROM survey")
    assert await world.one("SELECT state FROM ticket") == "closed"


async def test_a_waiter_who_leaves_takes_nobody_along(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Group commit: one client hangs up while its commit runs; its words and its neighbours' are stored."""
    door = world.server.door
    real, begun, go = door._write, asyncio.Event(), asyncio.Event()

    async def slow(rows: Any) -> None:
        begun.set()
        await go.wait()
        await real(rows)

    monkeypatch.setattr(door, "_write", slow)
    items = [Item("web:1", "message", f"kunci-{n}", f"warga{n}", b'{"text":"halo","address":"w"}') for n in range(6)]
    waiting = [asyncio.create_task(door.put([item])) for item in items]
    await begun.wait()
    waiting[0].cancel()
    waiting[3].cancel()
    go.set()
    outcomes = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 30)
    assert [type(each) for each in outcomes] == [asyncio.CancelledError, *[type(None)] * 2, asyncio.CancelledError,
                                                 *[type(None)] * 2]  # fmt: skip
    assert await world.one("SELECT count(*) FROM inbox") == 6


async def test_every_waiter_hears_that_the_store_is_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    door: Door = world.server.door

    async def down(rows: Any) -> None:
        raise StoreDown("gone")

    monkeypatch.setattr(door, "_write", down)
    monkeypatch.setattr(spool, "MOST", 0)
    items = [Item("web:1", "message", f"kunci-{n}", f"warga{n}", b"{}") for n in range(5)]
    outcomes = await asyncio.gather(*[door.put([item]) for item in items], return_exceptions=True)
    assert {type(each) for each in outcomes} == {StoreDown}


async def _is(world: World, query: str, value: object) -> bool:
    return bool(await world.one(query) == value)


async def _none(world: World, query: str) -> bool:
    return bool(await world.one(query) == 0)
