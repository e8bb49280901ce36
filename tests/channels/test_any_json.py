"""Whatever JSON comes, `split` gives items or says Unreadable, and so does `parse`: never anything else."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import Telegram, fault_of
from bot.channels.web import Web
from bot.channels.whatsapp import WhatsApp, _fault, _receipt
from bot.channels.whatsapp_read import read_status
from bot.errors import Unreadable
from bot.message import Channel, Inbound, Item, Status
from tests.fakes.citizen import Citizen, value, webhook

whatsapp = WhatsApp("100200300", "token", ("secret",), "verify")
telegram = Telegram("7000:AAtoken", "secret")

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["\ud800", "a\0b", "628111", "ID.42", "private", "text", "9" * 5000, 10**400, -1, 1e308]),
)
WORDS = [
    "id", "from", "from_user_id", "timestamp", "type", "text", "body", "interactive", "button_reply", "list_reply",
    "image", "audio", "location", "latitude", "longitude", "contacts", "reaction", "errors", "status", "recipient_id",
    "biz_opaque_callback_data", "profile", "name", "message", "chat", "date", "photo", "file_id", "callback_query",
    "data", "update_id", "voice", "edited_message", "message_id", "address", "choice", "at", "contact", "phones",
]  # fmt: skip
names = st.one_of(st.sampled_from(WORDS), st.text(max_size=5))
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=25
)


def check(channel: Channel, body: bytes) -> list[Item]:
    try:
        items = channel.split(body)
    except Unreadable as error:
        assert str(error)
        return []
    for item in items:
        assert 0 < len(item.external_id) <= 512
        assert item.external_id.isprintable()
        assert 0 <= item.hour < 2**31
        assert item.account.startswith(f"{channel.name}:")
        read(channel, item.kind, item.raw)
    return items


def read(channel: Channel, kind: str, raw: bytes) -> None:
    try:
        said = channel.parse(kind, raw)
    except Unreadable as error:
        assert str(error)
        return
    if isinstance(said, Inbound):
        words = (said.text, said.choice, said.name, said.phone, said.address, said.external_id)
        assert "\0" not in "".join(words)
        "".join(words).encode()  # no lone surrogates
    else:
        assert said is None or isinstance(said, Status)


def dump(data: Any) -> bytes:
    return json.dumps(data).encode()


def grafted(draw: st.DrawFn, tree: Any) -> Any:
    """The tree with something else in one place."""
    if not isinstance(tree, dict | list) or not tree or draw(st.integers(0, 4)) == 0:
        return draw(anything)
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    key: Any = draw(st.sampled_from(sorted(copy) if isinstance(copy, dict) else range(len(copy))))
    copy[key] = grafted(draw, copy[key])
    return copy


euis = Citizen()
SAID = [
    euis.text("a"), euis.button("a", "b"), euis.row("a", "b"), euis.image("a"), euis.voice(), euis.location(),
    euis.reaction(), euis.unsupported(), euis.quick_reply("a", "b"),
    euis.message("contacts", [{"name": {"formatted_name": "x"}, "phones": [{"phone": "1"}]}]),
]  # fmt: skip
STATUS = {"id": "w", "status": "failed", "timestamp": "1790000000", "recipient_id": "628111",
          "errors": [{"code": 1, "title": "a", "error_data": {"details": "b"}}]}  # fmt: skip
GOOD = euis.text("the good one", id="wamid.good")
USER = {"id": 5, "is_bot": False, "first_name": "Euis"}
HEAD = {"message_id": 5, "from": USER, "chat": {"id": 5, "type": "private"}, "date": 1790000000}
PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
KEYBOARD = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
UPDATES = [
    {"message": {**HEAD, "text": "a"}},
    {"message": {**HEAD, "photo": PHOTO, "caption": "c"}},
    {"message": {**HEAD, "location": {"latitude": 1.0, "longitude": 2.0}}},
    {"message": {**HEAD, "contact": {"phone_number": "1", "first_name": "a", "user_id": 5}}},
    {"edited_message": {**HEAD, "edit_date": 1790000000, "text": "b"}},
    {"callback_query": {"id": "1", "from": USER, "data": "b", "chat_instance": "1",
                        "message": {**HEAD, "text": "q", "reply_markup": KEYBOARD}}},
]  # fmt: skip


@st.composite
def odd_whatsapp(draw: st.DrawFn) -> dict[str, Any]:
    one = value("100200300", messages=[draw(st.sampled_from(SAID))], contacts=[euis.contact()], statuses=[STATUS])
    return grafted(draw, webhook([one]))


@st.composite
def odd_telegram(draw: st.DrawFn) -> Any:
    return grafted(draw, {"update_id": 1, **draw(st.sampled_from(UPDATES))})


@settings(max_examples=200, deadline=None)
@given(anything)
def test_any_json(data: Any) -> None:
    for channel in (whatsapp, telegram, Web()):
        check(channel, dump(data))
        for kind in ("message", "status", "event", "raw"):
            read(channel, kind, dump(data))
            read(channel, kind, dump({"message": data, "status": data, "contact": data}))


@settings(max_examples=300, deadline=None)
@given(odd_whatsapp())
def test_a_webhook_with_one_odd_place(data: Any) -> None:
    check(whatsapp, dump(data))


@settings(max_examples=300, deadline=None)
@given(odd_telegram())
def test_an_update_with_one_odd_place(data: Any) -> None:
    check(telegram, dump(data))


@settings(max_examples=200, deadline=None)
@given(st.lists(anything, max_size=5), st.lists(anything, max_size=3))
def test_siblings_of_anything(messages: list[Any], statuses: list[Any]) -> None:
    one = value("100200300", messages=[*messages, GOOD], contacts=[euis.contact()], statuses=[*statuses, STATUS])
    items = check(whatsapp, dump(webhook([one])))
    named = {item.external_id for item in items}
    assert {"wamid.good", "w|failed|1790000000"} <= named
    assert len(items) == len(messages) + len(statuses) + 2


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    for channel in (whatsapp, telegram):
        check(channel, body)


@pytest.mark.parametrize("depth", [200, 300, 900, 1100, 50_000])
def test_deep_json(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    for channel, body in (
        (whatsapp, b'{"entry":[{"changes":[{"field":"messages","value":{"messages":[{"id":"w","x":%s}]}}]}]}' % deep),
        (whatsapp, b'{"entry":%s}' % deep),
        (telegram, b'{"update_id":1,"message":{"chat":{"id":5,"type":"private"},"text":%s}}' % deep),
    ):
        check(channel, body)
        read(channel, "message", body)


def test_what_a_database_cannot_hold_does_not_come_in_by_an_answer() -> None:
    """A NUL or a lone surrogate in a platform's answer would make the receipt a poison row."""
    odd = "wamid.\0\ud800x"
    receipt = _receipt({"messages": [{"id": odd}]})
    status = read_status({"id": odd, "status": "sent"})
    assert status is not None and receipt.external_id == status.external_id and receipt.external_id.isascii()
    words = _fault(400, {"code": 100, "message": "salah\0\ud800", "error_data": {"details": "\0"}}, None).text
    assert "\0" not in words and words.encode()
    words = fault_of(400, b'{"ok":false,"error_code":400,"description":"salah\\u0000\\ud800"}').text
    assert words.startswith("salah") and "\0" not in words and words.encode()
