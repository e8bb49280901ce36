"""A fake Messenger Platform, for a page or an Instagram account, and the people who write to it."""

import asyncio
import itertools
import json
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes import graph_account
from tests.fakes.citizen import encode, post_signed
from tests.fakes.graph import Failure, _failure
from tests.fakes.graph_rules import Refused
from tests.fakes.serve import Server

ATTACHMENTS = {"image", "video", "audio", "file", "template"}


@dataclass(frozen=True)
class Sent:
    """One message that the platform took."""

    person: str
    mid: str
    payload: dict[str, Any]

    @property
    def text(self) -> str:
        message = self.payload["message"]
        return str(message.get("text") or message["attachment"]["payload"].get("text", ""))

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """(payload, title) of what can be tapped, in order."""
        message = self.payload["message"]
        shown = message.get("quick_replies") or message.get("attachment", {}).get("payload", {}).get("buttons", ())
        return [(one["payload"], one["title"]) for one in shown]


class FakeMessenger(Server):
    def __init__(self, object_: str = "page", account: str = "700800900", token: str = "page-token") -> None:
        super().__init__()
        self.object, self.account, self.token, self.secret = object_, account, token, "app-secret"
        self.webhook = ""
        self.objects: dict[str, Any] = {account: {"name": "Hotline Jabar", "username": "hotlinejabar"}}
        self.files: dict[str, bytes] = {}
        self.apps: dict[str, list[dict[str, Any]]] = {}
        self.sent: list[Sent] = []
        self.refused: list[int] = []
        self.fail_next: deque[Failure] = deque()
        self.report = False
        """Send delivery, echo and read events of what was taken."""
        self.closed: set[str] = set()
        """People whose 24 hours are over."""
        self._ids = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/v26.0/{account}/messages", self._messages),
            web.get("/cdn/{name}", self._file),
            *graph_account.routes(self),
        ]

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await super().stop()

    def to(self, person: str) -> list[Sent]:
        return [one for one in self.sent if one.person == person]

    def mid(self) -> str:
        return f"m_{next(self._ids):06}AbC-_"

    # -- the API -------------------------------------------------------------------------------------

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        if self.fail_next:
            return _failure(self.fail_next.popleft())
        try:
            if request.headers.get("Authorization") != f"Bearer {self.token}":
                raise Refused(190, "Invalid OAuth access token.", status=401)
            if request.match_info["account"] != self.account:
                raise Refused(100, "Object does not exist", subcode=33)
            data = json.loads(await request.read())
            self._check(data)
        except Refused as refusal:
            self.refused.append(refusal.error["code"])
            return web.json_response({"error": refusal.error}, status=refusal.status)
        one = Sent(data["recipient"]["id"], self.mid(), data)
        self.sent.append(one)
        if self.report:
            task = asyncio.create_task(self._report(one))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return web.json_response({"recipient_id": one.person, "message_id": one.mid})

    async def _file(self, request: web.Request) -> web.Response:
        """The address is all the proof it wants; a token would tell a stranger ours."""
        if "Authorization" in request.headers:
            return web.Response(status=400)
        found = self.files.get(request.match_info["name"])
        return web.Response(body=found) if found is not None else web.Response(status=404)

    def _check(self, data: dict[str, Any]) -> None:
        person, message = data.get("recipient", {}).get("id"), data.get("message")
        if not isinstance(person, str) or not person.isdigit():
            raise Refused(100, "No matching user found", subcode=2018001)
        if person in self.closed:
            raise Refused(10, "This message is sent outside of allowed window.", subcode=2018278)
        if data.get("messaging_type") not in ("RESPONSE", "UPDATE", "MESSAGE_TAG"):
            raise Refused(100, "Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG}")
        if not isinstance(message, dict) or ("text" in message) == ("attachment" in message):
            raise Refused(100, "Message cannot be empty, must provide valid attachment or text")
        if "text" in message:
            self._length(message["text"])
        elif message["attachment"].get("type") not in ATTACHMENTS:
            raise Refused(100, "Param message[attachment][type] is unknown")
        elif message["attachment"]["type"] == "template":
            _template(message["attachment"]["payload"])
        if "metadata" in message and (self.object == "instagram" or len(message["metadata"]) > 1000):
            raise Refused(100, "Param message[metadata] is not allowed")
        _quick_replies(message.get("quick_replies"))

    def _length(self, text: Any) -> None:
        length = len(text.encode()) if self.object == "instagram" else len(text)
        if not text.strip() or length > (1000 if self.object == "instagram" else 2000):
            raise Refused(100, "Length of param message[text] must be less than or equal to the limit")

    async def _report(self, one: Sent) -> None:
        """What the platform tells of a message of the page's: its echo, its delivery, its reading."""
        now, owner, person = int(time.time() * 1000), {"id": self.account}, {"id": one.person}
        echo = {"mid": one.mid, "is_echo": True, "app_id": 1, "text": one.text}
        if "metadata" in one.payload["message"]:
            echo["metadata"] = one.payload["message"]["metadata"]
        read: dict[str, Any] = {"watermark": now} if self.object == "page" else {"mid": one.mid}
        events: list[dict[str, Any]] = [
            {"sender": owner, "recipient": person, "timestamp": now, "message": echo},
            {"sender": person, "recipient": owner, "timestamp": now, "read": read},
        ]
        if self.object == "page":
            told = {"mids": [one.mid], "watermark": now}
            events.insert(1, {"sender": person, "recipient": owner, "timestamp": now, "delivery": told})
        async with aiohttp.ClientSession() as http:
            for event in events:
                await post_signed(http, self.webhook, self.secret, self.body(event), tries=4)

    # -- webhooks ------------------------------------------------------------------------------------

    def body(self, *events: Any) -> bytes:
        entry = {"id": self.account, "time": int(time.time() * 1000), "messaging": list(events)}
        return encode({"object": self.object, "entry": [entry]})

    async def post(self, http: aiohttp.ClientSession, *events: dict[str, Any]) -> int:
        return await post_signed(http, self.webhook, self.secret, self.body(*events))


class Person:
    """Somebody who writes to the page."""

    def __init__(self, fake: FakeMessenger, id_: str = "5566778899001") -> None:
        self.fake, self.id = fake, id_

    def event(self, **body: Any) -> dict[str, Any]:
        head = {"sender": {"id": self.id}, "recipient": {"id": self.fake.account}}
        return {**head, "timestamp": int(time.time() * 1000), **body}

    def message(self, **content: Any) -> dict[str, Any]:
        return self.event(message={"mid": self.fake.mid(), **content})

    def text(self, text: str) -> dict[str, Any]:
        return self.message(text=text)

    def taps(self, payload: str) -> dict[str, Any]:
        """A button or quick reply that was really sent to this person; the newest message that has it."""
        sent = next(one for one in reversed(self.fake.to(self.id)) if payload in dict(one.buttons))
        title = dict(sent.buttons)[payload]
        if "quick_replies" in sent.payload["message"]:
            return self.message(text=title, quick_reply={"payload": payload})
        return self.event(postback={"mid": self.fake.mid(), "title": title, "payload": payload})


def _template(payload: dict[str, Any]) -> None:
    if payload.get("template_type") != "button":
        raise Refused(100, "Invalid template type")
    buttons = payload.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(105, "param name_placeholder[buttons] has too many elements.")
    if not 0 < len(payload.get("text", "")) <= 640:
        raise Refused(100, "Length of param name_placeholder[text] must be less than or equal to 640")
    for one in buttons:
        if one.get("type") != "postback" or not 0 < len(one["title"]) <= 20 or not 0 < len(one["payload"]) <= 1000:
            raise Refused(100, "Invalid button")


def _quick_replies(replies: Any) -> None:
    if replies is None:
        return
    if not isinstance(replies, list) or not replies:
        raise Refused(194, "param message[quick_replies] has too few elements.")
    if len(replies) > 13:
        raise Refused(105, "param message[quick_replies] has too many elements.")
    for one in replies:  # the real one cuts a long title silently; nobody may rely on that
        if one.get("content_type") != "text" or not 0 < len(one["title"]) <= 20 or not 0 < len(one["payload"]) <= 1000:
            raise Refused(100, "Invalid quick reply")
