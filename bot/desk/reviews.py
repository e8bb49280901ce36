"""Cases whose citizens were not satisfied: a lead looks at each, and says what came of it."""

from aiohttp import web

from bot import clock
from bot.desk import page
from bot.errors import NotFound, WargiError
from bot.message import clean
from bot.models.ref import Ref
from bot.store import wall
from bot.turn import review
from bot.web import keys

OUTCOMES = {"buka": True, "tetap": False}


async def listed(request: web.Request) -> web.Response:
    done = request.query.get("daftar") == "sudah"
    try:
        after = bytes.fromhex(request.query.get("setelah", "")) or None
    except ValueError:
        raise NotFound("unknown place") from None
    async with request.config_dict[keys.DB].read() as conn:
        rows = await wall.reviews(conn, done, after)
    more = rows[wall.PAGE - 1]["id"].hex() if len(rows) > wall.PAGE else ""
    return page.render(
        request, "reviews.html", rows=rows[: wall.PAGE], after=more, done=done, paged=after is not None, now=clock.now()
    )


async def settle(request: web.Request) -> web.Response:
    form = await request.post()
    outcome = str(form.get("hasil", ""))
    if outcome not in OUTCOMES:
        raise WargiError("Pilih dulu: buka lagi kasusnya, atau biarkan.")
    await review.settle(
        request.config_dict[keys.DB], request.config_dict[keys.HOUSE], page.signed_in(request).officer,
        Ref.parse(request.match_info["ref"]), OUTCOMES[outcome], clean(form.get("catatan"), 1000),
    )  # fmt: skip
    return page.see("/desk/tinjauan")
