"""D5: who floods or only insults is answered later and once for all; nothing is lost, danger always passes, humans decide."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.policy.patience import STANDARD, Rules
from tests.walkers import WebWalker
from tests.world import World, eventually


def patience(world: World, **more: Any) -> Rules:
    """The shipped words, with figures that a test need not wait for."""
    house = world.server.house
    rules = replace(house.triage.patience, slow=timedelta(seconds=1.5), slower=timedelta(seconds=1.5), **more)
    house.triage = replace(house.triage, patience=rules)
    return rules


async def answers(world: World) -> int:
    return int(await world.one("SELECT count(*) FROM message WHERE author = 'bot'"))


async def said(world: World, walker: WebWalker, *lines: str) -> None:
    """Each line once the one before is stored."""
    for line in lines:
        before = await world.one("SELECT count(*) FROM message WHERE author = 'citizen'")
        await walker.say(line)

        async def stored(n: int = before) -> bool:
            return bool(await world.one("SELECT count(*) FROM message WHERE author = 'citizen'") > n)

        await eventually(stored, what=f"{line} is stored")


async def suspected(world: World) -> bool:
    return await world.one("SELECT quarantine FROM contact") == "suggested"


async def test_a_flood_is_answered_once_and_nothing_is_lost(world: World) -> None:
    patience(world, messages=5.0)
    walker = WebWalker(world)
    await said(world, walker, "halo", "1", "1")
    await walker.last("Laporan ini tentang apa")
    await said(world, walker, "p", "oi")
    before = await answers(world)
    await said(world, walker, "jawab dong jangan diam saja", "petugas", "lampu jalan di depan rumah mati", "p")
    await eventually(lambda: _more(world, before), what="one answer for all")
    await eventually(lambda: waited(world), what="the last pause is over")
    assert await world.one("SELECT count(*) FROM message WHERE author = 'citizen'") == 9
    assert "lampu jalan di depan rumah mati" in str(await world.one("SELECT session FROM conversation"))
    assert await answers(world) <= before + 2  # to five lines, also where this machine needs several pauses to say them
    assert await world.one("SELECT count(*) FROM message WHERE body LIKE 'Mesin menjawab%'") == 1
    assert not await suspected(world)


async def waited(world: World) -> bool:
    return not await world.one("SELECT count(*) FROM timer WHERE kind = 'patience'")


async def _more(world: World, count: int) -> bool:
    return await answers(world) > count


async def test_insults_are_suggested_danger_passes_and_a_human_undoes_it(world: World) -> None:
    patience(world, suspect={**STANDARD, "rude": 4})
    rina, walker = await world.officer("Rina"), WebWalker(world)
    await said(world, walker, "halo", "1", "anjing", "goblok kalian", "dasar tolol", "bangsat")
    await eventually(lambda: suspected(world), what="the machine suggests")
    await walker.last("tulis satu pesan saja")
    page = await rina.get("/desk/karantina")
    assert "Berkali-kali hanya menulis kata kasar" in page and "Saran mesin" in page
    await said(world, walker, "tolong rumah saya kebakaran, anak saya masih di dalam")
    await walker.last("terjadi sekarang")  # at once, though the pause has not ended
    assert await world.one("SELECT count(*) FROM alarm") == 1
    ref = await world.rows("SELECT id, part FROM contact")
    assert (await rina.post(f"/desk/karantina/{ref[0]['id'].hex()}.{ref[0]['part']}/lepas"))[0] == 200
    assert not await suspected(world)
    assert await world.one("SELECT pace FROM conversation") in (None, "null")
