"""`/chat`: the citizen's own channel, a page that needs no account, no app and no credentials of any platform.

A visitor is a random token in a cookie; the database knows only its hash, as the address `web:1` reaches. What the
visitor says goes through the same door as any webhook; what they read comes out of the messages table.
"""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from math import ceil

import orjson
from aiohttp import web

from bot import clock
from bot.errors import StoreDown
from bot.files.kinds import MIB
from bot.i18n import N_
from bot.message import Item, clean
from bot.record import record
from bot.store import public
from bot.store.public import Thread
from bot.web import speech
from bot.web.bubbles import question, shown
from bot.web.guard import Buckets, Proxies, same_origin
from bot.web.keys import CONFIG, DB, DOOR, HINTS
from bot.web.pages import HEADERS, Pages, pages

ACCOUNT = "web:1"
LONGEST = 4_000
BODY = 64 * 1024
UPLOAD = 16 * MIB
"""As WhatsApp has it for photos, sound and films; a document of more pages than that is rare on a phone."""
ACCEPT = "image/*,audio/*,video/*,.pdf,.doc,.docx,.xls,.xlsx,.txt,.csv"
PING = 20.0
STREAMS = 8
"""Open live lines a visitor may have: one a tab. Further tabs look again every few seconds."""
YEAR = 365 * 24 * 3600

_TOKEN = re.compile(r"[0-9a-f]{64}")
KEY = re.compile(r"[0-9A-Za-z_-]{8,64}")
_CURSOR = re.compile(r"([0-9a-f]{32})\.(\d{1,9})")


@record
class Visitor:
    token: str
    address: str
    part: int
    known: bool
    """Came with the cookie, so there may be a thread."""


@record
class Said:
    """One send of the page. `key` names it: the same key twice is one message."""

    text: str
    choice: str
    key: str
    form: bool
    """Posted by a browser without JavaScript, which wants a page as the answer."""


class Refused(Exception):
    """Not taken; `wait` is set when the same send may succeed later."""

    def __init__(self, status: int, sentence: str, wait: float = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = {"Retry-After": str(ceil(wait))} if wait else {}


def setup(app: web.Application) -> "Chat":
    """Adds `/chat` and what belongs to it."""
    chat = Chat(app)
    app.router.add_get("/chat", chat.page)
    app.router.add_get("/chat/messages", chat.messages)
    app.router.add_get("/chat/events", chat.events)
    app.router.add_post("/chat/send", chat.send)
    app.on_shutdown.append(chat.stop)
    return chat


class Chat:
    """The page of one application."""

    def __init__(self, app: web.Application) -> None:
        self._pages: Pages = pages(app)
        self._config = app[CONFIG]
        self._proxies = Proxies(self._config.trusted_proxies)
        self._secure = self._config.public_url.startswith("https://")
        self._cookie = "__Host-wargi-chat" if self._secure else "wargi-chat"
        self._visitors = Buckets(20, 1)
        # many citizens share one address of their mobile operator, so this one only stops a machine
        self._networks = Buckets(300, 20)
        self._streams: dict[asyncio.Task[object], str] = {}

    # -- who ------------------------------------------------------------------------------------------

    def visitor(self, request: web.Request) -> Visitor:
        token = request.cookies.get(self._cookie, "")
        known = _TOKEN.fullmatch(token) is not None
        if not known:
            token = clock.token()
        address = hashlib.sha256(token.encode()).hexdigest()[:32]
        return Visitor(token, address, clock.part_of("web", address), known)

    def remember(self, response: web.StreamResponse, visitor: Visitor) -> None:
        response.set_cookie(
            self._cookie,
            visitor.token,
            max_age=YEAR,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )

    # -- reading --------------------------------------------------------------------------------------

    async def _thread(self, request: web.Request, visitor: Visitor, name: str = "", after: int = 0) -> Thread | None:
        if not visitor.known:
            return None
        async with request.app[DB].read() as conn:
            return await public.thread(conn, ACCOUNT, visitor.address, visitor.part, name, after)

    async def page(self, request: web.Request) -> web.Response:
        visitor = self.visitor(request)
        try:
            thread = await self._thread(request, visitor)
        except StoreDown:
            return self._notice(request, Refused(503, DOWN, 5), None)
        tr = speech.words(request)
        bubbles = [shown(bubble, tr) for bubble in thread.bubbles] if thread else []
        response = self._pages.show(
            "chat.html",
            request,
            words={key: tr(text) for key, text in SCRIPT.items()},
            thread=thread,
            bubbles=bubbles,
            question=question(thread.bubbles) if thread else None,
            again="terkirim" in request.query,
            key=lambda: clock.token()[:32],
            longest=LONGEST,
            accept=ACCEPT,
            most=UPLOAD // MIB,
        )
        self.remember(response, visitor)
        return response

    async def messages(self, request: web.Request) -> web.Response:
        visitor = self.visitor(request)
        since = _CURSOR.fullmatch(request.query.get("after", ""))
        name, after = (since[1], int(since[2])) if since else ("", 0)
        try:
            thread = await self._thread(request, visitor, name, after)
        except StoreDown:
            return _json({"error": speech.words(request)(DOWN)}, 503, {"Retry-After": "5"})
        if thread is None:
            return _json({"cursor": "", "fresh": False, "messages": []})
        messages = [shown(bubble, speech.words(request)) for bubble in thread.bubbles]
        cursor = f"{thread.name}.{thread.cursor}"
        return _json({"cursor": cursor, "fresh": thread.name != name, "messages": messages})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Says "look again", never what changed: a line that was cut costs a moment, not a word."""
        visitor = self.visitor(request)
        if not visitor.known:
            return web.Response(status=204, headers=HEADERS)  # tells the browser not to try again
        if Counter(self._streams.values())[visitor.address] >= STREAMS:
            return web.Response(status=429, headers=HEADERS | {"Retry-After": "30"})
        headers = HEADERS | {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        task = asyncio.current_task()
        assert task is not None
        self._streams[task] = visitor.address
        try:
            with request.app[HINTS].subscribe(f"w:{visitor.address}") as ear:
                await response.prepare(request)
                await response.write(b"retry: 3000\n\n")
                while True:
                    # the ping too makes the page look: a hint may have been lost between processes
                    heard = await ear.next(PING)
                    await response.write(b"data: 1\n\n" if heard else b"data: 0\n\n")
        except ConnectionResetError:
            return response
        finally:
            del self._streams[task]

    async def stop(self, app: web.Application) -> None:
        """Live lines never end by themselves; without this a stop would wait for its time-out."""
        for task in list(self._streams):
            task.cancel()

    # -- writing --------------------------------------------------------------------------------------

    async def send(self, request: web.Request) -> web.Response:
        said = None
        visitor = self.visitor(request)
        try:
            self.refuse_forged(request)
            said = await _read(request)
            self.slow_down(request, visitor)
            if said.form and said.choice and not said.text:
                said = await self._with_label(request, visitor, said)
            await request.app[DOOR].put([item(visitor, said)])
        except StoreDown:
            return self.refuse(request, Refused(503, DOWN, 5), said)
        except Refused as refused:
            return self.refuse(request, refused, said)
        return self.taken(visitor, said)

    def taken(self, visitor: Visitor, said: Said) -> web.Response:
        """It is safe with us."""
        page = HEADERS | {"Location": "/chat?terkirim=1#akhir"}
        response = web.Response(status=303, headers=page) if said.form else _json({"key": said.key}, 202)
        self.remember(response, visitor)
        return response

    def refuse_forged(self, request: web.Request) -> None:
        if not same_origin(request, self._config):
            raise Refused(403, N_("Pesan hanya dapat dikirim dari halaman ini. Silakan muat ulang halaman."))

    def network(self, request: web.Request) -> str:
        return self._proxies.client(request)

    def slow_down(self, request: web.Request, visitor: Visitor) -> None:
        name = visitor.address if visitor.known else f"new {self._proxies.client(request)}"
        wait = self._visitors.take(name) or self._networks.take(self._proxies.client(request))
        if wait:
            raise Refused(429, N_("Terlalu banyak pesan sekaligus. Tunggu sebentar, lalu kirim lagi."), wait)

    async def _with_label(self, request: web.Request, visitor: Visitor, said: Said) -> Said:
        """A button without JavaScript tells only its id; the words on it are what the citizen said."""
        thread = await self._thread(request, visitor)
        choices = [pair for bubble in thread.bubbles for pair in bubble.choices] if thread else []
        label = next((label for name, label in reversed(choices) if name == said.choice), "")
        return Said(label, said.choice, said.key, said.form)

    def refuse(self, request: web.Request, refused: Refused, said: Said | None) -> web.Response:
        if said.form if said else request.content_type != "application/json":
            return self._notice(request, refused, said)
        return _json({"error": speech.words(request)(str(refused))}, refused.status, refused.headers)

    def _notice(self, request: web.Request, refused: Refused, said: Said | None) -> web.Response:
        """A page that keeps what the citizen wrote, under the same key, so that trying again cannot say it twice."""
        return self._pages.show(
            "notice.html",
            request,
            status=refused.status,
            headers=refused.headers,
            sentence=speech.words(request)(str(refused)),
            said=said,
        )


DOWN = N_("Layanan sedang terganggu. Pesan Anda belum terkirim; silakan coba lagi sebentar lagi.")


async def _read(request: web.Request) -> Said:
    """The body as JSON from our script or as a form. Raises `Refused`."""
    form = request.content_type != "application/json"
    fields = await _fields(request, form)
    text = clean(fields.get("text"), BODY).replace("\r\n", "\n").strip()
    choice, key = clean(fields.get("choice"), 64), fields.get("key")
    if len(text) > LONGEST:
        raise Refused(413, TOO_LONG)
    if not text and not choice:
        raise Refused(400, N_("Pesan masih kosong. Tulis dulu pesan Anda, lalu tekan Kirim."))
    if not isinstance(key, str) or not KEY.fullmatch(key):
        key = clock.token()[:32]
    return Said(text, choice, key, form)


async def _fields(request: web.Request, form: bool) -> Mapping[str, object]:
    small = request.clone(client_max_size=BODY)
    try:
        fields: object = await small.post() if form else orjson.loads(await small.read())
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, TOO_LONG) from None
    except ValueError:
        fields = None
    if not isinstance(fields, Mapping):
        raise Refused(400, N_("Pesan tidak dapat dibaca. Silakan muat ulang halaman, lalu kirim lagi."))
    return fields


TOO_LONG = N_("Pesan terlalu panjang, paling banyak 4.000 huruf. Bagilah menjadi beberapa pesan.")


def item(visitor: Visitor, said: Said, file: Mapping[str, object] | None = None) -> Item:
    """Hour 0 (the default): the page repeats a send after any wait, and the key must be the same then."""
    at = int(clock.now().timestamp())
    words = {"id": said.key, "address": visitor.address, "text": said.text, "choice": said.choice, "name": "", "at": at}
    raw = orjson.dumps({**words, "file": file} if file else words)
    return Item(ACCOUNT, "message", said.key, visitor.address, raw, part=visitor.part)


SCRIPT = {
    "you": N_("Anda"),
    "sending": N_("mengirim…"),
    "sent": N_("terkirim"),
    "later": N_("Belum terkirim. Dikirim lagi begitu tersambung."),
    "photo": N_("Foto yang Anda kirim"),
    "voice": N_("Suara yang Anda kirim"),
    "gone": N_("Berkas ini tidak dapat kami buka."),
    "pick": N_("Pilih dulu berkasnya."),
    "retry": N_("Berkas belum terkirim. Tekan Kirim berkas untuk mencoba lagi."),
    "large": N_("Berkas terlalu besar."),
}
"""What the page's own script says."""


def _json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    headers = HEADERS | (headers or {})
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json", headers=headers)
