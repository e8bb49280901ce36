"""What the fakes' citizens say is what platforms send: pywa and python-telegram-bot read every kind of it."""

from typing import Any

import pytest
from pywa_async import WhatsApp as Pywa
from pywa_async import handlers
from telegram import Update

from tests.fakes import said
from tests.fakes.citizen import Citizen, envelope, signature
from tests.fakes.telegram import FakeTelegram, Person

euis = Citizen()
FLOW = {"flow_token": "m.2.ya", "rt": "03"}
CARD = {"name": {"formatted_name": "Pak RT", "first_name": "RT"}, "phones": [{"phone": "+62811", "type": "CELL"}]}
THING = {"product_retailer_id": "p", "quantity": 2, "item_price": 1000, "currency": "IDR"}
ORDER = {"catalog_id": "1", "text": "dua", "product_items": [THING]}
ADVERT = {"source_url": "https://fb.example", "source_id": "1", "source_type": "ad", "headline": "Lapor", "body": "b",
          "media_type": "image", "image_url": "https://fb.example/i", "ctwa_clid": "c"}  # fmt: skip


@pytest.fixture
async def read() -> Any:
    """What pywa makes of a body: the one update it hands to its handlers."""
    pywa, got = Pywa("100200300", "t", app_secret="app-secret", filter_updates=False), []

    async def keep(_: Pywa, update: Any) -> None:
        got.append(update)

    kinds = ("Message", "FlowCompletion", "PhoneNumberChange", "EditedMessage", "DeletedMessage")
    pywa.add_handlers(*(getattr(handlers, f"{kind}Handler")(keep) for kind in kinds))

    async def one(body: bytes) -> Any:
        got.clear()
        assert await pywa.webhook_update_validator(body, signature(body, "app-secret")) is None
        assert await pywa.webhook_update_handler(body) == ("ok", 200)
        [update] = got
        return update

    return one


async def test_pywa_reads_what_citizens_say(read: Any) -> None:
    form = await read(euis.body(euis.form(FLOW, context={"from": "622200000000", "id": "wamid.F"})))
    assert (form.token, form.response) == ("m.2.ya", {"rt": "03"})
    assert (await read(euis.body(euis.cards(CARD)))).contacts[0].name.formatted_name == "Pak RT"
    assert (await read(euis.body(euis.message("order", ORDER)))).order.products[0].quantity == 2
    answer = await read(euis.body(euis.text("ya", context={"from": "622200000000", "id": "wamid.Q"})))
    assert answer.reply_to_message.id == "wamid.Q"
    passed = await read(euis.body(euis.text("a", context={"frequently_forwarded": True})))
    assert passed.forwarded_many_times
    assert (await read(euis.body(euis.text("a", referral=ADVERT)))).referral.headline == "Lapor"
    liked = await read(euis.body(euis.reaction("👍", to="wamid.T")))
    assert (liked.reaction.message_id, liked.reaction.emoji) == ("wamid.T", "👍")
    assert (await read(euis.body(euis.reaction("", to="wamid.T")))).reaction.emoji is None
    edited = await read(euis.body(euis.edit("wamid.T", "baru")))
    assert (edited.original_message_id, edited.message.text) == ("wamid.T", "baru")
    assert (await read(euis.body(euis.revoke("wamid.T")))).original_message_id == "wamid.T"
    moved = await read(envelope("100200300", messages=[euis.new_number("628999", "ID.new2")]))
    assert moved.new_wa_id == "628999"


async def test_ptb_reads_what_people_say(fake: FakeTelegram) -> None:
    euis = Person(fake)
    first = euis.text("Mawar")
    read = lambda update: Update.de_json(update, None)  # noqa: E731
    one, two = map(read, said.album(euis, 2, "Lubang"))
    assert one.message.media_group_id == two.message.media_group_id and one.message.caption == "Lubang"
    answer = read(said.answers(euis, first, "itu", "Ma")).message
    assert answer.reply_to_message.message_id == first["message"]["message_id"] and answer.quote.text == "Ma"
    assert read(said.forwards(euis, "viral")).message.forward_origin.sender_user_name == "Asep"
    edit = read(said.edits(euis, first, text="Melati")).edited_message
    assert (edit.message_id, edit.text) == (first["message"]["message_id"], "Melati") and edit.edit_date
    assert read(said.reacts(euis, first, "👍")).message_reaction.new_reaction[0].emoji == "👍"
    assert read(said.card(euis, "+62811")).message.contact.user_id == euis.id
    assert read(said.venue(euis)).message.venue.title == "Gedung Sate"
    kinds = ("video_note", "sticker", "animation", "poll", "dice", "story", "checklist")
    for kind in kinds:
        assert getattr(read(getattr(said, kind)(euis)).message, kind) is not None, kind
    assert read(said.pins(euis)).message.pinned_message is not None
    assert read(said.unblocks(euis)).my_chat_member.new_chat_member.status == "member"
