"""Hands out a citizen's file: as what its bytes are, never as what somebody claims, and in pieces where a player asks for them."""

import re
from contextlib import aclosing
from urllib.parse import quote

from aiohttp import web

from bot.files.kinds import TYPES, name_of
from bot.files.shelf import Shelf

HEADERS = {
    # even a file that fools every check above can run nothing, load nothing and reach no page of ours
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
    "Accept-Ranges": "bytes",
}
__all__ = ["give", "name_of", "shown"]
SHOWN = frozenset({"image", "audio", "video"}), frozenset({"image/heic"})
"""Families that a browser may show in place, and what of them it cannot."""
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def shown(mime: str) -> bool:
    families, not_these = SHOWN
    return mime in TYPES and TYPES[mime].family in families and mime not in not_these


async def give(
    request: web.Request, shelf: Shelf, sha256: str, mime: str, name: str, inline: bool = True
) -> web.StreamResponse:
    """Raises `NotFound` when the shelf does not have it; 503 when the shelf does not answer."""
    try:
        size = await shelf.size(sha256)
    except OSError:
        return web.Response(status=503, headers=HEADERS | {"Retry-After": "5"})
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    how = "inline" if inline and shown(mime) else "attachment"
    headers = HEADERS | {
        "Content-Type": f"{mime}; charset=utf-8" if mime.startswith("text/") else mime,
        "Content-Disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "ETag": f'"{sha256[:32]}"',
    }
    part = _part(request, size, headers["ETag"])
    if part is None:
        return web.Response(status=416, headers=HEADERS | {"Content-Range": f"bytes */{size}"})
    start, stop, status = part
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = stop - start
    async with aclosing(shelf.read(sha256, start, stop - start)) as pieces:
        first = await anext(pieces, b"")  # before the headers: what cannot be read must not look like a file
        await response.prepare(request)
        await response.write(first)
        async for piece in pieces:
            await response.write(piece)
    return response


def _part(request: web.Request, size: int, etag: str) -> tuple[int, int, int] | None:
    """From, to (without), status. Several ranges at once, or ones that are none, are answered with the whole; None: beyond the end."""
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or asked[0] == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return 0, size, 200
    if not asked[1]:
        return (max(0, size - int(asked[2])), size, 206) if int(asked[2]) and size else None
    start, stop = int(asked[1]), min(int(asked[2]) + 1, size) if asked[2] else size
    return (start, stop, 206) if start < stop else None
