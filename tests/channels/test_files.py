"""Fetching: what each answer of a platform means, and to whom a token is shown."""

import json
from contextlib import aclosing
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channels.telegram import Telegram
from bot.channels.web import Web
from bot.channels.whatsapp import WhatsApp
from bot.errors import FetchError
from tests.fakes.graph import FakeGraph
from tests.fakes.serve import Server
from tests.fakes.telegram import FakeTelegram
from tests.files import samples


async def fetch(channel: Any, ref: str) -> bytes | tuple[str, bool, str]:
    """The file, or what its error means: name, may be tried again, who else must wait."""
    try:
        async with aclosing(channel.fetch(channel.account, ref)) as pieces:
            return b"".join([piece async for piece in pieces])
    except FetchError as error:
        assert "token" not in str(error).lower() or "refuses our token" in str(error)
        return error.fault.name, error.retryable, error.fault.scope


class Answers(Server):
    """Answers a platform's question for an address with whatever a test wants."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__()
        self.status, self.body, self.tokens = status, body, 0

    def routes(self) -> list[web.AbstractRouteDef]:
        async def answer(request: web.Request) -> web.Response:
            text = self.body if isinstance(self.body, str) else json.dumps(self.body)
            return web.Response(status=self.status, text=text.replace("{here}", self.url))

        async def file(request: web.Request) -> web.Response:
            self.tokens += 1
            return web.Response(body=samples.PDF)

        return [
            web.get("/v26.0/{id}", answer),
            web.post("/bot7000:AAtoken/getFile", answer),
            web.get("/{tail:.*}", file),
        ]


def error(code: int, **more: Any) -> dict[str, Any]:
    return {"error": {"message": "x", "code": code, **more}}


GRAPH: dict[str, tuple[int, Any, tuple[str, bool, str]]] = {
    "unknown or over seven days old": (400, error(100, error_subcode=33), ("expired", False, "message")),
    "could not be fetched by Meta itself": (400, error(131052), ("expired", False, "message")),
    "token": (401, error(190), ("auth", True, "account")),
    "too fast": (400, error(4), ("throttled", True, "account")),
    "too fast, by status": (429, "", ("throttled", True, "account")),
    "Meta's own": (500, error(131000), ("transient", True, "account")),
    "proxy's page": (503, "<html>", ("transient", True, "account")),
    "no address": (200, {"id": "1"}, ("garbled", True, "account")),
    "half JSON": (200, '{"url": "htt', ("garbled", True, "account")),
    "address is none": (200, {"url": "http://[::1"}, ("host", False, "message")),
    "another host": (200, {"url": "https://lookaside.fbsbx.com.evil.example/x"}, ("host", False, "message")),
    "another port": (200, {"url": "https://lookaside.fbsbx.com:8443/x"}, ("host", False, "message")),
    "without TLS": (200, {"url": "http://lookaside.fbsbx.com/x"}, ("host", False, "message")),
    "this machine": (200, {"url": "http://127.0.0.1:1/x"}, ("host", False, "message")),
    "cloud's secrets": (200, {"url": "http://169.254.169.254/latest"}, ("host", False, "message")),
    "a file of ours": (200, {"url": "file:///etc/passwd"}, ("host", False, "message")),
}


@pytest.mark.parametrize("name", GRAPH)
async def test_whatsapp(http: aiohttp.ClientSession, name: str) -> None:
    status, body, means = GRAPH[name]
    async with Answers(status, body) as graph:
        channel = WhatsApp("100200300", "EAAtoken", ("s",), "v", graph.url)
        await channel.start(http)
        assert await fetch(channel, "3003003003") == means and graph.tokens == 0


@pytest.mark.parametrize("ref", ["../100200300/messages", "a/b", "", "x" * 300, "1?y=2"])
async def test_an_id_cannot_lead_anywhere_else(http: aiohttp.ClientSession, ref: str) -> None:
    async with Answers(200, {"url": "{here}/file"}) as graph:
        channel = WhatsApp("100200300", "EAAtoken", ("s",), "v", graph.url)
        await channel.start(http)
        assert await fetch(channel, ref) == ("expired", False, "message") and graph.tokens == 0


def refused(status: int, words: str) -> tuple[int, dict[str, Any]]:
    return status, {"ok": False, "error_code": status, "description": words}


def named(path: Any) -> tuple[int, dict[str, Any]]:
    return 200, {"ok": True, "result": {"file_id": "x", "file_path": path}}


TELEGRAM: dict[str, tuple[tuple[int, Any], tuple[str, bool, str]]] = {
    "too big": (refused(400, "Bad Request: file is too big"), ("too_big", False, "message")),
    "wrong id": (refused(400, "Bad Request: invalid file_id"), ("expired", False, "message")),
    "wrong or not now": (
        refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
        ("unavailable", True, "message"),
    ),
    "token": (refused(401, "Unauthorized"), ("auth", True, "account")),
    "too fast": (refused(429, "Too Many Requests: retry after 3"), ("throttled", True, "account")),
    "down": ((502, "<html>"), ("transient", True, "account")),
    "no path": (named(None), ("garbled", True, "account")),
    "path upwards": (named("documents/../../etc/passwd"), ("garbled", True, "account")),
    "path of a machine": (named("/var/lib/telegram/file.jpg"), ("garbled", True, "account")),
    "path with a question": (named("photos/file.jpg?x=1"), ("garbled", True, "account")),
}


@pytest.mark.parametrize("name", TELEGRAM)
async def test_telegram(http: aiohttp.ClientSession, name: str) -> None:
    (status, body), means = TELEGRAM[name]
    async with Answers(status, body) as server:
        channel = Telegram("7000:AAtoken", "s", server.url)
        await channel.start(http)
        assert await fetch(channel, "x") == means and server.tokens == 0


async def test_both_bring_the_file(
    http: aiohttp.ClientSession, graph: FakeGraph, whatsapp: WhatsApp, fake: FakeTelegram, telegram: Telegram
) -> None:
    assert await fetch(whatsapp, "5005005005") == samples.PDF
    assert await fetch(telegram, "voice-1") == samples.voice()
    graph.token = "another"
    assert await fetch(whatsapp, "5005005005") == ("auth", True, "account")
    await graph.stop()
    assert await fetch(whatsapp, "5005005005") == ("unreachable", True, "account")


async def test_the_house_without_a_shelf_has_no_uploads() -> None:
    assert await fetch(Web(), "0" * 64) == ("expired", False, "message")
