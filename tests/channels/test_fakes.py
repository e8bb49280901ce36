"""A fake is worth what independent clients say of it: pywa and python-telegram-bot must take ours for the real thing."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx
import orjson
import pytest
from pywa.errors import WhatsAppError
from pywa_async import WhatsApp as Pywa
from pywa_async import handlers, types
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter
from telegram.request import HTTPXRequest

from tests.fakes.citizen import Citizen, envelope, signature
from tests.fakes.graph import FakeGraph, status_of
from tests.fakes.telegram import Failure, FakeTelegram, Person


class ToTheFake(httpx.AsyncHTTPTransport):
    """Sends what is meant for graph.facebook.com to the fake."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.host = httpx.URL(url)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == "graph.facebook.com"
        request.url = request.url.copy_with(scheme="http", host=self.host.host, port=self.host.port)
        return await super().handle_async_request(request)


@pytest.fixture
async def pywa(graph: FakeGraph) -> AsyncIterator[Pywa]:
    async with httpx.AsyncClient(transport=ToTheFake(graph.url)) as http:
        yield Pywa("100200300", graph.token, session=http, app_secret=graph.secret, filter_updates=False)


async def test_pywa_sends(pywa: Pywa, graph: FakeGraph) -> None:
    sent = await pywa.send_message("628111000111", "Halo")
    assert sent.id == graph.accepted[0].wamid
    await pywa.send_message("628111000111", "Kirim?", buttons=[types.Button("Ya", callback_data="a")])
    rows = [types.SectionRow("Jalan", callback_data="b"), types.SectionRow("Air", callback_data="c")]
    await pywa.send_message("628111000111", "Topik?", buttons=types.SectionList("Pilih", [types.Section("T", rows)]))
    assert [(one.text, one.buttons) for one in graph.to("628111000111")] == [
        ("Halo", []),
        ("Kirim?", [("a", "Ya")]),
        ("Topik?", [("b", "Jalan"), ("c", "Air")]),
    ]


async def test_pywa_understands_refusals(pywa: Pywa, graph: FakeGraph) -> None:
    with pytest.raises(WhatsAppError) as long:
        await pywa.send_message("628111000111", "x" * 4097)
    graph.closed.add("628111000111")
    with pytest.raises(WhatsAppError) as closed:
        await pywa.send_message("628111000111", "Halo")
    graph.token = "another"
    with pytest.raises(WhatsAppError) as token:
        await pywa.send_message("628111000111", "Halo")
    assert [one.value.code for one in (long, closed, token)] == [100, 131047, 190]


async def test_pywa_reads_our_webhooks(pywa: Pywa, graph: FakeGraph) -> None:
    got: list[Any] = []

    async def keep(_: Pywa, update: Any) -> None:
        got.append(update)

    kinds = (
        handlers.MessageHandler,
        handlers.CallbackButtonHandler,
        handlers.CallbackSelectionHandler,
        handlers.MessageStatusHandler,
    )
    pywa.add_handlers(*(kind(keep) for kind in kinds))
    sent = await pywa.send_message("628111000111", "Halo")
    euis = Citizen()
    contacts = [euis.contact()]
    bodies = [
        euis.body(euis.text("Wilujeng énjing 🙏")),
        euis.body(euis.button("m.1", "Ya")),
        euis.body(euis.row("m.2", "Jalan")),
        euis.body(euis.quick_reply("m.3", "Puas")),
        *(euis.body(one) for one in (euis.image("a"), euis.voice(), euis.location(), euis.reaction())),
        euis.body(euis.unsupported()),
        *(
            envelope("100200300", statuses=[status_of(graph.accepted[0], s)], contacts=contacts)
            for s in ("read", "failed")
        ),
    ]
    for body in bodies:
        assert await pywa.webhook_update_validator(body, signature(body, graph.secret)) is None
        assert await pywa.webhook_update_validator(body, signature(body, "another")) is not None
        assert await pywa.webhook_update_handler(body) == ("ok", 200)
    assert [one.text for one in got[:1]] == ["Wilujeng énjing 🙏"]
    assert [one.data for one in got[1:4]] == ["m.1", "m.2", "m.3"]
    assert [one.type for one in got[4:9]] == ["image", "audio", "location", "reaction", "unsupported"]
    assert {one.from_user.name for one in got[:9]} == {"Euis"}
    assert [(one.id, one.status) for one in got[9:]] == [(sent.id, "read"), (sent.id, "failed")]
    assert got[10].error.code == 131047


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[Bot]:
    async with Bot(
        fake.token, base_url=f"{fake.url}/bot", request=HTTPXRequest(), get_updates_request=HTTPXRequest()
    ) as one:
        yield one


async def test_ptb_talks(bot: Bot, fake: FakeTelegram) -> None:
    assert bot.username == "wargi_bot"
    euis = Person(fake)
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Ya", callback_data="a")]])
    sent = await bot.send_message(euis.id, "Kirim?", reply_markup=keyboard)
    assert fake.to(euis.id)[0].buttons == [("a", "Ya")]
    pressed = Update.de_json(euis.presses("a"), bot)
    assert pressed.callback_query.message.message_id == sent.message_id
    assert await pressed.callback_query.answer()
    await pressed.callback_query.edit_message_reply_markup(None)
    assert fake.to(euis.id)[0].buttons == []
    with pytest.raises(BadRequest, match=r"(?i)not modified"):
        await bot.edit_message_reply_markup(euis.id, sent.message_id, reply_markup=None)
    assert await bot.set_webhook("https://example.test/webhooks/telegram", secret_token="s")
    assert (await bot.get_webhook_info()).url == fake.webhook


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")  # retry_after becomes a timedelta
async def test_ptb_understands_refusals(bot: Bot, fake: FakeTelegram) -> None:
    euis = Person(fake)
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(1, "Halo")
    with pytest.raises(BadRequest, match=r"(?i)too long"):
        await bot.send_message(euis.id, "x" * 4097)
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "x" * 65}]]}
        await bot.send_message(euis.id, "Halo", api_kwargs={"reply_markup": keyboard})
    fake.fail_next.append(Failure(429, "Too Many Requests: retry after 7", {"retry_after": 7}))
    with pytest.raises(RetryAfter):
        await bot.send_message(euis.id, "Halo")
    euis.blocks()
    with pytest.raises(Forbidden):
        await bot.send_message(euis.id, "Halo")
    fake.token = "7000:another"
    with pytest.raises(InvalidToken):
        await bot.send_message(euis.id, "Halo")


async def test_ptb_reads_our_updates(bot: Bot, fake: FakeTelegram) -> None:
    euis = Person(fake)
    made = [euis.text("Halo"), euis.photo("a"), euis.voice(), euis.location(), euis.edited("b"), euis.blocks()]
    updates = [Update.de_json(orjson.loads(orjson.dumps(one)), bot) for one in made]
    assert updates[0].message.text == "Halo"
    assert updates[1].message.photo[-1].file_id == "photo-800"
    assert updates[2].message.voice.mime_type == "audio/ogg"
    assert updates[3].message.location.latitude == pytest.approx(-6.9025)
    assert updates[4].edited_message.text == "b"
    assert updates[5].my_chat_member.new_chat_member.status == "kicked"


async def test_multipart_is_read_too(fake: FakeTelegram, http: aiohttp.ClientSession) -> None:
    euis = Person(fake)
    with aiohttp.MultipartWriter("form-data") as form:
        for name, text in (("chat_id", str(euis.id)), ("text", "Halo")):
            form.append(text).set_content_disposition("form-data", name=name)
    async with http.post(f"{fake.url}/bot{fake.token}/sendMessage", data=form) as answer:
        assert answer.status == 200
    assert [one.text for one in fake.sent] == ["Halo"]
