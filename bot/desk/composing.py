"""The words that an officer writes, while they write them: kept on the server, and shown to colleagues as "is writing"."""

from aiohttp import web

from bot import clock
from bot.desk import page
from bot.errors import NotFound
from bot.message import clean
from bot.models.ref import Ref
from bot.policy import number
from bot.store import composing, desk, people
from bot.store.composing import Company
from bot.turn.reply import LIMIT
from bot.web import keys

KINDS = ("balas", "catatan")
OFFERED = 8
"""Names that are offered after an at-sign."""


async def talk(request: web.Request) -> Ref:
    """The conversation of the ticket that the address names. Raises `NotFound`."""
    shown, part = number.read(request.match_info["number"])
    async with request.config_dict[keys.DB].read() as conn:
        found = await desk.conversation(conn, shown, part, page.sight(request))
    if found is None:
        raise NotFound("unknown ticket number")
    return found


async def save(request: web.Request) -> web.Response:
    """What stands in the field now. Colleagues who look at the same conversation are told that somebody writes.

    Answers with the moment after it was stored: a page that was read before may still show older words."""
    form, conversation = await request.post(), await talk(request)
    kind, words = str(form.get("jenis", "")), clean(form.get("teks"), LIMIT)
    me, now = page.signed_in(request).officer.id or 0, clock.now()
    async with request.config_dict[keys.DB].unit() as unit:
        await composing.save(unit.conn, conversation, me, kind if kind in KINDS else KINDS[0], words, now)
        if (await composing.company(unit.conn, conversation, me, now)).others:
            unit.hints.add(composing.topic(conversation))
    return web.json_response({"at": clock.milliseconds()})


async def sent(request: web.Request, conversation: Ref) -> None:
    """What was begun has been said."""
    me, now = page.signed_in(request).officer.id or 0, clock.now()
    async with request.config_dict[keys.DB].unit() as unit:
        await composing.drop(unit.conn, conversation, me)
        await composing.forget(unit.conn, me, now)
        if (await composing.company(unit.conn, conversation, me, now)).others:
            unit.hints.add(composing.topic(conversation))


async def who(request: web.Request) -> web.Response:
    """The line that says who else is here."""
    conversation, me = await talk(request), page.signed_in(request).officer.id or 0
    async with request.config_dict[keys.DB].read() as conn:
        company: Company = await composing.company(conn, conversation, me, clock.now())
    url = f"/desk/tiket/{request.match_info['number']}"
    return page.render(request, "company.html", company=company, case_url=url)


async def colleagues(request: web.Request) -> web.Response:
    """Names that begin with what was typed after an at-sign: the words of a name, or a login."""
    begun = clean(request.query.get("awal"), 60).casefold().strip()
    async with request.config_dict[keys.DB].read() as conn:
        everybody = await people.nameable(conn)
    fitting = [
        {"name": each.name, "login": each.login}
        for each in everybody
        if each.login.casefold().startswith(begun) or any(w.startswith(begun) for w in _tails(each.name.casefold()))
    ]
    return web.json_response(fitting[:OFFERED])


def _tails(name: str) -> list[str]:
    """`Rina Marlina` can be sought as `rina m…` and as `marlina`."""
    parts = name.split()
    return [" ".join(parts[start:]) for start in range(len(parts))]
