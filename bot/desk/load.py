"""Who bears how much in this shift; presence, opting out, and what one is told."""

from aiohttp import web

from bot import clock
from bot.desk import page, rota
from bot.errors import NotFound
from bot.message import clean
from bot.models import Officer
from bot.policy.access import Verb, may
from bot.store import duty, notices, people
from bot.turn.crew import crew, there
from bot.web import keys


async def load(request: web.Request) -> web.Response:
    """Weight given in this shift and held now, for everybody on duty to see; what was heavy only for leads."""
    staff, now = request.config_dict[keys.HOUSE].triage.staff, clock.now()
    async with request.config_dict[keys.DB].read() as conn:
        officers = await duty.on_duty(conn, now)
        team = await crew(conn, staff.assignment, officers, now)
        talks: list[Officer] = []
        if may(page.signed_in(request).officer.role, Verb.ROTA):
            talks = [each for each in await people.officers(conn) if each.debrief_at is not None and each.active]
    given = [each.given for each in team.values()]
    mean = sum(given) / len(given) if given else 0.0
    rows = [
        {
            "officer": each, "load": team[each.id or 0], "heavy": team[each.id or 0].borne.heavy(staff.load),
            "there": there(staff.assignment, each, now),
            "off": round(100 * (team[each.id or 0].given / mean - 1)) if mean else 0,
        }
        for each in officers
    ]  # fmt: skip
    return page.render(request, "load.html", rows=rows, mean=mean, rule=staff.assignment, talks=talks, now=now)


async def talked(request: web.Request) -> web.Response:
    """A lead has talked with this officer."""
    async with request.config_dict[keys.DB].unit() as unit:
        if await duty.officer(unit.conn, rota.number(request)) is None:
            raise NotFound("unknown officer")
        await duty.set_values(unit.conn, rota.number(request), debrief_at=None)
    return page.see("/desk/beban")


async def presence(request: web.Request) -> web.Response:
    """Away from the desk for a moment, and back."""
    away = (await request.post()).get("pergi") == "ya"
    async with request.config_dict[keys.DB].unit() as unit:
        await duty.set_values(unit.conn, page.signed_in(request).officer.id or 0, away=away)
        unit.queue_changed()
    return page.see("/desk")


async def read(request: web.Request) -> web.Response:
    """What stands there has been read."""
    asked = clean((await request.post()).get("sampai"), 12)
    async with request.config_dict[keys.DB].unit() as unit:
        who = page.signed_in(request).officer.id or 0
        await notices.see(unit.conn, who, int(asked) if asked.isascii() and asked.isdecimal() else 0, clock.now())
        unit.hints.add(notices.topic(who))
    return page.see("/desk")
