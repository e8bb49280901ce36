"""Telephone and identity numbers are masked; an officer who needs them says why, and sees those of one case for a quarter of an hour."""

from aiohttp import web

from bot import clock
from bot.desk import cases, page
from bot.errors import NotFound
from bot.message import clean
from bot.store import disclosures as store
from bot.triage.identity import mask
from bot.web import keys

SHORTEST, LONGEST = 5, 200
"""Letters of a reason: "ok" is none, and a page of text is not read."""
TELL = "Tulis alasannya dengan beberapa kata, misalnya: menelepon warga."


async def reveal(request: web.Request) -> web.Response:
    """Writes down who, when, which ticket and why, and only then shows. A number inside the reason itself stays masked for ever."""
    reason = mask(" ".join(clean((await request.post()).get("alasan"), LONGEST).split()))
    if sum(map(str.isalpha, reason)) < SHORTEST:
        return await cases.show(request, 422, TELL)
    case = await cases.load(request)
    async with request.config_dict[keys.DB].unit() as unit:
        await store.add(unit.conn, case.me.id or 0, case.ticket["number"], "numbers", reason, clock.now())
    return await cases.show(request) if page.is_htmx(request) else page.see(case.url)


async def disclosures(request: web.Request) -> web.Response:
    """For leads and admins: who has looked, the newest first."""
    after = request.query.get("setelah", "")
    if after and not (after.isascii() and after.isdigit() and len(after) < 16):
        raise NotFound("unknown place")
    async with request.config_dict[keys.DB].read() as conn:
        rows, more = await store.newest(conn, int(after) if after else None)
    return page.render(request, "disclosures.html", rows=rows, after=more, paged=bool(after), now=clock.now())
