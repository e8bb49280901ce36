"""Files in the web chat: stored before they are acknowledged, under the same rules as what is typed; shown to who sent them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from bot import clock
from bot.errors import FetchError, NotFound, StoreDown
from bot.fetching.shelve import receive
from bot.files.kinds import Refused as Odd
from bot.files.kinds import recognise
from bot.i18n import N_
from bot.message import clean
from bot.models import MediaState
from bot.models.ref import Ref
from bot.store import media
from bot.web.chat import DOWN, KEY, LONGEST, TOO_LONG, UPLOAD, Chat, Refused, Said, Visitor, item
from bot.web.give import give, name_of
from bot.web.guard import Buckets
from bot.web.keys import CONFIG, DB, DOOR, HINTS, SHELF

AT_ONCE = 8
PATIENCE = 180.0
"""Seconds for one file: 16 MB over a village's 3G."""
FIELD = 32 * 1024
SOON = 10.0
"""A picture that was just sent is being looked at; its page waits so long for it."""
TOO_BIG = N_("Berkas terlalu besar, paling besar 16 MB. Silakan kirim yang lebih kecil.")
"""As `UPLOAD` says."""
ODD = N_(
    "Jenis berkas ini tidak dapat kami terima. Silakan kirim foto, suara, video, PDF, atau dokumen Word atau Excel."
)
NONE = N_("Pilih dulu berkasnya, lalu tekan Kirim berkas.")
SLOW = N_("Berkas belum terkirim utuh. Silakan kirim lagi saat sambungan lebih baik.")
FULL = N_("Layanan sedang terganggu. Berkas Anda belum tersimpan; silakan kirim lagi sebentar lagi.")
BUSY = N_("Sedang banyak yang mengirim berkas. Tunggu sebentar, lalu kirim lagi.")
OFTEN = N_("Terlalu banyak berkas sekaligus. Tunggu sebentar, lalu kirim lagi.")


def setup(app: web.Application, chat: Chat) -> None:
    """Adds `/chat/upload` and `/chat/berkas/…`."""
    uploads = Uploads(chat)
    app.router.add_post("/chat/upload", uploads.upload)
    app.router.add_get("/chat/berkas/{ref}", uploads.show)


class Uploads:
    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._free = asyncio.Semaphore(AT_ONCE)
        self._files = Buckets(10, 1 / 15)
        """Of a visitor: a burst of photos, then four a minute."""
        self._networks = Buckets(60, 1 / 3)
        """Cookies can be made up, addresses cannot: what one network may put on our disk."""

    async def upload(self, request: web.Request) -> web.Response:
        visitor, said = self._chat.visitor(request), None
        page = "application/json" not in request.headers.get("Accept", "")
        try:
            self._chat.refuse_forged(request)
            self._chat.slow_down(request, visitor)
            network = self._chat.network(request)
            if wait := self._files.take(visitor.address if visitor.known else network) or self._networks.take(network):
                raise Refused(429, OFTEN, wait)
            if self._free.locked():
                raise Refused(503, BUSY, 5)
            async with self._free:
                said = await self._take(request, visitor, page)
        except StoreDown:
            return self._refuse(request, Refused(503, DOWN, 5), page)
        except Refused as refused:
            return self._refuse(request, refused, page)
        return self._chat.taken(visitor, said)

    def _refuse(self, request: web.Request, refused: Refused, page: bool) -> web.Response:
        response = self._chat.refuse(request, refused, None if page else Said("", "", "", form=False))
        response.force_close()  # what is left of the body is not read
        return response

    async def _take(self, request: web.Request, visitor: Visitor, page: bool) -> Said:
        """Reads the form in order; the file lies on the shelf before its message is stored. Raises `Refused`, `StoreDown`."""
        if (request.content_length or 0) > UPLOAD + 2 * FIELD:
            raise Refused(413, TOO_BIG)
        scratch = request.app[CONFIG].data_dir / "media" / "tmp"
        target = scratch / clock.new_id().hex()
        fields: dict[str, str] = {}
        try:
            await asyncio.to_thread(lambda: scratch.mkdir(parents=True, exist_ok=True, mode=0o700))
            async with asyncio.timeout(PATIENCE + SOON):
                file = await self._read(request, target, fields)
            said = _said(fields, page)
            name = str(file["sha256"])
            await request.app[SHELF].put(target, name)
        except TimeoutError:
            raise Refused(408, SLOW, 5) from None
        except OSError:
            raise Refused(503, FULL, 10) from None
        finally:
            await asyncio.to_thread(lambda: target.unlink(missing_ok=True))
        await request.app[DOOR].put([item(visitor, said, file)])
        return said

    async def _read(self, request: web.Request, target: Path, fields: dict[str, str]) -> dict[str, Any]:
        try:
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader) or part.name not in ("key", "text", "file"):
                    continue
                if part.name != "file":
                    fields[part.name] = (await _small(part)).decode("utf-8", "replace")
                elif part.filename:  # a browser without scripts sends an empty part for the input that was not used
                    return await _file(part, target)
        except FetchError as error:
            raise Refused(413, TOO_BIG) if error.fault.name == "too_big" else Refused(408, SLOW, 5) from None
        except (HttpProcessingError, ValueError, AssertionError, KeyError, RuntimeError):
            raise Refused(400, N_("Berkas tidak dapat dibaca. Silakan muat ulang halaman, lalu kirim lagi.")) from None
        raise Refused(400, NONE)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """A visitor's own file: theirs by the cookie, in the form that officers see too."""
        visitor = self._chat.visitor(request)
        try:
            ref = Ref.parse(request.match_info["ref"])
            with request.app[HINTS].subscribe(f"w:{visitor.address}") as ear:
                file, end = await _own(request, visitor, ref), clock.monotonic() + SOON
                while file["state"] == MediaState.PENDING and (left := end - clock.monotonic()) > 0:
                    await ear.next(left)
                    file = await _own(request, visitor, ref)
            if file["state"] != MediaState.STORED:
                raise NotFound("not here yet")
            sha256, mime = file["sha256"], file["type"]
            if file["clean"]:
                small = "kecil" in request.query
                sha256, mime = (file["thumb"], "image/webp") if small else (file["clean"], file["clean_type"])
            name = name_of(file["name"], mime, "berkas")
            return await give(request, request.app[SHELF], sha256, mime, name)
        except NotFound:
            raise web.HTTPNotFound from None
        except StoreDown:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"}) from None


async def _own(request: web.Request, visitor: Visitor, ref: Ref) -> Mapping[str, Any]:
    """Raises `NotFound` for what is not this visitor's, as for what is not there."""
    if not visitor.known or ref.part != visitor.part:
        raise NotFound("no such file")
    async with request.app[DB].read() as conn:
        file = await media.one(conn, ref)
        if file is None or not file["account"].startswith("web:"):
            raise NotFound("no such file")
        owner = await media.address_of(conn, Ref(file["conversation_id"], ref.part))
    if owner != visitor.address:
        raise NotFound("no such file")
    return dict(file)


async def _small(part: BodyPartReader) -> bytes:
    body = b""
    while chunk := await part.read_chunk(8192):
        body += chunk
        if len(body) > FIELD:
            raise Refused(413, TOO_LONG)
    return body


async def _file(part: BodyPartReader, target: Path) -> dict[str, Any]:
    """Onto the disk, and what it is. A file that we do not keep is refused here, where its sender still sits before it."""
    name, mime = clean(part.filename, 256), clean(part.headers.get("Content-Type", ""), 128)
    sha256 = await receive(_pieces(part), target, UPLOAD, PATIENCE)
    try:
        found = await asyncio.to_thread(recognise, target, "document", mime, name)
    except Odd:
        raise Refused(415, ODD) from None
    size = (await asyncio.to_thread(target.stat)).st_size
    return {"sha256": sha256, "kind": found.family, "mime": mime, "name": name, "size": size}


async def _pieces(part: BodyPartReader) -> AsyncGenerator[bytes, None]:
    while chunk := await part.read_chunk(64 * 1024):
        yield chunk


def _said(fields: Mapping[str, str], page: bool) -> Said:
    text, key = clean(fields.get("text"), FIELD).strip(), fields.get("key", "")
    if len(text) > LONGEST:
        raise Refused(413, TOO_LONG)
    return Said(text, "", key if KEY.fullmatch(key) else clock.token()[:32], page)
