"""Alarms at the desk: the banner that calls, its acknowledgement, the list of all, drills, and who is on shift."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from bot import clock
from bot.desk import page
from bot.errors import Conflict, NotFound, WargiError
from bot.message import clean
from bot.models.ref import Ref
from bot.policy.access import Verb, may
from bot.store import alarms, duty, notices, shifts, sla
from bot.turn import handover
from bot.turn.acknowledge import acknowledge
from bot.turn.crew import words
from bot.turn.drill import drill
from bot.web import keys

SHIFT = timedelta(hours=9)
"""A shift with its handover; whoever works longer presses again."""
LANGUAGES = ("id", "su")
WARNED = 9
"""More unread warnings than this are shown as "9+"."""


async def panel(request: web.Request) -> web.Response:
    """The banner alone: pages fetch it at their start, at each hint, and every half minute."""
    return page.render(request, "alarm_panel.html", **await waiting(request))


async def waiting(request: web.Request) -> dict[str, Any]:
    """What the banner shows: alarms that wait for a human, and for leads whether anybody is on shift."""
    async with request.config_dict[keys.DB].read(often=True) as conn:
        calling, on_duty, outage = await alarms.unacknowledged(conn, clock.now())
        me = page.signed_in(request).officer
        news = await notices.unseen(conn, me.id or 0)
        warned = await sla.notices(conn, me.id or 0, WARNED + 1)
        missing = await shifts.gaps(conn, clock.now()) if may(me.role, Verb.ROTA) else []
    gaps = [each for each in missing if each.missing]
    rules = request.config_dict[keys.HOUSE].triage.staff.rota
    shown = {"calling": calling, "on_duty": on_duty, "outage": outage, "warned": len(warned)}
    return shown | {"news": news, "words": notices.words, "gaps": gaps, "rules": rules}


async def alarms_page(request: web.Request) -> web.Response:
    """Every alarm, newest first: when, whom it called over which way, who took it up and after how long."""
    try:
        after = bytes.fromhex(request.query["setelah"]) if "setelah" in request.query else None
    except ValueError:
        raise NotFound("unknown place") from None
    async with request.config_dict[keys.DB].read() as conn:
        rows = await alarms.history(conn, after, page.sight(request))
        calls = await alarms.calls_of(conn, [Ref(row["id"], row["part"]) for row in rows])
        officers = await alarms.active_officers(conn)
    now = clock.now()
    on_shift = [each for each in officers if each.duty_until and each.duty_until > now]
    return page.render(request, "alarms.html", rows=rows, calls=calls, on_shift=on_shift, **await waiting(request))


async def take_up(request: web.Request) -> web.Response:
    """Whoever is first has it; the next ones are told who."""
    ref = Ref.parse(request.match_info["ref"])
    who = page.signed_in(request).officer
    first = await acknowledge(request.config_dict[keys.DB], who, ref)
    if first:
        raise Conflict("Sudah diterima {who}.", first)
    number = str((await request.post()).get("nomor", ""))
    return page.see(f"/desk/tiket/{number}" if number else "/desk/alarm")


async def begin_drill(request: web.Request) -> web.Response:
    await drill(request.config_dict[keys.DB], request.config_dict[keys.HOUSE])
    return page.see("/desk/alarm")


async def shift(request: web.Request) -> web.Response:
    """Begins or ends one's own shift. Whoever is on shift is called when a life may be in danger."""
    db, me = request.config_dict[keys.DB], page.signed_in(request).officer
    if (await request.post()).get("mulai") == "ya":
        async with db.read() as conn:
            running = await shifts.planned(conn, clock.now(), clock.now() + timedelta(seconds=1), me.id)
        calls = request.config_dict[keys.HOUSE].triage.staff.rota.calls
        ends = [each.ends_at for each in running if not calls(each.kind)]
        await handover.start(db, me.id or 0, max(ends, default=clock.now() + SHIFT))
        return page.see("/desk")
    left = await handover.leave(db, request.config_dict[keys.HOUSE], me.id or 0)
    return page.see("/desk/serah-terima" if left else "/desk")


async def myself(request: web.Request) -> web.Response:
    mine = words(page.signed_in(request).officer.topics)
    push = request.config_dict[keys.HOUSE].push
    saved, key = request.query.get("simpan") == "ya", push.public if push else ""
    return page.render(request, "myself.html", saved=saved, mine=mine, push_key=key)


async def set_myself(request: web.Request) -> web.Response:
    """Where alarms reach me away from the desk, and which languages I write."""
    form = await request.post()
    values = {name: clean(form.get(name), 120).strip() for name in ("telegram", "whatsapp", "email")}
    values["whatsapp"] = values["whatsapp"].removeprefix("+").replace(" ", "").replace("-", "")
    if values["whatsapp"].startswith("08"):
        values["whatsapp"] = "62" + values["whatsapp"][1:]
    if values["whatsapp"] and not values["whatsapp"].isdecimal():
        raise WargiError("Nomor WhatsApp hanya angka, misalnya 081234567890.")
    if values["telegram"] and not values["telegram"].lstrip("-").isdecimal():
        raise WargiError("Telegram memakai nomor ID obrolan, misalnya 123456789, bukan nama pengguna.")
    if values["email"] and "@" not in values["email"][1:-1]:
        raise WargiError("Alamat surel belum lengkap, misalnya nama@contoh.go.id.")
    languages = [code for code in LANGUAGES if code == "id" or form.get(f"bahasa_{code}")]
    known = request.config_dict[keys.HOUSE].flows.topics
    topics = [code for code in known if code in form.getall("topik", [])]
    async with request.config_dict[keys.DB].unit() as unit:
        who = page.signed_in(request).officer.id or 0
        await alarms.set_ways(unit.conn, who, {**values, "languages": ",".join(languages)})
        await duty.set_values(unit.conn, who, topics=",".join(topics), opted_out=form.get("hindari") == "ya")
    return page.see("/desk/saya?simpan=ya")
