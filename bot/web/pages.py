"""What the citizens' pages share: templates, the few files they load, headers, and in whose words they speak."""

import hashlib
import mimetypes
from functools import partial
from pathlib import Path

import jinja2
from aiohttp import web

from bot import clock
from bot.i18n import SOURCE
from bot.policy import moment
from bot.web import speech

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
_HERE = Path(__file__).parent


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
        self._templates.filters["full"] = moment.full
        self._files = {path.name: path.read_bytes() for path in (_HERE / "static").iterdir() if path.is_file()}
        self._templates.globals["file"] = self._link

    def _link(self, name: str) -> str:
        """The address changes with the content, so a browser may keep the file for ever."""
        return f"/chat/static/{name}?v={hashlib.sha256(self._files[name]).hexdigest()[:12]}"

    def show(
        self,
        template: str,
        request: web.Request | None = None,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **values: object,
    ) -> web.Response:
        """`request`: who asks, for the language; a page without one is Indonesian."""
        tr, now = speech.words(request) if request is not None else moment.source, clock.now()
        path = request.path if request is not None and request.method == "GET" else "/chat"
        have = speech.languages(request) if request is not None else ()
        said = {
            "_": tr, "lang": speech.of(request) if request is not None else SOURCE, "path": path,
            "languages": {code: speech.NAMES[code] for code in have},
            "day": partial(moment.day, tr=tr), "full": partial(moment.full, tr=tr), "ago": partial(moment.ago, now=now, tr=tr),
            "ahead": partial(moment.ahead, now=now, tr=tr),
        }  # fmt: skip
        text = self._templates.get_template(template).render({**said, **values})
        response = web.Response(text=text, status=status, content_type="text/html", headers=HEADERS | (headers or {}))
        response.enable_compression()
        if request is not None:
            speech.remember(request, response)
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
