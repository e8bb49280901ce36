"""The lead's wall: what waits now and who works, live; how it went in the last days; the same tables as files."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from aiohttp import web

from bot import clock, wib
from bot.desk import alarms, page, tiles
from bot.desk.keys import WALL
from bot.desk.show import CHANNEL, LANGUAGE, N_
from bot.desk.speech import tr
from bot.errors import NotFound
from bot.files import sheet
from bot.models.ref import Ref
from bot.policy.cells import cell
from bot.policy.measures import FEW, Days, Ratings, days, wilson
from bot.record import record
from bot.store import alarms as alarm_rows
from bot.store import daily, duty, sla, tally, wall
from bot.store.boxes import Row
from bot.turn.crew import crew, there
from bot.web import keys
from bot.wib import WIB

DAYS = 30
"""Ratings and places: so many days, today among them."""
TREND = timedelta(days=7)
FRESH = 60.0
"""Seconds that the sums of days are good for: a wall looks often, and they change slowly."""
NEXT, ALARMS = 8, 6
SPLIT = {"channel": N_("Saluran"), "language": N_("Bahasa"), "agency": N_("Instansi"), "helper": N_("Penyelesai")}
HELPER = {"bot": N_("Bot saja"), "bot_human": N_("Bot lalu petugas"), "human": N_("Petugas saja")}
CAUSE = {
    "spoken": N_("Laporan lisan, tidak ada obrolan"),
    "rejected": N_("Kasus ditolak"),
    "merged": N_("Kasus digabung"),
    "cancelled": N_("Dibatalkan warga"),
}
TABLES = {
    "penilaian": ("dasar", "nilai", "ditanya", "memberi_nilai", "puas", "bagian_puas", "batas_bawah", "batas_atas", "diam",
                  "tidak_jelas", "masih_terbuka", "tidak_ditanya"),
    "wilayah": ("kode", "nama", "topik", "tiket"),
    "antrean": ("saat", "menunggu", "ditangani", "di_instansi"),
}  # fmt: skip
"""What may be taken away, and the heads of its columns."""


@record
class Slow:
    """Sums of the last days."""

    days: Days
    backlog: Sequence[Row]
    contained: tuple[int, int]


async def wall_page(request: web.Request) -> web.Response:
    """The whole page, or the one region that asks for itself."""
    now = clock.now()
    if page.wants(request, "sekarang"):
        return page.render(request, "wall_now.html", now=now, wall=_words(request), **await _now(request, now))
    slow = await _slow(request, now)
    shown: dict[str, Any] = {
        "now": now,
        "wall": _words(request),
        "slow": slow,
        "map": tiles.tiles(slow.days.places),
        "size": tiles.SIZE,
    }
    shown |= {
        "chart": _chart(slow.backlog),
        "hours": _hours(slow.backlog),
        "elsewhere": tiles.elsewhere(slow.days.places),
    }
    if page.wants(request, "hari-hari"):
        return page.render(request, "wall_days.html", **shown)
    banner = await alarms.waiting(request)
    return page.render(request, "wall.html", **shown, **await _now(request, now), **banner)


async def _now(request: web.Request, now: datetime) -> dict[str, Any]:
    staff = request.config_dict[keys.HOUSE].triage.staff
    async with request.config_dict[keys.DB].read() as conn:
        states = await tally.by_state(conn)
        oldest = await wall.oldest(conn)
        late, low = await wall.pressing(conn, now)
        officers = await duty.on_duty(conn, now)
        team = await crew(conn, staff.assignment, officers, now)
        coming = await sla.running(conn, (now, Ref(b"", 0)), None, NEXT, page.sight(request))
        called = await alarm_rows.history(conn, None, page.sight(request), ALARMS)
    people = [(each, team[each.id or 0], there(staff.assignment, each, now)) for each in officers]
    return {
        "states": states, "waiting": sum(states.get(each, 0) for each in ("queued", "reopened")), "people": people,
        "oldest": min(oldest, key=lambda row: row.opened_at, default=None), "urgent": oldest, "late": late, "low": low,
        "coming": coming, "called": called, "capacity": staff.assignment.capacity,
    }  # fmt: skip


async def _slow(request: web.Request, now: datetime) -> Slow:
    """Kept for a minute in this process: ten walls cost what one does."""
    kept: list[tuple[float, Slow]] = request.config_dict[WALL]
    if not kept or clock.monotonic() - kept[0][0] > FRESH:
        async with request.config_dict[keys.DB].read() as conn:
            counts = await daily.since(conn, wib.day(now) - timedelta(days=DAYS - 1))
            backlog = await daily.backlog(conn, now - TREND)
            contained = await wall.contained(conn, now - TREND, now)
        kept[:] = [(clock.monotonic(), Slow(days(counts), backlog, contained))]
    return kept[0][1]


def _chart(backlog: Sequence[Row]) -> str:
    """What uPlot draws: seconds, and a line for each number."""
    columns = [
        [int(row.at.timestamp()) for row in backlog],
        *([getattr(row, name) for row in backlog] for name in LINES),
    ]
    return orjson.dumps(columns).decode()


LINES = ("waiting", "held", "agency")


def _hours(backlog: Sequence[Row]) -> list[Row]:
    """The table under the chart: full hours, the newest first, of one day."""
    return [row for row in reversed(backlog) if row.at.minute == 0][:24]


def _words(request: web.Request) -> dict[str, Any]:
    return {
        "split": SPLIT, "helper": HELPER, "cause": CAUSE, "few": FEW, "days": DAYS, "percent": percent, "between": between,
        "counted": wall.COUNTED, "interval": wilson, "label": partial(label, request),
    }  # fmt: skip


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def between(interval: tuple[float, float] | None) -> str:
    """`49–94 %`."""
    return "–" if interval is None else f"{100 * interval[0]:.0f}–{100 * interval[1]:.0f} %"


def label(request: web.Request, kind: str, value: str) -> str:
    """A value of a split, for people."""
    agencies = request.config_dict[keys.HOUSE].triage.agencies
    names = {"channel": CHANNEL, "language": LANGUAGE, "helper": HELPER}
    if kind == "agency":
        return agencies.name(value) if value else tr(N_("Tanpa instansi"))
    return tr(names[kind].get(value, value))


# -- as files --------------------------------------------------------------------------------------


async def table_csv(request: web.Request) -> web.Response:
    name = request.query.get("isi", "")
    if name not in TABLES:
        raise NotFound("unknown table")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(TABLES[name])
    writer.writerows([cell(value) for value in row] for row in _rows(name, await _slow(request, clock.now())))
    return _file(text.getvalue().encode(), f"{name}.csv", "text/csv")


async def table_xlsx(request: web.Request) -> web.Response:
    """All tables as sheets of one workbook."""
    slow = await _slow(request, clock.now())
    with tempfile.SpooledTemporaryFile(1 << 20) as out:
        book = sheet.Workbook(out)
        for name, head in TABLES.items():
            book.sheet(name, head)
            for row in _rows(name, slow):
                book.row(row)
        book.close()
        out.seek(0)
        return _file(out.read(), f"dinding-{wib.day(clock.now())}.xlsx", sheet.TYPE)


def _file(body: bytes, name: str, kind: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=kind, headers=headers)


def _rows(name: str, slow: Slow) -> Iterator[list[Any]]:
    if name == "antrean":
        yield from (
            [row.at.astimezone(WIB).isoformat(timespec="minutes"), row.waiting, row.held, row.agency]
            for row in slow.backlog
        )
    elif name == "wilayah":
        for code, topics in sorted(slow.days.places.items()):
            yield from (
                [code, tiles.TILES.get(code, ("", "", 0, 0))[0], topic, n] for topic, n in sorted(topics.items())
            )
    else:
        yield ["semua", "", *_rated(slow.days.ratings)]
        for kind, values in slow.days.by.items():
            yield from ([kind, value, *_rated(ratings)] for value, ratings in sorted(values.items()))


def _rated(each: Ratings) -> list[Any]:
    low, high = each.interval or (None, None)
    shares = [None if value is None else round(value, 4) for value in (each.share, low, high)]
    return [each.asked, each.n, each.satisfied, *shares, each.silent, each.unclear, each.open, each.skipped]
