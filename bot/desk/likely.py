"""An officer says that two cases are about one thing, or are not."""

from aiohttp import web

from bot.desk import actions, page
from bot.errors import NotFound
from bot.policy import number
from bot.store import desk
from bot.turn.merge import distinct, merge, part
from bot.web import keys


async def unite(request: web.Request) -> web.Response:
    """The citizen of this case follows the other one from now on."""
    db, house, other = request.config_dict[keys.DB], request.config_dict[keys.HOUSE], await _other(request)
    return await actions.act(request, lambda case: merge(db, house, case.me, case.ref, other))


async def divide(request: web.Request) -> web.Response:
    """A merged case stands on its own again."""
    db, house = request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    return await actions.act(request, lambda case: part(db, house, case.me, case.ref))


async def differ(request: web.Request) -> web.Response:
    """They are not about the same thing."""
    db, other = request.config_dict[keys.DB], await _other(request)
    return await actions.act(request, lambda case: distinct(db, case.me, case.ref, other))


async def _other(request: web.Request) -> str:
    """The number of a case that who asks may see. Raises `NotFound`."""
    shown, part = number.read(str((await request.post()).get("kasus", "")).strip())
    async with request.config_dict[keys.DB].read() as conn:
        if await desk.ref_of(conn, shown, part, *page.sight(request).where()) is None:
            raise NotFound("unknown ticket number")
    return shown
