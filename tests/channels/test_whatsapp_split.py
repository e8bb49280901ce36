"""WhatsApp: one POST becomes items, whatever else is in it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import clock
from bot.channels.whatsapp import WhatsApp
from bot.errors import ConfigError, Unreadable
from bot.message import Status
from tests.fakes.citizen import Citizen, batch, encode, envelope, value, webhook

AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
STAMP = str(int(AT.timestamp()))

euis = Citizen()
asep = Citizen("628222000222", None, "Asep")
hidden = Citizen(user_id="ID.ENT.777abc", name="Rini", hide=True)


def channel() -> WhatsApp:
    return WhatsApp("100200300", "graph-token", ("app-secret",), "verify-me")


def test_batch_of_twelve() -> None:
    items = channel().split(batch([euis, asep, hidden], entries=2, changes=2, messages=3))
    texts = [channel().parse(item.kind, item.raw).text for item in items]
    names = {channel().parse(item.kind, item.raw).name for item in items}
    assert texts == [f"pesan {number}" for number in range(1, 13)]
    assert names == {"Euis", "Asep", "Rini"}
    assert len({item.external_id for item in items}) == 12


def test_contacts_match_by_id_not_by_order() -> None:
    body = envelope(
        "100200300", messages=[euis.text("a"), asep.text("b")], contacts=[asep.contact(), 7, euis.contact()]
    )
    assert [channel().parse("message", item.raw).name for item in channel().split(body)] == ["Euis", "Asep"]


def test_odd_items_never_harm_their_siblings() -> None:
    odd = [
        None,
        7,
        [],
        {},
        {"id": 7},
        {"id": "x\0y", "timestamp": True},
        {"id": "deep", "a": json.loads("[" * 800 + "]" * 800)},
    ]
    messages = [euis.text("satu", id="wamid.good1"), *odd, euis.text("dua", id="wamid.good2")]
    statuses = [None, {"id": 1}, {"id": "wamid.S", "status": "read", "timestamp": STAMP}]
    body = encode(
        {
            "entry": [None, {"changes": [None, {"field": "messages", "value": 3}]}]
            + webhook([value("100200300", messages=messages, contacts=[euis.contact()], statuses=statuses)])["entry"]
        }
    )
    items = channel().split(body)
    assert len(items) == 3 + len(messages) + len(statuses)
    good = [item.external_id for item in items if item.address]
    assert good == ["wamid.good1", "wamid.good2"]
    assert items[-1].external_id == f"wamid.S|read|{STAMP}"
    assert all(len(item.external_id) <= 512 and item.external_id.isprintable() for item in items)


def test_mixed_accounts_in_one_post() -> None:
    body = encode(webhook([value("111", messages=[euis.text("a")])], [value("222", messages=[euis.text("b")])]))
    assert [item.account for item in channel().split(body)] == ["whatsapp:111", "whatsapp:222"]


def test_the_same_bytes_give_the_same_keys() -> None:
    body = batch([euis], 1, 2, 3)
    keys = [(i.hour, i.account, i.kind, i.external_id) for i in channel().split(body)]
    assert keys == [(i.hour, i.account, i.kind, i.external_id) for i in channel().split(body)]


def test_a_status_without_time_gets_the_time_of_arrival() -> None:
    undo = clock.freeze(AT)
    try:
        one = {"id": "wamid.X", "status": "delivered", "timestamp": "x", "recipient_id": "628111000111"}
        raw = channel().split(envelope("100200300", statuses=[one]))[0].raw
        assert channel().parse("status", raw) == Status("wamid.X", "delivered", AT, "628111000111")
    finally:
        undo()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"{}", b'{"entry":{}}', b"\xff\xfe", b"[" * 100_000])
def test_what_cannot_be_split(body: bytes) -> None:
    with pytest.raises(Unreadable):
        channel().split(body)


@pytest.mark.parametrize("missing", range(4))
def test_half_a_channel_refuses_to_start(missing: int) -> None:
    values: list[Any] = ["100200300", "token", ("secret",), "verify"]
    values[missing] = ("",) if missing == 2 else ""
    with pytest.raises(ConfigError):
        WhatsApp(*values)
