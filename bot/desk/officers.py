"""Admins: who works here, invitations, and ending somebody's access."""

from datetime import timedelta

from aiohttp import web

from bot import clock
from bot.config import Config
from bot.desk import page, sessions
from bot.errors import Conflict, NotFound, WargiError
from bot.models import Role
from bot.store import people
from bot.store.db import Db
from bot.turn import handover
from bot.web import keys

VALID = timedelta(hours=1)


async def first_link(db: Db, config: Config) -> str | None:
    """The path that makes the first officer, valid for an hour; None when there is an officer already."""
    async with db.read() as conn:
        if await people.any_officer(conn):
            return None
    return await _invite(db, Role.ADMIN)


async def _invite(db: Db, role: Role, agency: str = "") -> str:
    token = clock.token()
    async with db.unit() as unit:
        await people.add_invite(unit.conn, sessions.hashed(token), role, clock.now() + VALID, agency)
    return f"/desk/undangan/{token}"


async def officers(request: web.Request) -> web.Response:
    return await _show(request)


async def _show(request: web.Request, status: int = 200, **more: str) -> web.Response:
    async with request.config_dict[keys.DB].read() as conn:
        everybody, keyed = await people.officers(conn), await people.with_factor(conn)
    return page.render(request, "officers.html", status, officers=everybody, roles=list(Role), keyed=keyed, **more)


async def invite(request: web.Request) -> web.Response:
    """The link is shown once and stored as a hash, so it answers directly instead of leading on."""
    form = await request.post()
    try:
        role = Role(str(form.get("peran", "")))
    except ValueError:
        raise NotFound("unknown role") from None
    agency = str(form.get("instansi", "")) if role == Role.AGENCY else ""
    if role == Role.AGENCY and agency not in request.config_dict[keys.HOUSE].triage.agencies.agencies:
        raise WargiError("Pilih dulu instansinya, baru buat tautannya.")
    path = await _invite(request.config_dict[keys.DB], role, agency)
    base = request.config_dict[keys.CONFIG].public_url.rstrip("/") or f"{request.scheme}://{request.host}"
    return await _show(request, link=base + path, link_role=role)


async def set_active(request: web.Request) -> web.Response:
    """Disabling ends all sessions at once, open live streams included."""
    try:
        officer_id = int(request.match_info["id"])
    except ValueError:
        raise NotFound("unknown officer") from None
    active = (await request.post()).get("aktif") == "ya"
    if not active and officer_id == page.signed_in(request).officer.id:
        raise Conflict("Anda tidak dapat menonaktifkan diri sendiri; minta admin lain melakukannya.")
    db = request.config_dict[keys.DB]
    async with db.unit() as unit:
        if not await people.set_active(unit.conn, officer_id, active):
            raise NotFound("unknown officer")
        unit.hints.add(sessions.officer_topic(officer_id))
    if not active:  # their citizens are not left waiting for somebody who cannot come in any more
        await handover.leave(db, request.config_dict[keys.HOUSE], officer_id)
    return page.see("/desk/petugas")
