"""From the desk to an agency that has no account, and back to the citizen, who has the last word: over HTTP, mail and chat."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_string, policy

import aiohttp
import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from bot import clock
from bot.models import Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.policy.directory import Contact
from bot.turn import Ways, agency
from bot.turn.agency import Actor
from tests.fakes.telegram import Person
from tests.files import samples
from tests.journey.test_window import claimed, silent_for
from tests.walkers import WALKERS, survey_opening, tell
from tests.world import World, eventually

TICKET = table(Ticket)
ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is asked of the database here is asked of both elsewhere."""
SU = {
    "asked": "peryogi katerangan",
    "taken": "parantos diteraskeun",
    "done": "parantos réngsé",
    "again": "dipulangkeun ka Dinas Bina Marga",
}


class Mailbox:
    def __init__(self) -> None:
        self.got: list[tuple[list[str], str]] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        text = message_from_string(envelope.content.decode(), policy=policy.default).get_content()  # type: ignore[attr-defined]
        self.got.append((list(envelope.rcpt_tos), text))  # type: ignore[attr-defined]
        return "250 OK"


@pytest.fixture
async def mails(world: World, unused_tcp_port: int) -> AsyncIterator[Mailbox]:
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=unused_tcp_port)
    server.start()
    house = world.server.house
    house.ways, house.public_url = Ways(f"smtp://127.0.0.1:{unused_tcp_port}", "wargi@jabar.example"), world.url
    yield box
    server.stop()


class Office:
    """A browser in an agency that holds nothing but the link of a mail."""

    def __init__(self, world: World, link: str) -> None:
        self.http, self.link, self.world = world.browser(), link, world

    async def open(self) -> tuple[int, str]:
        async with self.http.get(self.link) as answer:
            return answer.status, await answer.text()

    async def act(self, name: str, *files: bytes, origin: str = "", **words: str) -> tuple[int, str]:
        form = aiohttp.FormData(default_to_multipart=bool(files))
        for key, value in words.items():
            form.add_field(key, value)
        for body in files:
            form.add_field("bukti", body, filename="bukti.jpg", content_type="image/jpeg")
        headers = {"Origin": origin or self.world.url}
        async with self.http.post(f"{self.link}/{name}", data=form, headers=headers) as answer:
            return answer.status, await answer.text()


async def test_an_agency_works_by_the_link_of_its_mail_and_the_citizen_has_the_last_word(
    world: World, mails: Mailbox
) -> None:
    euis = WALKERS["web"](world)
    number = await tell(euis)
    rina = await world.officer("Rina")
    await rina.act(number, "ambil")
    assert (await rina.act(number, "langkah/teruskan", instansi="dbmpr", catatan="Mohon ditinjau"))[0] == 200
    await euis.last("ka Dinas Bina Marga")
    await eventually(lambda: len(mails.got) == 1, what="the mail")
    to, words = mails.got[0]
    assert to == ["pengaduan@dbmpr.jabar.example"] and number in words and "gorowong" not in words
    found = re.search(rf"{world.url}/instansi/\S+", words)
    assert found
    office = Office(world, found[0])

    status, page = await office.open()
    assert status == 200 and "gorowong" in page and "Warga 1" not in page and "Terima laporan" in page
    assert await world.one("SELECT state FROM ticket") == "dispatched", "looking changes nothing"
    assert (await office.act("terima", origin="https://elsewhere.example"))[0] == 403
    assert (await office.act("hapus"))[0] == 404
    assert (await Office(world, found[0][:-1] + ("0" if found[0][-1] != "0" else "1")).open())[0] == 404
    assert (await office.act("terima"))[0] == 200
    await euis.last("nuju ditanganan")
    assert (await office.act("terima"))[0] == 409

    assert (await office.act("tanya", pertanyaan="Di depan nomor berapa?"))[0] == 200
    text, _ = await euis.last(SU["asked"])
    assert "Di depan nomor berapa?" in text and number in text
    await euis.say("Payuneun bumi nomer 12")
    await euis.last(SU["taken"])
    await euis.say("caket warung Bu Euis")
    await eventually(lambda: _is(world, "SELECT count(*) FROM ticket_event WHERE kind = 'replied'", 1), what="the rest")
    status, page = await office.open()
    assert "Payuneun bumi nomer 12" in page and "caket warung" in page
    assert await world.one("SELECT state FROM ticket") == "in_progress"

    assert (await office.act("selesai", samples.photo(), keterangan="Sudah ditambal"))[0] == 200
    text, buttons = await euis.last(SU["done"])
    assert "Sudah ditambal" in text and len(buttons) == 2
    proof = re.search(rf"{world.url}/bukti/\S+", text)
    assert proof
    async with world.browser().get(proof[0]) as answer:
        body = await answer.read()
        assert answer.status == 200 and answer.content_type.startswith("image/") and b"Exif" not in body
    async with world.browser().get(re.sub(r"tanda=.", "tanda=x", proof[0])) as answer:
        assert answer.status == 404
    await euis.press(next(id_ for id_ in buttons if id_.endswith("/no")))
    await euis.last(SU["again"])
    await eventually(
        lambda: any(each[0] == ["sekretaris@dbmpr.jabar.example"] for each in mails.got), 20, "the escalation"
    )
    assert await world.one("SELECT state FROM ticket") == "in_progress"
    assert await world.one("SELECT count(*) FROM survey") == 0, "whoever says no is not asked for a rating"
    await euis.press(next(id_ for id_ in buttons if id_.endswith("/yes")))  # of the first time: decides nothing
    await euis.last("teu ngantosan")

    assert (await office.act("selesai", keterangan="Sudah diaspal ulang"))[0] == 200
    await euis.last("diaspal ulang")
    await euis.say("parantos, nuhun")
    await euis.last(survey_opening(world))
    await eventually(lambda: _is(world, "SELECT state FROM ticket", "resolved"), what="resolved")
    assert (await office.open())[0] == 404, "the link is over"

    moves = await world.rows("SELECT actor, after FROM ticket_event WHERE kind = 'moved' ORDER BY id")
    assert [(row["actor"], row["after"]) for row in moves] == [
        ("officer", "assigned"), ("officer", "dispatched"), ("agency", "in_progress"), ("agency", "waiting_citizen"),
        ("citizen", "in_progress"), ("agency", "done"), ("citizen", "in_progress"), ("agency", "done"),
        ("citizen", "resolved"),
    ]  # fmt: skip
    told = await world.rows("SELECT body FROM message WHERE author = 'bot'")
    for once in ("ka Dinas Bina Marga", "nuju ditanganan", "Di depan nomor", "Sudah ditambal", "diaspal ulang"):
        bodies = [row["body"] for row in told if once in row["body"] and "dipulangkeun" not in row["body"]]
        assert len(bodies) == 1, (once, bodies)


@ONE
async def test_a_link_ends_when_the_case_leaves_and_an_answer_may_take_days(world: World, mails: Mailbox) -> None:
    euis = WALKERS["web"](world)
    number = await tell(euis)
    rina = await world.officer("Rina")
    await rina.act(number, "ambil")
    await rina.act(number, "langkah/teruskan", instansi="dbmpr")
    await eventually(lambda: len(mails.got) == 1, what="the mail")
    office = Office(world, re.search(r"http\S+/instansi/\S+", mails.got[0][1])[0])  # type: ignore[index]
    status, page = await office.act("kembalikan", alasan="Jalan desa")
    assert status == 200 and "terima kembali" in page and (await office.open())[0] == 404
    await euis.last("sanés wewenang")
    await rina.act(number, "langkah/teruskan", instansi="dbmpr")
    await eventually(lambda: len(mails.got) == 2, what="the second mail")
    assert (await office.open())[0] == 404, "a link is for one dispatch"
    office = Office(world, re.search(r"http\S+/instansi/\S+", mails.got[1][1])[0])  # type: ignore[index]
    await office.act("tunda", tanggal=f"{clock.now() + timedelta(days=3):%Y-%m-%d}", alasan="Menunggu aspal")
    await euis.last("Menunggu aspal")
    real = clock._now
    clock._now = lambda: real() + timedelta(days=4)
    try:
        await euis.last("diteraskeun deui")  # the timer has brought it back
        await eventually(lambda: len(mails.got) == 3, what="the agency hears of it too")
        await office.act("tanya", pertanyaan="Masih berlubang?")
        await euis.last("Masih berlubang?")
        clock._now = lambda: real() + timedelta(days=7)
        await euis.say("Sumuhun masih")  # a new conversation by now
        await eventually(lambda: _is(world, "SELECT state FROM ticket", "in_progress"), what="the answer counts")
        assert await world.one("SELECT count(*) FROM conversation") == 2
        where = "SELECT m.conversation_id = t.conversation_id FROM ticket t, message m WHERE m.body = 'Sumuhun masih'"
        assert await world.one(where), "the case follows its citizen into the new conversation"
    finally:
        clock._now = real
    async with world.browser().get(f"{world.url}/lacak/{number}") as answer:
        public = await answer.text()
    assert "Dinas Bina Marga dan Penataan Ruang" in public and "Aspal" not in public and "Sumuhun" not in public


@ONE
async def test_a_step_reaches_a_citizen_outside_the_window_and_a_typed_word_answers_it(world: World) -> None:
    address, number, rina = await claimed(world, 1)
    before = len(world.graph.to(address))
    await silent_for(world, 30)
    assert (await rina.act(number, "langkah/teruskan", instansi="dpu_bandung"))[0] == 200
    sent = (await world.graph.wait_for(address, before + 1))[-1]
    assert sent.payload["template"]["name"] == "kabar_laporan" and "Dinas PU Kota Bandung" in str(sent.payload)
    async with world.server.db.unit() as unit:
        ticket = (await unit.conn.execute(sa.select(TICKET.c.id, TICKET.c.part))).one()
    there, house = Actor("dpu_bandung"), world.server.house
    await agency.done(world.server.db, house, there, Ref(*ticket), "Lampu diganti")
    sent = (await world.graph.wait_for(address, before + 2))[-1]
    assert "Lampu diganti" in str(sent.payload["template"]) and "sudah beres?" in str(sent.payload["template"])
    await world.citizen(1).say(world.browser(), "belum, masih gelap")
    await eventually(lambda: _is(world, "SELECT state FROM ticket", "in_progress"), what="a word is enough")
    assert await world.one("SELECT denials FROM ticket") == 1
    why = await world.one("SELECT why FROM ticket_event WHERE before = 'done'")
    assert why == "belum, masih gelap"
    guesser = world.browser()
    statuses = []
    for n in range(23):
        async with guesser.get(f"{world.url}/instansi/{number}.1.{9999999999 - n}.{'0' * 64}") as answer:
            statuses.append(answer.status)
    assert statuses[0] == 404 and statuses[-1] == 429


async def _is(world: World, query: str, value: object) -> bool:
    return bool(await world.one(query) == value)


@ONE
async def test_an_agency_is_reached_in_its_chat(world: World) -> None:
    """Without mail and without an account: the same signed link, in a message to the chat of whoever is on duty there."""
    house, desk = world.server.house, Person(world.telegram, 990077)
    agencies = house.triage.agencies
    duty = replace(agencies.agencies["dbmpr"], contacts=(Contact("Meja", telegram=str(desk.id)),))
    house.triage = replace(house.triage, agencies=replace(agencies, agencies={**agencies.agencies, "dbmpr": duty}))
    euis, rina = WALKERS["web"](world), await world.officer("Rina")
    number = await tell(euis)
    await rina.act(number, "ambil")
    await rina.act(number, "langkah/teruskan", instansi="dbmpr")
    await eventually(lambda: bool(world.telegram.to(desk.id)), 20, "the chat")
    text = world.telegram.to(desk.id)[0].text
    assert number in text and "Euis" not in text
    office = Office(world, re.search(r"http\S+/instansi/\S+", text)[0])  # type: ignore[index]
    assert (await office.act("terima"))[0] == 200
    await eventually(lambda: _is(world, "SELECT state FROM ticket", "in_progress"), 20, "the agency has it")
