"""One colleague, for admins: name, skills, how much they may hold, and the ways back in: unlocked, or with a password for one time."""

from datetime import timedelta

from aiohttp import web

from bot import clock
from bot.desk import page, sessions
from bot.desk.account import other
from bot.desk.keys import PASSWORDS
from bot.errors import NotFound, WargiError
from bot.i18n import N_
from bot.message import clean
from bot.models import Officer, Role
from bot.store import duty, people
from bot.turn.crew import words
from bot.web import keys

LASTS = timedelta(hours=24)
"""So long a password that an admin has made can be used; then another one is made."""
MOST = 1000


def temporary() -> str:
    """80 bits in groups of four, to be read out on the telephone."""
    made = f"{clock.random_bits(80):020x}"
    return "-".join(made[at : at + 4] for at in range(0, len(made), 4))


async def one(request: web.Request) -> web.Response:
    return await _show(request)


async def _show(request: web.Request, status: int = 200, given: str = "", problem: str = "") -> web.Response:
    """`given`: the password, shown this one time."""
    who = await _who(request)
    async with request.config_dict[keys.DB].read() as conn:
        held = len(await duty.held_by(conn, who.id or 0))
        until = await people.locked_until(conn, [f"login:{who.login}", f"code:{who.id}"], clock.now())
    return page.render(
        request, "officer.html", status, who=who, mine=words(who.topics), given=given, problem=problem, held=held, locked=until,
        rule=request.config_dict[keys.HOUSE].triage.staff.assignment, now=clock.now(), most=MOST, hours=LASTS // timedelta(hours=1),
    )  # fmt: skip


async def _who(request: web.Request) -> Officer:
    text = request.match_info["id"]
    async with request.config_dict[keys.DB].read() as conn:
        found = await duty.officer(conn, int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    if found is None:
        raise NotFound("unknown officer")
    return found


async def change(request: web.Request) -> web.Response:
    """Name and skills; one's own too."""
    form, who = await request.post(), await _who(request)
    name, asked = " ".join(clean(form.get("nama"), 80).split()), clean(form.get("bobot"), 10).strip()
    if not name:
        return await _show(request, 422, problem=N_("Isi namanya."))
    if asked and not (asked.isascii() and asked.isdecimal() and int(asked) <= MOST):
        return await _show(
            request, 422, problem=N_("Bobot terbanyak ialah bilangan bulat; kosong berarti seperti rekan lain.")
        )
    known = request.config_dict[keys.HOUSE].flows.topics
    values = {"name": name}
    if who.role != Role.AGENCY:
        languages = ["id", *(["su"] if form.get("bahasa_su") == "ya" else [])]
        topics = [code for code in known if code in form.getall("topik", [])]
        values |= {"languages": ",".join(languages), "topics": ",".join(topics)}
    async with request.config_dict[keys.DB].unit() as unit:
        await duty.set_values(unit.conn, who.id or 0, **values, capacity=int(asked or 0))
        unit.hints.update(("queue", sessions.officer_topic(who.id)))
    return page.see(f"/desk/petugas/{who.id}")


async def new_password(request: web.Request) -> web.Response:
    """The old one ends with all its sessions. The new one is shown once, here, and opens only the page where it is changed."""
    officer_id, who, made = other(request), await _who(request), temporary()
    if not who.active:
        raise WargiError("Akun ini nonaktif. Aktifkan dulu, baru buat kata sandi.")
    hashed = await request.config_dict[PASSWORDS].hash(made)
    async with request.config_dict[keys.DB].unit() as unit:
        await people.set_password(unit.conn, officer_id, hashed, clock.now() + LASTS)
        await people.close_sessions(unit.conn, officer_id)
        await people.unlock(unit.conn, [f"login:{who.login}", f"code:{officer_id}"])
        unit.hints.add(sessions.officer_topic(officer_id))
    return await _show(request, given=made)


async def unlock(request: web.Request) -> web.Response:
    """Too many wrong passwords or codes have locked them out; the count begins anew."""
    who = await _who(request)
    async with request.config_dict[keys.DB].unit() as unit:
        await people.unlock(unit.conn, [f"login:{who.login}", f"code:{who.id}"])
    return page.see(f"/desk/petugas/{who.id}")
