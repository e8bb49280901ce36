"""What stands before every page of the desk: headers, session, role, forged requests, errors in words. Default: deny."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import quote, urlsplit

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot import logs
from bot.desk import page, practice, second, sessions, speech
from bot.desk.keys import SIGNED_IN
from bot.desk.show import N_
from bot.errors import Conflict, Forbidden, NotFound, StoreDown, WargiError
from bot.models import Role
from bot.policy.access import Verb, may
from bot.record import record
from bot.store.people import SignedIn
from bot.web import keys
from bot.web.guard import same_origin

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "media-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE = frozenset({"GET", "HEAD"})
HOME = ("", "/")
GONE = N_(
    "Mungkin tautannya salah ketik atau sudah tidak berlaku, atau kasusnya dirahasiakan dan ditangani orang lain. "
    "Kalau Anda perlu melihatnya, hubungi pemimpin regu."
)
"""The same words for what does not exist and for what somebody must not see: the answer tells neither from the other."""
BROKEN = N_(
    "Ini kesalahan sistem, bukan Anda, dan sudah dicatat. Yang sudah terkirim tetap tersimpan. Coba lagi, atau kembali ke meja petugas; "
    "kalau terulang, beri tahu admin."
)
OPEN = (Verb.ENTER, Verb.LEAVE, Verb.ACCOUNT)
"""What somebody may do who still has to set up the second factor that their role demands."""


@record
class Route:
    """One door of the desk, and the verb that says who may use it."""

    method: str
    path: str
    handler: Handler
    verb: Verb
    most: int = 0
    """Bytes that its form may have; 0: as everywhere."""


def guarded(route: Route) -> Handler:
    """The handler behind its checks. There is no other way to add a handler to the desk."""

    async def roomy(request: web.Request) -> web.StreamResponse:
        """A form with a file in it: its temporary files are closed here, for aiohttp looks after those of the first request only."""
        request = request.clone(client_max_size=route.most)
        try:
            return await checked(request)
        finally:
            with suppress(Exception):
                for field in (await request.post()).values():
                    if isinstance(field, web.FileField):
                        field.file.close()

    async def checked(request: web.Request) -> web.StreamResponse:
        signed = await sessions.find(request) if route.verb is not Verb.ENTER or not _is_static(route) else None
        if signed is not None:
            request[SIGNED_IN] = signed
            if (answer := await practice.instead(request, signed, route.verb is Verb.LEAVE)) is not None:
                return answer
        if not may(signed.officer.role if signed else None, route.verb):
            if signed is None:
                return _to_sign_in(request)
            if signed.officer.role == Role.AGENCY and route.path in HOME and request.method in SAFE:
                return page.see("/desk/dinas")  # where they work
            raise Forbidden("Peran Anda tidak boleh melakukan ini.")
        if signed is not None and route.verb not in OPEN and signed.officer.password_until is not None:
            return _to_account(request, "#sandi", Forbidden("Buat dulu kata sandi Anda sendiri di halaman Akun."))
        if signed is not None and route.verb not in OPEN and _lacks_factor(request, signed):
            return _to_account(request, "#kunci", Forbidden("Pasang dulu kunci kedua di halaman Akun."))
        if request.method not in SAFE:
            await _refuse_forged(request)
        speech.speak(speech.of(request), request.config_dict[keys.CATALOGUES])  # some words are made before the page is
        return await route.handler(request)

    return roomy if route.most else checked


def _is_static(route: Route) -> bool:
    return route.path.startswith("/static/")


async def _refuse_forged(request: web.Request) -> None:
    if not same_origin(request, request.config_dict[keys.CONFIG]):
        raise Forbidden("Permintaan ini tidak berasal dari halaman ini. Muat ulang halaman dan coba lagi.")
    signed = request.get(SIGNED_IN)
    if signed is not None:
        given = request.headers.get("X-CSRF") or request.query.get("csrf", "")  # in the address: forms that bring files
        given = given or str((await request.post()).get("csrf", ""))
        if not sessions.csrf_right(signed.csrf, given):
            raise Forbidden("Formulir ini sudah kedaluwarsa. Muat ulang halaman dan coba lagi.")


def _lacks_factor(request: web.Request, signed: SignedIn) -> bool:
    return not signed.second and second.required(request.config_dict[keys.CONFIG].second_factor, signed.officer)


def _to_account(request: web.Request, place: str, otherwise: Forbidden) -> web.StreamResponse:
    if (
        request.method in SAFE
        and not page.is_htmx(request)
        and "text/event-stream" not in request.headers.get("Accept", "")
    ):
        return page.see(f"/desk/akun{place}")
    raise otherwise


def _to_sign_in(request: web.Request) -> web.StreamResponse:
    """Pages lead to the sign-in page and back; a live region makes its whole page go there; anything else learns 401."""
    if page.is_htmx(request):
        back = urlsplit(request.headers.get("HX-Current-URL", "")).path
        return web.Response(status=401, headers={"HX-Redirect": _sign_in_url(back)})
    if request.method in SAFE and "text/event-stream" not in request.headers.get("Accept", ""):
        raise web.HTTPSeeOther(_sign_in_url(request.path))
    return web.Response(status=401, text="401")


def _sign_in_url(back: str) -> str:
    return f"/desk/masuk?ke={quote(back)}" if back.startswith("/desk/tiket/") else "/desk/masuk"


def _failed(request: web.Request, what: str, error: Exception, log: Callable[..., None]) -> None:
    """Where and why; not the address: an invitation's token stands in it."""
    route = request.match_info.route.resource
    log(what, path=route.canonical if route else "", error=logs.fault(error))


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error of ours as a page with a way out; texts of errors are made for people."""
    try:
        return await handler(request)
    except (NotFound, web.HTTPNotFound):
        return page.problem(request, 404, N_("Halaman ini tidak ada"), GONE)
    except web.HTTPMethodNotAllowed:
        return page.problem(request, 405, N_("Cara ini tidak dikenal"), N_("Buka halamannya lewat tautan atau tombol."))
    except web.HTTPRequestEntityTooLarge:
        return page.problem(request, 413, N_("Terlalu panjang"), N_("Kirim teks yang lebih pendek."))
    except HttpProcessingError:  # a form of several parts whose heads are no heads
        return page.problem(request, 400, N_("Formulir tidak terbaca"), N_("Muat ulang halaman dan kirim lagi."))
    except Forbidden as error:
        return page.problem(request, 403, N_("Tidak diizinkan"), error)
    except Conflict as error:
        return page.problem(request, 409, N_("Tidak dapat dilakukan"), error)
    except StoreDown as error:
        _failed(request, "the database did not answer", error, logs.get("desk").warning)
        return page.problem(
            request, 503, N_("Basis data tidak menjawab"), N_("Kami mencoba lagi. Ketikan Anda tetap tersimpan.")
        )
    except (web.HTTPException, ConnectionError):
        raise
    except WargiError as error:
        return page.problem(request, 503 if error.retryable else 400, N_("Tidak dapat dilakukan"), error)
    except Exception as error:  # a mistake of ours: the page says so in words, the log says where
        _failed(request, "a page failed", error, logs.get("desk").error)
        if request.writer.output_size:  # half of an answer has left already
            raise
        return page.problem(request, 500, N_("Ada yang rusak di sini"), BROKEN)


async def headers(request: web.Request, response: web.StreamResponse) -> None:
    """On everything the desk answers, errors and live streams included."""
    put = response.headers.setdefault
    put("Content-Security-Policy", CSP)
    put("X-Content-Type-Options", "nosniff")
    put("Referrer-Policy", "same-origin")  # with "no-referrer" browsers send `Origin: null` with our own forms
    put("Cross-Origin-Opener-Policy", "same-origin")
    put("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    put("Cache-Control", "no-store")
    if sessions.is_https(request.config_dict[keys.CONFIG]):
        put("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
