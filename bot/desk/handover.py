"""Handover sheets: what I leave to the next shift, and what others have left."""

from aiohttp import web

from bot import clock
from bot.desk import page, rota
from bot.message import clean
from bot.store import handovers
from bot.turn import handover
from bot.web import keys


async def sheets(request: web.Request) -> web.Response:
    me = page.signed_in(request).officer
    async with request.config_dict[keys.DB].read() as conn:
        mine = await handovers.own(conn, me.id or 0)
        waiting = await handovers.waiting(conn)
        cases = {sheet.id: await handovers.cases(conn, sheet.id, page.sight(request)) for sheet in waiting}
    saved = request.query.get("simpan") == "ya"
    return page.render(request, "handover.html", mine=mine, waiting=waiting, cases=cases, now=clock.now(), saved=saved)


async def write(request: web.Request) -> web.Response:
    """Notes by number: `catatan-7K2M-…`."""
    form = await request.post()
    notes = {
        name.removeprefix("catatan-"): clean(words, handover.LONGEST).strip()
        for name, words in form.items()
        if name.startswith("catatan-") and isinstance(words, str)
    }
    me, db = page.signed_in(request).officer, request.config_dict[keys.DB]
    await handover.write(db, me, notes)
    if form.get("selesai") == "ya":
        await handover.leave(db, request.config_dict[keys.HOUSE], me.id or 0)
    return page.see("/desk/serah-terima?simpan=ya")


async def accept(request: web.Request) -> web.Response:
    """The marked cases come to me, the others go back to the queue; so do those that I may not see."""
    marked = {str(value) for value in (await request.post()).getall("kasus", [])}
    db, house, sheet = request.config_dict[keys.DB], request.config_dict[keys.HOUSE], rota.number(request)
    async with db.read() as conn:
        marked &= {row.number for row in await handovers.cases(conn, sheet, page.sight(request))}
    await handover.accept(db, house, page.signed_in(request).officer, sheet, marked)
    return page.see("/desk?daftar=milik")
