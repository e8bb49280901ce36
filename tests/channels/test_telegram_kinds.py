"""Telegram: keyboards that share something, a button that opens a link, and answers to a message."""

from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.channels.telegram import Telegram
from bot.message import Choice, Outbound
from tests.channels.runner import REF
from tests.fakes.telegram import FakeTelegram, Person

SHARE = {"resize_keyboard": True, "one_time_keyboard": True}
LINK = ("Lacak", "https://x.example/1")


@pytest.mark.parametrize(
    ("more", "markup"),
    [
        ({"ask": "location"}, {"keyboard": [[{"text": "📍 Kirim lokasi", "request_location": True}]], **SHARE}),
        ({"ask": "contact"}, {"keyboard": [[{"text": "📞 Kirim nomor", "request_contact": True}]], **SHARE}),
        ({"link": LINK}, {"inline_keyboard": [[{"text": "Lacak", "url": LINK[1]}]]}),
        ({"link": ("Lacak", "javascript:1")}, None),
        (
            {"ask": "location", "choices": (Choice("a", "Ya"),)},
            {"inline_keyboard": [[{"text": "Ya", "callback_data": "a"}]]},
        ),
    ],
)
async def test_outbound(http: aiohttp.ClientSession, more: dict[str, Any], markup: Any) -> None:
    async with FakeTelegram() as fake:
        channel = Telegram(fake.token, "secret", fake.url)
        await channel.start(http)
        person = Person(fake, 3527065)
        fake.chats[person.id] = {"id": person.id, "type": "private"}
        out = Outbound(REF, channel.account, str(person.id), "Halo")
        await channel.send(replace(out, **more, reply_to=f"{person.id}:7"))
        sent = fake.to(person.id)[0].payload
        assert sent.get("reply_markup") == markup
        assert sent["reply_parameters"] == {"message_id": 7, "allow_sending_without_reply": True}
