"""Practice, as an officer meets it: the real desk's pages, citizens who answer back, and nothing of it in the real tables."""

import re
from datetime import timedelta

from bot import clock
from bot.desk.practice import COOKIE
from bot.store import duty
from tests.world import Desk, World, eventually

NUMBER = re.compile(r"/desk/tiket/([0-9A-Z]{4}-[0-9A-Z]{4})")
BANNER = "Akhiri latihan"


async def begin(world: World, desk: Desk) -> None:
    world.server.rooms.hurry = 0.03
    await desk.get("/desk/latihan")
    status, text = await desk.post("/desk/latihan")
    assert (status, BANNER in text) == (200, True)


async def test_the_whole_of_it(world: World) -> None:
    desk, other = await world.officer("Rina"), await world.officer("Andi")
    await begin(world, desk)
    found: list[str] = []

    async def waiting() -> bool:
        found[:] = NUMBER.findall(await desk.get("/desk"))
        return len(set(found)) >= 2

    await eventually(waiting, 60, "two invented citizens have reported something")
    assert not NUMBER.findall(await other.get("/desk"))  # the real desk, beside it
    number = found[0]
    assert (await desk.act(number, "ambil"))[0] == 200

    async def citizens() -> int:
        return (await desk.get(f"/desk/tiket/{number}")).count('class="m citizen"')

    before = await citizens()
    assert (await desk.say(number, "Baik, saya bantu.", "kuncilatihan1"))[0] == 200

    async def answered() -> bool:
        return await citizens() > before

    await eventually(answered, 60, "the citizen has answered back")
    assert (await desk.act(number, "selesai"))[0] == 200

    async def rated() -> bool:
        return 'class="chip nilai"' in await desk.get("/desk?daftar=semua")

    await eventually(rated, 60, "the citizen has rated")
    await desk.get("/desk/latihan")
    assert (await desk.post("/desk/latihan/warga"))[0] == 200
    for table in ("ticket", "message", "inbox", "outbox", "assignment", "survey", "tally", "alarm", "page"):
        assert not await world.one(f"SELECT count(*) FROM {table}"), table
    assert (await other.http.get(f"{world.url}/desk/tiket/{number}")).status == 404
    await desk.get("/desk/latihan")
    status, text = await desk.post("/desk/latihan/selesai")
    assert (status, BANNER in text, "Mulai latihan" in text) == (200, False, True)
    assert not NUMBER.findall(await desk.get("/desk"))


async def test_never_the_real_desk_by_mistake(world: World) -> None:
    """Whoever believes to practise, and whose room is gone, is told so; who is on duty does not begin; a room is its opener's alone."""
    desk, other = await world.officer("Rina"), await world.officer("Andi")
    await begin(world, desk)
    token = next(each.value for each in desk.http.cookie_jar if each.key == COOKIE)
    stolen = {"Cookie": "; ".join(f"{each.key}={each.value}" for each in other.http.cookie_jar) + f"; {COOKIE}={token}"}
    async with world.browser().get(f"{world.url}/desk", headers=stolen) as answer:
        assert (answer.status, BANNER in await answer.text()) == (409, False)
    await world.server.rooms.end(token)
    async with desk.http.get(f"{world.url}/desk") as answer:
        text = await answer.text()
        assert (answer.status, "sudah berakhir" in text) == (409, True)
    desk.csrf = re.findall(r'name="csrf" value="([^"]+)"', text)[-1]
    assert "Mulai latihan" in (await desk.post("/desk/latihan/selesai"))[1]
    await other.get("/desk")
    assert (await other.post("/desk/tugas", mulai="ya"))[0] == 200
    await other.get("/desk/latihan")
    status, text = await other.post("/desk/latihan")
    assert (status, "sedang bertugas" in text) == (409, True)
    await begin(world, desk)
    rina = int(await world.one("SELECT id FROM officer WHERE name = 'Rina'"))
    async with world.server.db.unit() as unit:  # the rota begins a shift while somebody practises
        await duty.set_duty(unit.conn, rina, clock.now(), clock.now() + timedelta(hours=8))
    async with desk.http.get(f"{world.url}/desk") as answer:
        assert (answer.status, BANNER in await answer.text()) == (409, False), "what is real comes first"
