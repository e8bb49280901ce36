"""Telegram: what each refusal, and each silence, means."""

from typing import Any

import aiohttp
import pytest

from bot.channels.telegram import Telegram
from bot.message import Outbound
from tests.channels.runner import REF, Error, check_error, table
from tests.fakes.telegram import Failure, FakeTelegram, Person


def fault(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "ambiguous": False, "scope": "message", "wait": None, **more}


UPGRADED = "Bad Request: group chat was upgraded to a supergroup chat"
WHOLE = {"retryable": True, "scope": "account"}
GARBLED = {"name": "garbled", "ambiguous": True, "retryable": True}

ERRORS = [
    Error(
        "too fast",
        Failure(429, "Too Many Requests: retry after 7", {"retry_after": 7}),
        fault("throttled", **WHOLE, wait=7.0),
    ),
    Error(
        "too fast, wait odd",
        Failure(429, "Too Many Requests", {"retry_after": "x"}),
        fault("throttled", **WHOLE, wait=1.0),
    ),
    Error("token dead", Failure(401, "Unauthorized"), fault("auth", **WHOLE)),
    Error("token malformed", Failure(404, "Not Found"), fault("auth", **WHOLE)),
    Error("two consumers", Failure(409, "Conflict"), fault("account", **WHOLE)),
    Error("blocked", Failure(403, "Forbidden: bot was blocked by the user"), fault("blocked", retryable=False)),
    Error("deactivated", Failure(403, "Forbidden: user is deactivated"), fault("undeliverable", retryable=False)),
    Error(
        "never started", Failure(403, "Forbidden: bot can't initiate conversation with a user"), fault("undeliverable")
    ),
    Error("no such chat", Failure(400, "Bad Request: chat not found"), fault("undeliverable", retryable=False)),
    Error(
        "migrated",
        Failure(400, UPGRADED, {"migrate_to_chat_id": -1}),
        fault("moved", moved="-1", retryable=True) | {"wait": 0.0},
    ),
    Error("migrated, nobody says where to", Failure(400, UPGRADED), fault("undeliverable", moved="")),
    Error("migrated to something odd", Failure(400, UPGRADED, {"migrate_to_chat_id": True}), fault("undeliverable")),
    Error("our payload", Failure(400, "Bad Request: BUTTON_DATA_INVALID"), fault("payload", retryable=False)),
    Error("their fault", Failure(500, "Internal Server Error"), fault("transient", retryable=True)),
    Error("502 of a proxy", Failure(502, body="<html>"), fault("transient", retryable=True)),
    Error("504 of a proxy", Failure(504, body="<html>"), fault("timeout", retryable=True, ambiguous=True)),
    Error("status of tomorrow", Failure(418, "Teapot"), fault("refused", retryable=False)),
    Error("200 of no JSON", Failure(200, body="<html>"), GARBLED),
    Error("200 of nothing", Failure(200, body=""), GARBLED),
    Error("200 without a result", Failure(200, body='{"ok":true}'), GARBLED),
    Error("200 with half a message", Failure(200, body='{"ok":true,"result":{"message_id":1}}'), GARBLED),
    Error("200 with a list", Failure(200, body='{"ok":true,"result":[1]}'), GARBLED),
    Error(
        "200 with a refusal",
        Failure(200, body='{"ok":false,"error_code":403,"description":"Forbidden"}'),
        fault("undeliverable"),
    ),
]
OUT = Outbound(REF, "telegram:7000", "3527065", "Halo")


@table(ERRORS)
async def test_error(case: Error, telegram: Telegram, fake: FakeTelegram) -> None:
    Person(fake)
    fake.fail_next.append(case.failure)
    await check_error(telegram, case, OUT)
    assert fake.sent == [], "a channel sends once"


async def test_the_fake_refuses_by_itself(telegram: Telegram, fake: FakeTelegram) -> None:
    await check_error(telegram, Error("", None, {"name": "undeliverable", "text": "Bad Request: chat not found"}), OUT)
    Person(fake).blocks()
    await check_error(telegram, Error("", None, {"name": "blocked"}), OUT)


async def test_nobody_listens(http: aiohttp.ClientSession) -> None:
    async with FakeTelegram() as gone:
        one = Telegram(gone.token, gone.secret, gone.url)
    await one.start(http)
    await check_error(one, Error("", None, {"name": "unreachable", "retryable": True, "ambiguous": False}), OUT)


async def test_no_answer_is_ambiguous(telegram: Telegram, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> None:
    Person(fake)
    monkeypatch.setattr("bot.channels.http._TIMEOUT", aiohttp.ClientTimeout(total=0.3, connect=0.2))
    fake.hang_next = fake.drop_next = 1
    for _ in range(2):
        await check_error(telegram, Error("", None, {"name": "timeout", "retryable": True, "ambiguous": True}), OUT)
    assert fake.ambiguous == len(fake.sent) == 2
