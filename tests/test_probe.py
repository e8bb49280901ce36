"""`wargi channel check` against a running server and its fake platforms: each thing that can be wrong, and its remedy."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot import clock, probe, registry
from bot.config import Config
from bot.errors import ConfigError, SendError
from tests.world import ROOT, World, settings


@pytest.fixture
async def up(tmp_path: Path) -> AsyncIterator[World]:
    """A server whose every channel is well connected. One database will do: nothing here asks it."""
    async with World(f"sqlite:///{tmp_path}/wargi.db", tmp_path) as world:
        world.telegram.kinds = ["message", "edited_message", "callback_query", "message_reaction"]
        for name in ("whatsapp", "messenger", "instagram"):
            await probe.connect(conf(world), name, world.url)
        yield world


def env(world: World, **more: str) -> dict[str, str]:
    found = settings(world.database_url, world.folder, world.graph, world.telegram, **world.other_settings())
    return {**found, "WARGI_PUBLIC_URL": world.url, "WARGI_WHATSAPP_BUSINESS_ACCOUNT_ID": "9001", **more}


def conf(world: World, **more: str) -> Config:
    return registry.settings(env(world, **more))


async def found(world: World, **more: str) -> dict[tuple[str, str], Any]:
    return {(one.channel, each.what): each for one in await probe.check(conf(world, **more)) for each in one.findings}


async def test_all_is_well(up: World) -> None:
    looked = await probe.check(conf(up))
    assert [one.channel for one in looked] == ["Web", "WhatsApp", "Telegram", "Messenger", "Instagram", "SMS"]
    assert all(one.ok for one in looked), probe.as_json(looked)
    says = {(one.channel, each.what): each.says for one in looked for each in one.findings}
    assert "Hotline" in says["WhatsApp", "token"] and says["Telegram", "token"] == "@wargi_bot"
    assert says["Telegram", "pending"] == "0" and says["Messenger", "subscribed"] == "1 app"


def ago(hours: int) -> int:
    return int(clock.now().timestamp()) - hours * 3600


WRONG: dict[str, tuple[Any, dict[str, str], tuple[str, str], str, str]] = {
    # what is broken, settings, which finding says so, its words, its remedy
    "WhatsApp's token": (None, {"WARGI_WHATSAPP_ACCESS_TOKEN": "old"}, ("WhatsApp", "token"), "190", "WHATSAPP_ACCESS_TOKEN"),
    "WhatsApp's number": (None, {"WARGI_WHATSAPP_PHONE_NUMBER_ID": "1"}, ("WhatsApp", "token"), "100", "PHONE_NUMBER_ID"),
    "number banned": (lambda w: w.graph.objects["100200300"].update(status="BANNED"), {}, ("WhatsApp", "number"), "banned", "register"),
    "quality": (lambda w: w.graph.objects["100200300"].update(quality_rating="RED"), {}, ("WhatsApp", "quality"), "red", "block"),
    "another callback": (
        lambda w: w.graph.objects["100200300"].update(webhook_configuration={"application": "https://old.example"}), {},
        ("WhatsApp", "callback"), "old.example", "/webhooks/whatsapp",
    ),
    "WABA not subscribed": (lambda w: w.graph.apps.clear(), {}, ("WhatsApp", "subscribed"), "no app", "channel connect whatsapp"),
    "WABA of another": (None, {"WARGI_WHATSAPP_BUSINESS_ACCOUNT_ID": "7"}, ("WhatsApp", "subscribed"), "100", "connect"),
    "verify token": (None, {"WARGI_WHATSAPP_VERIFY_TOKEN": "new"}, ("WhatsApp", "reachable"), "403", "restart"),
    "Telegram's token": (None, {"WARGI_TELEGRAM_TOKEN": "1:x"}, ("Telegram", "token"), "auth", "BotFather"),
    "no webhook": (lambda w: setattr(w.telegram, "webhook", ""), {}, ("Telegram", "subscribed"), "no webhook", "connect telegram"),
    "another webhook": (lambda w: setattr(w.telegram, "webhook", "https://a.example"), {}, ("Telegram", "subscribed"), "a.example", "connect"),
    "reactions left out": (lambda w: setattr(w.telegram, "kinds", ["message"]), {}, ("Telegram", "updates"), "message_reaction", "connect"),
    "kinds never named": (lambda w: setattr(w.telegram, "kinds", None), {}, ("Telegram", "updates"), "message_reaction", "connect"),
    "updates pile up": (lambda w: setattr(w.telegram, "pending", 400), {}, ("Telegram", "pending"), "400", "running"),
    "an error just now": (
        lambda w: w.telegram.trouble.update(last_error_date=ago(0), last_error_message="Wrong response: 401 Unauthorized"), {},
        ("Telegram", "last error"), "401", "secret differs",
    ),
    "a page's token": (None, {"WARGI_MESSENGER_ACCESS_TOKEN": "old"}, ("Messenger", "token"), "190", "MESSENGER_ACCESS_TOKEN"),
    "page subscribed to half": (
        lambda w: w.messenger.apps.update({w.messenger.account: [{"subscribed_fields": ["messages"]}]}), {},
        ("Messenger", "subscribed"), "messaging_postbacks", "connect messenger",
    ),
    "gateway's password": (None, {"WARGI_SMS_PASSWORD": "salah"}, ("SMS", "gateway"), "Authorization failed", "WARGI_SMS_PASSWORD"),
    "gateway gone": (None, {"WARGI_SMS_API_URL": "http://127.0.0.1:1/x"}, ("SMS", "gateway"), "unreachable", "running"),
    "Telegram silent": (None, {"WARGI_TELEGRAM_API_URL": "http://127.0.0.1:1"}, ("Telegram", "token"), "unreachable", "firewall"),
    "Graph silent": (None, {"WARGI_WHATSAPP_API_URL": "http://127.0.0.1:1"}, ("WhatsApp", "token"), "unreachable", "firewall"),
    "our own address": (None, {"WARGI_PUBLIC_URL": "http://127.0.0.1:1"}, ("Telegram", "reachable"), "unreachable", "is wargi running"),
}  # fmt: skip


@pytest.mark.parametrize("label", WRONG)
async def test_what_is_wrong_is_named_with_its_remedy(label: str, up: World) -> None:
    breaks, more, key, says, remedy = WRONG[label]
    if breaks is not None:
        breaks(up)
    finding = (await found(up, **more))[key]
    assert finding.ok is False
    assert says in finding.says and remedy in finding.remedy, finding
    for secret in (up.graph.token, up.telegram.token, up.messenger.token, "sandi", "salah"):
        assert secret not in finding.says + finding.remedy


async def test_what_is_no_reason_for_alarm(up: World) -> None:
    up.telegram.trouble = {"last_error_date": ago(30), "last_error_message": "Connection timed out"}
    seen = await found(up, WARGI_WHATSAPP_BUSINESS_ACCOUNT_ID="")
    assert seen["Telegram", "last error"].ok and "timed out" in seen["Telegram", "last error"].says
    assert seen["WhatsApp", "subscribed"].ok is None and "BUSINESS_ACCOUNT_ID" in seen["WhatsApp", "subscribed"].remedy


async def test_a_channel_that_the_server_does_not_have(up: World) -> None:
    await up.server.stop()
    more, up.other_settings = up.other_settings(), dict  # type: ignore[method-assign]
    await up.start(up.server.port)
    up.other_settings = lambda: more  # type: ignore[method-assign]
    seen = await found(up)
    assert "404" in seen["SMS", "reachable"].says and "restart" in seen["SMS", "reachable"].remedy
    assert seen["Telegram", "reachable"].ok


async def test_telegram_is_connected_and_heard(up: World) -> None:
    up.telegram.webhook, up.telegram.kinds, up.telegram.secret = "", None, "old"
    said = await probe.connect(conf(up), "telegram")
    assert f"{up.url}/webhooks/telegram" in said
    assert all(one.ok for one in await probe.check(conf(up)))
    assert await up.telegram.post(up.browser(), up.person().text("halo")) == 200


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("sms", {}, "cannot be connected from here; these can: whatsapp, telegram, messenger, instagram"),
        ("pigeon", {}, "pigeon cannot be connected"),
        ("telegram", {"WARGI_PUBLIC_URL": ""}, "WARGI_PUBLIC_URL"),
        ("telegram", {"WARGI_PUBLIC_URL": "http://hotline.example"}, "HTTPS"),
        ("whatsapp", {"WARGI_WHATSAPP_BUSINESS_ACCOUNT_ID": ""}, "WARGI_WHATSAPP_BUSINESS_ACCOUNT_ID"),
    ],
)
async def test_what_cannot_be_connected(name: str, more: dict[str, str], words: str, up: World) -> None:
    loaded = registry.settings({key: value for key, value in env(up, **more).items() if value})
    with pytest.raises((ConfigError, SendError), match=words):
        await probe.connect(loaded, name)


async def test_a_channel_that_is_off_is_named_with_its_settings() -> None:
    with pytest.raises(ConfigError, match="WARGI_TELEGRAM_TOKEN, WARGI_TELEGRAM_SECRET_TOKEN"):
        await probe.connect(Config(), "telegram", "https://hotline.example")


def command(tmp_path: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WARGI_")} | {"COLUMNS": "160"}
    run = [sys.executable, "-m", "bot", "channel", *words]
    return subprocess.run(run, env=clean | more, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_the_command(tmp_path: Path) -> None:
    """Nothing listens at port 1: a table, or JSON, and status 1; never a traceback."""
    dead = {
        "WARGI_TELEGRAM_TOKEN": "7:rahasia",
        "WARGI_TELEGRAM_SECRET_TOKEN": "s",
        "WARGI_TELEGRAM_API_URL": "http://127.0.0.1:1",
    }
    table = command(tmp_path, "check", "--url", "http://127.0.0.1:1", **dead)
    assert table.returncode == 1 and "telegram:7" in table.stdout and "unreachable" in table.stdout, table
    as_json = command(tmp_path, "check", "--json", "--url", "http://127.0.0.1:1", **dead)
    found = {one["channel"]: one for one in json.loads(as_json.stdout)}
    assert as_json.returncode == 1 and found["Telegram"]["ok"] is False
    refused = command(tmp_path, "connect", "telegram", "--url", "http://127.0.0.1:1", **dead)
    assert refused.returncode == 1 and refused.stderr.startswith("wargi: unreachable")
    assert "rahasia" not in table.stdout + as_json.stdout + refused.stderr + table.stderr
    assert "Traceback" not in table.stderr + as_json.stderr + refused.stderr
