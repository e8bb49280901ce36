"""WhatsApp: what each refusal, and each silence, means."""

from typing import Any

import aiohttp
import pytest

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_send import _ERRORS
from bot.channels.whatsapp_send import ERRORS as CODES
from bot.errors import SendError
from bot.message import Outbound
from tests.channels.runner import REF, Error, check_error, table
from tests.fakes.graph import Failure, FakeGraph


def fault(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "ambiguous": False, "scope": "message", "wait": None, **more}


RETRY = {"retryable": True}
WHOLE = {"retryable": True, "scope": "account"}
HTML = "<html>Bad Gateway</html>"

ERRORS = [
    Error("token dead", Failure(401, 190), fault("auth", **WHOLE)),
    Error("no permission", Failure(403, 200), fault("auth", **WHOLE)),
    Error("service down", Failure(500, 131016), fault("transient", **RETRY)),
    Error("unknown to Meta too", Failure(500, 1), fault("transient", **RETRY, most=3)),
    Error("number too fast", Failure(400, 130429), fault("throttled", **WHOLE)),
    Error(
        "number too fast, told when", Failure(429, 130429, {"Retry-After": "9"}), fault("throttled", **WHOLE, wait=9.0)
    ),
    Error("being upgraded", Failure(400, 131057), fault("throttled", **WHOLE, wait=60.0)),
    Error("pair too fast, as 400", Failure(400, 131056), fault("throttled_pair", retryable=True, scope="address")),
    Error("pair too fast, as 403", Failure(403, 131056), fault("throttled_pair", retryable=True, scope="address")),
    Error("spam", Failure(400, 131048), fault("quality", **WHOLE, wait=300.0)),
    Error("opted out", Failure(400, 131050), fault("marketing", retryable=False)),
    Error("window closed", Failure(400, 131047), fault("window_closed", retryable=False)),
    Error("blocked us", Failure(400, 131026), fault("undeliverable", retryable=False)),
    Error("our payload", Failure(400, 131009), fault("payload", retryable=False)),
    Error("media", Failure(400, 131053), fault("media", retryable=False)),
    Error("number not registered", Failure(400, 133010), fault("account", **WHOLE)),
    Error("template paused", Failure(400, 132015), fault("template", retryable=False)),
    Error("code of tomorrow", Failure(400, 999999), fault("refused", retryable=False)),
    Error("code of tomorrow, as 500", Failure(500, 999999), fault("transient", **RETRY)),
    Error("429 without a code", Failure(429, None, {"Retry-After": "3"}), fault("throttled", **WHOLE, wait=3.0)),
    Error("429 with a strange wait", Failure(429, None, {"Retry-After": "soon"}), fault("throttled", **WHOLE)),
    Error("401 without a code", Failure(401, None), fault("auth", **WHOLE)),
    Error("502 of a proxy", Failure(502, body=HTML), fault("transient", **RETRY)),
    Error("504 of a proxy", Failure(504, body=HTML), fault("timeout", retryable=True, ambiguous=True)),
    Error("redirect", Failure(302, None, {"Location": "http://elsewhere.example/"}), fault("refused", retryable=False)),
    Error("200 with an error inside", Failure(200, 131026), fault("undeliverable", retryable=False)),
    Error("200 of no JSON", Failure(200, body=HTML), fault("garbled", retryable=True, ambiguous=True)),
    Error("200 of nothing", Failure(200, body=""), fault("garbled", ambiguous=True)),
    Error("200 without an id", Failure(200, body='{"messages":[{}]}'), fault("garbled", ambiguous=True)),
    Error("200 of 1 MB", Failure(200, body="[" * 1_000_000), fault("garbled", ambiguous=True)),
]
OUT = Outbound(REF, "whatsapp:100200300", "628111000111", "Halo")


@table(ERRORS)
async def test_error(case: Error, whatsapp: WhatsApp, graph: FakeGraph) -> None:
    graph.fail_next.append(case.failure)
    await check_error(whatsapp, case, OUT)
    assert graph.requests == 1, "a channel sends once"


def test_every_code_has_one_meaning() -> None:
    codes = [code for group, _ in _ERRORS for code in group]
    assert len(codes) == len(set(codes)) == len(CODES)


async def test_the_platforms_words_are_kept(whatsapp: WhatsApp, graph: FakeGraph) -> None:
    graph.closed.add("628111000111")
    with pytest.raises(SendError) as caught:
        await whatsapp.send(OUT)
    assert (
        caught.value.fault.text
        == "Re-engagement message: More than 24 hours have passed since the last reply. (131047)"
    )


async def test_nobody_listens(http: aiohttp.ClientSession) -> None:
    async with FakeGraph() as fake:
        one = WhatsApp("100200300", fake.token, (fake.secret,), "verify-me", fake.url)
    await one.start(http)
    await check_error(one, Error("", None, {"name": "unreachable", "retryable": True, "ambiguous": False}), OUT)


async def test_no_answer_is_ambiguous(whatsapp: WhatsApp, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.http._TIMEOUT", aiohttp.ClientTimeout(total=0.3, connect=0.2))
    graph.hang_next = graph.drop_next = 1
    for _ in range(2):
        await check_error(whatsapp, Error("", None, {"name": "timeout", "retryable": True, "ambiguous": True}), OUT)
    assert len(graph.accepted) == 2
    assert graph.ambiguous == 2


async def test_sends_from_the_account_that_was_written_to(http: aiohttp.ClientSession) -> None:
    async with FakeGraph(numbers=("100200300", "999")) as fake:
        one = WhatsApp("100200300", fake.token, (fake.secret,), "verify-me", fake.url)
        await one.start(http)
        await one.send(Outbound(REF, "whatsapp:999", "628111000111", "Halo"))
        assert [sent.number for sent in fake.accepted] == ["999"]
