"""What lies with agencies, what did not reach them; and the desk of those who work for one: their own tickets, nothing else."""

import csv
import io
from datetime import timedelta

from aiohttp import web
from babel.dates import get_day_names

from bot import clock
from bot.courier import webhook_key
from bot.desk import looked, page, seek, speech
from bot.desk.show import N_
from bot.errors import Conflict, NotFound, WargiError, kept
from bot.models import Role, State
from bot.models.ref import Ref
from bot.policy import directory, number
from bot.policy.cells import cell
from bot.policy.hours import Week, grouped
from bot.policy.lapor import CLASSES
from bot.store import agencies
from bot.turn.agency import Actor
from bot.web import agency_form, agency_view, keys
from bot.web.agency import give_file

GROUPS = (
    ("returned", (State.RETURNED,)),
    ("done", (State.DONE,)),
    ("there", (State.DISPATCHED, State.IN_PROGRESS, State.POSTPONED)),
    ("asked", (State.WAITING_CITIZEN,)),
    ("forwarded", (State.FORWARDED,)),
)
"""In the order in which officers have something to do with them."""


VIA = {"mail": N_("surel"), "webhook": N_("sistem ke sistem"), "login": N_("bekerja di meja ini")}


def opening(hours: Week) -> str:
    """`Sen–Kam 07.30–16.00, Jum 07.30–16.30`, in the language of the page."""
    days = get_day_names("abbreviated", locale=speech.language())
    found = []
    for first, last, spans in grouped(hours):
        times = ", ".join(f"{_time(since)}–{_time(until)}" for since, until in spans)
        found.append(f"{days[first]}{f'–{days[last]}' if last > first else ''} {times}")
    return ", ".join(found)


def _time(at: timedelta) -> str:
    minutes = int(at.total_seconds()) // 60
    return f"{minutes // 60:02}.{minutes % 60:02}"


async def overview(request: web.Request) -> web.Response:
    house = request.config_dict[keys.HOUSE]
    async with request.config_dict[keys.DB].read() as conn:
        found = {name: await agencies.lying(conn, states, page.sight(request)) for name, states in GROUPS}
        stuck = await agencies.stuck(conn, page.sight(request), clock.now() - agencies.LATE)
    known, me = house.triage.agencies, page.signed_in(request).officer
    hooks = [each for each in known.agencies.values() if each.channel == "webhook"] if me.role == Role.ADMIN else []
    return page.render(
        request, "agencies.html", lots=found, stuck=len(stuck), known=known, needs_lead=directory.needs_lead,
        opening=opening, via=VIA, places=house.triage.emergencies.names,
        hooks=[(each, webhook_key(house, each.slug)) for each in hooks],
    )  # fmt: skip


async def stuck(request: web.Request) -> web.Response:
    async with request.config_dict[keys.DB].read() as conn:
        rows = await agencies.stuck(conn, page.sight(request), clock.now() - agencies.LATE)
    known = request.config_dict[keys.HOUSE].triage.agencies
    return page.render(request, "stuck.html", rows=rows, known=known, why=lambda stored: speech.said(kept(stored)))


async def resend(request: web.Request) -> web.Response:
    ref = Ref.parse(request.match_info["ref"])
    async with request.config_dict[keys.DB].unit() as unit:
        if not await agencies.resend(unit.conn, ref, clock.now()):
            raise Conflict("Kiriman ini sudah tidak macet.")
    return page.see("/desk/instansi/macet")


async def export(request: web.Request) -> web.Response:
    """Everything that went to SP4N-LAPOR!, with their classes and numbers. No person and no words are in it."""
    async with request.config_dict[keys.DB].read() as conn:
        rows = await agencies.forwarded(conn)
    await looked.look(request, "export", reason="sp4n-lapor.csv")
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        ["nomor", "kelas", "instansi", "nomor_lapor", "status_lapor", "topik", "kode_wilayah", "dibuka", "status"]
    )
    for row in rows:
        table.writerow([
            row["number"], CLASSES[row["external_class"]], *(cell(row[name]) for name in (
                "external_agency", "external_number", "external_status")), row["topic"], row["place_code"],
            row["opened_at"].isoformat(timespec="seconds"), row["state"],
        ])  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="sp4n-lapor.csv"'}
    return web.Response(text=out.getvalue(), content_type="text/csv", charset="utf-8", headers=headers)


# -- for people of an agency -----------------------------------------------------------------------


def _mine(request: web.Request) -> str:
    """Raises `NotFound` for an account without an agency: it sees nothing."""
    agency = page.signed_in(request).officer.agency
    if not agency:
        raise NotFound("no agency")
    return agency


async def work(request: web.Request) -> web.Response:
    mine, over = _mine(request), request.query.get("daftar") == "selesai"
    asked = request.query.get("setelah", "")
    after, sought = Ref.parse(asked) if asked else None, " ".join(request.query.get("cari", "").split())[:40]
    among = None
    try:
        name = number.read(sought)[0] if sought else ""
    except NotFound:
        name, among = "", await seek.of_agency(request, sought, mine)
    async with request.config_dict[keys.DB].read() as conn:
        rows = await agencies.own(conn, mine, over, after, name, among)
    more = Ref(rows[agencies.PAGE - 1]["id"], rows[agencies.PAGE - 1]["part"]) if len(rows) > agencies.PAGE else None
    return page.render(
        request, "work.html", rows=rows[: agencies.PAGE], more=more, over=over, sought=sought,
        agency=request.config_dict[keys.HOUSE].triage.agencies.name(mine),
    )  # fmt: skip


async def _view(request: web.Request) -> agency_view.View:
    shown, part = number.read(request.match_info["number"])
    view = await agency_view.load(
        request.config_dict[keys.DB], request.config_dict[keys.HOUSE], shown, part, _mine(request)
    )
    if view is None:
        raise NotFound("unknown ticket number")
    return view


async def ticket(request: web.Request) -> web.Response:
    view = await _view(request)
    if view.who:
        await looked.look(request, "identity", view.number)
    return _show(request, view)


def _show(request: web.Request, view: agency_view.View, status: int = 200, problem: str = "") -> web.Response:
    name = request.config_dict[keys.HOUSE].triage.agencies.name(view.agency)
    base = f"/desk/dinas/tiket/{view.number}"
    return page.render(request, "work_ticket.html", status, v=view, base=base, agency=name, problem=problem)


async def file(request: web.Request) -> web.StreamResponse:
    return await give_file(request, await _view(request))


async def act(request: web.Request) -> web.Response:
    view, me = await _view(request), page.signed_in(request).officer
    try:
        sent = await agency_form.read(request)
        await agency_form.act(request, request.match_info["act"], Actor(view.agency, me.id), view.ref, sent)
    except Conflict as error:
        return _show(request, await _view(request), 409, speech.said(error))
    except NotFound:
        raise
    except WargiError as error:
        if error.retryable:
            raise
        return _show(request, view, 422, speech.said(error))
    try:
        await _view(request)
    except NotFound:  # it has gone back
        return page.see("/desk/dinas")
    return page.see(f"/desk/dinas/tiket/{view.number}")
