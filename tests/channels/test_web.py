"""The web chat page: its items are ours, so the tables are short."""

from datetime import UTC, datetime

import aiohttp
import pytest

from bot import clock
from bot.channels.web import Web
from bot.errors import Unauthorised, Unreadable
from bot.message import Inbound, Item, Outbound
from tests.channels.runner import REF

AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)

INBOUND = {
    "text": (
        Web().item("a1", "k1", "Jalan rusak", name="Euis"),
        {"kind": "text", "text": "Jalan rusak", "name": "Euis"},
    ),
    "choice": (Web().item("a1", "k1", "Ya", "m.2.ya"), {"kind": "choice", "choice": "m.2.ya", "text": "Ya"}),
    "NUL and lone surrogates": (Web().item("a1", "k1", "a\0b\ud800c"), {"text": "ab?c"}),
    "long": (Web().item("a1", "k1", "x" * 70_000), {"text": "x" * 65_536}),
    "nothing": (Web().item("a1", "k1"), "says nothing"),
    "odd": (Item("web:1", "message", "x", "a1", b"[]"), "not an object"),
    "no JSON": (Item("web:1", "message", "x", "a1", b"{"), "not JSON"),
    "event": (Item("web:1", "event", "x", None, b"{}"), None),
}


@pytest.mark.parametrize("label", INBOUND)
def test_inbound(label: str) -> None:
    item, said = INBOUND[label]
    if isinstance(said, str):
        with pytest.raises(Unreadable, match=said):
            Web().parse(item.kind, item.raw)
        return
    inbound = Web().parse(item.kind, item.raw)
    if said is None:
        assert inbound is None
        return
    assert isinstance(inbound, Inbound)
    assert {name: getattr(inbound, name) for name in said} == said
    assert (inbound.address, inbound.external_id) == (item.address, item.external_id) == ("a1", "k1")


OUTBOUND = {
    "text": Outbound(REF, "web:1", "a1", "Halo"),
    "nothing": Outbound(REF, "web:1", "a1", ""),
}


@pytest.mark.parametrize("label", OUTBOUND)
async def test_outbound(label: str, http: aiohttp.ClientSession) -> None:
    channel = Web()
    await channel.start(http)
    assert (await channel.send(OUTBOUND[label])).state == "delivered"
    await channel.acknowledge("message", b"")


def test_a_repeated_send_has_the_same_key_whenever_it_comes() -> None:
    keys = set()
    for at in (AT, AT.replace(year=2027)):
        undo = clock.freeze(at)
        try:
            item = Web().item("a1", "k1", "Halo")
        finally:
            undo()
        assert Web().parse(item.kind, item.raw).sent_at == at
        keys.add((item.hour, item.account, item.kind, item.external_id))
    assert keys == {(0, "web:1", "message", "k1")}


def test_no_public_webhook() -> None:
    with pytest.raises(Unauthorised):
        Web().verify({}, b"")
    with pytest.raises(Unauthorised):
        Web().challenge({})
    with pytest.raises(Unreadable):
        Web().split(b"{}")
