"""Messenger and Instagram: what comes in, what goes out, what each error means."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from bot.channels.kit import Place
from bot.channels.messenger import INSTAGRAM, MESSENGER
from bot.errors import FetchError, Unauthorised, Unreadable
from bot.message import Attachment, Channel, Choice, Location, Outbound
from tests.channels.runner import (
    REF,
    Error,
    In,
    Out,
    check_error,
    check_inbound,
    check_outbound,
    choices,
    session,
    table,
)
from tests.fakes.citizen import encode, signature
from tests.fakes.graph import Failure
from tests.fakes.messenger import FakeMessenger

AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
MS = int(AT.timestamp()) * 1000
HOUR = MS // 3_600_000
PAGE, EUIS = "700800900", "5566778899001"
CDN = "https://cdn.example.net/v/t1/file?oh=1"


def own(**more: Any) -> dict[str, Any]:
    keys = {"account_id": PAGE, "access_token": "page-token", "app_secret": "app-secret", "verify_token": "verify-me"}
    return {
        **keys,
        "api_url": "http://127.0.0.1:1",
        "api_version": "v26.0",
        "rate": 0.0,
        "media_hosts": "example.net",
        **more,
    }


def entry(*events: Any, **more: Any) -> bytes:
    return encode({"object": "page", "entry": [{"id": PAGE, "time": MS, "messaging": list(events), **more}]})


def event(sender: Any = EUIS, **body: Any) -> bytes:
    return entry({"sender": {"id": sender}, "recipient": {"id": PAGE}, "timestamp": MS, **body})


def says(**content: Any) -> bytes:
    return event(message={"mid": "m_1", **content})


def sends(kind: str, payload: Any, **more: Any) -> bytes:
    return says(attachments=[{"type": kind, "payload": payload}], **more)


def echo(**more: Any) -> bytes:
    said = {"mid": "m_9", "is_echo": True, "text": "Halo", **more}
    return entry({"sender": {"id": PAGE}, "recipient": {"id": EUIS}, "timestamp": MS, "message": said})


def file(kind: Any, name: str = "") -> dict[str, Any]:
    return {"kind": kind, "attachments": (Attachment(kind, CDN, name=name),)}


NEWS = {"kind": "event", "address": None}
STATUS = {"kind": "status", "address": EUIS, "hour": HOUR}

INBOUND = [
    In(
        "text",
        says(text="Jalan rusak"),
        {"address": EUIS, "external_id": "m_1", "kind": "text", "text": "Jalan rusak", "sent_at": AT, "silent": False},
        {"account": f"messenger:{PAGE}", "kind": "message", "external_id": "m_1", "address": EUIS, "hour": HOUR},
    ),
    In("NUL and lone surrogates", says(text="a\0b\ud800c"), {"text": "ab?c"}),
    In("quick reply", says(text="Ya", quick_reply={"payload": "m.2.ya"}), {"kind": "choice", "choice": "m.2.ya", "text": "Ya"}),
    In("quick reply of nothing", says(text="Ya", quick_reply={}), {"kind": "text", "choice": ""}),
    In(
        "button",
        event(postback={"mid": "m_2", "title": "Ya", "payload": "m.2.ya"}),
        {"kind": "choice", "choice": "m.2.ya", "text": "Ya", "external_id": "m_2"},
        {"external_id": "m_2"},
    ),
    In("button of nothing", event(postback={}), {"kind": "unsupported"}),
    In("reply to a message", says(text="itu", reply_to={"mid": "m_0"}), {"kind": "text", "text": "itu", "reply_to": "m_0"}),
    In("photo", sends("image", {"url": CDN}), file("image")),
    In("two photos", says(attachments=[{"type": "image", "payload": {"url": CDN}}] * 2), {"kind": "image"}),
    In("photo with words", sends("image", {"url": CDN}, text="Lubang"), {"kind": "image", "text": "Lubang"}),
    In("voice", sends("audio", {"url": CDN}), file("voice")),
    In("video", sends("video", {"url": CDN}), file("video")),
    In("document", says(attachments=[{"type": "file", "name": "surat.pdf", "payload": {"url": CDN}}]), file("document", "surat.pdf")),
    In("sticker", sends("image", {"url": CDN, "sticker_id": 369239263222822}), {"kind": "sticker"}),
    In("photo without an address", sends("image", {}), {"kind": "unsupported", "attachments": ()}),
    In("photo from elsewhere", sends("image", {"url": "file:///etc/passwd"}), {"attachments": ()}),
    In("location", sends("location", {"coordinates": {"lat": -6.9, "long": 107.6}}), {"location": Location(-6.9, 107.6)}),
    In("location off the globe", sends("location", {"coordinates": {"lat": 99, "long": 0}}), {"kind": "unsupported"}),
    In("link", sends("fallback", {"url": CDN}, text="lihat https://a.example"), {"kind": "text", "text": "lihat https://a.example"}),
    In("shared post", sends("share", {"url": CDN}), {"kind": "unsupported"}),
    In("story", sends("story_mention", {"url": CDN}), {"kind": "unsupported"}),
    In("unsupported", says(is_unsupported=True), {"kind": "unsupported", "silent": False}),
    In("nothing at all", says(), {"kind": "unsupported"}),
    In("deleted", says(is_deleted=True), {"kind": "deleted", "silent": True, "target": "m_1"}),
    In("reaction", event(reaction={"mid": "m_1", "action": "react", "emoji": "❤"}), {"kind": "reaction", "emoji": "❤", "target": "m_1"}),
    In("reaction taken back", event(reaction={"mid": "m_1", "action": "unreact"}), {"kind": "reaction", "emoji": "", "target": "m_1"}),
    In("edited", event(message_edit={"mid": "m_1", "text": "b", "num_edit": 1}), {"kind": "edited", "text": "b", "target": "m_1", "silent": True}),
    In("delivered", event(delivery={"mids": ["m_9"], "watermark": MS}), {"state": "delivered", "external_id": "m_9", "at": AT}, STATUS),
    In("read, one", event(read={"mid": "m_9"}), {"state": "read", "external_id": "m_9", "until": None}, STATUS),
    In("read, all until then", event(read={"watermark": MS}), {"state": "read", "external_id": "", "until": AT}, STATUS),
    In("read of nothing", event(read={}), None, NEWS),
    In("our own words again", echo(metadata=REF), {"state": "sent", "ref": REF, "external_id": "m_9"}, {"kind": "status", "part": 42}),
    In("a colleague's words", echo(), None, NEWS),
    In("another app's words", echo(metadata="campaign 7"), None, NEWS),
    In("a part too great", echo(metadata=f"{REF.partition('.')[0]}.999"), None, NEWS),
    In("opt-in", event(optin={"type": "x"}), None, NEWS),
    In("another app's turn", encode({"entry": [{"id": PAGE, "standby": [{"message": {}}]}]}), None, NEWS),
    In("a comment", encode({"entry": [{"id": PAGE, "changes": [{"field": "feed"}]}]}), None, NEWS),
    In("entry that is text", encode({"entry": ["x"]}), None, NEWS),
    In("event that is text", entry("x"), None, NEWS),
    In("nobody", event(sender=None, message={"mid": "m_1", "text": "a"}), "nobody", {"kind": "message", "address": None}),
    In("sender with letters", event(sender="a'b", message={"mid": "m_1", "text": "a"}), "nobody", {"address": None}),
    In("sender as a number", event(sender=55, message={"mid": "m_1", "text": "a"}), {"address": "55"}, {"address": "55"}),
    In("another page", encode({"entry": [{"id": "9", "messaging": [json.loads(says(text="a"))["entry"][0]["messaging"][0]]}]}),
       {"text": "a"}, {"account": "messenger:9"}),
]  # fmt: skip


@table(INBOUND)
def test_inbound(case: In) -> None:
    check_inbound(MESSENGER.build(own(), Place()), case)


def test_a_message_and_what_happens_to_it_are_four_items() -> None:
    bodies = [
        says(text="a"),
        says(is_deleted=True),
        event(reaction={"mid": "m_1", "action": "react", "emoji": "❤"}),
        event(reaction={"mid": "m_1", "action": "unreact"}),
    ]
    channel = MESSENGER.build(own(), Place())
    assert len({channel.split(body)[0].external_id for body in bodies}) == 4
    assert channel.split(says(text="a")) == channel.split(says(text="a"))


def test_siblings_of_odd_events() -> None:
    good = {"sender": {"id": EUIS}, "timestamp": MS, "message": {"mid": "m_1", "text": "a"}}
    items = MESSENGER.build(own(), Place()).split(
        entry(None, 7, {"message": []}, {"delivery": {"mids": [1, "m_9", None]}}, good)
    )
    assert [item.kind for item in items] == ["event", "event", "event", "status", "message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"entry":{}}', b"\xff", b"[" * 100_000])
def test_what_cannot_be_split(body: bytes) -> None:
    with pytest.raises(Unreadable):
        MESSENGER.build(own(), Place()).split(body)


@pytest.mark.parametrize("adapter", [MESSENGER, INSTAGRAM])
def test_who_may_knock(adapter: Any) -> None:
    channel, body = adapter.build(own(app_secret="new, old"), Place()), says(text="a")
    channel.verify({"X-Hub-Signature-256": signature(body, "old")}, body)
    with pytest.raises(Unauthorised):
        channel.verify({"X-Hub-Signature-256": signature(body, "theirs")}, body)
    asked = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "42"}
    assert channel.challenge(asked) == "42"
    with pytest.raises(Unauthorised):
        channel.challenge(asked | {"hub.verify_token": "x"})


# -- out -------------------------------------------------------------------------------------------


@pytest.fixture
async def pair(request: Any) -> AsyncIterator[tuple[Channel, FakeMessenger]]:
    """A channel before its own fake; Messenger's unless a test asks for Instagram's."""
    instagram = getattr(request, "param", "") == "instagram"
    async with FakeMessenger("instagram" if instagram else "page") as fake, session() as http:
        channel = (INSTAGRAM if instagram else MESSENGER).build(own(api_url=fake.url), Place())
        await channel.start(http)
        yield channel, fake


def quick(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"content_type": "text", "title": title, "payload": id_} for id_, title in pairs]


def message(**content: Any) -> dict[str, Any]:
    return {"recipient": {"id": EUIS}, "messaging_type": "RESPONSE", "message": {**content, "metadata": REF}}


def template(text: str, *pairs: tuple[str, str]) -> dict[str, Any]:
    buttons = [{"type": "postback", "title": title, "payload": id_} for id_, title in pairs]
    return {
        "attachment": {"type": "template", "payload": {"template_type": "button", "text": text, "buttons": buttons}}
    }


FOUR = [(f"c{number}", str(number)) for number in range(1, 5)]
OUTBOUND = [
    Out("text", "Sampurasun", request=message(text="Sampurasun")),
    Out("2,000 characters", "é" * 2000, request=message(text="é" * 2000)),
    Out("2,001 characters", "x" * 2001, fault={"name": "payload", "retryable": False}),
    Out("no text", "", fault={"name": "payload"}),
    Out("no number", "a", address="@euis", fault={"name": "payload"}),
    Out("three", "Kirim?", choices("Ya", "Tidak", "Ubah"), request=message(**template("Kirim?", ("c1", "Ya"), ("c2", "Tidak"), ("c3", "Ubah")))),
    Out("three under a long text", "x" * 641, choices("Ya"), request=message(text="x" * 641, quick_replies=quick(("c1", "Ya")))),
    Out("four", "Mana?", choices("1", "2", "3", "4"), request=message(text="Mana?", quick_replies=quick(*FOUR))),
    Out("thirteen", "Mana?", choices(*map(str, range(13))), request={"messaging_type": "RESPONSE"}),
    Out("fourteen", "Mana?", choices(*map(str, range(14))), request=message(text="Mana?")),
    Out("title of 21", "Mana?", choices("x" * 21), request=message(text="Mana?")),
    Out("empty title", "Mana?", choices(""), request=message(text="Mana?")),
]  # fmt: skip


@table(OUTBOUND)
async def test_outbound(case: Out, pair: tuple[Channel, FakeMessenger]) -> None:
    channel, fake = pair
    address = case.address or EUIS
    out = Out(**{**vars(case), "address": address})
    await check_outbound(channel, out, channel.account, lambda: [one.payload for one in fake.sent])


@pytest.mark.parametrize("pair", ["instagram"], indirect=True)
async def test_instagram_counts_bytes_and_takes_no_reference(pair: tuple[Channel, FakeMessenger]) -> None:
    channel, fake = pair
    await channel.send(Outbound(REF, channel.account, EUIS, "é" * 500, (Choice("a", "Ya"),)))
    assert fake.sent[0].buttons == [("a", "Ya")] and "metadata" not in fake.sent[0].payload["message"]
    await check_outbound(channel, Out("", "é" * 501, address=EUIS, fault={"name": "payload"}), channel.account, list)


def fault(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "ambiguous": False, "scope": "message", "wait": None, **more}


def refusal(code: int, sub: int | None = None, status: int = 400) -> Failure:
    error = {"message": "Said so", "type": "OAuthException", "code": code} | ({"error_subcode": sub} if sub else {})
    return Failure(status, None, body=json.dumps({"error": error}))


WHOLE = {"retryable": True, "scope": "account"}
ERRORS = [
    Error("token dead", refusal(190, 463, 401), fault("auth", **WHOLE)),
    Error("no permission", refusal(10), fault("auth", **WHOLE)),
    Error("no permission for messages", refusal(230, None, 403), fault("auth", **WHOLE)),
    Error("window closed", refusal(10, 2018278), fault("window_closed", retryable=False)),
    Error("window closed, Instagram", refusal(10, 2534022), fault("window_closed", retryable=False)),
    Error("blocked us", refusal(551, 1545041), fault("undeliverable", retryable=False)),
    Error("nobody there", refusal(100, 2018001), fault("undeliverable", retryable=False)),
    Error("not a tester", refusal(200, 2018028), fault("undeliverable", retryable=False)),
    Error("our payload", refusal(100), fault("payload", retryable=False)),
    Error("file not fetched", refusal(100, 2018008), fault("media", retryable=False)),
    Error("for a moment", refusal(1200), fault("transient", retryable=True)),
    Error("too fast", refusal(613), fault("throttled", **WHOLE)),
    Error("too fast for Instagram", refusal(80002), fault("throttled", **WHOLE)),
    Error("bothersome", refusal(613, 1893016), fault("quality", **WHOLE, wait=300.0)),
    Error("page restricted", refusal(368), fault("account", **WHOLE)),
    Error("code of tomorrow", refusal(999_999), fault("refused", retryable=False)),
    Error("code of tomorrow, as 500", refusal(999_999, None, 500), fault("transient", retryable=True)),
    Error("429 without a code", Failure(429, None, {"Retry-After": "3"}), fault("throttled", **WHOLE, wait=3.0)),
    Error("502 of a proxy", Failure(502, body="<html>"), fault("transient", retryable=True)),
    Error("504 of a proxy", Failure(504, body="<html>"), fault("timeout", retryable=True, ambiguous=True)),
    Error("200 with an error inside", refusal(551, None, 200), fault("undeliverable", retryable=False)),
    Error("200 of no JSON", Failure(200, body="<html>"), fault("garbled", retryable=True, ambiguous=True)),
    Error("200 without an id", Failure(200, body="{}"), fault("garbled", ambiguous=True)),
]


@table(ERRORS)
async def test_errors(case: Error, pair: tuple[Channel, FakeMessenger]) -> None:
    channel, fake = pair
    fake.fail_next.append(case.failure)
    await check_error(channel, case, Outbound(REF, channel.account, EUIS, "Halo"))


async def test_nobody_listens(unused_tcp_port: int) -> None:
    async with aiohttp.ClientSession() as http:
        channel = MESSENGER.build(own(api_url=f"http://127.0.0.1:{unused_tcp_port}"), Place())
        await channel.start(http)
        gone = Error("", None, fault("unreachable", retryable=True))
        await check_error(channel, gone, Outbound(REF, channel.account, EUIS, "Halo"))


# -- files -----------------------------------------------------------------------------------------


async def test_a_file_is_fetched_without_our_token(pair: tuple[Channel, FakeMessenger]) -> None:
    channel, fake = pair
    fake.files["foto.jpg"] = b"\xff\xd8" + b"x" * 200_000
    pieces = [piece async for piece in channel.fetch(channel.account, f"{fake.url}/cdn/foto.jpg")]
    assert b"".join(pieces) == fake.files["foto.jpg"]
    with pytest.raises(FetchError) as caught:
        [piece async for piece in channel.fetch(channel.account, f"{fake.url}/cdn/lama.jpg")]
    assert caught.value.fault.name == "expired"


@pytest.mark.parametrize(
    "ref",
    ["http://cdn.example.net/a", "https://cdn.example.net:8443/a", "https://example.net.evil.org/a", "https://u@example.net/a",
     "https://evilexample.net/a", "file:///etc/passwd", "https://169.254.169.254/a", ""],
)  # fmt: skip
async def test_a_file_elsewhere_is_not_fetched(ref: str, pair: tuple[Channel, FakeMessenger]) -> None:
    with pytest.raises(FetchError) as caught:
        [piece async for piece in pair[0].fetch(pair[0].account, ref)]
    assert caught.value.fault.name == "host"
