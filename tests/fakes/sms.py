"""A fake SMS gateway with Kannel's two ends, and the phones behind it."""

import asyncio
import itertools
import time
from collections import deque
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
from aiohttp import web

from tests.fakes.graph import Failure
from tests.fakes.serve import Server

KNOWN = {"username", "password", "from", "to", "text", "charset", "coding", "dlr-mask", "dlr-url"}


@dataclass(frozen=True)
class Sent:
    """One message that the gateway took."""

    to: str
    text: str
    query: dict[str, str]


class FakeGateway(Server):
    def __init__(self, secret: str = "sms-secret") -> None:
        super().__init__()
        self.secret, self.webhook = secret, ""
        self.sent: list[Sent] = []
        self.fail_next: deque[Failure] = deque()
        self.reports: tuple[int, ...] = ()
        """What to report of each message, for example (8, 1)."""
        self._ids = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get("/cgi-bin/sendsms", self._sendsms)]

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await super().stop()

    @property
    def api(self) -> str:
        return f"{self.url}/cgi-bin/sendsms"

    def to_(self, phone: str) -> list[Sent]:
        return [one for one in self.sent if one.to.lstrip("+") == phone]

    async def _sendsms(self, request: web.Request) -> web.Response:
        if self.fail_next:
            failure = self.fail_next.popleft()
            return web.Response(status=failure.status, text=failure.body or "", headers=failure.headers)
        query = dict(request.query)
        if (query.get("username"), query.get("password")) != ("wargi", "sandi"):
            return web.Response(status=403, text="Authorization failed for sendsms")
        if set(query) == {"username", "password"}:
            return web.Response(status=400, text="Missing receiver number, rejected")
        if wrong := refused(query):
            return web.Response(status=400, text=wrong)
        one = Sent(query["to"], query["text"], query)
        self.sent.append(one)
        for kind in self.reports:
            task = asyncio.create_task(self._report(query["dlr-url"], kind))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return web.Response(status=202, text="0: Accepted for delivery")

    async def _report(self, url: str, kind: int) -> None:
        """Fills in what Kannel fills in, and fetches the address."""
        async with (
            aiohttp.ClientSession() as http,
            http.get(url.replace("%d", str(kind)).replace("%A", "stat:X")) as done,
        ):
            await done.read()

    async def deliver(self, http: aiohttp.ClientSession, phone: str, text: str, **more: str) -> int:
        """A phone writes: the gateway fetches the service's address."""
        fields = {"from": f"+{phone}", "to": "628229000", "text": text, "id": f"mo-{next(self._ids)}"}
        query = urlencode({**fields, "time": str(int(time.time())), "secret": self.secret, **more})
        async with http.get(f"{self.webhook}?{query}") as answer:
            assert await answer.text() == "" or answer.status != 200, "the gateway would send this as an SMS"
            return answer.status


def refused(query: dict[str, str]) -> str:
    """What a strict gateway says no to."""
    if unknown := set(query) - KNOWN:
        return f"Unknown parameters {sorted(unknown)}"
    if not query.get("to", "").lstrip("+").isdigit():
        return "Missing receiver number, rejected"
    text = query.get("text", "")
    if not text:
        return "Empty text, rejected"
    if query.get("charset") != "UTF-8" or query.get("coding") not in ("0", "2"):
        return "Charset or coding invalid, rejected"
    if len(text) > (1530 if query["coding"] == "0" else 670):
        return "Message too long, rejected"
    parts = urlsplit(query.get("dlr-url", ""))
    if parts.scheme not in ("http", "https") or "dlr" not in parse_qs(parts.query) or query.get("dlr-mask") != "27":
        return "Invalid dlr-url or mask, rejected"
    return ""
