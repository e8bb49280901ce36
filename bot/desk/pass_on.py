"""The page on which a case is given to a colleague or to the queue, with a note."""

from aiohttp import web

from bot import clock
from bot.desk import cases, page, speech
from bot.errors import Conflict, Forbidden, NotFound, WargiError
from bot.store import duty, people
from bot.turn.reassign import pass_on
from bot.web import keys


async def form(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(
    request: web.Request, status: int = 200, problem: str = "", to: str = "", words: str = ""
) -> web.Response:
    case = await cases.load(request)
    async with request.config_dict[keys.DB].read() as conn:
        on_duty = {each.id for each in await duty.on_duty(conn, clock.now())}
        others = [(each.id, each.name) for each in await people.nameable(conn) if each.id != case.ticket["officer_id"]]
    others.sort(key=lambda each: each[0] not in on_duty)
    return page.render(
        request, "pass_on.html", status, case=case, others=others, on_duty=on_duty, problem=problem, to=to, words=words
    )


async def give(request: web.Request) -> web.Response:
    sent = await request.post()
    to, words = str(sent.get("ke", "")), str(sent.get("catatan", ""))
    if to and not (to.isascii() and to.isdigit() and len(to) < 10):
        raise NotFound("no such officer")
    case = await cases.load(request)
    db, house = request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    try:
        await pass_on(db, house, case.me, case.ref, int(to) if to else None, words)
    except (Forbidden, NotFound):
        raise
    except WargiError as error:
        if error.retryable:
            raise
        status = 409 if isinstance(error, Conflict) else 422
        return await _page(request, status, speech.said(error), to, words)
    return page.see(case.url)
