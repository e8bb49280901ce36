"""What the citizens' pages share: templates, the few files they load, headers, and how a time is written."""

import hashlib
import mimetypes
from datetime import datetime, timedelta, timezone
from pathlib import Path

import jinja2
from aiohttp import web

from bot import clock

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # not "no-referrer": with that, browsers send `Origin: null` with our own forms
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
WIB = timezone(timedelta(hours=7), "WIB")
MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"

_HERE = Path(__file__).parent


def day(at: datetime) -> str:
    """21 November 2026 (Babel would say the same, and costs every start 45 ms)."""
    local = at.astimezone(WIB)
    return f"{local.day} {MONTHS.split()[local.month - 1]} {local.year}"


def full(at: datetime) -> str:
    """21 November 2026, 09.12 WIB"""
    return f"{day(at)}, {at.astimezone(WIB):%H.%M} WIB"


def short(at: datetime) -> str:
    """09.12 today, else 21 Nov 09.12"""
    local = at.astimezone(WIB)
    if local.date() == clock.now().astimezone(WIB).date():
        return f"{local:%H.%M}"
    return f"{local.day} {MONTHS.split()[local.month - 1][:3]} {local:%H.%M}"


class Pages:
    """The templates and files of one application, read once."""

    def __init__(self) -> None:
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
            auto_reload=False,
        )
        self._templates.filters.update(full=full, short=short, day=day)
        self._files = {path.name: path.read_bytes() for path in (_HERE / "static").iterdir() if path.is_file()}
        self._templates.globals["file"] = self._link

    def _link(self, name: str) -> str:
        """The address changes with the content, so a browser may keep the file for ever."""
        return f"/chat/static/{name}?v={hashlib.sha256(self._files[name]).hexdigest()[:12]}"

    def show(
        self, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: object
    ) -> web.Response:
        text = self._templates.get_template(template).render(**values)
        response = web.Response(text=text, status=status, content_type="text/html", headers=HEADERS | (headers or {}))
        response.enable_compression()
        return response

    async def file(self, request: web.Request) -> web.Response:
        body = self._files.get(request.match_info["name"])
        if body is None:
            raise web.HTTPNotFound
        kind = mimetypes.guess_type(request.match_info["name"])[0] or "application/octet-stream"
        keep = "public, max-age=31536000, immutable" if "v" in request.query else "no-cache"
        response = web.Response(body=body, content_type=kind, headers=HEADERS | {"Cache-Control": keep})
        response.charset = "utf-8"
        response.enable_compression()
        return response


PAGES = web.AppKey("pages", Pages)


def pages(app: web.Application) -> Pages:
    """The application's pages; the first that asks has them made and their files served."""
    if PAGES not in app:
        app[PAGES] = Pages()
        app.router.add_get("/chat/static/{name}", app[PAGES].file)
    return app[PAGES]
