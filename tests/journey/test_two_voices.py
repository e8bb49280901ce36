"""Bot and officers never talk over each other, and nobody wins a case twice."""

import asyncio

import pytest

from bot.engine.effects import Say
from bot.models.ref import Ref
from bot.store import talk
from bot.store.batch import Batch
from bot.turn.say import say
from tests.world import NUMBER, World, eventually


async def ticket_of(world: World, citizen_n: int = 1) -> tuple[object, str]:
    """A citizen who asked for an officer, and the number of the case."""
    citizen, http = world.citizen(citizen_n), world.browser()
    await citizen.say(http, "halo")
    await world.graph.wait_for(citizen.address)
    await citizen.say(http, "1")
    await world.graph.wait_for(citizen.address, 2)
    await citizen.say(http, "petugas")
    await world.graph.wait_for(citizen.address, 3)
    number = await world.one(
        "SELECT number FROM ticket JOIN address ON address.id = ticket.address_id WHERE address.address = :a",
        a=citizen.address,
    )
    return citizen, str(number)


async def test_no_dialogue_after_the_claim_but_every_notice(world: World) -> None:
    """B3: a bubble made before the claim and not sent yet is suppressed; a notice is delivered."""
    citizen, number = await ticket_of(world)
    rina = await world.officer("Rina")
    world.graph.delay = 4.0  # the platform is slow: bubbles wait in line behind the first
    db = world.server.db
    key = ("whatsapp:100200300", citizen.address)
    from bot import clock

    async with db.unit() as unit:
        thread = (await talk.load(unit.conn, [key]))[key]
        batch = Batch(clock.now())
        say(batch, thread, Say("pertama"))
        say(batch, thread, Say("bot masih bicara"))
        say(batch, thread, Say("nomor darurat", notice=True))
        await batch.flush(unit)
    status, _ = await rina.act(number, "ambil")
    assert status == 200
    world.graph.delay = 0.0
    await eventually(lambda: any("nomor darurat" in one.text for one in world.graph.accepted), what="the notice")
    assert not any("bot masih bicara" in one.text for one in world.graph.accepted)
    suppressed = "message WHERE body = 'bot masih bicara' AND delivery = 'suppressed'"
    await eventually(lambda: _count(world, suppressed, 1), what="suppressed, and said so")
    await citizen.say(world.browser(), "menu")
    await asyncio.sleep(0.5)
    assert (
        await world.one("SELECT count(*) FROM message WHERE author = 'bot' AND body LIKE '%Buat laporan%' AND seq > 8")
        == 0
    )


async def test_one_winner_and_the_loser_is_told_who(world: World) -> None:
    """F4."""
    _, number = await ticket_of(world)
    rina, asep = await world.officer("Rina"), await world.officer("Asep")
    await asyncio.gather(rina.get(f"/desk/tiket/{number}"), asep.get(f"/desk/tiket/{number}"))
    answers = await asyncio.gather(
        *[desk.post(f"/desk/tiket/{number}/ambil") for desk in (rina, asep) for _ in range(3)]
    )
    assert sorted(status for status, _ in answers).count(200) == 1
    winner = rina if answers[0][0] == 200 or answers[1][0] == 200 or answers[2][0] == 200 else asep
    for status, page in answers:
        if status != 200:
            assert status == 409 and winner.name in page
    assert await world.one("SELECT count(*) FROM assignment") == 1
    assert await world.one("SELECT count(*) FROM ticket_event WHERE kind = 'moved' AND after = 'assigned'") == 1


async def test_a_repeated_send_is_delivered_once(world: World) -> None:
    """F5."""
    _, number = await ticket_of(world)
    rina = await world.officer("Rina")
    await rina.act(number, "ambil")
    for _ in range(3):
        status, _ = await rina.say(number, "Baik, kami cek.", "samakunci1")
        assert status == 200
    await eventually(lambda: any("kami cek" in one.text for one in world.graph.accepted), what="the reply")
    await asyncio.sleep(0.3)
    assert sum("kami cek" in one.text for one in world.graph.accepted) == 1
    asep = await world.officer("Asep")
    status, page = await asep.say(number, "Saya juga!", "kuncilain1")
    assert status == 409 and "Rina" in page


async def test_handed_back_the_bot_goes_on(world: World) -> None:
    citizen, number = await ticket_of(world)
    rina = await world.officer("Rina")
    await rina.act(number, "ambil")
    status, _ = await rina.act(number, "kembalikan")
    assert status == 200
    assert await world.one("SELECT state FROM ticket") == "queued"
    assert await world.one("SELECT owner FROM conversation") == "bot"
    before = len(world.graph.to(citizen.address))
    await citizen.say(world.browser(), "menu")
    await eventually(lambda: len(world.graph.to(citizen.address)) > before, what="the bot's answer")


async def test_one_conversation_many_tickets_one_ticket_many_conversations(world: World) -> None:
    """E1."""
    citizen, first = await ticket_of(world)
    http = world.browser()
    before = len(world.graph.to(citizen.address))
    await citizen.say(http, "menu")
    await eventually(lambda: len(world.graph.to(citizen.address)) > before, what="back at the bot")
    for words in ("1", "2", "1", "Desa Cibiru Wetan", "Jalan berlubang di depan pasar sejak sebulan", "tidak ada", "1"):
        before = len(world.graph.to(citizen.address))
        await citizen.say(http, words)
        await eventually(lambda n=before: len(world.graph.to(citizen.address)) > n, what=words)
    numbers = [row["number"] for row in await world.rows("SELECT number FROM ticket ORDER BY opened_at")]
    assert len(numbers) == 2 and numbers[0] == first
    assert NUMBER.search(world.graph.to(citizen.address)[-1].text)[0] == numbers[1]
    assert await world.one("SELECT count(*) FROM conversation") == 1
    await _sleep_two_days(world)
    await citizen.say(http, "halo lagi")
    await eventually(lambda: _count(world, "conversation", 2), what="a new conversation")
    rina = await world.officer("Rina")
    status, _ = await rina.act(numbers[1], "ambil")
    assert status == 200
    await rina.say(numbers[1], "Kami perbaiki minggu ini.", "kuncibaru1")
    await eventually(lambda: any("perbaiki minggu ini" in one.text for one in world.graph.accepted), what="the reply")
    status, _ = await rina.act(numbers[1], "selesai")
    assert status == 200


async def _sleep_two_days(world: World) -> None:
    """The last words are made two days old; nothing else of time is touched."""
    past = "interval '2 days'" if not world.server.db.is_sqlite else None
    async with world.server.db.unit() as unit:
        import sqlalchemy as sa

        change = f"last_inbound_at - {past}" if past else "last_inbound_at - 172800000000"
        await unit.conn.execute(sa.text(f"UPDATE conversation SET last_inbound_at = {change}, session = NULL"))


async def test_nothing_is_said_for_a_silent_citizen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """H3: silence becomes its own state; a late press changes nothing; no score is invented."""
    citizen, number = await ticket_of(world)
    rina = await world.officer("Rina")
    await rina.act(number, "ambil")
    await rina.act(number, "selesai")
    await eventually(lambda: _count(world, "survey WHERE state = 'asked'", 1), what="the survey")
    question = await _buttons(world, citizen)
    async with world.server.db.unit() as unit:
        import sqlalchemy as sa

        past = 1 if world.server.db.is_sqlite else "to_timestamp(1)"
        await unit.conn.execute(sa.text(f"UPDATE timer SET due_at = {past} WHERE kind = 'survey'"))
    await eventually(lambda: _count(world, "survey WHERE state = 'expired'", 1), what="expiry")
    assert await world.one("SELECT state FROM ticket") == "closed"
    before = len(world.graph.to(citizen.address))
    await citizen.press(world.browser(), question[4][0], "x", row=True)
    await eventually(lambda: len(world.graph.to(citizen.address)) > before, what="a kind word")
    assert await world.one("SELECT score FROM ticket") is None
    assert await world.one("SELECT score FROM survey") is None


async def test_an_unclear_answer_is_no_score_and_goes_to_the_bot(world: World) -> None:
    citizen, number = await ticket_of(world)
    rina = await world.officer("Rina")
    await rina.act(number, "ambil")
    await rina.act(number, "selesai")
    await _buttons(world, citizen)
    before = len(world.graph.to(citizen.address))
    await citizen.say(world.browser(), "5 hari belum juga selesai pak, jalannya masih rusak")
    await eventually(lambda: _count(world, "survey WHERE state = 'unclear' AND score IS NULL", 1), what="unclear")
    await eventually(lambda: len(world.graph.to(citizen.address)) > before, what="the bot's answer")
    assert await world.one("SELECT owner FROM conversation") == "bot"


async def _buttons(world: World, citizen: object) -> list[tuple[str, str]]:
    sent = lambda: [one for one in world.graph.to(citizen.address) if len(one.buttons) == 5]  # type: ignore[attr-defined] # noqa: E731
    await eventually(lambda: bool(sent()), what="the question 1-5")
    return sent()[-1].buttons


async def _count(world: World, where: str, n: int) -> bool:
    return bool(await world.one(f"SELECT count(*) FROM {where}") == n)


def test_refs_name_rows() -> None:
    ref = Ref(bytes(range(16)), 7)
    assert Ref.parse(str(ref)) == ref
