"""What we send is what independent clients send: pywa's bodies are ours, and python-telegram-bot's files, signs and edits pass the
same fake."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pywa_async import WhatsApp as Pywa
from pywa_async import types
from pywa_async.types import templates
from telegram import Bot, KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove
from telegram.error import BadRequest
from telegram.request import HTTPXRequest

from bot.channels.whatsapp_send import payload
from bot.message import File, Outbound, Template
from tests.channels.runner import REF
from tests.channels.test_fakes import ToTheFake
from tests.fakes.graph import FakeGraph
from tests.fakes.telegram import FakeTelegram, Person
from tests.files import samples

TO = "628111000111"
OUT = Outbound(REF, "whatsapp:100200300", TO, "Halo")
PHOTO, LETTER = (
    File("image", "a" * 64, "image/jpeg", "a.jpg", 9),
    File("document", "a" * 64, "application/pdf", "s.pdf", 9),
)
SOUND, FILM = File("audio", "a" * 64, "audio/ogg", "a.ogg", 9), File("video", "a" * 64, "video/mp4", "a.mp4", 9)
LINK = ("Lacak", "https://x.example/1")


@pytest.fixture
async def pywa(graph: FakeGraph) -> AsyncIterator[Pywa]:
    async with httpx.AsyncClient(transport=ToTheFake(graph.url)) as http:
        yield Pywa("100200300", graph.token, session=http, app_secret=graph.secret, filter_updates=False)


async def test_ours_is_what_pywa_sends(pywa: Pywa, graph: FakeGraph) -> None:
    async def media(mime: str, body: bytes = samples.PDF) -> str:
        found = await pywa.upload_media(body, mime_type=mime, filename="a")
        return str(found.id)

    photo, letter = await media("image/jpeg", samples.photo()), await media("application/pdf")
    sound, film = await media("audio/ogg", samples.voice()), await media("video/mp4", samples.film(b"isom"))
    more: list[tuple[dict[str, Any], str, Any]] = [
        ({"file": PHOTO}, photo, pywa.send_image(TO, photo, "Halo")),
        ({"file": PHOTO, "text": ""}, photo, pywa.send_image(TO, photo)),
        ({"file": LETTER}, letter, pywa.send_document(TO, letter, "s.pdf", "Halo")),
        ({"file": SOUND, "text": ""}, sound, pywa.send_audio(TO, sound)),
        ({"file": FILM}, film, pywa.send_video(TO, film, "Halo")),
        ({"react": "👍", "reply_to": "wamid.x"}, "", pywa.send_reaction(TO, "👍", "wamid.x")),
        ({"ask": "location"}, "", pywa.request_location(TO, "Halo")),
        ({"ask": "contact"}, "", pywa.request_contact_info(TO, "Halo")),
        ({"link": LINK}, "", pywa.send_message(TO, "Halo", buttons=types.URLButton(*LINK))),
        ({"reply_to": "wamid.x"}, "", pywa.send_message(TO, "Halo", reply_to_message_id="wamid.x")),
    ]
    for number, (ours, id_, theirs) in enumerate(more):
        await theirs
        mine, sent = payload(replace(OUT, **ours), id_), graph.accepted[number].payload
        kind = mine["type"]
        node = {key: it for key, it in sent[kind].items() if key != "preview_url"}
        assert (sent["type"], node, sent.get("context")) == (kind, mine[kind], mine.get("context")), ours
    await pywa.mark_message_as_read("wamid.x")
    await pywa.indicate_typing("wamid.y")
    assert [one["message_id"] for one in graph.reads] == ["wamid.x", "wamid.y"]
    assert graph.reads[1]["typing_indicator"] == {"type": "text"}


async def test_a_template_of_pywas(pywa: Pywa, graph: FakeGraph) -> None:
    params = [
        templates.HeaderText.params("JB-0042"),
        templates.BodyText.params("satu", "dua"),
        templates.QuickReplyButton.params(callback_data="csat/1/5", index=0),
        templates.URLButton.params(url_variable="JB-0042", index=1),
    ]
    await pywa.send_template(TO, "a_b", templates.TemplateLanguage.INDONESIAN, params)
    ours = Template("a_b", "id", ("satu", "dua"), "JB-0042", (("quick_reply", "csat/1/5"), ("url", "JB-0042")))
    mine, sent = payload(replace(OUT, template=ours))["template"], graph.accepted[0].payload["template"]
    assert (sent["name"], sent["language"]["code"]) == (mine["name"], mine["language"]["code"])
    theirs = [
        {key: str(it) if key == "index" else it for key, it in each.items()} | {"type": each["type"].lower()}
        for each in sent["components"]
    ]
    for each in theirs:
        if "sub_type" in each:
            each["sub_type"] = each["sub_type"].lower()
    assert theirs == mine["components"]


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[Bot]:
    request = HTTPXRequest(), HTTPXRequest()
    async with Bot(fake.token, base_url=f"{fake.url}/bot", request=request[0], get_updates_request=request[1]) as one:
        yield one


async def test_ptb_sends_files_signs_and_edits(bot: Bot, fake: FakeTelegram) -> None:
    euis = Person(fake)
    sent = await bot.send_photo(euis.id, samples.photo(), caption="Ini", filename="a.jpg")
    assert sent.photo and sent.caption == "Ini"
    assert (await bot.send_document(euis.id, samples.PDF, filename="surat é.pdf")).document
    assert (await bot.send_voice(euis.id, samples.voice(), filename="a.ogg")).voice
    assert [one.field for one in fake.to(euis.id)] == ["photo", "document", "voice"]
    assert fake.to(euis.id)[1].payload["filename"] == "surat é.pdf"
    assert await bot.set_message_reaction(euis.id, 7, "🙏") and fake.reactions == {(euis.id, 7): ["🙏"]}
    with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
        await bot.set_message_reaction(euis.id, 7, "🏛")
    words = await bot.send_message(euis.id, "jam 9")
    changed = await bot.edit_message_text("jam 10", euis.id, words.message_id)
    assert changed.text == "jam 10" and changed.edit_date
    with pytest.raises(BadRequest, match=r"(?i)not modified"):
        await bot.edit_message_text("jam 10", euis.id, words.message_id)
    keys = ReplyKeyboardMarkup([[KeyboardButton("Lokasi", request_location=True)]])
    asked = await bot.send_message(euis.id, "Di mana?", reply_markup=keys)
    await bot.send_message(euis.id, "Terima kasih", reply_markup=ReplyKeyboardRemove())
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", euis.id, asked.message_id)
    assert await bot.send_chat_action(euis.id, "typing")
