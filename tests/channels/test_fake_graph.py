"""The fake Cloud API is strict, counts what it did to the sender, and repeats like the real one."""

from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channels.whatsapp import WhatsApp
from bot.errors import SendError, Unauthorised
from bot.message import Item, Outbound, Status
from tests.channels.runner import REF
from tests.fakes.citizen import Citizen
from tests.fakes.graph import FakeGraph
from tests.fakes.serve import Server

TEXT = {"messaging_product": "whatsapp", "to": "628111", "type": "text", "text": {"body": "Halo"}}


def interactive(**node: Any) -> dict[str, Any]:
    return {**TEXT, "type": "interactive", "interactive": {"body": {"text": "Kirim?"}, **node}}


def buttons(*titles: str, **more: Any) -> dict[str, Any]:
    made = [{"type": "reply", "reply": {"id": f"b{number}", "title": title}} for number, title in enumerate(titles)]
    return interactive(type="button", action={"buttons": made}, **more)


def rows(*titles: str, button: str = "Pilih", row_id: str = "r", sections: int = 1) -> dict[str, Any]:
    made = [{"id": f"{row_id}{number}", "title": title} for number, title in enumerate(titles)]
    section = {"rows": made} | ({"title": "T"} if sections > 1 else {})
    return interactive(type="list", action={"button": button, "sections": [section] * sections})


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "no product": ({**TEXT, "messaging_product": None}, 100),
    "nobody": ({**TEXT, "to": ""}, 100),
    "unknown type": ({**TEXT, "type": "hologram"}, 100),
    "no node": ({**TEXT, "type": "image"}, 131008),
    "no text": ({**TEXT, "text": {"body": ""}}, 100),
    "4,097 characters": ({**TEXT, "text": {"body": "x" * 4097}}, 100),
    "reference of 513": ({**TEXT, "biz_opaque_callback_data": "x" * 513}, 100),
    "unknown interactive": (interactive(type="hologram"), 100),
    "no action": (interactive(type="button"), 131008),
    "no buttons": (buttons(), 131009),
    "four buttons": (buttons("a", "b", "c", "d"), 131009),
    "title of 21": (buttons("x" * 21), 131009),
    "one title twice": (buttons("a", "a"), 131009),
    "body of 1,025": (buttons("a", body={"text": "x" * 1025}), 131009),
    "no rows": (rows(), 131009),
    "eleven rows": (rows(*"abcdefghijk"), 131009),
    "eleven rows in two sections": (rows(*"abcdef", sections=2), 131009),
    "row title of 25": (rows("x" * 25), 131009),
    "row id of 201": (rows("a", row_id="x" * 200), 131009),
    "list button of 21": (rows("a", button="x" * 21), 131009),
    "same row id twice": (rows("a", sections=2), 131009),
}


async def post(http: aiohttp.ClientSession, graph: FakeGraph, data: Any, path: str = "", token: str = "") -> Any:
    url = graph.url + (path or "/v26.0/100200300/messages")
    headers = {"Authorization": f"Bearer {token or graph.token}"}
    async with http.post(url, json=data, headers=headers) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize("label", REFUSED)
async def test_refused(label: str, graph: FakeGraph, http: aiohttp.ClientSession) -> None:
    data, code = REFUSED[label]
    status, answer = await post(http, graph, data)
    assert (status, answer["error"]["code"], graph.accepted) == (400, code, [])


async def test_who_and_where(graph: FakeGraph, http: aiohttp.ClientSession) -> None:
    asked = [
        await post(http, graph, TEXT, token="wrong"),
        await post(http, graph, TEXT, "/v25.0/100200300/messages"),
        await post(http, graph, TEXT, "/v26.0/999/messages"),
        await post(http, graph, TEXT, "/v26.0/100200300"),
        await post(http, graph, [1]),
    ]
    assert [(status, answer["error"]["code"]) for status, answer in asked] == [
        (401, 190),
        (400, 2500),
        (400, 100),
        (400, 2500),
        (400, 100),
    ]


async def test_to_wins_over_recipient(graph: FakeGraph, http: aiohttp.ClientSession) -> None:
    await post(http, graph, {**TEXT, "recipient": "ID.42"})
    _, answer = await post(http, graph, {**TEXT, "to": None, "recipient": "ID.42"})
    assert [one.address for one in graph.accepted] == ["628111", "ID.42"]
    assert answer["contacts"] == [{"input": "ID.42", "user_id": "ID.42"}]


class Product(Server):
    """Where webhooks arrive: verified and split by the channel, after a refusal or two."""

    def __init__(self, busy: int = 0) -> None:
        super().__init__()
        self.channel = WhatsApp("100200300", "t", ("app-secret",), "v")
        self.busy = busy
        self.items: list[Item] = []

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post("/webhooks/whatsapp", self.take)]

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            self.channel.verify(request.headers, body)
        except Unauthorised:
            return web.Response(status=401)
        if self.busy > 0:
            self.busy -= 1
            return web.Response(status=503)
        self.items += self.channel.split(body)
        return web.Response()


async def test_statuses_come_back_signed(graph: FakeGraph, whatsapp: WhatsApp) -> None:
    async with Product(busy=1) as product:
        graph.webhook = f"{product.url}/webhooks/whatsapp"
        graph.statuses, graph.duplicate_statuses = ("sent", "delivered", "read"), 2
        graph.shuffle_statuses = graph.status_before_answer = True
        receipt = await whatsapp.send(Outbound(REF, "whatsapp:100200300", "628111000111", "Halo"))
        said = [product.channel.parse(item.kind, item.raw) for item in product.items]
    assert all(isinstance(one, Status) and one.external_id == receipt.external_id and one.ref == REF for one in said)
    assert sorted(one.state for one in said) == ["delivered"] * 2 + ["read"] * 2 + ["sent"] * 2
    assert {item.part for item in product.items} == {42}


async def test_a_closed_window_as_a_status(graph: FakeGraph, whatsapp: WhatsApp) -> None:
    async with Product() as product:
        graph.webhook = f"{product.url}/webhooks/whatsapp"
        graph.closed.add("628111000111")
        graph.closed_by_status = graph.status_before_answer = True
        await whatsapp.send(Outbound(REF, "whatsapp:100200300", "628111000111", "Halo"))
        [item] = product.items
        status = product.channel.parse(item.kind, item.raw)
    assert isinstance(status, Status)
    assert status.state == "failed"
    assert status.error.startswith("Re-engagement message: Message failed to send because more than 24 hours")


async def test_duplicates_are_counted_by_reference(graph: FakeGraph, whatsapp: WhatsApp) -> None:
    out = Outbound(REF, "whatsapp:100200300", "628111000111", "Halo")
    graph.drop_next = 1
    with pytest.raises(SendError):
        await whatsapp.send(out)
    assert graph.duplicates == 0
    await whatsapp.send(out)
    assert (graph.duplicates, graph.ambiguous) == (1, 1)
    assert [one.text for one in await graph.wait_for("628111000111", 2)] == ["Halo", "Halo"]


async def test_a_citizen_repeats_until_there_is_a_200(http: aiohttp.ClientSession) -> None:
    async with Product(busy=2) as product:
        url = f"{product.url}/webhooks/whatsapp"
        euis = Citizen(url=url, tries=5)
        assert await euis.say(http, "Énjing") == 200
        assert await euis.again(http) == 200
        assert await Citizen(url=url, secret="wrong", tries=2).say(http, "x") == 401
    assert [item.external_id for item in product.items] == [euis.posted[0][0]] * 2
