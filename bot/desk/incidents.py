"""What leads have declared as known: a list for all, a form and an end for leads."""

from datetime import datetime

from aiohttp import web

from bot import clock
from bot.desk import page, speech
from bot.errors import NotFound, WargiError
from bot.message import clean
from bot.models.ref import Ref
from bot.store import incidents as store
from bot.store import known
from bot.turn import incident
from bot.turn.incident import TEXT, TITLE, Declared
from bot.web import keys
from bot.wib import WIB

PLACES = 500
FIELDS = {"judul": TITLE, "topik": 24, "tempat": PLACES, "teks": TEXT, "teks_su": TEXT, "sampai": 20}
"""Names of the form and the letters that each holds."""


async def listed(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(
    request: web.Request, status: int = 200, problem: str = "", form: dict[str, str] | None = None
) -> web.Response:
    house = request.config_dict[keys.HOUSE]
    async with request.config_dict[keys.DB].read() as conn:
        rows = await store.listed(conn)
        counts = await known.followers(conn, [row["id"] for row in rows])
    places = house.triage.senses.places
    named = {
        code: places.place(code).shown for row in rows for code in row["places"] if places and code in places.codes
    }
    topics = [
        (topic.slug, speech.label(topic.label)) for topic in house.flows.topics.values() if not topic.confidential
    ]
    return page.render(
        request, "incidents.html", status, rows=rows, counts=counts, named=named, topics=topics, now=clock.now(),
        problem=problem, form=form or dict.fromkeys(FIELDS, ""), limits=FIELDS,
    )  # fmt: skip


async def declare(request: web.Request) -> web.Response:
    """What was typed stays in the form when something is missing."""
    posted = await request.post()
    form = {name: clean(posted.get(name), limit) for name, limit in FIELDS.items() if name != "tempat"}
    form["tempat"] = "\n".join(clean(each, 200) for each in str(posted.get("tempat", ""))[:PLACES].splitlines())
    what = Declared(form["judul"], form["topik"], form["tempat"], form["teks"], form["teks_su"], _time(form["sampai"]))
    house, db = request.config_dict[keys.HOUSE], request.config_dict[keys.DB]
    try:
        await incident.declare(db, house, page.signed_in(request).officer, what)
    except NotFound:
        raise
    except WargiError as error:
        if error.retryable:
            raise
        return await _page(request, 422, speech.said(error), form)
    return page.see("/desk/kejadian")


def _time(text: str) -> datetime | None:
    """What a `datetime-local` field says, in WIB."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=WIB)
    except ValueError:
        return None


async def end(request: web.Request) -> web.Response:
    ref = Ref.parse(request.match_info["ref"])
    await incident.end(request.config_dict[keys.DB], page.signed_in(request).officer, ref)
    return page.see("/desk/kejadian")
