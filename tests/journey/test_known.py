"""D4: who reports what is reported already may follow that report, and hears when it is done. D6: what is not ours is counted."""

from tests.fakes.citizen import Citizen
from tests.world import NUMBER, World, eventually

STORY = "Jalan di kampung kami rusak parah dan berlubang, aspalnya mengelupas"
PLACE = "desa cibiru wetan kecamatan cileunyi"


async def answers(world: World, citizen: Citizen, *lines: str) -> str:
    """Says these lines, each after the answer to the one before; returns the last answer."""
    http = world.browser()
    for line in lines:
        before = len(world.graph.to(citizen.address))
        await citizen.say(http, line)
        await eventually(lambda n=before: len(world.graph.to(citizen.address)) > n, what=line)
    return str(world.graph.to(citizen.address)[-1].text)


async def test_a_known_report_is_followed(world: World) -> None:
    first, second, third = world.citizen(1), world.citizen(2), world.citizen(3)
    text = await answers(world, first, "halo", "1", STORY, PLACE, "1", "ya")
    number = NUMBER.search(text)
    assert number
    code = await world.one("SELECT place_code FROM ticket")
    assert code.startswith("32.04.05.")
    offer = await answers(world, second, "halo", "1", STORY, PLACE, "1", "ya")
    assert "serupa" in offer and "Cibiru Wetan" in offer and "0 pengikut" in offer
    assert "aspal" not in offer and number[0] not in offer and first.name not in offer
    await answers(world, second, "1")
    assert await world.one("SELECT count(*) FROM ticket") == 1
    assert await world.one("SELECT count(*) FROM follow") == 1
    assert await world.one("SELECT count(*) FROM ticket_event WHERE kind = 'followed'") == 1
    offer = await answers(world, third, "halo", "1", STORY, PLACE, "1", "ya")
    assert "1 pengikut" in offer
    text = await answers(world, third, "bukan, ini lain")
    assert NUMBER.search(text)
    rina = await world.officer("Rina")
    await rina.act(number[0], "ambil")
    status, _ = await rina.act(number[0], "selesai")
    assert status == 200
    await eventually(
        lambda: "ikuti sudah selesai" in world.graph.to(second.address)[-1].text, what="the follower hears"
    )
    assert await world.one("SELECT count(*) FROM follow WHERE told_at IS NOT NULL") == 1
    assert not any("ikuti sudah selesai" in one.text for one in world.graph.to(third.address))


async def test_a_place_elsewhere_is_led_onward_and_counted(world: World) -> None:
    citizen = world.citizen(4)
    text = await answers(world, citizen, "halo", "1", STORY, "di Surabaya")
    assert "lapor.go.id" in text
    text = await answers(world, citizen, "tetap lapor", "1", "ya")
    assert NUMBER.search(text)
    assert await world.one("SELECT why FROM ticket_event WHERE kind = 'outside'") == "Surabaya"
    assert world.server.metrics.happenings.labels("outside")._value.get() == 1
