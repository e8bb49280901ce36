"""SMS: what comes in, what goes out in which alphabet, what each answer and report means."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.channels.sms import TEXT, WIDE, Sms, fit, number_of
from bot.errors import ConfigError, SendError, Unauthorised
from bot.message import Outbound
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
from tests.fakes.graph import Failure
from tests.fakes.sms import FakeGateway

AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
STAMP = str(int(AT.timestamp()))
PHONE = "628111000111"
WHO = {"from": "+628111000111", "to": "0822-9000", "id": "mo-1", "time": STAMP, "secret": "s"}


def built(api: str = "http://127.0.0.1:1/cgi-bin/sendsms") -> Sms:
    return Sms(api, "wargi", "sandi", "08229000", "sms-secret", 0.0, "https://hotline.example")


def query(**more: Any) -> bytes:
    return urlencode({key: value for key, value in {**WHO, **more}.items() if value is not None}).encode()


NEWS = {"kind": "event", "address": None}
REPORT = {"from": None, "to": None, "id": None, "time": None, "ref": REF}

INBOUND = [
    In(
        "text",
        query(text="Jalan rusak"),
        {"address": PHONE, "phone": PHONE, "external_id": "mo-1", "kind": "text", "text": "Jalan rusak", "sent_at": AT},
        {"account": "sms:628229000", "kind": "message", "external_id": "mo-1", "address": PHONE, "hour": int(STAMP) // 3600},
    ),
    In("a number as people write it", query(text="a", **{"from": "0811 1000-111"}), {"address": PHONE}),
    In("UTF-8", query(text="Énjing 🌧"), {"text": "Énjing 🌧"}),
    In("Latin letters, unsaid", b"from=628111000111&text=%C9njing", {"text": "Énjing"}),
    In("Latin letters, said", b"from=628111000111&charset=ISO-8859-1&text=%C3%A9", {"text": "Ã©"}),
    In("sixteen bits", b"from=628111000111&charset=UTF16-BE&text=%00a%D8%3C%DF%27", {"text": "a🌧"}),
    In("charset of tomorrow", b"from=628111000111&charset=x&text=a", {"text": "a"}),
    In("NUL", b"from=628111000111&text=a%00b", {"text": "ab"}),
    In("plus is a blank", b"from=628111000111&text=a+b%2Bc", {"text": "a b+c"}),
    In("query and form", query(text=None) + b"&text=a", {"text": "a"}),
    In("no text", query(text=None), {"kind": "unsupported", "text": ""}),
    In("a picture message", query(text=" "), {"kind": "unsupported"}),
    In("no time", query(text="a", time=None), {"sent_at": None}, {"hour": 0}),
    In("no receiver", query(text="a", to=None), {"text": "a"}, {"account": "sms:628229000"}),
    In("the operator's news", query(text="Pulsa", **{"from": "TELKOMSEL"}), None, NEWS),
    In("nobody", query(text="a", **{"from": None}), None, NEWS),
    In("delivered", query(**REPORT, dlr="1"), {"state": "delivered", "ref": REF, "external_id": REF}, {"kind": "status", "part": 42}),
    In("at the operator", query(**REPORT, dlr="8"), {"state": "sent"}),
    In("failed", query(**REPORT, dlr="2", answer="stat:UNDELIV"), {"state": "failed", "error": "stat:UNDELIV"}),
    In("expired", query(**REPORT, dlr="34"), {"state": "failed", "error": "dlr 34"}),
    In("refused by the operator", query(**REPORT, dlr="16"), {"state": "failed"}),
    In("queued", query(**REPORT, dlr="4"), None, {"kind": "status"}),
    In("odd kind", query(**REPORT, dlr="satu"), "no kind", {"kind": "status"}),
    In("report of somebody else's", query(**(REPORT | {"ref": "x"}), dlr="1"), None, NEWS),
]  # fmt: skip


@table(INBOUND)
def test_inbound(case: In) -> None:
    check_inbound(built(), case)


def test_the_secret_is_not_kept() -> None:
    [item] = built().split(query(text="a", secret="sms-secret"))
    assert b"sms-secret" not in item.raw


def test_without_an_id_two_different_messages_are_two() -> None:
    one, other, again = (built().split(query(text=text, id=None))[0].external_id for text in ("a", "b", "a"))
    assert one == again != other


@pytest.mark.parametrize(
    ("body", "good"),
    [
        (b"text=a&secret=sms-secret", True),
        (b"secret=sms-secret&text=a", True),
        (b"", False),
        (b"text=a", False),
        (b"secret=", False),
        (b"secret=wrong", False),
        (b"secret=sms-secret&secret=sms-secret", False),
        (b"secret=sms-secret&secret=wrong", False),
        (b"&".join([b"secret=sms-secret"] + [b"a=1"] * 100), False),
        (b'{"secret":"sms-secret"}', False),
    ],
)
def test_who_may_knock(body: bytes, good: bool) -> None:
    if good:
        built().verify({}, body)
        return
    with pytest.raises(Unauthorised):
        built().verify({}, body)


def test_a_secret_that_an_address_cannot_hold() -> None:
    with pytest.raises(ConfigError, match="WARGI_SMS_SECRET"):
        Sms("http://x", "u", "p", "1", "50%d", 0.0)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+628111000111", PHONE), ("628111000111", PHONE), ("08111000111", PHONE), ("00628111000111", PHONE),
        ("0811 1000 111", PHONE), ("1112", "1112"), ("TELKOMSEL", None), ("", None), ("٠٨١١", None), ("1" * 21, None),
    ],
)  # fmt: skip
def test_numbers(written: str, number: str | None) -> None:
    assert number_of(written) == number


@pytest.mark.parametrize(
    ("text", "coding", "fitted"),
    [
        ("Énjing, lokasi di mana?", 0, "Énjing, lokasi di mana?"),
        ("• “Jalan” – rusak…", 0, '- "Jalan" - rusak...'),
        ("Siap 👍", 0, "Siap "),
        ("désa Cikajang, ê", 0, "désa Cikajang, e"),
        ("ᮝᮁᮌᮤ", 2, "ᮝᮁᮌᮤ"),
        ("x" * TEXT, 0, "x" * TEXT),
        ("€" * (TEXT // 2), 0, "€" * (TEXT // 2)),
        ("ж" * WIDE, 2, "ж" * WIDE),
    ],
)
def test_alphabets(text: str, coding: int, fitted: str) -> None:
    got = fit(text)
    assert got[0] == coding
    assert got[1] == fitted or coding == 2, "a mark may go with its letter in other scripts"


@pytest.mark.parametrize("text", ["x" * (TEXT + 1), "€" * (TEXT // 2 + 1), "ж" * (WIDE + 1)])
def test_too_long(text: str) -> None:
    with pytest.raises(SendError):
        fit(text)


# -- out -------------------------------------------------------------------------------------------


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Sms, FakeGateway]]:
    async with FakeGateway() as gateway, session() as http:
        channel = built(gateway.api)
        await channel.start(http)
        yield channel, gateway


OUTBOUND = [
    Out("text", "Sampurasun & rampes + 100%d", request={"to": f"+{PHONE}", "from": "628229000", "coding": "0",
        "text": "Sampurasun & rampes + 100%d", "charset": "UTF-8",
        "dlr-url": f"https://hotline.example/webhooks/sms?secret=sms-secret&ref={REF}&dlr=%d&answer=%A"}),
    Out("buttons stay in the text", "Kirim?\n1. Ya", choices("Ya"), request={"text": "Kirim?\n1. Ya"}),
    Out("other script", "Ωж", request={"text": "Ωж", "coding": "2"}),
    Out("too long", "x" * 1531, fault={"name": "payload", "retryable": False}),
    Out("no text", "", fault={"name": "payload"}),
    Out("no number", "a", address="Euis", fault={"name": "payload"}),
]  # fmt: skip


@table(OUTBOUND)
async def test_outbound(case: Out, pair: tuple[Sms, FakeGateway]) -> None:
    channel, gateway = pair
    out = Out(**{**vars(case), "address": case.address or PHONE})
    await check_outbound(channel, out, channel.account, lambda: [one.query for one in gateway.sent])


def fault(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "ambiguous": False, "scope": "message", "wait": None, **more}


WHOLE = {"retryable": True, "scope": "account"}
ERRORS = [
    Error("wrong password", Failure(403, body="Authorization failed for sendsms"), fault("auth", **WHOLE)),
    Error("wrong path", Failure(404, body="Not found"), fault("account", **WHOLE)),
    Error("our payload", Failure(400, body="Empty text, rejected"), fault("payload", retryable=False)),
    Error("too fast", Failure(429, body=""), fault("throttled", **WHOLE, wait=1.0)),
    Error("too fast, told when", Failure(429, headers={"Retry-After": "9"}, body=""), fault("throttled", **WHOLE, wait=9.0)),
    Error("for a moment", Failure(503, body="Temporal failure, try again later."), fault("transient", retryable=True)),
    Error("504 of a proxy", Failure(504, body=""), fault("timeout", retryable=True, ambiguous=True)),
    Error("200 of a proxy", Failure(200, body="<html>"), fault("garbled", retryable=True, ambiguous=True)),
    Error("redirect", Failure(302, headers={"Location": "http://elsewhere.example/"}, body=""), fault("refused")),
]  # fmt: skip


@table(ERRORS)
async def test_errors(case: Error, pair: tuple[Sms, FakeGateway]) -> None:
    channel, gateway = pair
    gateway.fail_next.append(case.failure)
    await check_error(channel, case, Outbound(REF, channel.account, PHONE, "Halo"))


async def test_a_wrong_password_is_the_gateways_own_words(pair: tuple[Sms, FakeGateway]) -> None:
    _, gateway = pair
    other = Sms(gateway.api, "wargi", "salah", "1112", "s", 0.0)
    async with session() as http:
        await other.start(http)
        with pytest.raises(SendError, match="Authorization failed") as caught:
            await other.send(Outbound(REF, other.account, PHONE, "Halo"))
    assert "salah" not in str(caught.value)
