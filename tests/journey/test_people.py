"""A4: who writes, over HTTP: without a phone, with one that appears later, and after the platform has given a new name."""

from typing import Any

from tests.fakes.citizen import Citizen
from tests.journey.test_outbound import case_of
from tests.walkers import TelegramWalker
from tests.world import World, eventually

WORDS = "Lampu jalan di depan sekolah kami mati sejak minggu lalu, anak-anak takut lewat."


async def told(world: World, words: str) -> None:
    """A line of the desk's own says so."""

    async def there() -> bool:
        return bool(
            await world.one("SELECT count(*) FROM message WHERE author = 'system' AND body LIKE :w", w=f"%{words}%")
        )

    await eventually(there, 20, words)


async def in_a_case(world: World, citizen: Citizen) -> tuple[Any, str]:
    """An officer holds this citizen's case; (desk, number)."""
    http = world.browser()
    for count, words in enumerate(("halo", "1", "petugas"), 1):
        await citizen.say(http, words)
        await world.graph.wait_for(citizen.address, count)
    await eventually(lambda: world.one("SELECT count(*) FROM ticket"), what="a ticket")
    number = await world.one("SELECT number FROM ticket ORDER BY id DESC LIMIT 1")
    desk = await world.officer()
    assert (await desk.act(number, "ambil"))[0] == 200
    return desk, number


async def test_a_citizen_without_a_phone_is_found_and_answered(world: World) -> None:
    euis = world.citizen()
    euis.hide = True
    desk, number = await in_a_case(world, euis)
    assert number in await desk.get(f"/desk?cari={euis.name.split()[-1]}")
    await desk.say(number, "Sampurasun, kami bantu.", "kunci12345678")
    await eventually(lambda: any("kami bantu" in one.text for one in world.graph.to(euis.address)))
    euis.hide = False
    await euis.say(world.browser(), "Ini nomor saya kelihatan")
    await eventually(lambda: world.one("SELECT phone FROM contact WHERE phone <> ''"), what="the phone")
    euis.user_id = None
    await euis.say(world.browser(), "dan dari nomor saja")
    await told(world, "sudah dikenal dari alamat lain")
    assert await world.one("SELECT count(*) FROM contact") == 1
    assert await world.one("SELECT count(*) FROM address") == 2


async def test_replies_follow_a_new_number_and_officers_are_told(world: World) -> None:
    euis, http = world.citizen(), world.browser()
    desk, number = await in_a_case(world, euis)
    change = euis.new_number("628990001112", "ID.9990001112223334445")
    await euis.send(http, change)
    await told(world, "Balasan di sini sekarang dikirim")
    await euis.again(http)
    old, euis.phone, euis.user_id = euis.user_id, "628990001112", "ID.9990001112223334445"
    await desk.say(number, "Masih dengan kami, Bu?", "kunci12345678")
    await eventually(lambda: any("Masih dengan" in one.text for one in world.graph.to(euis.address)))
    assert not any("Masih dengan" in one.text for one in world.graph.to(str(old)))
    await euis.say(http, "Masih, ini nomor baru saya")
    await told(world, f"Kasusnya yang masih terbuka: {number}")
    await told(world, "Warga yang sama sekarang menulis dari")
    assert await world.one("SELECT count(*) FROM contact") == 1
    lines = await world.one(
        "SELECT count(*) FROM message WHERE author = 'system' AND body LIKE 'Nomor WhatsApp warga%'"
    )
    assert lines == 1, "told once, however often Meta says it"


async def test_a_telegram_chat_that_moves_and_names_in_answers(world: World) -> None:
    walker = TelegramWalker(world)
    rina = await world.officer()
    number = await case_of(world, rina, walker)
    person, telegram = walker.person, world.telegram
    old = person.id
    news = person.migrates(old + 1_000_000)
    for n in (1, 2):
        assert (await rina.say(number, f"Kabar ke-{n}", f"kunci1234567{n}"))[0] == 200
    await walker.last("Kabar ke-2")
    for told in news:
        await telegram.post(walker.http, told)
    assert (await rina.say(number, "Kabar ke-3", "kunci12345673"))[0] == 200
    await walker.last("Kabar ke-3")
    assert [one.text[-10:] for one in telegram.sent if "Kabar" in one.text] == [f"Kabar ke-{n}" for n in (1, 2, 3)]
    await walker.say("Saya di sini sekarang")
    await eventually(lambda: world.one("SELECT count(*) = 2 FROM address"))
    assert await world.one("SELECT count(*) FROM contact") == 1
    assert await world.one("SELECT send_to FROM address WHERE address = :a", a=str(old)) == str(person.id)
    lines = "SELECT count(*) FROM message WHERE author = 'system' AND body LIKE 'Obrolan Telegram ini%'"
    assert await world.one(lines) == 1, "told once, however often Telegram says it"

    euis, http = world.citizen(), world.browser()
    hidden, euis.user_id = euis.user_id, None
    world.graph.names[euis.address] = {"user_id": str(hidden)}
    await euis.say(http, "halo")
    await eventually(lambda: world.one("SELECT 1 FROM alias WHERE value = :v", v=hidden), what="the id from the answer")
    euis.user_id, euis.hide = hidden, True
    await euis.say(http, "halo lagi")
    await world.graph.wait_for(str(hidden), 1)
    assert await world.one("SELECT count(*) FROM contact") == 2
