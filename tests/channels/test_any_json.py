"""Whatever JSON comes, `split` gives items or says Unreadable, and so does `parse`: never anything else."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import Telegram, fault_of
from bot.channels.web import Web
from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_read import read_status
from bot.channels.whatsapp_send import fault, receipt
from bot.errors import Unreadable
from bot.message import Channel, Inbound, Item, Status
from tests.channels.odd import GOOD, STATUS, anything, euis, odd_telegram, odd_whatsapp
from tests.fakes.citizen import value, webhook

whatsapp = WhatsApp("100200300", "token", ("secret",), "verify")
telegram = Telegram("7000:AAtoken", "secret")


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
    taken = receipt({"messages": [{"id": odd}]})
    status = read_status({"id": odd, "status": "sent"})
    assert status is not None and taken.external_id == status.external_id and taken.external_id.isascii()
    words = fault(400, {"code": 100, "message": "salah\0\ud800", "error_data": {"details": "\0"}}, None).text
    assert "\0" not in words and words.encode()
    words = fault_of(400, b'{"ok":false,"error_code":400,"description":"salah\\u0000\\ud800"}').text
    assert words.startswith("salah") and "\0" not in words and words.encode()
