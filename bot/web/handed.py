"""A file that an officer has sent to somebody whose channel carries none: behind a signed link that ends."""

from aiohttp import web

from bot import clock
from bot.errors import NotFound, StoreDown
from bot.links import valid
from bot.models import MediaState
from bot.models.ref import Ref
from bot.store import media
from bot.web.give import give, name_of
from bot.web.keys import DB, LINK_KEY, SHELF


def setup(app: web.Application) -> None:
    app.router.add_get("/berkas/{ref}", show)


async def show(request: web.Request) -> web.StreamResponse:
    """As the citizen would have got it: a photo without what its camera wrote into it."""
    try:
        ref = Ref.parse(request.match_info["ref"])
        if not valid(request.app[LINK_KEY], f"/berkas/{ref}", request.query, clock.now()):
            raise NotFound("no such file")
        async with request.app[DB].read() as conn:
            file = await media.one(conn, ref)
        if file is None or file["state"] != MediaState.STORED:
            raise NotFound("no such file")
        sha256, mime = (file["clean"], file["clean_type"]) if file["clean"] else (file["sha256"], file["type"])
        return await give(request, request.app[SHELF], sha256, mime, name_of(file["name"], mime, "berkas"))
    except NotFound:
        raise web.HTTPNotFound(text="Tautan ini sudah tidak berlaku. Mintalah petugas mengirim ulang.") from None
    except StoreDown:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"}) from None
