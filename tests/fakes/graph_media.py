"""The files of the fake Graph API: an id gives an address, the address wants the same token and holds five minutes."""

import asyncio
import base64
import hashlib
import itertools
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.graph_rules import Refused
from tests.files import samples


@dataclass
class Shelf:
    """What citizens have sent, and what goes wrong with it."""

    files: dict[str, tuple[bytes, str]] = field(
        default_factory=lambda: {  # the ids of `Citizen.image()`, `voice()` and `document()`
            "3003003003": (samples.photo(), "image/jpeg"),
            "4004004004": (samples.voice(), "audio/ogg; codecs=opus"),
            "5005005005": (samples.PDF, "application/pdf"),
        }
    )
    fail_next: deque[int] = field(default_factory=deque)
    """HTTP statuses that the media host answers instead of a file."""
    gone: int = 0
    """The media host has nothing any more: 404 or 410 to everything."""
    elsewhere: str = ""
    """Addresses lead to this host."""
    redirect: str = ""
    drip: float = 0.0
    """Seconds between single bytes."""
    cut: int = 0
    """Break the line after this many bytes, once."""
    asked: list[str] = field(default_factory=list)
    """Ids whose address was asked for."""
    given: list[int] = field(default_factory=list)
    """Statuses of the media host's answers."""
    _urls: dict[str, tuple[str, float]] = field(default_factory=dict)
    _count: Any = field(default_factory=lambda: itertools.count(6_006_006_006))

    def put(self, body: bytes, mime: str = "image/jpeg") -> str:
        """A new file's id."""
        name = str(next(self._count))
        self.files[name] = (body, mime)
        return name

    def expire(self) -> None:
        """Five minutes have passed."""
        self._urls = {name: (id_, at - 301) for name, (id_, at) in self._urls.items()}

    def address(self, origin: str, id_: str) -> dict[str, object]:
        if id_ not in self.files and id_[:10] in self.files:
            self.files[id_] = self.files[id_[:10]]
        if id_ not in self.files:
            what = f"Unsupported get request. Object with ID '{id_}' does not exist, cannot be loaded due to missing permissions"
            raise Refused(100, what, subcode=33)
        self.asked.append(id_)
        body, mime = self.files[id_]
        name = hashlib.sha256(f"{id_}{len(self.asked)}".encode()).hexdigest()[:16]
        self._urls[name] = (id_, time.monotonic())
        return {
            "url": f"{self.elsewhere or origin}/whatsapp_business/attachments/?mid={id_}&ext=1790000000&hash={name}",
            "mime_type": mime,
            "sha256": base64.b64encode(hashlib.sha256(body).digest()).decode(),
            "file_size": len(body),
            "id": id_,
            "messaging_product": "whatsapp",
        }

    async def serve(self, request: web.Request, token: str) -> web.StreamResponse:
        status = self._status(request, token)
        self.given.append(status)
        if status == 302:
            return web.Response(status=302, headers={"Location": self.redirect})
        if status != 200:
            return web.Response(status=status, text="")
        body, mime = self.files[request.query["mid"]]
        response = web.StreamResponse(headers={"Content-Type": mime, "Content-Length": str(len(body))})
        await response.prepare(request)
        if self.cut:
            cut, self.cut = self.cut, 0
            await response.write(body[:cut])
            assert request.transport is not None
            request.transport.abort()
        elif self.drip:
            for n in range(len(body)):
                await response.write(body[n : n + 1])
                await asyncio.sleep(self.drip)
        else:
            await response.write(body)
        return response

    def _status(self, request: web.Request, token: str) -> int:
        if request.headers.get("Authorization") != f"Bearer {token}":
            return 401
        if self.fail_next:
            return self.fail_next.popleft()
        if self.gone:
            return self.gone
        id_, at = self._urls.get(request.query.get("hash", ""), ("", 0.0))
        if id_ != request.query.get("mid") or time.monotonic() - at > 300:
            return 404
        return 302 if self.redirect else 200
