"""`wargi channel check`: for each account whether its webhook is reachable, subscribed, its token alive, and what is waiting."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import aiohttp
import yarl

from bot import clock
from bot.channels.http import post
from bot.channels.kit import Adapter, Asked, Finding
from bot.config import Config
from bot.errors import ConfigError, SendError
from bot.message import Channel
from bot.record import record
from bot.registry import ADAPTERS, channels


@record
class Looked:
    """All that was found about one account."""

    channel: str
    account: str
    findings: list[Finding]

    @property
    def ok(self) -> bool:
        return all(one.ok is not False for one in self.findings)


async def check(conf: Config, url: str = "") -> list[Looked]:
    """Every channel that is switched on, at the same time. A platform that does not answer is a finding."""
    url = (url or conf.public_url).rstrip("/")
    built = channels(conf, url)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        tasks = [_check(ADAPTERS[name], channel, conf, url, http) for name, channel in built.items()]
        return list(await asyncio.gather(*tasks))


async def _check(adapter: Adapter, channel: Channel, conf: Config, url: str, http: aiohttp.ClientSession) -> Looked:
    own = conf.groups.get(adapter.name, {})
    webhook = f"{url}/webhooks/{adapter.name}" if url else ""
    found = [await _reachable(channel, own, url, webhook, http)]
    if adapter.look is not None:
        try:
            found += await adapter.look(Asked(own, webhook, http))
        except SendError as error:
            found.append(Finding("platform", False, str(error), "try again; look at the platform's own status page"))
    return Looked(adapter.title, channel.account, found)


async def _reachable(channel: Channel, own: Any, url: str, webhook: str, http: aiohttp.ClientSession) -> Finding:
    """Knocks at our own door from outside: an unsigned call must be refused by us, and Meta's first call answered."""
    if not url:
        return Finding("reachable", None if not channel.hooks else False, "no public address is known",
                       "set WARGI_PUBLIC_URL, or give --url")  # fmt: skip
    address = webhook if channel.hooks else f"{url}/chat"
    try:
        if any(hook.challenge for hook in channel.hooks):
            nonce = clock.token()
            asked = {"hub.mode": "subscribe", "hub.verify_token": own["verify_token"], "hub.challenge": nonce}
            status, body, _ = await post(http, yarl.URL(webhook).with_query(asked), {}, b"", "GET")
            if status == 200 and body.decode("utf-8", "replace") != nonce:
                return Finding("reachable", False, f"something else answers at {address}", "lead this address to wargi")
            expected = 200
        else:
            method = channel.hooks[0].method if channel.hooks else "GET"
            status, _, _ = await post(http, address, {}, b"{}" if method == "POST" else b"", method)
            expected = 401 if channel.hooks else 200
    except SendError as error:
        return Finding("reachable", False, str(error), f"is wargi running, and does {url} lead to it?")
    if status == expected:
        insecure = channel.hooks and yarl.URL(url).scheme != "https"
        return Finding("reachable", True, f"{address}{' (platforms want https)' if insecure else ''}")
    remedy = {
        403: "the running server has another verify token: restart it",
        404: "the running server does not have this channel: restart it with these settings and the role gateway",
    }.get(status, f"does {url} lead to wargi?")
    return Finding("reachable", False, f"{address} answers {status}", remedy)


async def connect(conf: Config, name: str, url: str = "") -> str:
    """Registers our webhook with a platform. Raises `ConfigError` or `SendError`."""
    adapter, url = ADAPTERS.get(name), (url or conf.public_url).rstrip("/")
    able = [one.name for one in ADAPTERS.values() if one.connect]
    if adapter is None or adapter.connect is None:
        raise ConfigError(f"{name} cannot be connected from here; these can: {', '.join(able)}")
    if name not in conf.groups:
        names = ", ".join(f"WARGI_{name}_{one.name}".upper() for one in adapter.settings if one.needed)
        raise ConfigError(f"{adapter.title} is not switched on: set {names}")
    if not url:
        raise ConfigError("no public address is known: set WARGI_PUBLIC_URL, or give --url")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        return await adapter.connect(Asked(conf.groups[name], f"{url}/webhooks/{name}", http))


def as_json(looked: Iterable[Looked]) -> str:
    return json.dumps([{**asdict(one), "ok": one.ok} for one in looked], indent=2, ensure_ascii=False)


def show(looked: Iterable[Looked]) -> None:
    """One table for a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("Account", "What", "", "Says", "Remedy")
    marks = {True: Text("ok", "green"), False: Text("wrong", "bold red"), None: Text("?", "yellow")}
    for one in looked:
        for row, finding in enumerate(one.findings):
            # `Text`: a platform's words may hold square brackets, which would be markup.
            words = (one.account if row == 0 else "", finding.what, finding.says, finding.remedy)
            account, what, says, remedy = map(Text, words)
            table.add_row(account, what, marks[finding.ok], says, remedy)
        table.add_section()
    Console().print(table)
