"""After a day of silence only approved templates reach a citizen on WhatsApp (and everything reaches one on Telegram)."""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot import clock
from bot.models import Conversation, OutboxItem, Timer
from bot.models.base import table
from tests.world import Desk, World, eventually

TALK, OUTBOX, TIMER = table(Conversation), table(OutboxItem), table(Timer)


async def claimed(world: World, n: int, words: tuple[str, ...] = ("halo", "1", "petugas")) -> tuple[str, str, Desk]:
    """A citizen who speaks with an officer: address, number, desk."""
    citizen, http = world.citizen(n), world.browser()
    for count, each in enumerate(words, 1):
        await citizen.say(http, each)
        await world.graph.wait_for(citizen.address, count)
    number = str(await world.one("SELECT number FROM ticket"))
    rina = await world.officer()
    assert (await rina.act(number, "ambil"))[0] == 200
    await world.graph.wait_for(citizen.address, len(words) + 1)
    await eventually(lambda: _gone(world), what="an empty outbox")  # one about the wait may have come between
    return citizen.address, number, rina


async def silent_for(world: World, hours: float) -> None:
    async with world.server.db.unit() as unit:
        await unit.conn.execute(sa.update(TALK).values(last_inbound_at=clock.now() - timedelta(hours=hours)))


async def test_free_words_are_refused_and_a_template_goes_out(world: World) -> None:
    """To somebody who speaks Sundanese: no template does, so the officer sees which language they got."""
    address, number, rina = await claimed(world, 1, ("halo", "2", "petugas"))
    page = await rina.get(f"/desk/tiket/{number}")
    assert "Jendela balasan tutup" in page and "Kirim templat" not in page
    await silent_for(world, 24)
    page = await rina.get(f"/desk/tiket/{number}")
    assert "Kirim templat" in page and "Jendela balasan tutup" not in page
    before = len(world.graph.to(address))
    status, text = await rina.say(number, "Bu, apakah sudah beres?", "kunci12345678901")
    assert status == 409 and "24 jam" in text
    assert "Bu, apakah sudah beres?</textarea>" in text, "what was written stays with the officer"
    status, text = await rina.act(number, "templat", templat="ticket_update", kunci="kunci22345678901")
    assert status == 422 and "kabar" in text
    form = {"templat": "ticket_update", "kunci": "kunci32345678901", "ticket_update.kabar": "sudah\nselesai"}
    for _ in range(2):
        assert (await rina.act(number, "templat", **form))[0] == 200
    sent = (await world.graph.wait_for(address, before + 1))[-1]
    assert sent.payload["template"] == {
        "name": "kabar_laporan",
        "language": {"code": "id"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": each} for each in (number, "sudah selesai")]}
        ],
    }
    await eventually(lambda: _gone(world), what="an empty outbox")
    assert len(world.graph.to(address)) == before + 1, "sent once"
    page = await rina.get(f"/desk/tiket/{number}")
    assert "Dikirim sebagai templat kabar_laporan" in page.replace("\n", " ")
    assert "bukan bahasa warga" in page
    assert (await rina.act(number, "selesai"))[0] == 200
    sent = (await world.graph.wait_for(address, before + 2))[-1]
    template = sent.payload["template"]
    assert template["name"] == "nilai_layanan", "the survey too"
    buttons = [each["parameters"][0]["payload"] for each in template["components"] if each["type"] == "button"]
    assert len(buttons) == 5
    citizen = world.citizen(1)
    await citizen.send(world.browser(), citizen.quick_reply(buttons[3], "4"))

    async def rated() -> bool:
        return bool(await world.one("SELECT score FROM survey") == 4)

    await eventually(rated, what="a score from a button of the template")


async def test_a_bubble_that_waited_too_long_leaves_as_its_template_or_not_at_all(world: World) -> None:
    address, number, rina = await claimed(world, 1)
    before = len(world.graph.to(address))
    token, world.graph.token = world.graph.token, "another"
    assert (await rina.say(number, "bebas", "kunci12345678901"))[0] == 200
    assert (await rina.act(number, "kembalikan"))[0] == 200
    await eventually(lambda: 190 in world.graph.refused, what="a refusal")
    async with world.server.db.unit() as unit:
        past = clock.now() - timedelta(hours=24)
        await unit.conn.execute(sa.update(TALK).values(last_inbound_at=past))
        rows = (await unit.conn.execute(sa.select(OUTBOX.c.id, OUTBOX.c.payload))).all()
        for id_, payload in rows:
            changed = payload | {"heard": past.timestamp()}
            await unit.conn.execute(sa.update(OUTBOX).where(OUTBOX.c.id == id_).values(payload=changed))
    port = world.server.port
    await world.server.stop()
    world.graph.token = token
    await world.start(port)
    await world.graph.wait_for(address, before + 1, 20)
    await eventually(lambda: _gone(world), what="an empty outbox")
    types = {one.payload["type"] for one in world.graph.to(address)[before:]}
    assert types == {"template"}, (
        "one says where the case is; on a slow machine another one that the wait has become longer"
    )
    assert "window_closed" in await world.one("SELECT error FROM message WHERE body = 'bebas'")
    assert await world.one("SELECT delivery FROM message WHERE body = 'bebas'") == "failed"


async def test_before_it_closes_the_citizen_is_asked_once(world: World) -> None:
    address, _, _ = await claimed(world, 1)
    before = len(world.graph.to(address))
    await silent_for(world, 23.2)
    async with world.server.db.unit() as unit:
        ringing = sa.update(TIMER).where(TIMER.c.kind == "window").values(due_at=clock.now())
        assert (await unit.conn.execute(ringing)).rowcount == 1
    sent = (await world.graph.wait_for(address, before + 1))[-1]
    assert "balas pesan ini" in sent.text
    assert await world.one("SELECT count(*) FROM timer WHERE kind = 'window'") == 0, "once a window"


async def test_the_question_can_be_switched_off(database_url: str, tmp_path: Path) -> None:
    async with World(database_url, tmp_path, {"WARGI_WINDOW_REMINDER_HOURS": "0"}) as world:
        await claimed(world, 1)
        assert await world.one("SELECT count(*) FROM timer WHERE kind = 'window'") == 0


async def test_the_platforms_clock_wins(world: World) -> None:
    """131047 although our own clock says open: what has a template leaves as that, what has none fails with the reason."""
    address, number, rina = await claimed(world, 1)
    before = len(world.graph.to(address))
    world.graph.closed.add(address)
    assert (await rina.act(number, "selesai"))[0] == 200
    sent = (await world.graph.wait_for(address, before + 1))[-1]
    assert sent.payload["template"]["name"] == "nilai_layanan"


async def _gone(world: World) -> bool:
    return bool(await world.one("SELECT count(*) FROM outbox") == 0)
