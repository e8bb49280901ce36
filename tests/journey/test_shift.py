"""A shift as it is lived: a case finds its officer by itself, and finds the next one when that officer goes home."""

from datetime import timedelta

from bot import clock
from bot.store import duty, handovers
from tests.world import World, eventually


async def test_a_case_finds_its_officer_and_the_next(world: World) -> None:
    rina, asep = await world.officer("Rina"), await world.officer("Asep")
    citizen, http = world.citizen(), world.browser()
    assert (await rina.post("/desk/tugas", mulai="ya"))[0] == 200
    for count, words in enumerate(("halo", "1", "petugas"), 1):
        await citizen.say(http, words)
        await world.graph.wait_for(citizen.address, count)
    holder = "SELECT o.name FROM ticket t JOIN officer o ON o.id = t.officer_id"
    await eventually(lambda: _is(world, holder, "Rina"), what="given to who is on duty")
    number = await world.one("SELECT number FROM ticket")
    assert (await rina.say(number, "Selamat siang.", "kuncisiang1"))[0] == 200
    assert number in await asep.get("/desk?daftar=semua")
    assert (await asep.post("/desk/tugas", mulai="ya"))[0] == 200
    # her shift runs out: the sheet waits for Asep, and nobody accepts it in time
    async with world.server.db.unit() as unit:
        mine = await world.one("SELECT id FROM officer WHERE name = 'Rina'")
        await duty.set_values(unit.conn, mine, duty_until=clock.now() - timedelta(seconds=1))
    await eventually(lambda: _is(world, "SELECT state FROM handover", "open"), what="the sheet")
    assert number in await asep.get("/desk/serah-terima")
    async with world.server.db.unit() as unit:
        sheet = await world.one("SELECT id FROM handover")
        await handovers.change(unit.conn, sheet, due_at=clock.now() - timedelta(seconds=1))
    await eventually(lambda: _is(world, holder, "Asep"), what="given to the next shift")
    assert await world.one("SELECT count(*) FROM ticket_event WHERE kind = 'moved'") == 3
    assert (await rina.say(number, "Masih saya?", "kuncisiang2"))[0] == 409
    assert (await asep.say(number, "Saya teruskan.", "kuncisiang3"))[0] == 200
    told = [one.text for one in world.graph.to(citizen.address)]
    assert sum("Rina" in each for each in told) == 1 and not any("Asep" in each for each in told)


async def _is(world: World, query: str, value: object) -> bool:
    return bool(await world.one(query) == value)
