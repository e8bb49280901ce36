"""Two contacts are one person: a lead says so, or takes it back. What is joined and by whom stays on record."""

from aiohttp import web

from bot.desk import actions
from bot.errors import NotFound
from bot.models.ref import Ref
from bot.turn.joining import merge, separate
from bot.web import keys


async def _named(request: web.Request, field: str) -> Ref:
    """Raises `NotFound` for what is no reference."""
    value = (await request.post()).get(field)
    if not isinstance(value, str):
        raise NotFound("unknown reference")
    return Ref.parse(value)


async def join(request: web.Request) -> web.Response:
    db, other = request.config_dict[keys.DB], await _named(request, "orang")
    return await actions.act(request, lambda case: merge(db, case.me, case.ref, other))


async def part(request: web.Request) -> web.Response:
    db, joining = request.config_dict[keys.DB], await _named(request, "gabungan")
    return await actions.act(request, lambda case: separate(db, case.me, case.ref, joining))
