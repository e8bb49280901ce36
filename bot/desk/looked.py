"""Who has looked at what is sensitive, written down by itself: identity papers in files, photos with their place, health and
confidential cases, tables that were taken away. Numbers that are masked need a reason besides; see `reveal`."""

from datetime import timedelta

from aiohttp import web

from bot import clock
from bot.desk import page
from bot.desk.keys import LOOKED
from bot.store import disclosures
from bot.turn import House
from bot.web import keys

SAME_LOOK = timedelta(minutes=15)
"""Whoever works on a case opens it many times; that is one look."""
REMEMBERED = 4096


async def look(request: web.Request, what: str, number: str = "", reason: str = "") -> None:
    """`what`: a key of `show.DISCLOSED`. A process that has forgotten an earlier look writes it down once more."""
    who, now, looks = page.signed_in(request).officer.id or 0, clock.now(), request.config_dict[LOOKED]
    key = (who, number, what)
    if number and key in looks and now - looks[key] < SAME_LOOK:
        return
    async with request.config_dict[keys.DB].unit() as unit:
        await disclosures.add(unit.conn, who, number, what, reason, now)
    looks[key] = now
    looks.move_to_end(key)
    while len(looks) > REMEMBERED:
        looks.popitem(last=False)


def sensitive(house: House, topic: str) -> bool:
    """A case of this topic speaks of somebody's health or of what was told in confidence."""
    found = house.flows.topics.get(topic)
    return found is not None and (found.audited or found.confidential)
