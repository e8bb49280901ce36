"""Templates as the platform has them, and which of them say what the house wants to say."""

from aiohttp import web

from bot.desk import alarms, page
from bot.policy.templates import LANGUAGE
from bot.store import outages, templates
from bot.web import keys


async def templates_page(request: web.Request) -> web.Response:
    house = request.config_dict[keys.HOUSE]
    async with request.config_dict[keys.DB].read() as conn:
        rows = await templates.everything(conn)
        open_ones = await outages.open_ones(conn)
        good = await templates.sendable(conn, LANGUAGE)
    failed = [each for each in open_ones if each["name"].startswith("templates ")]
    known = {row["name"] for row in rows if row["language"] == LANGUAGE}
    missing = [each for each in house.purposes.values() if rows and each.name not in known]
    purposes = {each.name: each.label for each in house.purposes.values()}
    statuses = {row["name"]: row["status"] for row in rows if row["language"] == LANGUAGE}
    return page.render(
        request, "approved.html", rows=rows, failed=failed, missing=missing, purposes=purposes, good=good or set(),
        own=list(house.purposes.values()), statuses=statuses,
        **await alarms.waiting(request),
    )  # fmt: skip
