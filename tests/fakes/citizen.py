"""A citizen on WhatsApp: webhooks as Meta words them, signed, posted, repeated until there is a 200."""

import asyncio
import base64
import hmac
import itertools
import json
import os
import time
from typing import Any

import aiohttp

_count = itertools.count()


def wamid() -> str:
    """A message id like Meta's: opaque, never the same."""
    return "wamid." + base64.b64encode(os.urandom(12) + next(_count).to_bytes(4, "big")).decode()


def encode(data: object) -> bytes:
    """JSON as Meta sends it: everything above U+007F as an escape, slashes escaped too."""
    return json.dumps(data, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signature(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()


def value(
    number: str,
    messages: list[Any] | None = None,
    contacts: list[Any] | None = None,
    statuses: list[Any] | None = None,
    errors: list[Any] | None = None,
) -> dict[str, Any]:
    """The `value` of one change."""
    lists = {"contacts": contacts, "messages": messages, "statuses": statuses, "errors": errors}
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "622200000000", "phone_number_id": number},
        **{key: it for key, it in lists.items() if it is not None},
    }


def webhook(*entries: list[dict[str, Any]], field: str = "messages") -> dict[str, Any]:
    """Each entry is a list of values; each value becomes a change."""
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {"id": f"9001{number}", "changes": [{"field": field, "value": one} for one in values]}
            for number, values in enumerate(entries)
        ],
    }


def envelope(number: str, **lists: Any) -> bytes:
    """The body of a POST with one entry and one change."""
    return encode(webhook([value(number, **lists)]))


async def post_signed(
    http: aiohttp.ClientSession, url: str, secret: str, body: bytes, tries: int = 1, pause: float = 0.05
) -> int:
    """Posts, and again after anything but 200, as the provider does; the last HTTP status, 0 for none."""
    status = 0
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature(body, secret)}
    for attempt in range(tries):
        if attempt:
            await asyncio.sleep(pause * 2**attempt)
        try:
            async with http.post(url, data=body, headers=headers) as answer:
                status = answer.status
                await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        if status == 200:
            break
    return status


class Citizen:
    """Somebody with a phone. `hide` = a user name was adopted, so the phone is not shown any more."""

    def __init__(
        self,
        phone: str = "628111000111",
        user_id: str | None = "ID.13491208655302741918",
        name: str = "Euis",
        number: str = "100200300",
        *,
        hide: bool = False,
        url: str = "",
        secret: str = "app-secret",
        tries: int = 1,
    ) -> None:
        self.phone, self.user_id, self.name, self.number = phone, user_id, name, number
        self.hide, self.url, self.secret, self.tries = hide, url, secret, tries
        self.posted: list[tuple[str, bytes, int]] = []
        """(wamid, body, HTTP status) of everything said."""

    @property
    def address(self) -> str:
        return self.user_id or self.phone

    def contact(self) -> dict[str, Any]:
        shown = {} if self.hide else {"wa_id": self.phone}
        known = {"user_id": self.user_id} if self.user_id else {}
        return {"profile": {"name": self.name}, **shown, **known}

    def message(self, kind: str, node: Any = None, **more: Any) -> dict[str, Any]:
        """One element of `messages`; `more` overrides or adds fields, None takes one away."""
        known = {"from_user_id": self.user_id} if self.user_id else {}
        shown = {} if self.hide else {"from": self.phone}
        data = {**shown, **known, "id": wamid(), "timestamp": str(int(time.time())), "type": kind}
        if node is not None:
            data[kind] = node
        data.update(more)
        return {key: it for key, it in data.items() if it is not None}

    def text(self, body: str, **more: Any) -> dict[str, Any]:
        return self.message("text", {"body": body}, **more)

    def button(self, id_: str, title: str, **more: Any) -> dict[str, Any]:
        node = {"type": "button_reply", "button_reply": {"id": id_, "title": title}}
        return self.message("interactive", node, context={"from": "622200000000", "id": wamid()}, **more)

    def row(self, id_: str, title: str, **more: Any) -> dict[str, Any]:
        node = {"type": "list_reply", "list_reply": {"id": id_, "title": title}}
        return self.message("interactive", node, context={"from": "622200000000", "id": wamid()}, **more)

    def quick_reply(self, payload: str, text: str, **more: Any) -> dict[str, Any]:
        return self.message("button", {"payload": payload, "text": text}, **more)

    def image(self, caption: str | None = None, file: str = "", **more: Any) -> dict[str, Any]:
        """Each picture is one of its own; the fake has the same bytes for all whose id begins like this."""
        node = {
            "id": file or f"3003003003{next(_count):06}",
            "mime_type": "image/jpeg",
            "sha256": "9hqCcn7F1KXMvVSzUXHFLXMTOPBlTL3Hk3dNgZ1XuR8=",
        }
        return self.message("image", node | ({"caption": caption} if caption is not None else {}), **more)

    def voice(self, file: str = "4004004004", **more: Any) -> dict[str, Any]:
        node = {"id": file, "mime_type": "audio/ogg; codecs=opus", "sha256": "MTIz", "voice": True}
        return self.message("audio", node, **more)

    def document(self, filename: str = "surat.pdf", file: str = "5005005005", **more: Any) -> dict[str, Any]:
        node = {"id": file, "mime_type": "application/pdf", "sha256": "MTIz", "filename": filename}
        return self.message("document", node, **more)

    def location(self, latitude: float = -6.9025, longitude: float = 107.6188, **more: Any) -> dict[str, Any]:
        node = {"latitude": latitude, "longitude": longitude, "name": "Gedung Sate", "address": "Jl. Diponegoro 22"}
        return self.message("location", node, **more)

    def reaction(self, emoji: str = "👍", to: str = "", **more: Any) -> dict[str, Any]:
        """'' takes it back: Meta leaves the emoji away then."""
        node = {"message_id": to or wamid()} | ({"emoji": emoji} if emoji else {})
        return self.message("reaction", node, **more)

    def form(self, answers: Any, raw: bool = False, **more: Any) -> dict[str, Any]:
        """What a Flow sends back: JSON in a string; a string is taken as it is."""
        sent = answers if raw or not isinstance(answers, dict) else json.dumps(answers)
        node = {"name": "flow", "body": "Sent", "response_json": sent}
        return self.message("interactive", {"type": "nfm_reply", "nfm_reply": node}, **more)

    def cards(self, *cards: Any, **more: Any) -> dict[str, Any]:
        return self.message("contacts", list(cards), **more)

    def edit(self, original: str, text: str, **more: Any) -> dict[str, Any]:
        inner = {"context": {"id": original}, "type": "text", "text": {"body": text}}
        return self.message("edit", {"original_message_id": original, "message": inner}, **more)

    def revoke(self, original: str, **more: Any) -> dict[str, Any]:
        return self.message("revoke", {"original_message_id": original}, **more)

    def new_number(self, phone: str, user_id: str, **more: Any) -> dict[str, Any]:
        """WhatsApp's own news, about which the contact itself is not sent."""
        body = f"{self.name} changed from {self.phone} to {phone}"
        node = {"type": "user_changed_number", "body": body, "wa_id": phone, "user_id": user_id}
        return self.message("system", node | {"previous_user_id": self.user_id}, **more)

    def unsupported(self, **more: Any) -> dict[str, Any]:
        error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
        return self.message("unsupported", {"type": "poll_creation"}, errors=[error], **more)

    def body(self, *messages: dict[str, Any]) -> bytes:
        return envelope(self.number, messages=list(messages), contacts=[self.contact()])

    # -- over HTTP -----------------------------------------------------------------------------------

    async def send(self, http: aiohttp.ClientSession, message: dict[str, Any]) -> int:
        """Posts one message as a webhook; the HTTP status."""
        body = self.body(message)
        status = await post_signed(http, self.url, self.secret, body, self.tries)
        self.posted.append((message["id"], body, status))
        return status

    async def say(self, http: aiohttp.ClientSession, text: str) -> int:
        return await self.send(http, self.text(text))

    async def press(self, http: aiohttp.ClientSession, id_: str, title: str, *, row: bool = False) -> int:
        return await self.send(http, self.row(id_, title) if row else self.button(id_, title))

    async def again(self, http: aiohttp.ClientSession, which: int = -1) -> int:
        """The platform delivers the same webhook once more."""
        return await post_signed(http, self.url, self.secret, self.posted[which][1])


def batch(citizens: list[Citizen], entries: int, changes: int, messages: int) -> bytes:
    """entries × changes × messages, the citizens taking turns, each message numbered in its text."""
    number = itertools.count(1)
    turn = itertools.cycle(citizens)
    rows = []
    for _ in range(entries):
        values = []
        for _ in range(changes):
            who = [next(turn) for _ in range(messages)]
            said = [one.text(f"pesan {next(number)}") for one in who]
            contacts = list({one.address: one.contact() for one in who}.values())
            values.append(value(who[0].number, messages=said, contacts=contacts))
        rows.append(values)
    return encode(webhook(*rows))
