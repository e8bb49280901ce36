"""A second library's opinion on Telegram: pyTelegramBotAPI sends to the fake and reads what its people say."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from telebot import asyncio_helper, types
from telebot.async_telebot import AsyncTeleBot

from tests.fakes import said
from tests.fakes.telegram import FakeTelegram, Person


@pytest.fixture
async def bot(fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncTeleBot]:
    monkeypatch.setattr(asyncio_helper, "API_URL", f"{fake.url}/bot{{0}}/{{1}}")
    bot = AsyncTeleBot(fake.token)
    yield bot
    await bot.close_session()


async def test_telebot_sends(bot: AsyncTeleBot, fake: FakeTelegram) -> None:
    euis = Person(fake)
    me = await bot.get_me()
    assert me.is_bot
    keyboard = types.InlineKeyboardMarkup([[types.InlineKeyboardButton("Ya", callback_data="a/ya")]])
    sent = await bot.send_message(euis.id, "Sudah benar?", reply_markup=keyboard)
    assert (sent.text, sent.chat.id) == ("Sudah benar?", euis.id)
    assert fake.to(euis.id)[-1].buttons == [("a/ya", "Ya")]
    pressed = types.Update.de_json(json.dumps(euis.presses("a/ya")))
    assert pressed is not None and (pressed.callback_query.data, pressed.callback_query.from_user.id) == (
        "a/ya",
        euis.id,
    )
    with pytest.raises(asyncio_helper.ApiTelegramException, match="chat not found"):
        await bot.send_message(404, "Halo")
    with pytest.raises(asyncio_helper.ApiTelegramException, match="too long"):
        await bot.send_message(euis.id, "x" * 4097)


def test_telebot_reads_what_people_say(fake: FakeTelegram) -> None:
    euis = Person(fake)

    def read(update: dict[str, Any]) -> types.Update:
        found = types.Update.de_json(json.dumps(update))
        assert found is not None
        return found

    first = euis.text("Mawar")
    assert read(first).message.text == "Mawar"
    one, two = map(read, said.album(euis, 2, "Lubang"))
    assert one.message.media_group_id == two.message.media_group_id and one.message.caption == "Lubang"
    assert read(euis.voice()).message.voice.mime_type == "audio/ogg"
    assert read(euis.location()).message.location.latitude == -6.9025
    edit = read(said.edits(euis, first, text="Melati")).edited_message
    assert (edit.message_id, edit.text) == (first["message"]["message_id"], "Melati")
    assert read(said.reacts(euis, first, "👍")).message_reaction.new_reaction[0].emoji == "👍"
    assert read(said.card(euis, "+62811")).message.contact.user_id == euis.id
    assert read(said.venue(euis)).message.venue.title == "Gedung Sate"
    for kind in ("video_note", "sticker", "animation", "poll", "dice"):
        assert getattr(read(getattr(said, kind)(euis)).message, kind) is not None, kind
    assert read(euis.blocks()).my_chat_member.new_chat_member.status == "kicked"
