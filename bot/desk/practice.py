"""Practice: while it lasts, the desk of this browser is the desk of a room apart, and every page says so.

The room is a server of its own on this machine; requests are handed on to it, and its answers handed back.
"""

import aiohttp
from aiohttp import web

from bot import clock
from bot.desk import page, sessions
from bot.desk.keys import INVENT, PRACTICE, Room, Rooms
from bot.errors import Conflict, NotFound
from bot.i18n import N_
from bot.store.people import SignedIn
from bot.web import keys

COOKIE = "wargi_latihan"
ENDED = "X-Wargi-Latihan"
"""Header of a room's answer after which it is closed."""
HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-authorization", "content-length",
                 "set-cookie", "strict-transport-security", "date", "server"})  # fmt: skip
ON_DUTY = N_(
    "Anda sedang bertugas. Akhiri dulu dinas Anda: selama berlatih, meja ini tidak menunjukkan panggilan yang sungguhan."
)
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5)


async def practice_page(request: web.Request) -> web.Response:
    return page.render(request, "practice.html")


async def begin(request: web.Request) -> web.Response:
    """Raises `Conflict` for who is on duty: they would miss what is real."""
    signed, rooms = page.signed_in(request), request.config_dict.get(PRACTICE)
    if rooms is None:
        raise NotFound("no practice inside of practice")
    if _on_duty(signed):
        raise Conflict(ON_DUTY)
    token = await rooms.open(signed.officer, signed.token_hash, request.headers.get("User-Agent", ""))
    response = page.see("/desk/latihan")
    secure = sessions.is_https(request.config_dict[keys.CONFIG])
    response.set_cookie(COOKIE, token, path="/desk", httponly=True, samesite="Lax", secure=secure)
    return response


async def end(request: web.Request) -> web.Response:
    """In the room: it asks to be closed. Outside: what the browser still believes of a room that is gone is forgotten."""
    response = page.see("/desk/latihan")
    response.headers[ENDED] = "selesai"
    response.del_cookie(COOKIE, path="/desk")
    return response


async def somebody(request: web.Request) -> web.Response:
    """One more invented citizen."""
    invent = request.config_dict.get(INVENT)
    if invent is None:
        raise NotFound("only in practice")
    await invent()
    return page.see("/desk")


async def instead(request: web.Request, signed: SignedIn, leaving: bool) -> web.StreamResponse | None:
    """The room's answer to this request; None where the real desk answers."""
    rooms, token = request.config_dict.get(PRACTICE), request.cookies.get(COOKIE, "")
    if rooms is None or not token:
        return None
    if leaving:
        await rooms.end(token)
        return None
    room = rooms.find(token, signed.token_hash)
    if room is not None and _on_duty(signed):  # a shift that the rota began: what is real comes first
        await rooms.end(token)
        room = None
    if room is not None:
        return await _hand_on(request, rooms, room, token)
    if request.path == "/desk/latihan/selesai":
        return None
    if page.is_htmx(request):
        return web.Response(status=204, headers={"HX-Redirect": "/desk/latihan"})
    # never the real desk under hands that believe they practise
    return page.render(request, "practice.html", 409, over=True)


def _on_duty(signed: SignedIn) -> bool:
    return signed.officer.duty_until is not None and signed.officer.duty_until > clock.now()


async def _hand_on(request: web.Request, rooms: Rooms, room: Room, token: str) -> web.StreamResponse:
    name = sessions.cookie_name(request.config_dict[keys.CONFIG])
    cookies = {**request.cookies, name: room.session}
    cookies.pop(COOKIE, None)
    headers = {
        key: value for key, value in request.headers.items() if key.lower() not in HOP | {"cookie", "x-forwarded-for"}
    }
    headers["Cookie"] = "; ".join(f"{key}={value}" for key, value in cookies.items())
    body = await request.read() if request.can_read_body else None
    async with (
        aiohttp.ClientSession(timeout=TIMEOUT, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.request(request.method, room.url + request.path_qs, data=body, headers=headers, allow_redirects=False) as answer,
    ):  # fmt: skip
        kept = [(key, value) for key, value in answer.headers.items() if key.lower() not in HOP and key != ENDED]
        if ENDED in answer.headers:
            await answer.read()
        response = web.StreamResponse(status=answer.status, headers=dict(kept))
        for cookie in answer.headers.getall("Set-Cookie", []):
            if not cookie.startswith((f"{name}=", f"{COOKIE}=")):
                response.headers.add("Set-Cookie", cookie)
        if ENDED in answer.headers:
            response.del_cookie(COOKIE, path="/desk")
            await rooms.end(token)
        await response.prepare(request)
        if request.method != "HEAD" and ENDED not in answer.headers:
            async for piece in answer.content.iter_any():
                await response.write(piece)
        await response.write_eof()
    return response
