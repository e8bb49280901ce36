"""D4: who reports what is reported already may follow that report, and hears when it is done. D6: what is not ours is counted."""

from datetime import timedelta

from bot import clock
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


def told(world: World, citizen: Citizen, word: str) -> bool:
    return any(word in one.text for one in world.graph.to(citizen.address))


async def test_officers_merge_what_is_one_and_take_it_back(world: World) -> None:
    """Two reports of one hole: the desk says so, one follows the other; parted, it stands in the queue again."""
    first, second, third = world.citizen(1), world.citizen(2), world.citizen(3)
    numbers = []
    for citizen, more in ((first, ()), (second, ("bukan, ini lain",)), (third, ("bukan, ini lain",))):
        text = await answers(world, citizen, "halo", "1", STORY, PLACE, "1", "ya", *more)
        found = NUMBER.search(text)
        assert found, text
        numbers.append(found[0])
    one, two, three = numbers
    rina = await world.officer("Rina")
    page = await rina.get(f"/desk/tiket/{two}")
    assert "Mirip dengan" in page and one in page and three in page and "Cibiru Wetan" in page
    assert (await rina.act(two, "bedakan", kasus=three))[0] == 200
    for here, there in ((two, three), (three, two)):
        page = (await rina.get(f"/desk/tiket/{here}")).partition("Mirip dengan")[2].partition("Riwayat")[0]
        assert one in page and there not in page
    assert (await rina.act(two, "urgensi", urgensi="high"))[0] == 200
    assert (await rina.act(two, "satukan", kasus=two))[0] == 409
    status, page = await rina.act(two, "satukan", kasus=one)
    assert status == 200 and "Batalkan penggabungan" in page and one in page
    await eventually(lambda: told(world, second, "kami gabungkan"), what="told kindly")
    main = (await world.rows("SELECT * FROM ticket WHERE number = :n", n=one))[0]
    assert main["urgency"] == "high"  # what was more urgent stays so
    assert await world.one("SELECT state FROM ticket WHERE number = :n", n=two) == "merged"
    page = await rina.get(f"/desk/tiket/{one}")
    assert "Pengikut" in page and two in page and "Warga 2" in page
    assert (await rina.act(one, "satukan", kasus=three))[0] == 409  # it is followed itself
    assert (await rina.act(three, "satukan", kasus=one))[0] == 200
    assert (await rina.act(two, "pecah"))[0] == 200
    assert (await rina.act(two, "pecah"))[0] == 409
    assert await world.one("SELECT state FROM ticket WHERE number = :n", n=two) == "reopened"
    await eventually(lambda: told(world, second, "tersendiri"), what="told that it stands alone")
    await rina.act(one, "ambil")
    assert (await rina.act(one, "selesai"))[0] == 200
    await eventually(lambda: told(world, third, "ikuti sudah selesai"), what="the merged one hears")
    assert not told(world, second, "ikuti sudah selesai")


async def test_a_declared_incident_is_offered_followed_and_ended(world: World) -> None:
    lead, citizen, elsewhere = await world.officer("Lita"), world.citizen(1), world.citizen(2)
    await lead.get("/desk/kejadian")
    until = f"{clock.now() + timedelta(days=1, hours=7):%Y-%m-%dT%H:%M}"
    form = {"judul": "Jalan Cileunyi amblas", "topik": "jalan", "sampai": until, "teks_su": "",
            "teks": "Sedang diperbaiki, lewat jalan lain dulu."}  # fmt: skip
    status, page = await lead.post("/desk/kejadian", **form, tempat="mekarsari")
    assert status == 422 and "belum jelas" in page and "Jalan Cileunyi amblas" in page
    status, page = await lead.post("/desk/kejadian", **form, tempat="Kecamatan Cileunyi, Kabupaten Bandung")
    assert status == 200 and "Berlangsung" in page and "Kec. Cileunyi" in page
    offer = await answers(world, citizen, "halo", "1", STORY, PLACE, "1", "ya")
    assert "Sudah kami ketahui: Jalan Cileunyi amblas. Sedang diperbaiki" in offer and "0 pengikut" in offer
    await answers(world, citizen, "1")
    text = await answers(world, elsewhere, "halo", "1", STORY, "kecamatan garut kota", "1", "ya")
    assert NUMBER.search(text), text  # not their place: nothing is offered
    assert await world.one("SELECT count(*) FROM ticket") == 1
    page = await lead.get("/desk/kejadian")
    assert "1 pengikut" in page
    ref = (await world.rows("SELECT id, part FROM incident"))[0]
    path = f"/desk/kejadian/{ref['id'].hex()}.{ref['part']}/akhiri"
    assert (await lead.post(path))[0] == 200
    await eventually(lambda: told(world, citizen, "Kabar baik: Jalan Cileunyi amblas"), what="the follower hears")
    assert (await lead.post(path))[0] == 409
