"""A fake WhatsApp Cloud API. Records what it accepts, in order; refuses with the real codes; breaks on demand.

The citizens' side (signed webhooks) is `Citizen`, from tests/fakes/citizen.py.
"""

import asyncio
import json
import random
import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes import graph_account
from tests.fakes.citizen import Citizen, envelope, post_signed, wamid
from tests.fakes.graph_media import Shelf
from tests.fakes.graph_rules import MEDIA, Refused, check, media_fits, upload
from tests.fakes.serve import Server

__all__ = ["Accepted", "Citizen", "Failure", "FakeGraph"]


@dataclass(frozen=True)
class Accepted:
    """One message that the platform took."""

    address: str
    ref: str
    wamid: str
    number: str
    payload: dict[str, Any]
    at: float
    """Monotonic seconds."""

    @property
    def text(self) -> str:
        node = self.payload[self.payload["type"]]
        if self.payload["type"] == "interactive":
            return str(node["body"]["text"])
        return str(node.get("body", "") or node.get("caption", ""))

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """(id, title) of what a citizen can press, in order."""
        if self.payload["type"] != "interactive":
            return []
        action = self.payload["interactive"]["action"]
        replies = [one["reply"] for one in action.get("buttons", ())]
        rows = [row for section in action.get("sections", ()) for row in section["rows"]]
        return [(one["id"], one["title"]) for one in replies + rows]


@dataclass(frozen=True)
class Failure:
    """What an injected fault answers: a Graph error, or anything else through `body`."""

    status: int = 500
    code: int | None = 131000
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    details: str = "Injected by the test."


_SIGN = re.compile(rb'"status":\s*"read"')


class FakeGraph(Server):
    def __init__(
        self,
        token: str = "graph-token",
        numbers: tuple[str, ...] = ("100200300",),
        version: str = "v26.0",
        secret: str = "app-secret",
        webhook: str = "",
        seed: int = 1,
    ) -> None:
        super().__init__()
        self.token, self.numbers, self.version, self.secret = token, set(numbers), version, secret
        self.webhook = webhook
        self.random = random.Random(seed)
        self.accepted: list[Accepted] = []
        number = {"display_phone_number": "+62 22 0000", "verified_name": "Hotline", "quality_rating": "GREEN"}
        self.objects: dict[str, Any] = {one: {**number, "status": "CONNECTED"} for one in numbers} | {"9001": {}}
        self.apps: dict[str, list[dict[str, Any]]] = {}
        self.reads: list[dict[str, Any]] = []
        self.refused: list[int] = []
        self.requests = 0
        self.ambiguous = 0
        """Times a message was accepted and the sender could not know."""
        # Knobs.
        self.fail_next: deque[Failure] = deque()
        self.fail_p = 0.0
        self.failure = Failure()
        self.delay = 0.0
        self.hang_next = 0
        """Accept this many, then never answer."""
        self.drop_next = 0
        """Accept this many, then cut the connection."""
        self.drop_p = 0.0
        self.closed: set[str] = set()
        """Addresses whose 24 h window is over."""
        self.closed_by_status = False
        """The refusal comes as a `failed` status, after a 200."""
        self.statuses: tuple[str, ...] = ()
        """What to report of each accepted message, for example ("sent", "delivered", "read")."""
        self.names: dict[str, dict[str, str]] = {}
        """What the answer to a send adds about its receiver, by address."""
        self.duplicate_statuses = 1
        self.shuffle_statuses = False
        self.status_before_answer = False
        self.media = Shelf()
        self.uploads: dict[str, tuple[str, str, bytes]] = {}
        """Number, type and bytes of what we have uploaded, by id."""
        self.fail_uploads: deque[Failure] = deque()
        self.account = "900100"
        self.templates: list[dict[str, Any]] = []
        self.page = 2
        """Templates a page, whatever is asked for: paging is always walked."""
        self._new = asyncio.Event()
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/{version}/{number}/messages", self._messages),
            web.post("/{version}/{number}/media", self._upload),
            web.get("/whatsapp_business/attachments/", self._file),
            *graph_account.routes(self),
            web.get("/{version}/{account}/message_templates", self._templates),
            web.route("*", "/{tail:.*}", self._elsewhere),
        ]

    async def stop(self) -> None:
        self._stopping.set()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await super().stop()

    # -- what a test asks ----------------------------------------------------------------------------

    def to(self, address: str) -> list[Accepted]:
        """What this address got, in order of acceptance."""
        return [one for one in self.accepted if one.address == address]

    @property
    def duplicates(self) -> int:
        """How many times a reference was accepted again."""
        refs = Counter(one.ref for one in self.accepted if one.ref)
        return sum(count - 1 for count in refs.values())

    async def wait_for(self, address: str, count: int = 1, seconds: float = 30.0) -> list[Accepted]:
        """Until this address has got `count` messages."""
        async with asyncio.timeout(seconds):
            while len(self.to(address)) < count:
                self._new.clear()
                await self._new.wait()
        return self.to(address)

    # -- the API -------------------------------------------------------------------------------------

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.requests += 1
        return _error(Refused(2500, "Unknown path components: " + request.path))

    async def _templates(self, request: web.Request) -> web.Response:
        self.requests += 1
        if self.fail_next:
            return _failure(self.fail_next.popleft())
        try:
            if request.match_info["account"] != self.account:
                raise Refused(100, "Unsupported get request. Object does not exist", subcode=33)
            self._authorise(request, next(iter(self.numbers)))
        except Refused as refusal:
            return _error(refusal)
        fields = request.query.get("fields", "name,status").split(",")
        start = int(request.query.get("after", "0"))
        rows = self.templates[start : start + self.page]
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + len(rows))}}
        if start + len(rows) < len(self.templates):
            paging["next"] = f"{self.url}{request.path}?after={start + len(rows)}"
        shown = [{key: row[key] for key in (*fields, "id") if key in row} for row in rows]
        return web.json_response({"data": shown, "paging": paging})

    async def _read(self, request: web.Request) -> web.Response:
        try:
            self._authorise(request)
            self.reads.append(_json(await request.read()))
        except Refused as refusal:
            return _error(refusal)
        return web.json_response({"success": True})

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        if self.delay:
            await asyncio.sleep(self.delay)
        if _SIGN.search(await request.read()):  # no message: failures that a test asks for are not meant for it
            return await self._read(request)
        if self.fail_next:
            return _failure(self.fail_next.popleft())
        if self.fail_p and self.random.random() < self.fail_p:
            return _failure(self.failure)
        try:
            number = self._authorise(request)
            data = _json(await request.read())
            one = self._accept(number, data)
        except Refused as refusal:
            self.refused.append(refusal.error["code"])
            return _error(refusal)
        return await self._answer(request, one)

    async def media_of(self, request: web.Request) -> web.Response:
        self.requests += 1
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _error(Refused(190, "Invalid OAuth access token.", status=401))
        try:
            return web.json_response(self.media.address(self.url, request.match_info["id"]))
        except Refused as refusal:
            return _error(refusal)

    async def _upload(self, request: web.Request) -> web.Response:
        self.requests += 1
        if self.fail_uploads:
            return _failure(self.fail_uploads.popleft())
        try:
            number, form = self._authorise(request), await request.post()
            file = form.get("file")
            if form.get("messaging_product") != "whatsapp" or not isinstance(file, web.FileField):
                raise Refused(100, "Invalid parameter", "messaging_product and file are required")
            with file.file as stream:
                body, mime = stream.read(), str(form.get("type", ""))
            upload(mime, len(body))
        except Refused as refusal:
            return _error(refusal)
        id_ = str(7_000_000_000 + len(self.uploads))
        self.uploads[id_] = (number, mime, body)
        return web.json_response({"id": id_})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return await self.media.serve(request, self.token)

    def _authorise(self, request: web.Request, number: str = "") -> str:
        if request.match_info["version"] != self.version:
            raise Refused(2500, "Unknown path components: /" + request.match_info["version"])
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise Refused(190, "Invalid OAuth access token.", status=401)
        number = number or request.match_info["number"]
        if number not in self.numbers:
            raise Refused(100, f"Unsupported post request. Object with ID '{number}' does not exist", subcode=33)
        return number

    def _accept(self, number: str, data: dict[str, Any]) -> Accepted:
        check(data)
        if data["type"] in MEDIA and (id_ := data[data["type"]].get("id")) is not None:
            owner, mime, body = self.uploads.get(id_, ("", "", b""))
            if owner != number:
                raise Refused(131009, "Parameter value is not valid", "Media id is unknown to this number")
            media_fits(data["type"], mime, len(body))
        address = str(data.get("to") or data["recipient"]).lstrip("+")
        if address in self.closed and data["type"] != "template" and not self.closed_by_status:
            raise Refused(131047, "Re-engagement message", "More than 24 hours have passed since the last reply.")
        ref = str(data.get("biz_opaque_callback_data", ""))
        one = Accepted(address, ref, wamid(), number, data, time.monotonic())
        self.accepted.append(one)
        self._new.set()
        return one

    async def _answer(self, request: web.Request, one: Accepted) -> web.StreamResponse:
        if self.webhook and (self.statuses or one.address in self.closed):
            report = asyncio.create_task(self._report(one))
            self._tasks.add(report)
            report.add_done_callback(self._tasks.discard)
            if self.status_before_answer:
                await asyncio.wait({report})
        if self.hang_next > 0:
            self.hang_next -= 1
            self.ambiguous += 1
            await self._stopping.wait()
        elif self.drop_next > 0 or (self.drop_p and self.random.random() < self.drop_p):
            self.drop_next = max(0, self.drop_next - 1)
            self.ambiguous += 1
            assert request.transport is not None
            request.transport.abort()
        who = {"wa_id": one.address} if one.address.isdigit() else {"user_id": one.address}
        who |= self.names.get(one.address, {})
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": one.address, **who}],
                "messages": [{"id": one.wamid, "message_status": "accepted"}],
            }
        )

    async def _report(self, one: Accepted) -> None:
        closed = one.address in self.closed and one.payload["type"] != "template"
        states = ["failed"] if closed else [s for s in self.statuses for _ in range(self.duplicate_statuses)]
        if self.shuffle_statuses:
            self.random.shuffle(states)
        async with aiohttp.ClientSession() as http:
            for state in states:
                contacts = [{"wa_id": one.address} if one.address.isdigit() else {"user_id": one.address}]
                body = envelope(one.number, statuses=[status_of(one, state)], contacts=contacts)
                await post_signed(http, self.webhook, self.secret, body, tries=8)


def status_of(one: Accepted, state: str) -> dict[str, Any]:
    """A status as Meta words it; `failed` carries a closed window."""
    who = {"recipient_id": one.address} if one.address.isdigit() else {"recipient_user_id": one.address}
    status: dict[str, Any] = {"id": one.wamid, "status": state, "timestamp": str(int(time.time())), **who}
    if one.ref:
        status["biz_opaque_callback_data"] = one.ref
    if state == "failed":
        title = "Re-engagement message"
        details = "Message failed to send because more than 24 hours have passed since the customer last replied."
        status["errors"] = [{"code": 131047, "title": title, "message": title, "error_data": {"details": details}}]
    else:
        status["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
    return status


def _json(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise Refused(100, "Invalid parameter", "The body is not a JSON object.")
    return data


def _error(refusal: Refused) -> web.Response:
    return web.json_response({"error": refusal.error}, status=refusal.status)


def _failure(failure: Failure) -> web.Response:
    if failure.body is not None or failure.code is None:
        return web.Response(status=failure.status, text=failure.body or "", headers=failure.headers)
    error = Refused(failure.code, "Injected", failure.details).error
    return web.json_response({"error": error}, status=failure.status, headers=failure.headers)
