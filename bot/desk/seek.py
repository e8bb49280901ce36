"""Looking for a case in all that there has ever been: by number, name, telephone number, words, place."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from aiohttp import web

from bot import clock
from bot.desk import page, speech
from bot.desk.show import N_
from bot.errors import NotFound
from bot.message import clean
from bot.models import OVER, State
from bot.models.ref import Ref
from bot.policy import number
from bot.record import record
from bot.store import desk, disclosures, search
from bot.store.desk import TICKET
from bot.store.sight import Sight
from bot.triage import seek
from bot.triage.place import NOWHERE, Places
from bot.triage.seek import Sought
from bot.turn import House
from bot.web import keys

LONGEST, MEANT = 80, 10
"""Letters of a question; areas that one name may mean."""
AGAIN = timedelta(minutes=15)
"""A list that draws itself again is one look."""
LOOKED = "phone"
"""What a disclosure is called that was a look for a telephone number. It opens nothing: only the reason given at a case does."""
WHICH = {"": N_("Semua"), "terbuka": N_("Belum selesai"), "selesai": N_("Sudah selesai")}


@record
class Found:
    rows: list[Any]
    after: int | None = None
    loose: bool = False
    """Nothing fitted as it was written: these only sound alike."""


async def look(request: web.Request, text: str, after: int | None = None, where: Collection[Any] = ()) -> Found:
    """The cases that this officer may find by these words, the newest first."""
    db, house, me = request.config_dict[keys.DB], request.config_dict[keys.HOUSE], page.signed_in(request).officer
    mine, sought = page.sight(request), read(house, text)
    conditions = [*mine.where(), *where]
    async with db.read() as conn:
        if wanted := _number(text):
            ref = await desk.ref_of(conn, *wanted, *conditions)
            return Found(await desk.listed(conn, [ref]) if ref else [])
        if not sought:
            return Found([])
        hits, loose = await search.find(conn, sought.strict, mine, after, where), False
        if not hits.refs and sought.loose:
            hits, loose = await search.find(conn, sought.loose, mine, after, where), True
        rows = await desk.listed(conn, hits.refs) if hits.refs else []
    if sought.by_number and rows:
        async with db.unit() as unit:
            now, shown = clock.now(), [row["number"] for row in rows]
            why = "Dicari dengan nomor telepon"
            await disclosures.add_new(unit.conn, me.id or 0, shown, LOOKED, why, now, now - AGAIN)
    return Found(rows, hits.after, loose)


def read(house: House, text: str, names: bool = True) -> Sought:
    def place(words: str) -> tuple[list[str], frozenset[str]]:
        found = _places(house, words)
        return _codes(found), found.words

    return seek.read(text, place, names)


def areas(house: House, text: str) -> list[str]:
    """The codes of the areas that these words may mean: two for "Bandung", none for what is no place."""
    return _codes(_places(house, text))


def _places(house: House, text: str) -> Places:
    return house.triage.senses.places.find(text, asked=True) if house.triage.senses.places else NOWHERE


def _codes(found: Places) -> list[str]:
    return [found.unique.code] if found.unique else [each.code for each in found.candidates[:MEANT]]


async def of_agency(request: web.Request, text: str, agency: str) -> list[Ref]:
    """What lies with this agency and says these words. Who reported it is nothing that an agency can ask for."""
    sought = read(request.config_dict[keys.HOUSE], text, names=False)
    if not sought:
        return []
    async with request.config_dict[keys.DB].read() as conn:
        return (await search.find(conn, sought.strict, Sight(agency=agency), None)).refs


def _number(text: str) -> tuple[str, int] | None:
    """The ticket number that the words are."""
    try:
        return number.read(text)
    except NotFound:
        return None


# -- the page --------------------------------------------------------------------------------------


async def search_page(request: web.Request) -> web.Response:
    asked = {
        name: " ".join(clean(request.query.get(name), LONGEST).split()) for name in ("q", "topik", "status", "setelah")
    }
    asked |= {name: clean(request.query.get(name), 10).strip() for name in ("dari", "sampai")}
    place = asked["setelah"]
    after = int(place) if place.isascii() and place.isdigit() and len(place) < 19 else None
    found = await look(request, asked["q"], after, _where(asked)) if asked["q"] else Found([])
    topics = [(each.slug, speech.label(each.label)) for each in request.config_dict[keys.HOUSE].flows.topics.values()]
    kept = {name: value for name, value in asked.items() if value and name != "setelah"}
    more = "/desk/cari?" + urlencode({**kept, "setelah": found.after}) if found.after else ""
    return page.render(
        request, "search.html", asked=asked, found=found, topics=topics, more=more, which=WHICH, now=clock.now(),
        start="/desk/cari?" + urlencode(kept), longest=LONGEST,
    )  # fmt: skip


def _where(asked: dict[str, str]) -> list[sa.ColumnElement[bool]]:
    over = [str(state) for state in State if state in OVER]
    first, last = (_day(asked[name]) for name in ("dari", "sampai"))
    return [
        *([TICKET.c.topic == asked["topik"]] if asked["topik"] else []),
        *([TICKET.c.state.not_in(over)] if asked["status"] == "terbuka" else []),
        *([TICKET.c.state.in_(over)] if asked["status"] == "selesai" else []),
        *([TICKET.c.opened_at >= first] if first else []),
        *([TICKET.c.opened_at < last + timedelta(days=1)] if last else []),
    ]


def _day(text: str) -> datetime | None:
    """The beginning of a day in WIB; None for what is none, as if nothing had been asked."""
    try:
        return datetime.fromisoformat(f"{text}T00:00:00+07:00")
    except ValueError:
        return None
