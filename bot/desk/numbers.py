"""The numbers of service at the desk, and the same tickets one by one as a file."""

import tempfile
from datetime import datetime, timedelta
from typing import IO

from aiohttp import web

from bot import clock, numbers, wib
from bot.desk import looked, page, speech
from bot.desk.deadlines import KIND, PARTY
from bot.desk.keys import NUMBERS
from bot.desk.show import N_
from bot.errors import WargiError
from bot.files import parquet, sheet
from bot.message import clean
from bot.policy.measures import COLUMNS, STAYS, Numbers, spread
from bot.policy.norms import PARTY as WHOSE
from bot.store import people, tally
from bot.web import api, keys

PIECE = 1 << 16
MANY, KEPT, FRESH = 5000, 8, timedelta(minutes=10)
"""Tickets from which on numbers are kept; how many periods, and for how long."""
SOLVED_BY = {
    "bot": N_("Bot saja (percakapan)"),
    "bot_human": N_("Bot lalu petugas (tiket)"),
    "human": N_("Petugas saja (tiket)"),
}
__all__ = [
    "KIND",
    "PARTY",
    "SOLVED_BY",
    "WHOSE",
    "export",
    "export_parquet",
    "export_xlsx",
    "hours",
    "numbers_page",
    "share",
    "spread",
]


def _period(request: web.Request) -> numbers.Period:
    asked = [clean(request.query.get(name), 10).strip() for name in ("dari", "sampai")]
    return numbers.period(asked[0], asked[1], wib.day(clock.now()))


async def numbers_page(request: web.Request) -> web.Response:
    when = _period(request)
    at, found = await _found(request, when)
    async with request.config_dict[keys.DB].read() as conn:
        now = await tally.by_state(conn)
    return page.render(
        request,
        "numbers.html",
        when=when,
        found=found,
        at=at,
        now_in=now,
        numbers=_words(),
        stays=STAYS,
        parquet=parquet.at_hand(),
    )


async def _found(request: web.Request, when: numbers.Period) -> tuple[datetime, Numbers]:
    """The numbers, and when they were made. Those of many tickets take seconds and hardly change: they are good for a while."""
    kept, now = request.config_dict[NUMBERS], clock.now()
    if when not in kept or now - kept[when][0] > FRESH:
        async with request.config_dict[keys.DB].read() as conn:
            found = await numbers.numbers(conn, when)
        kept.pop(when, None)
        if found.tickets < MANY:
            return now, found
        while len(kept) >= KEPT:
            kept.pop(next(iter(kept)))
        kept[when] = now, found
    return kept[when]


def _words() -> dict[str, object]:
    """What the template needs of this page's own words."""
    return {
        "spread": spread,
        "hours": hours,
        "share": share,
        "solved_by": SOLVED_BY,
        "kind": KIND,
        "party": PARTY,
        "whose": WHOSE,
    }


async def key(request: web.Request) -> web.Response:
    """A key for `/api/v1`, shown once: nobody keeps it here."""
    me, db = page.signed_in(request).officer, request.config_dict[keys.DB]
    async with db.read() as conn:
        found = await people.allowed(conn, me.id or 0)
    made = api.make_key(request.config_dict[keys.HOUSE], me.id or 0, found[1] if found else "")
    return page.render(request, "numbers_key.html", key=made)


async def export(request: web.Request) -> web.StreamResponse:
    """One row a ticket as CSV; sent while it is read, so a year needs no memory."""
    when = _period(request)
    name = f"tiket-{when.first}-{when.last}.csv"
    await looked.look(request, "export", reason=name)
    answer = web.StreamResponse(headers={"Content-Disposition": f'attachment; filename="{name}"'})
    answer.content_type, answer.charset = "text/csv", "utf-8"
    await answer.prepare(request)
    async with request.config_dict[keys.DB].read() as conn:
        async for line in numbers.rows(conn, when):
            await answer.write(line.encode())
    await answer.write_eof()
    return answer


async def export_xlsx(request: web.Request) -> web.StreamResponse:
    """The same rows as a workbook."""
    when = _period(request)
    with tempfile.TemporaryFile() as out:
        book = sheet.Workbook(out)
        book.sheet("tiket", [column.name for column in COLUMNS])
        async with request.config_dict[keys.DB].read() as conn:
            async for life in numbers.lives(conn, when):
                book.row([column.value(life) for column in COLUMNS])
        book.close()
        return await _handed(request, out, f"tiket-{when.first}-{when.last}.xlsx", sheet.TYPE)


async def export_parquet(request: web.Request) -> web.StreamResponse:
    """The same rows with types, where pyarrow is installed."""
    when = _period(request)
    if not parquet.at_hand():
        raise WargiError("Parquet belum terpasang di server ini; unduh CSV-nya")
    name = f"tiket-{when.first}-{when.last}.parquet"
    await looked.look(request, "export", reason=name)
    with tempfile.TemporaryFile() as out:
        async with request.config_dict[keys.DB].read() as conn:
            await numbers.parquet_into(out, conn, when)
        return await _handed(request, out, name, parquet.TYPE)


async def _handed(request: web.Request, out: IO[bytes], name: str, kind: str) -> web.StreamResponse:
    """Put together in a file first, for its table of contents stands at the end."""
    out.seek(0)
    answer = web.StreamResponse(headers={"Content-Disposition": f'attachment; filename="{name}"'})
    answer.content_type = kind
    await answer.prepare(request)
    while piece := out.read(PIECE):
        await answer.write(piece)
    await answer.write_eof()
    return answer


def hours(value: float) -> str:
    """`58,7 jam`, as officers write numbers."""
    number, unit = f"{value:.1f}", speech.tr("jam")
    return f"{number if speech.language() == 'en' else number.replace('.', ',')} {unit}"


def share(pair: list[int]) -> str:
    """[met, late] -> `97 % dari 120`."""
    return f"{round(100 * pair[0] / sum(pair))} % dari {sum(pair)}"
