"""Senders in quarantine and senders whom the machine suggests: looked at, held, let out, with everything written down."""

from aiohttp import web

from bot import clock
from bot.desk import page
from bot.errors import NotFound
from bot.message import clean
from bot.models.ref import Ref
from bot.models.states import Quarantine
from bot.policy import number
from bot.store import quarantine as store
from bot.turn import quarantine
from bot.web import keys


async def listed(request: web.Request) -> web.Response:
    after = _after(request.query.get("setelah", ""))
    async with request.config_dict[keys.DB].read() as conn:
        rows, more = await store.listed(conn, after, page.sight(request))
        words = await store.last_words(conn, rows)
        acts = await store.acts(conn, page.sight(request))
    place = f"{more[0]}_{more[1].hex()}" if more else ""
    return page.render(
        request, "quarantine.html", rows=rows, words=words, acts=acts, after=place, paged=bool(after), now=clock.now()
    )


def _after(text: str) -> tuple[str, bytes] | None:
    state, _, id_ = text.partition("_")
    if not text:
        return None
    try:
        return Quarantine(state), bytes.fromhex(id_)
    except ValueError:
        raise NotFound("unknown place") from None


async def hold(request: web.Request) -> web.Response:
    reason = clean((await request.post()).get("alasan"), quarantine.LONGEST)
    contact = Ref.parse(request.match_info["ref"])
    await quarantine.hold(request.config_dict[keys.DB], page.signed_in(request).officer, contact, reason)
    return await _back(request)


async def lift(request: web.Request) -> web.Response:
    contact = Ref.parse(request.match_info["ref"])
    await quarantine.lift(request.config_dict[keys.DB], page.signed_in(request).officer, contact)
    return await _back(request)


async def _back(request: web.Request) -> web.Response:
    """To the case whose page it was done on, or to the list."""
    shown = str((await request.post()).get("nomor", ""))
    return page.see(f"/desk/tiket/{number.read(shown)[0]}" if shown else "/desk/karantina")
