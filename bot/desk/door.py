"""The way in: sign-in, invitation, sign-out."""

import re

from aiohttp import web

from bot import clock
from bot.desk import page, passwords, second, sessions
from bot.desk.keys import PASSWORDS, SIGNED_IN
from bot.errors import Conflict, NotFound
from bot.i18n import N_
from bot.message import clean
from bot.store import factors, people
from bot.web import keys
from bot.web.guard import Proxies

FREE_ADDRESS = 20
WRONG = N_("Nama masuk atau kata sandi salah.")
LATER = N_("Terlalu banyak percobaan. Tunggu sebentar (paling lama 15 menit), lalu coba lagi.")


def login_of(text: object) -> str:
    return " ".join(clean(text, 100).split()).casefold()


async def sign_in_page(request: web.Request) -> web.Response:
    if request.get(SIGNED_IN) is not None:
        return page.see(_back(request.query.get("ke", "")))
    return page.render(request, "sign_in.html", back=request.query.get("ke", ""), login="", problem="")


async def sign_in(request: web.Request) -> web.Response:
    form = await request.post()
    login, password, back = login_of(form.get("nama_masuk")), str(form.get("sandi", "")), str(form.get("ke", ""))
    db = request.config_dict[keys.DB]
    by_login, by_address = f"login:{login}", f"address:{_address(request)}"
    async with db.unit() as unit:
        free = await people.try_sign_in(
            unit.conn,
            [(by_login, sessions.FREE), (by_address, FREE_ADDRESS)],
            clock.now(),
            sessions.LOCK,
            sessions.FORGET,
        )
    if not free:
        return page.render(request, "sign_in.html", 429, back=back, login=login, problem=LATER)
    async with db.read() as conn:
        found = await people.credentials(conn, login, clock.now())
    active = found is not None and found[2]
    right = await request.config_dict[PASSWORDS].check(found[1] if found else None, password[: passwords.LONGEST + 1])
    if found is None or not right or not active:
        return page.render(request, "sign_in.html", 403, back=back, login=login, problem=WRONG)
    async with db.unit() as unit:
        await people.forgive(unit.conn, by_login, by_address, clock.now())
        factor = await factors.factor(unit.conn, found[0])
    if factor is not None and factor.confirmed_at is not None:
        return second.asks(request, second.ticket(request.config_dict[keys.HOUSE], found[0], found[1]), back)
    response = page.see(_back(back))
    await sessions.begin(request, response, found[0])
    return response


async def second_step(request: web.Request) -> web.Response:
    """The code after the password; a session begins only here."""
    form, db = await request.post(), request.config_dict[keys.DB]
    given, back = str(form.get("tanda", "")), str(form.get("ke", ""))
    who = await second.whose(request, given)
    if who is None:
        return page.render(request, "sign_in.html", 422, back=back, login="", problem=second.OVER)
    if not await second.tried(db, who[0]):
        return second.asks(request, given, back, 429, LATER)
    if not await second.right(db, request.config_dict[keys.HOUSE], who[0], str(form.get("kode", ""))[:40]):
        return second.asks(request, given, back, 403, second.WRONG)
    await second.forgiven(db, who[0])
    response = page.see(_back(back))
    await sessions.begin(request, response, who[0])
    return response


def _address(request: web.Request) -> str:
    return Proxies(request.config_dict[keys.CONFIG].trusted_proxies).client(request)


def _back(path: str) -> str:
    """Only to a ticket of this desk: a link must not lead through our sign-in to somewhere else."""
    return path if re.fullmatch(r"/desk/tiket/[0-9A-Za-z-]{1,20}", path) else "/desk"


async def sign_out(request: web.Request) -> web.Response:
    response = page.see("/desk/masuk")
    await sessions.end(
        request.config_dict[keys.DB], request.config_dict[keys.CONFIG], page.signed_in(request), response
    )
    return response


async def invitation(request: web.Request) -> web.Response:
    token = _token(request)
    async with request.config_dict[keys.DB].read() as conn:
        role = await people.invite_role(conn, token, clock.now())
    if role is None:
        raise NotFound("unknown invitation")
    return page.render(request, "invitation.html", role=role, name="", login="", problem="")


async def accept(request: web.Request) -> web.Response:
    """Makes the officer and takes the invitation in one transaction; of two at once one gets in."""
    token, form, db = _token(request), await request.post(), request.config_dict[keys.DB]
    name, login, password = (
        " ".join(clean(form.get("nama"), 80).split()),
        login_of(form.get("nama_masuk")),
        form.get("sandi"),
    )
    password = password if isinstance(password, str) else ""
    async with db.read() as conn:
        role = await people.invite_role(conn, token, clock.now())
    if role is None:
        raise NotFound("unknown invitation")
    problem = "" if name and len(login) >= 3 else "Isi nama Anda, dan nama masuk paling sedikit 3 huruf."
    problem = problem or passwords.refuse(password, name, login) or ""
    if not problem:
        hashed = await request.config_dict[PASSWORDS].hash(password)
        try:
            async with db.unit() as unit:
                if await people.use_invite(unit.conn, token, clock.now()) is None:
                    raise NotFound("unknown invitation")
                agency = await people.invite_agency(unit.conn, token)
                officer_id = await people.add_officer(unit.conn, name, login, hashed, role, clock.now(), agency)
        except Conflict:
            problem = N_("Nama masuk ini sudah dipakai. Pilih yang lain.")
    if problem:
        return page.render(request, "invitation.html", 422, role=role, name=name, login=login, problem=problem)
    response = page.see("/desk")
    await sessions.begin(request, response, officer_id)
    return response


def _token(request: web.Request) -> str:
    """The hash of the token; only what could be one of ours is looked up at all."""
    token = request.match_info["token"]
    if not re.fullmatch("[0-9a-f]{64}", token):
        raise NotFound("unknown invitation")
    return sessions.hashed(token)
