"""One's own account: where one is signed in, the password, the second factor; and what admins do for others."""

from aiohttp import web

from bot import clock
from bot.desk import page, passwords, qr, second, sessions, speech
from bot.desk.keys import PASSWORDS
from bot.errors import Conflict, Forbidden, NotFound, WargiError
from bot.i18n import N_
from bot.models import Officer, Role
from bot.policy import browser, totp
from bot.store import factors, people
from bot.store.db import Db
from bot.web import keys

SECRET = 160
"""Bits (RFC 4226 asks for as many)."""


async def account(request: web.Request) -> web.Response:
    return await _show(request)


async def _show(
    request: web.Request, status: int = 200, spare: tuple[str, ...] = (), problem: str = ""
) -> web.Response:
    """`spare`: recovery codes, shown this one time."""
    signed, house = page.signed_in(request), request.config_dict[keys.HOUSE]
    async with request.config_dict[keys.DB].read() as conn:
        rows = await people.sessions(conn, signed.officer.id or 0, clock.now())
        row = await factors.factor(conn, signed.officer.id or 0)
    secret = bytes.fromhex(house.vault.open(row.secret, second.PURPOSE)) if row and row.confirmed_at is None else b""
    link = totp.address(secret, signed.officer.login) if secret else ""
    must = second.required(request.config_dict[keys.CONFIG].second_factor, signed.officer)
    return page.render(
        request, "account.html", status, sessions=rows, mine=signed.token_hash, on=bool(row and row.confirmed_at),
        left=len(row.codes) if row else 0, key=totp.shown(secret) if secret else "", spare=spare, problem=problem, must=must,
        link=link, picture=qr.svg(link) if link else "", now=clock.now(), browser=browser.spoken,
    )  # fmt: skip


async def end_sessions(request: web.Request) -> web.Response:
    """One other browser, or all others: their streams end at once."""
    form, signed = await request.post(), page.signed_in(request)
    which = str(form.get("sesi", ""))
    async with request.config_dict[keys.DB].unit() as unit:
        rows = await people.sessions(unit.conn, signed.officer.id or 0, clock.now())
        ended = [row.token_hash for row in rows if row.token_hash != signed.token_hash]
        if which != "lain":
            ended = [each for each in ended if each.startswith(which) and len(which) == people.SHOWN]
            if not ended:
                raise NotFound("unknown session")
        for each in ended:
            await people.close_session(unit.conn, each)
        unit.hints.add(sessions.officer_topic(signed.officer.id))
    return page.see("/desk/akun")


async def password(request: web.Request) -> web.Response:
    """A new one; every other browser is signed out, and this one gets a new session."""
    form, signed, db = await request.post(), page.signed_in(request), request.config_dict[keys.DB]
    old, new = (str(form.get(name, "")) for name in ("lama", "baru"))
    me = signed.officer
    async with db.unit() as unit:
        free = await people.try_sign_in(
            unit.conn, [(f"login:{me.login}", sessions.FREE)], clock.now(), sessions.LOCK, sessions.FORGET
        )
    async with db.read() as conn:
        found = await people.by_id(conn, me.id or 0)
    checker = request.config_dict[PASSWORDS]
    if not free or found is None or not await checker.check(found.password_hash, old[: passwords.LONGEST + 1]):
        return await _show(request, 403, problem=N_("Kata sandi lama salah.") if free else second.OVER)
    if problem := passwords.refuse(new, me.name, me.login):
        return await _show(request, 422, problem=problem)
    hashed = await checker.hash(new)
    async with db.unit() as unit:
        await people.forgive(unit.conn, f"login:{me.login}", "", clock.now())
        await people.set_password(unit.conn, me.id or 0, hashed)
        await people.close_sessions(unit.conn, me.id or 0)
        unit.hints.add(sessions.officer_topic(me.id))
    response = page.see("/desk/akun")
    await sessions.begin(request, response, me.id or 0)
    return response


async def language(request: web.Request) -> web.Response:
    """Of all pages, in this browser."""
    response = page.see("/desk/akun")
    speech.remember(response, str((await request.post()).get("bahasa", "")))
    return response


async def factor(request: web.Request) -> web.Response:
    """`mulai` a secret, `pastikan` it with its first code, new recovery `kode`, `hapus`."""
    form, signed = await request.post(), page.signed_in(request)
    db, house, me = request.config_dict[keys.DB], request.config_dict[keys.HOUSE], signed.officer
    act, typed = str(form.get("aksi", "")), str(form.get("kode", ""))[:40]
    async with db.read() as conn:
        row = await factors.factor(conn, me.id or 0)
    if act == "mulai" and (row is None or row.confirmed_at is None):
        secret = clock.random_bits(SECRET).to_bytes(SECRET // 8, "big").hex()
        async with db.unit() as unit:
            await factors.begin(unit.conn, me.id or 0, house.vault.seal(secret, second.PURPOSE))
        return page.see("/desk/akun#kunci")
    if act == "pastikan" and row is not None and row.confirmed_at is None:
        step = totp.right(
            bytes.fromhex(house.vault.open(row.secret, second.PURPOSE)), typed, clock.now().timestamp(), 0
        )
        if step is None:
            return await _show(request, 422, problem=second.WRONG)
        return await _renew(request, db, me, step, signed.token_hash)
    if row is None or row.confirmed_at is None or act not in ("kode", "hapus"):
        raise Conflict("Kunci kedua sudah berubah sejak halaman ini dibuka. Muat ulang halaman.")
    if act == "hapus" and second.required(request.config_dict[keys.CONFIG].second_factor, me):
        raise Forbidden("Peran Anda wajib memakai kunci kedua.")
    await second.again(db, house, me.id or 0, typed)
    if act == "kode":
        return await _renew(request, db, me, 0, signed.token_hash)
    async with db.unit() as unit:
        await factors.forget(unit.conn, me.id or 0)
    return page.see("/desk/akun#kunci")


async def _renew(request: web.Request, db: Db, me: Officer, step: int, keep: str) -> web.Response:
    """Recovery codes, shown once and kept as hashes. Every other browser signs in anew, with the second factor."""
    spare = tuple(totp.spare(clock.random_bits(50)) for _ in range(totp.SPARE))
    async with db.unit() as unit:
        if step and not await factors.use(unit.conn, me.id or 0, step):
            raise Conflict("Kode ini sudah dipakai. Tunggu kode berikutnya.")
        await factors.confirm(unit.conn, me.id or 0, clock.now(), [totp.hashed(each) for each in spare])
        await people.close_sessions(unit.conn, me.id or 0, keep)
        unit.hints.add(sessions.officer_topic(me.id))
    return await _show(request, spare=spare)


# -- for others ------------------------------------------------------------------------------------


def other(request: web.Request) -> int:
    """Whose account it is. Raises `NotFound`, and `Conflict` for oneself."""
    text = request.match_info["id"]
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise NotFound("unknown officer")
    if int(text) == page.signed_in(request).officer.id:
        raise Conflict("Untuk akun sendiri pakai halaman Akun; untuk peran Anda, minta admin lain.")
    return int(text)


async def sign_out_everywhere(request: web.Request) -> web.Response:
    """All sessions of somebody else; with `kunci` their second factor goes too, for whoever has lost the telephone."""
    officer_id, form = other(request), await request.post()
    async with request.config_dict[keys.DB].unit() as unit:
        if await people.by_id(unit.conn, officer_id) is None:
            raise NotFound("unknown officer")
        await people.close_sessions(unit.conn, officer_id)
        if form.get("kunci") == "ya":
            await factors.forget(unit.conn, officer_id)
        unit.hints.add(sessions.officer_topic(officer_id))
    return page.see("/desk/petugas")


async def set_role(request: web.Request) -> web.Response:
    """Another role begins with a new session. People of an agency stay people of an agency: their accounts name it."""
    officer_id, form = other(request), await request.post()
    role = str(form.get("peran", ""))
    if role not in (Role.OFFICER, Role.LEAD, Role.ADMIN):
        raise WargiError("Pilih peran: petugas, pemimpin regu, atau admin.")
    async with request.config_dict[keys.DB].unit() as unit:
        found = await people.by_id(unit.conn, officer_id)
        if found is None:
            raise NotFound("unknown officer")
        if found.role == Role.AGENCY:
            raise Conflict("Akun instansi tidak dapat menjadi petugas; buatlah undangan baru.")
        await people.set_role(unit.conn, officer_id, role)
        await people.close_sessions(unit.conn, officer_id)
        unit.hints.add(sessions.officer_topic(officer_id))
    return page.see("/desk/petugas")
