"""A life may be in danger: an answer at once, the top of the queue, and calls until a human says that they have it."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.controller import Controller

from bot import clock
from bot.models import Role
from bot.policy import escalation
from bot.policy.escalation import AGENCY, DUTY, LEAD, NEXT, Plan, Step
from bot.store import alarms, people
from bot.store import duty as on_shift
from bot.turn import Ways, alarm
from tests.fakes.telegram import Person
from tests.walkers import WALKERS, Walker
from tests.world import World, eventually

QUICK = Plan((Step(0, DUTY), Step(0.4, NEXT), Step(0.8, LEAD), Step(1.2, AGENCY)), 60, 120)
HELP = "Tolong!! bapak saya sesak napas, bibirnya biru, di Cimahi"


def plan(world: World, **more: Any) -> None:
    house = world.server.house
    house.triage = replace(house.triage, plan=replace(QUICK, **more))


async def officer(world: World, name: str, *, duty: bool = True, role: Role = Role.OFFICER, **ways: str) -> int:
    """An officer who is not at the desk."""
    now = clock.now()
    if "telegram" in ways:
        Person(world.telegram, int(ways["telegram"]))  # has written to the bot before, or Telegram knows no such chat
    async with world.server.db.unit() as unit:
        id_ = await people.add_officer(unit.conn, name, name.lower(), "x", role, now)
        if ways:
            await alarms.set_ways(unit.conn, id_, ways)
        await on_shift.set_duty(unit.conn, id_, now, now + timedelta(hours=8) if duty else None)
    return id_


async def one(world: World) -> dict[str, Any]:
    """The only alarm, once there is one."""
    await eventually(lambda: world.one("SELECT id FROM alarm"), what="an alarm")
    rows = await world.rows("SELECT * FROM alarm")
    assert len(rows) == 1
    return rows[0]


async def becomes(world: World, state: str, seconds: float = 15) -> None:
    await eventually(lambda: _is(world, state), seconds, f"the alarm is {state}")


async def _is(world: World, state: str) -> bool:
    return (await world.one("SELECT state FROM alarm")) == state


async def in_form(walker: Walker) -> None:
    """Somebody in the middle of a report."""
    await walker.say("halo")
    await walker.last("pilih bahasa")
    await walker.say("1")
    await walker.last("Apa yang bisa saya bantu")
    await walker.say("1")
    await walker.last("Laporan ini tentang apa")


@pytest.mark.parametrize("channel", WALKERS)
async def test_danger_breaks_every_form(world: World, channel: str) -> None:
    """D1: numbers and a question at once, critical, at the top; the officer on duty is called on their phone and acknowledges there."""
    plan(world)
    await officer(world, "Rina", telegram="990001")
    walker = WALKERS[channel](world)
    await in_form(walker)
    await walker.say(HELP)
    text, _ = await walker.last("119")
    assert "{" not in text
    _, buttons = await walker.last("terjadi sekarang")
    assert [id_.rpartition("/")[2] for id_ in buttons] == ["ya", "tidak"]
    found = await one(world)
    ticket = (await world.rows("SELECT * FROM ticket"))[0]
    assert (ticket["urgency"], ticket["state"], ticket["number"]) == ("critical", "queued", found["number"])
    call = (await world.telegram.wait_for(990001))[0]
    assert found["number"] in call.text and HELP not in call.text
    rina = Person(world.telegram, 990001, "Rina")
    await world.telegram.post(world.browser(), rina.presses(call.buttons[0][0], call))
    await becomes(world, "acknowledged")
    await eventually(lambda: any("Terima kasih" in each.text for each in world.telegram.to(990001)), what="told so")
    assert await world.one("SELECT count(*) FROM contact") == 1  # the officer's press is nobody's message


async def test_yes_goes_on_and_no_goes_back(world: World) -> None:
    plan(world, steps=(Step(0, DUTY),))
    first, second = WALKERS["whatsapp"](world), WALKERS["web"](world)
    for walker in (first, second):
        await in_form(walker)
        await walker.say(HELP)
        await walker.last("terjadi sekarang")
    await first.say("iya")
    await second.say("2")
    for answer in ("yes", "no"):
        found = f"SELECT id FROM alarm WHERE confirmed = '{answer}'"
        await eventually(partial(world.one, found), what=answer)

    async def goes_on() -> bool:  # the form, where it was
        bubbles = await second.visitor.messages()  # type: ignore[attr-defined]
        return "Laporan ini tentang apa" in bubbles[-1]["text"]

    await eventually(goes_on, what="the form goes on")
    rows = {row["confirmed"]: row for row in await world.rows("SELECT * FROM alarm")}
    assert (rows["yes"]["state"], rows["no"]["state"]) == ("paging", "calm")
    urgencies = {row["id"]: row["urgency"] for row in await world.rows("SELECT id, urgency FROM ticket")}
    assert urgencies[rows["yes"]["ticket_id"]] == "critical"
    assert urgencies[rows["no"]["ticket_id"]] == "high"  # lowered, never dropped


async def test_silence_is_a_yes(world: World) -> None:
    plan(world, answer_within=0.3)
    walker = WALKERS["telegram"](world)
    await walker.say(HELP)
    await eventually(lambda: _confirmed(world, "silence"), what="silence counted")
    assert await world.one("SELECT state FROM alarm") == "paging"


async def _confirmed(world: World, how: str) -> bool:
    return (await world.one("SELECT confirmed FROM alarm")) == how


async def test_person_after_person(world: World) -> None:
    """D2: who speaks the citizen's language first, then the next, the leads, the agency; all over every way they have."""
    Person(world.telegram, 990004)
    plan(
        world,
        agencies=(
            (
                "",
                (escalation.Person("Posko", (("telegram", "990004"),)),),
            ),
        ),
    )
    await officer(world, "Adi", telegram="990001")
    await officer(world, "Susi", telegram="990002", languages="id,su")
    await officer(world, "Lita", duty=False, role=Role.LEAD, telegram="990003")
    walker = WALKERS["whatsapp"](world)
    await walker.say("halo")
    await walker.last("pilih bahasa")
    await walker.say("2")
    await walker.last("Aya nu tiasa dibantos")
    await walker.say("tulung pun bapa eungap, biwirna biru")
    await walker.last("119 – ambulan\n")  # the numbers' names are Sundanese too
    await eventually(lambda: bool(world.telegram.to(990004)), what="the agency is called")
    order = [row["name"] for row in await world.rows("SELECT name FROM page WHERE via = 'telegram' ORDER BY at, id")]
    assert order[:4] == ["Susi", "Adi", "Lita", "Posko"]


async def test_nobody_on_duty(world: World) -> None:
    """An alarm by itself: the leads are called at once and told so."""
    plan(world)
    await officer(world, "Adi", duty=False)
    await officer(world, "Lita", duty=False, role=Role.LEAD, telegram="990003")
    await WALKERS["web"](world).say(HELP)
    call = (await world.telegram.wait_for(990003))[0]
    assert "Tidak ada petugas bertugas" in call.text
    assert (await one(world))["nobody"]


async def test_another_way_when_one_is_broken(world: World, unused_tcp_port: int) -> None:
    """Telegram is down: mail and the webhook, signed, reach people all the same; the failed call is on record."""
    heard: list[tuple[bytes, str]] = []

    async def hook(request: web.Request) -> web.Response:
        heard.append((await request.read(), request.headers["X-Wargi-Signature"]))
        return web.Response()

    app = web.Application()
    app.router.add_post("/alarm", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    mails = Mailbox()
    server = Controller(mails, hostname="127.0.0.1", port=unused_tcp_port)
    server.start()
    try:
        plan(world)
        url = f"http://127.0.0.1:{port}/alarm"
        world.server.house.ways = Ways(f"smtp://127.0.0.1:{unused_tcp_port}", "wargi@example.org", url, "geheim")
        world.telegram.down = True
        await officer(world, "Rina", telegram="990001", email="rina@example.org")
        await WALKERS["web"](world).say(HELP)
        await eventually(lambda: bool(mails.got and heard), what="mail and webhook")
    finally:
        server.stop()
        await runner.cleanup()
    body, signed = heard[0]
    assert signed == "sha256=" + hmac.new(b"geheim", body, hashlib.sha256).hexdigest()
    assert json.loads(body)["kind"] == "breathing"
    assert mails.got[0][0] == ["rina@example.org"] and (await one(world))["number"] in mails.got[0][1]
    await eventually(
        lambda: world.one("SELECT error FROM page WHERE via = 'telegram' AND error <> ''"), what="on record"
    )


class Mailbox:
    def __init__(self) -> None:
        self.got: list[tuple[list[str], str]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.got.append((envelope.rcpt_tos, envelope.content.decode("utf-8", "replace")))
        return "250 OK"


async def test_one_has_it_and_the_other_is_told_who(world: World) -> None:
    plan(world, steps=(Step(0, DUTY),))
    rina, adi = await world.officer("Rina"), await world.officer("Adi")
    assert "Bertugas sampai" in (await rina.post("/desk/tugas", mulai="ya"))[1]
    await WALKERS["web"](world).say(HELP)
    found = await one(world)
    page = await rina.get("/desk/alarm/panel")
    assert found["number"] in page and "Saya terima" in page
    await adi.get("/desk")
    path = f"/desk/alarm/{found['id'].hex()}.{found['part']}/terima"
    answers = await asyncio.gather(rina.post(path), adi.post(path))
    assert sorted(status for status, _ in answers) == [200, 409]
    who = next(name for name, (status, _) in zip(("Rina", "Adi"), answers, strict=True) if status == 200)
    assert any(f"Sudah diterima {who}" in text for _, text in answers)
    history = await rina.get("/desk/alarm")
    assert f"Diterima <bdi>{who}</bdi>" in history
    assert "Saya terima" not in await rina.get("/desk/alarm/panel")


async def test_claim_acknowledges_and_resolve_ends(world: World) -> None:
    plan(world, steps=(Step(0, DUTY),))
    rina = await world.officer("Rina")
    walker = WALKERS["whatsapp"](world)
    await walker.say(HELP)
    number = (await one(world))["number"]
    assert (await rina.act(number, "ambil"))[0] == 200
    await becomes(world, "acknowledged")
    await walker.say("iya masih")
    assert (await rina.act(number, "selesai"))[0] == 200
    await becomes(world, "ended")


async def test_voice_note_in_a_critical_talk_calls_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "AGAIN_AFTER", timedelta())
    plan(world, steps=(Step(0, DUTY),))
    await officer(world, "Rina", telegram="990001")
    walker = WALKERS["telegram"](world)
    await walker.say(HELP)
    call = (await world.telegram.wait_for(990001))[0]
    rina = Person(world.telegram, 990001, "Rina")
    await world.telegram.post(world.browser(), rina.presses(call.buttons[0][0], call))
    await becomes(world, "acknowledged")
    assert await world.telegram.post(walker.http, walker.person.voice()) == 200
    await becomes(world, "paging")
    await eventually(lambda: _calls(world, 990001) == 2, what="called again")


def _calls(world: World, chat: int) -> int:
    return sum("DARURAT" in each.text for each in world.telegram.to(chat))


async def test_flood_does_not_delay_danger(world: World) -> None:
    """A thousand others wait; the one in danger is answered before most of them."""
    plan(world)
    http = world.browser()
    citizens = [world.citizen(n) for n in range(100, 700)]
    for some in range(0, len(citizens), 100):
        await asyncio.gather(*(each.say(http, "halo") for each in citizens[some : some + 100]))
    await WALKERS["whatsapp"](world).say(HELP)
    await one(world)
    raised = await world.one("SELECT raised_at FROM alarm")
    rows = await world.rows("SELECT created_at FROM conversation ORDER BY created_at DESC LIMIT 1")
    await eventually(lambda: _none_pending(world), 60, "everybody is served")
    last = (await world.rows("SELECT max(created_at) AS at FROM conversation"))[0]["at"]
    assert rows and raised <= last


async def _none_pending(world: World) -> bool:
    return await world.one("SELECT count(*) FROM inbox WHERE state = 'pending'") == 0


async def test_drill(world: World) -> None:
    """Everything happens, nobody is in danger, and the calls say so."""
    plan(world, steps=(Step(0, DUTY),))
    lead = await world.officer("Lita")
    await officer(world, "Adi", telegram="990001")
    assert (await lead.post("/desk/alarm/latihan"))[0] == 200
    call = (await world.telegram.wait_for(990001))[0]
    assert call.text.startswith("[LATIHAN]")
    adi = Person(world.telegram, 990001, "Adi")
    await world.telegram.post(world.browser(), adi.presses(call.buttons[0][0], call))
    await becomes(world, "acknowledged")
    assert "Latihan" in await lead.get("/desk/alarm")


async def test_own_ways_are_checked(world: World) -> None:
    rina = await world.officer("Rina")
    await rina.get("/desk/saya")
    status, text = await rina.post("/desk/saya", telegram="@rina", whatsapp="", email="")
    assert status == 400 and "nomor ID" in text
    status, text = await rina.post("/desk/saya", telegram="990001", whatsapp="0812 3456 7890", email="", bahasa_su="ya")
    assert status == 200 and "Tersimpan" in text
    row = (await world.rows("SELECT telegram, whatsapp, languages FROM officer"))[0]
    assert row == {"telegram": "990001", "whatsapp": "6281234567890", "languages": "id,su"}


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_calls_survive_a_restart(world: World) -> None:
    """The process ends before anybody was reached: the next one goes on with the calls and with the escalation."""
    world.telegram.down = True
    await officer(world, "Rina", telegram="990001")
    await officer(world, "Lita", duty=False, role=Role.LEAD, telegram="990003")
    await WALKERS["whatsapp"](world).say(HELP)
    await eventually(lambda: world.one("SELECT error FROM page WHERE via = 'telegram' AND error <> ''"), what="a try")
    await world.server.stop()
    world.telegram.down = False
    await world.start(world.server.port)
    plan(world)
    await eventually(lambda: bool(_calls(world, 990001) and _calls(world, 990003)), what="both are called")


async def test_edited_words_are_heard(world: World) -> None:
    """A cry for help that is written into an older message."""
    plan(world)
    walker = WALKERS["telegram"](world)
    await walker.say("halo")
    await walker.last("pilih bahasa")
    first = walker.person.text("halo lagi")  # type: ignore[attr-defined]
    assert await world.telegram.post(walker.http, first) == 200  # type: ignore[attr-defined]
    edit = walker.person.edited(HELP)  # type: ignore[attr-defined]
    assert await world.telegram.post(walker.http, edit) == 200  # type: ignore[attr-defined]
    await one(world)
    await walker.last("119")


async def test_a_cue_against_it_asks_first(world: World) -> None:
    """Guarded: the citizen is asked, nobody is woken; a yes wakes them, silence brings the case to the officers as high."""
    plan(world, answer_within=1.0)
    asked, silent = WALKERS["whatsapp"](world), WALKERS["web"](world)
    doubtful = "kalau kebakaran rumah harus telepon ke mana? simulasi tahun lalu"
    for walker in (asked, silent):
        await walker.say(doubtful)
        await walker.last("terjadi sekarang")
    await asked.say("iya")
    await eventually(lambda: world.one("SELECT id FROM alarm WHERE state = 'paging'"), what="a yes wakes")
    await eventually(lambda: world.one("SELECT id FROM alarm WHERE confirmed = 'silence'"), what="silence")
    rows = {row["confirmed"]: row for row in await world.rows("SELECT * FROM alarm")}
    assert rows["silence"]["state"] == "calm"
    urgency = await world.rows("SELECT id, urgency, state FROM ticket")
    found = {row["id"]: row for row in urgency}
    assert found[rows["yes"]["ticket_id"]]["urgency"] == "critical"
    assert (found[rows["silence"]["ticket_id"]]["urgency"], found[rows["silence"]["ticket_id"]]["state"]) == (
        "high",
        "queued",
    )


@pytest.mark.parametrize("pressed", [True, False], ids=["pressed", "typed"])
async def test_a_late_yes_still_wakes(world: World, pressed: bool) -> None:
    """Whoever runs from a fire answers when they can: the silence before it was no answer."""
    plan(world, answer_within=0.2)
    await officer(world, "Rina", telegram="990001")
    walker = WALKERS["whatsapp"](world)
    await walker.say("kalau kebakaran rumah harus telepon ke mana? simulasi tahun lalu")
    _, buttons = await walker.last("terjadi sekarang")
    await eventually(lambda: world.one("SELECT id FROM alarm WHERE confirmed = 'silence'"), what="silence")
    assert not world.telegram.to(990001)
    await (walker.press(buttons[0]) if pressed else walker.say("iya"))
    await world.telegram.wait_for(990001)
    found = await one(world)
    assert (found["state"], found["confirmed"]) == ("paging", "yes")
    assert await world.one("SELECT urgency FROM ticket") == "critical"


async def test_a_no_to_what_a_human_has_taken_up_ends_it_and_a_new_cry_is_a_new_alarm(world: World) -> None:
    """Also within the minutes in which more of the same would call nobody."""
    plan(world, steps=(Step(0, DUTY),))
    await officer(world, "Rina", telegram="990001")
    walker = WALKERS["whatsapp"](world)
    await walker.say(HELP)
    _, buttons = await walker.last("terjadi sekarang")
    call = (await world.telegram.wait_for(990001))[0]
    rina = Person(world.telegram, 990001, "Rina")
    await world.telegram.post(world.browser(), rina.presses(call.buttons[0][0], call))
    await becomes(world, "acknowledged")
    await walker.press(buttons[1])
    await eventually(lambda: world.one("SELECT id FROM alarm WHERE confirmed = 'no'"), what="no")
    await walker.say("Tolong!! rumah tetangga kebakaran, ada orang terjebak")
    await eventually(lambda: world.one("SELECT count(*) = 2 FROM alarm"), what="another alarm")


async def test_a_yes_while_somebody_is_called_is_no_old_button(world: World) -> None:
    plan(world, steps=(Step(0, DUTY),), answer_within=0.2)
    walker = WALKERS["whatsapp"](world)
    await walker.say(HELP)
    _, buttons = await walker.last("terjadi sekarang")
    await eventually(lambda: world.one("SELECT id FROM alarm WHERE confirmed = 'silence'"), what="silence")
    assert await _is(world, "paging")
    await walker.press(buttons[0])
    await eventually(lambda: world.one("SELECT id FROM alarm WHERE confirmed = 'yes'"), what="yes")
    assert await world.one("SELECT round FROM alarm") == 1, "nobody is called anew"


async def test_who_said_no_may_press_yes_and_an_answer_to_the_form_is_none(world: World) -> None:
    plan(world, steps=(Step(0, DUTY),))
    walker = WALKERS["whatsapp"](world)
    await in_form(walker)
    await walker.say(HELP)
    _, buttons = await walker.last("terjadi sekarang")
    await walker.press(buttons[1])
    await becomes(world, "calm")
    await walker.last("Laporan ini tentang apa")
    address = walker.citizen.address  # type: ignore[attr-defined]
    before = len(world.graph.to(address))
    await walker.say("1")
    await world.graph.wait_for(address, before + 1)
    assert await _is(world, "calm"), "the first choice of the form"
    await walker.press(buttons[0])
    await becomes(world, "paging")
    assert await world.one("SELECT urgency FROM ticket") == "critical"
    assert await world.one("SELECT round FROM alarm") == 2


async def test_harm_without_a_ticket_reaches_an_officer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody in a harmful situation leaves the bot's questions: an officer gets the case, as high."""
    monkeypatch.setattr(alarm, "FORGOTTEN_AFTER", timedelta(seconds=0.5))
    walker = WALKERS["web"](world)
    await in_form(walker)
    await walker.say("tiang listrik miring di depan")
    await eventually(lambda: world.one("SELECT id FROM ticket WHERE urgency = 'high'"), what="a ticket")


async def test_a_call_follows_a_chat_that_has_moved(world: World) -> None:
    await officer(world, "Rina", telegram="990001")
    Person(world.telegram, 990001).migrates(-100990001)
    walker = WALKERS["telegram"](world)
    await walker.say(HELP)
    await world.telegram.wait_for(-100990001)
    assert await world.one("SELECT telegram FROM officer WHERE name = 'Rina'") == "-100990001"
