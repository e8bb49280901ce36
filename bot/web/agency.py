"""An agency without a login works by the link of a mail: /instansi/{token}. And the photo of what was done, for the citizen: /bukti/…

The link itself is the key, there is no cookie, so another site has nothing to forge with; changes are refused from other sites all
the same. Opening it changes nothing: mail servers open links before people do.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot import clock
from bot.errors import Conflict, NotFound, StoreDown, WargiError
from bot.links import valid
from bot.models import MediaState
from bot.models.ref import Ref
from bot.policy import number
from bot.store import media
from bot.turn.agency import Actor
from bot.turn.deliver import number_in, opens
from bot.web import agency_form, agency_view
from bot.web.agency_view import View
from bot.web.give import give, name_of
from bot.web.guard import Buckets, Proxies, same_origin
from bot.web.keys import CONFIG, DB, HOUSE, SHELF
from bot.web.pages import pages

HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "same-origin"}
GONE = (
    "Tautan ini sudah tidak berlaku",
    "Laporan mungkin sudah selesai atau tidak lagi di instansi Anda. Hubungi petugas.",
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def setup(app: web.Application) -> None:
    desk = Agency(app)
    app.router.add_get("/instansi/{token}", desk.guarded(desk.page))
    app.router.add_get("/instansi/{token}/berkas/{ref}", desk.guarded(desk.file))
    app.router.add_post("/instansi/{token}/{act}", desk.guarded(desk.act))
    app.router.add_get("/bukti/{ref}", desk.guarded(desk.proof))


class Agency:
    def __init__(self, app: web.Application) -> None:
        self._app, self._pages = app, pages(app)
        self._proxies = Proxies(app[CONFIG].trusted_proxies)
        self._misses = Buckets(20, 0.1)
        """Only misses count here: a whole office shares one address."""
        self._acts = Buckets(30, 0.5)

    def guarded(self, handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            client = self._proxies.client(request)
            if self._misses.wait(client):
                return self._problem(429, "Terlalu banyak percobaan", "Silakan coba lagi sebentar lagi.")
            try:
                return await handler(request)
            except NotFound:
                self._misses.take(client)
                return self._problem(404, *GONE)
            except StoreDown:
                return self._problem(503, "Layanan sedang terganggu", "Silakan coba lagi sebentar lagi.")

        return checked

    async def _view(self, request: web.Request) -> View:
        """Raises `NotFound` for a pass that is not ours, is over, or whose ticket has left this agency."""
        token = request.match_info["token"]
        shown, part = number.read(number_in(token))
        view = await agency_view.load(self._app[DB], self._app[HOUSE], shown, part, None)
        if view is None or not opens(self._app[HOUSE], token, view.ticket):
            raise NotFound("unknown pass")
        return view

    async def page(self, request: web.Request) -> web.StreamResponse:
        return self._show(request, await self._view(request))

    async def act(self, request: web.Request) -> web.StreamResponse:
        if not same_origin(request, self._app[CONFIG]):
            return self._problem(403, "Tidak diizinkan", "Permintaan ini tidak berasal dari halaman ini.")
        view, token = await self._view(request), request.match_info["token"]
        if self._acts.take(f"{view.number}"):
            return self._problem(429, "Terlalu sering", "Tunggu sebentar, lalu coba lagi.")
        try:
            sent = await agency_form.read(request)
            await agency_form.act(request, request.match_info["act"], Actor(view.agency, token=token), view.ref, sent)
        except (NotFound, StoreDown):
            raise
        except Conflict as error:
            return self._show(request, await self._view(request), 409, error.sentence())
        except WargiError as error:
            return self._show(request, await self._view(request), 422, error.sentence())
        try:
            await self._view(request)
        except NotFound:  # it has left the agency by this very act: said, once
            return self._problem(200, "Terima kasih", f"Laporan {view.number} sudah kami terima kembali.")
        raise web.HTTPSeeOther(f"/instansi/{token}", headers=HEADERS)

    async def file(self, request: web.Request) -> web.StreamResponse:
        view = await self._view(request)
        return await give_file(request, view)

    async def proof(self, request: web.Request) -> web.StreamResponse:
        """The photo of what was done, without its metadata, for whoever got the link in their chat."""
        ref = Ref.parse(request.match_info["ref"])
        key = self._app[HOUSE].vault.signing_key("proof")
        if not valid(key, f"/bukti/{ref}", request.query, clock.now()):
            raise NotFound("unknown link")
        async with self._app[DB].read() as conn:
            row = await media.one(conn, ref)
        found = agency_view.form_of(dict(row), False) if row is not None and row["state"] == MediaState.STORED else None
        if row is None or found is None:
            raise NotFound("no such file")
        return await give(request, self._app[SHELF], *found, name_of(row["name"], found[1], "bukti"))

    def _show(self, request: web.Request, view: View, status: int = 200, problem: str = "") -> web.Response:
        base = f"/instansi/{request.match_info['token']}"
        return self._pages.show(
            "agency.html", status=status, headers=HEADERS, v=view, base=base, problem=problem, title="",
            sentence="", agency=self._app[HOUSE].triage.agencies.name(view.agency), csrf="",
        )  # fmt: skip

    def _problem(self, status: int, title: str, sentence: str) -> web.Response:
        return self._pages.show(
            "agency.html", status=status, headers=HEADERS, v=None, base="", problem="", title=title, sentence=sentence,
            agency="", csrf="",
        )  # fmt: skip


async def give_file(request: web.Request, view: View) -> web.StreamResponse:
    """Raises `NotFound` for what is not a file of this ticket."""
    row = view.rows.get(request.match_info["ref"])
    found = agency_view.form_of(row, "kecil" in request.query) if row is not None else None
    if row is None or found is None:
        raise NotFound("no such file")
    return await give(request, request.config_dict[SHELF], *found, name_of(row["name"], found[1], "berkas"))
