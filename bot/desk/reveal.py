"""Telephone and identity numbers are masked; an officer who needs them says why, and sees those of one case for a quarter of an hour."""

from urllib.parse import urlencode

from aiohttp import web

from bot import clock
from bot.desk import cases, page
from bot.desk.show import DISCLOSED
from bot.errors import NotFound
from bot.i18n import N_
from bot.message import clean
from bot.policy import number
from bot.store import disclosures as store
from bot.store import people
from bot.triage.identity import mask
from bot.web import keys

SHORTEST, LONGEST = 5, 200
"""Letters of a reason: "ok" is none, and a page of text is not read."""
TELL = N_("Tulis alasannya dengan beberapa kata, misalnya: menelepon warga.")


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
    """For leads and admins: who has looked, the newest first; only at one ticket, by one officer or of one kind where they ask."""
    after, sought, who, what = (request.query.get(name, "") for name in ("setelah", "nomor", "petugas", "jenis"))
    for asked in (after, who):
        if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 16):
            raise NotFound("unknown place")
    async with request.config_dict[keys.DB].read() as conn:
        rows, more = await store.newest(
            conn, int(after) if after else None, _number(sought), int(who or 0), what if what in DISCLOSED else ""
        )
        officers = await people.officers(conn)
    wanted = {"nomor": sought, "petugas": who, "jenis": what}
    next_url = "/desk/pengungkapan?" + urlencode(
        {"setelah": more, **{key: each for key, each in wanted.items() if each}}
    )
    return page.render(
        request, "disclosures.html", rows=rows, next_url=next_url if more else "", paged=bool(after), now=clock.now(),
        officers=officers, wanted=wanted,
    )  # fmt: skip


def _number(text: str) -> str:
    """A ticket number as it is stored; for what is none, one that nobody has."""
    try:
        return number.read(text)[0] if text.strip() else ""
    except NotFound:
        return "-"
