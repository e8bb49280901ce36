"""`/lacak`: where a ticket stands, for whoever holds its number. Never the person, the place or the words of it."""

from urllib.parse import quote

from aiohttp import web

from bot.errors import NotFound, StoreDown
from bot.i18n import N_
from bot.models import STATE_NAME, State
from bot.policy import number
from bot.store import public
from bot.store.public import Standing
from bot.web import speech
from bot.web.guard import Buckets, Proxies
from bot.web.keys import CONFIG, DB, HOUSE
from bot.web.pages import pages

_HEADERS = {"X-Robots-Tag": "noindex, nofollow"}
_MEANING = {
    State.QUEUED: N_("Laporan sudah kami terima. Petugas akan segera membacanya."),
    State.ASSIGNED: N_("Petugas sedang menangani laporan ini."),
    State.WAITING_CITIZEN: N_("Petugas menunggu jawaban Anda di obrolan."),
    State.DISPATCHED: N_("Laporan sudah diteruskan ke instansi yang berwenang."),
    State.IN_PROGRESS: N_("Instansi yang berwenang sedang menindaklanjuti."),
    State.POSTPONED: N_("Penanganan ditunda. Alasan dan tanggalnya kami sampaikan di obrolan."),
    State.RETURNED: N_("Instansi menyatakan ini bukan wewenangnya. Petugas mencari instansi yang tepat."),
    State.DONE: N_("Instansi menyatakan selesai. Anda atau petugas memastikannya dulu."),
    State.FORWARDED: N_("Laporan dialihkan ke layanan lain yang berwenang."),
    State.RESOLVED: N_("Petugas menyatakan selesai. Anda dapat memberi nilai di obrolan."),
    State.REOPENED: N_("Laporan dibuka kembali dan menunggu petugas."),
    State.CLOSED: N_("Penanganan laporan ini sudah selesai."),
    State.REJECTED: N_("Laporan tidak dapat ditindaklanjuti. Alasannya kami sampaikan di obrolan."),
    State.MERGED: N_("Laporan digabung dengan laporan lain tentang hal yang sama."),
    State.CANCELLED: N_("Laporan dibatalkan oleh pelapor."),
}


def setup(app: web.Application) -> None:
    """Adds `/lacak`."""
    track = Track(app)
    app.router.add_get("/lacak", track.form)
    app.router.add_get("/lacak/{number}", track.ticket)


class Track:
    """The pages of one application."""

    def __init__(self, app: web.Application) -> None:
        self._pages = pages(app)
        self._proxies = Proxies(app[CONFIG].trusted_proxies)
        # Only misses count: many citizens share one address of their mobile operator, a guesser only misses.
        self._misses = Buckets(20, 0.1)

    async def form(self, request: web.Request) -> web.Response:
        typed = request.query.get("nomor", "").strip()
        if not typed:
            return self._show(request, 200)
        try:
            found, _ = number.read(typed)
        except NotFound:
            return await self._look(request, typed)
        raise web.HTTPSeeOther(f"/lacak/{quote(found)}", headers=_HEADERS)

    async def ticket(self, request: web.Request) -> web.Response:
        return await self._look(request, request.match_info["number"])

    async def _look(self, request: web.Request, typed: str) -> web.Response:
        client = self._proxies.client(request)
        wait = self._misses.wait(client)
        if wait:
            return self._problem(
                request, 429, typed, N_("Terlalu banyak percobaan"), N_("Silakan coba lagi sebentar lagi."), wait
            )
        try:
            name, part = number.read(typed)
            async with request.app[DB].read() as conn:
                standing = await public.standing(conn, name, part)
        except NotFound:
            # one answer for a slip of the finger and for a number nobody has: it tells a guesser nothing
            self._misses.take(client)
            title, sentence = (
                N_("Nomor tiket tidak ditemukan"),
                N_("Mungkin ada huruf atau angka yang keliru atau tertukar."),
            )
            return self._problem(request, 404, typed, title, sentence)
        except StoreDown:
            return self._problem(
                request, 503, typed, N_("Layanan sedang terganggu"), N_("Silakan coba lagi sebentar lagi."), 5
            )
        return self._found(request, standing)

    def _found(self, request: web.Request, standing: Standing) -> web.Response:
        state = State(standing.state)
        topic = request.app[HOUSE].flows.topics.get(standing.topic)
        return self._show(
            request,
            200,
            ticket=standing,
            state=STATE_NAME[state],
            meaning=_MEANING[state],
            agency=request.app[HOUSE].triage.agencies.name(standing.agency),
            topic=topic.label.get(speech.of(request), topic.label["id"]) if topic else "",
        )

    def _problem(
        self, request: web.Request, status: int, typed: str, title: str, sentence: str, wait: float = 0
    ) -> web.Response:
        later = {"Retry-After": str(int(wait) + 1)} if wait else {}
        return self._show(
            request, status, later, title=title, sentence=sentence, hint=status == 404, typed=typed[:40], path="/lacak"
        )

    def _show(
        self, request: web.Request, status: int, headers: dict[str, str] | None = None, **values: object
    ) -> web.Response:
        blank = {"ticket": None, "sentence": "", "typed": ""}
        return self._pages.show(
            "track.html", request, status=status, headers=_HEADERS | (headers or {}), **blank | values
        )
