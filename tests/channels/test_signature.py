"""A WhatsApp webhook is believed for one reason only: the bytes that came carry Meta's signature."""

import gzip
import hashlib
import hmac
import json
from collections.abc import Mapping

import pytest
from multidict import CIMultiDict

from bot.channels.whatsapp import WhatsApp
from bot.errors import Unauthorised
from tests.fakes.citizen import Citizen, signature

BODY = Citizen().body(Citizen().text("Énjing / wilujeng"))
GOOD = signature(BODY, "new-secret")
DIGEST = GOOD.removeprefix("sha256=")
NAME = "X-Hub-Signature-256"

channel = WhatsApp("100200300", "token", ("new-secret", "old-secret"), "verify-me")


def refused(headers: Mapping[str, str], body: bytes = BODY) -> None:
    with pytest.raises(Unauthorised) as caught:
        channel.verify(headers, body)
    assert str(caught.value) == "not signed by the platform", "one text, whatever was wrong"


def test_both_secrets_during_a_rotation() -> None:
    channel.verify(CIMultiDict({NAME: GOOD}), BODY)
    channel.verify(CIMultiDict({NAME.lower(): signature(BODY, "old-secret")}), BODY)


WRONG = {
    "none": {},
    "empty": {NAME: ""},
    "short": {NAME: GOOD[:-1]},
    "long": {NAME: GOOD + "0"},
    "line end": {NAME: GOOD + "\n"},
    "no prefix": {NAME: DIGEST},
    "wrong prefix": {NAME: "sha512=" + DIGEST},
    "upper-case prefix": {NAME: "SHA256=" + DIGEST},
    "upper-case hex": {NAME: "sha256=" + DIGEST.upper()},
    "blank before": {NAME: " " + GOOD},
    "no hex": {NAME: "sha256=" + "z" * 64},
    "other alphabet's digits": {NAME: "sha256=" + "٣" * 64},
    "lone surrogates": {NAME: "sha256=" + "\ud800" * 64},
    "other app's secret": {NAME: signature(BODY, "theirs")},
    "no secret": {NAME: signature(BODY, "")},
    "both secrets joined": {NAME: signature(BODY, "new-secret,old-secret")},
    "sha1": {NAME: "sha1=" + hmac.new(b"new-secret", BODY, hashlib.sha1).hexdigest()},
    "the old header": {"X-Hub-Signature": "sha1=" + hmac.new(b"new-secret", BODY, hashlib.sha1).hexdigest()},
    "plain hash": {NAME: "sha256=" + hashlib.sha256(BODY).hexdigest()},
    "said to be packed": {NAME: GOOD, "Content-Encoding": "gzip"},
}


@pytest.mark.parametrize("label", WRONG)
def test_refused(label: str) -> None:
    refused(CIMultiDict(WRONG[label]))


def test_two_headers_are_no_header() -> None:
    refused(CIMultiDict([(NAME, GOOD), (NAME, GOOD)]))
    refused(CIMultiDict([(NAME, signature(BODY, "theirs")), (NAME, GOOD)]))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        BODY + b" ",
        BODY[:-1],
        json.dumps(json.loads(BODY)).encode(),
        json.dumps(json.loads(BODY), ensure_ascii=False, separators=(",", ":")).encode(),
        gzip.compress(BODY),
    ],
    ids=["empty", "one more byte", "one byte less", "written again", "unescaped", "packed"],
)
def test_other_bytes(body: bytes) -> None:
    refused(CIMultiDict({NAME: GOOD}), body)


def test_challenge() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}
    assert channel.challenge(asked) == "1158201444"
    for wrong in ({"hub.mode": "unsubscribe"}, {"hub.verify_token": "verify"}, {"hub.verify_token": ""}):
        with pytest.raises(Unauthorised):
            channel.challenge(asked | wrong)
    with pytest.raises(Unauthorised):
        channel.challenge({})
