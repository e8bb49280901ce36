"""The rota at the desk: weeks as a list, one's own shifts, sickness and exchanges; leads make and mend it."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

from aiohttp import web

from bot import clock
from bot.desk import page
from bot.errors import NotFound, WargiError
from bot.message import clean
from bot.policy import rota as rules_
from bot.policy.access import Verb, may
from bot.policy.rota import Rules
from bot.store import duty, people, shifts
from bot.turn import House, rota
from bot.web import keys

AHEAD = timedelta(days=21)
"""So far ahead one's own shifts and those of colleagues can be exchanged on the page."""
WEEKS = 4


def _house(request: web.Request) -> House:
    return request.config_dict[keys.HOUSE]


def _rules(request: web.Request) -> Rules:
    return _house(request).triage.staff.rota


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WargiError("Tanggal belum lengkap; tulis seperti 2026-11-30.") from None


def number(request: web.Request, name: str = "id") -> int:
    """The number in the address. Raises `NotFound`."""
    try:
        return int(request.match_info[name])
    except ValueError:
        raise NotFound("unknown number") from None


async def rota_page(request: web.Request) -> web.Response:
    """One week, or four; the days of today's week when the address names none."""
    rules, now, me = _rules(request), clock.now(), page.signed_in(request).officer
    zone = timezone(timedelta(minutes=rules.offset))
    asked = clean(request.query.get("minggu"), 20)
    try:
        day = date.fromisoformat(asked) if asked else now.astimezone(zone).date()
        first = day - timedelta(days=day.weekday())
        start = datetime.combine(first, datetime.min.time(), zone)
        before, after = first - timedelta(weeks=1), first + timedelta(weeks=1)
    except (ValueError, OverflowError):
        raise NotFound("unknown week") from None
    weeks = WEEKS if request.query.get("panjang") == "bulan" else 1
    leads = may(me.role, Verb.ROTA)
    async with request.config_dict[keys.DB].read() as conn:
        rows = await shifts.planned(conn, start - timedelta(days=1), start + timedelta(weeks=weeks, days=1))
        coming = await shifts.planned(conn, now, now + AHEAD)
        swaps = await shifts.swaps(conn, None if leads else me.id, now)
        missing = await shifts.gaps(conn, now) if leads else []
        officers = [each for each in await people.officers(conn) if each.active and each.role in duty.WORKING]
    return page.render(
        request, "rota.html", rules=rules, days=_days(rules, first, weeks, rows, zone), first=first, before=before,
        after=after, weeks=weeks, swaps=swaps, gaps=[each for each in missing if each.missing], officers=officers, now=now,
        today=now.astimezone(zone).date(),
        mine=[each for each in coming if each.officer_id == me.id],
        theirs=[each for each in coming if each.officer_id != me.id and each.starts_at > now],
        made=clean(request.query.get("dibuat"), 12), empty=clean(request.query.get("kosong"), 12),
    )  # fmt: skip


def _days(rules: Rules, first: date, weeks: int, rows: Any, zone: timezone) -> list[tuple[date, list[dict[str, Any]]]]:
    """Each day with its slots, who works them and how many are missing; shifts whose kind is gone from the file as well."""
    found: dict[date, list[dict[str, Any]]] = {first + timedelta(days=n): [] for n in range(7 * weeks)}
    left = list(rows)
    for kind, start, end in rules_.slots(rules, first, 7 * weeks):
        who = [row for row in left if row.kind == kind.name and row.starts_at == start]
        left = [row for row in left if row not in who]
        missing = max(0, kind.needs - len(who))
        slot = {"label": kind.label, "start": start, "end": end, "who": who, "missing": missing}
        found[start.astimezone(zone).date()].append(slot)
    for row in left:
        if (day := row.starts_at.astimezone(zone).date()) in found:
            slot = {
                "label": rules.label(row.kind),
                "start": row.starts_at,
                "end": row.ends_at,
                "who": [row],
                "missing": 0,
            }
            found[day].append(slot)
    return list(found.items())


async def make(request: web.Request) -> web.Response:
    form = await request.post()
    first, weeks = _date(str(form.get("mulai", ""))), str(form.get("minggu", ""))
    if not (weeks.isascii() and weeks.isdecimal() and len(weeks) < 4):
        raise WargiError("Jumlah minggu ditulis dengan angka.")
    lead = page.signed_in(request).officer
    made, empty = await rota.make(request.config_dict[keys.DB], _house(request), lead, first, int(weeks))
    return page.see(f"/desk/jadwal?minggu={first}&dibuat={made}&kosong={empty}")


async def add(request: web.Request) -> web.Response:
    form = await request.post()
    day, who, kind = _date(str(form.get("tanggal", ""))), str(form.get("petugas", "")), str(form.get("dinas", ""))
    if not (who.isascii() and who.isdecimal() and len(who) < 10):
        raise NotFound("unknown officer")
    lead = page.signed_in(request).officer
    await rota.add(request.config_dict[keys.DB], _house(request), lead, int(who), kind, day)
    return page.see(f"/desk/jadwal?minggu={day}")


async def remove(request: web.Request) -> web.Response:
    lead = page.signed_in(request).officer
    await rota.remove(request.config_dict[keys.DB], _house(request), lead, number(request))
    return page.see("/desk/jadwal")


async def sick(request: web.Request) -> web.Response:
    me = page.signed_in(request).officer
    await rota.sick(request.config_dict[keys.DB], _house(request), me, number(request))
    return page.see("/desk/jadwal")


async def ask_swap(request: web.Request) -> web.Response:
    """`dengan`: `o7` asks officer 7 to take it, `s31.7` to exchange it for their shift 31."""
    wish = str((await request.post()).get("dengan", ""))
    shift, _, who = wish[1:].rpartition(".")
    if wish[:1] not in ("o", "s") or not who.isdecimal() or (wish[0] == "s") != shift.isdecimal() or len(wish) > 24:
        raise WargiError("Pilih dulu rekan atau dinas untuk ditukar.")
    other = int(shift) if shift else None
    me = page.signed_in(request).officer
    await rota.ask_swap(request.config_dict[keys.DB], _house(request), me, number(request), int(who), other)
    return page.see("/desk/jadwal")


async def answer_swap(request: web.Request) -> web.Response:
    agreed = (await request.post()).get("jawab") == "ya"
    me = page.signed_in(request).officer
    await rota.answer_swap(request.config_dict[keys.DB], _house(request), me, number(request), agreed)
    return page.see("/desk/jadwal")


async def saw_swap(request: web.Request) -> web.Response:
    await rota.saw_swap(request.config_dict[keys.DB], page.signed_in(request).officer, number(request))
    return page.see("/desk/jadwal")
