"""The second step of the way in: after a right password a code of the telephone, or a recovery code."""

from typing import Any

from aiohttp import web

from bot import clock
from bot.desk import page, sessions
from bot.errors import Forbidden
from bot.i18n import N_
from bot.links import make_pass, read_pass, valid_pass
from bot.models import LEADS, Officer
from bot.models.states import STAFF
from bot.policy import totp
from bot.store import factors, people
from bot.store.db import Db
from bot.turn import House
from bot.web import keys

PURPOSE = "second factor"
LASTS = 300
"""Seconds between the password and the code."""
FREE = 5
WRONG = N_("Kode salah atau sudah dipakai. Tunggu kode berikutnya di ponsel Anda.")
OVER = N_("Langkah ini sudah lewat waktunya. Masuk lagi dengan kata sandi Anda.")


def required(setting: str, officer: Officer) -> bool:
    """Whether this officer may not work without a second factor (`WARGI_SECOND_FACTOR`)."""
    who: dict[str, Any] = {"leads": LEADS, "staff": STAFF, "everybody": None}
    return setting in who and (who[setting] is None or officer.role in who[setting])


def ticket(house: House, officer_id: int, password_hash: str) -> str:
    """Says that the password was right a moment ago; nothing else can be done with it."""
    return make_pass(house.vault.signing_key(PURPOSE), (str(officer_id),), (password_hash,), clock.now(), LASTS)


async def whose(request: web.Request, given: str) -> tuple[int, str] | None:
    """Id and login of whoever gave the right password; None when it is over, was forged, or the password has changed since."""
    shown = read_pass(given, 1)
    if shown is None or not shown[0].isdecimal() or len(shown[0]) > 9:
        return None
    async with request.config_dict[keys.DB].read() as conn:
        found = await people.by_id(conn, int(shown[0]))
    key = request.config_dict[keys.HOUSE].vault.signing_key(PURPOSE)
    if found is None or not found.active or not valid_pass(key, given, (found.password_hash,), clock.now()):
        return None
    return found.id, found.login


async def right(db: Db, house: House, officer_id: int, typed: str) -> bool:
    """A code of now that was not taken yet, or a recovery code, which is gone then."""
    async with db.unit() as unit:
        row = await factors.factor(unit.conn, officer_id, lock=True)
        if row is None or row.confirmed_at is None:
            return False
        secret = bytes.fromhex(house.vault.open(row.secret, PURPOSE))
        step = totp.right(secret, typed, clock.now().timestamp(), row.last_step)
        if step is not None:
            return await factors.use(unit.conn, officer_id, step)
        return await factors.spend(unit.conn, officer_id, totp.hashed(typed))


async def tried(db: Db, officer_id: int) -> bool:
    """Counts a try before the code is looked at. False when there were too many."""
    async with db.unit() as unit:
        return await people.try_sign_in(
            unit.conn, [(f"code:{officer_id}", FREE)], clock.now(), sessions.LOCK, sessions.FORGET
        )


async def again(db: Db, house: House, officer_id: int, typed: str) -> None:
    """Whoever changes what protects an account shows that it is theirs. Raises `Forbidden`."""
    if not await tried(db, officer_id):
        raise Forbidden("Terlalu banyak percobaan. Tunggu sebentar (paling lama 15 menit), lalu coba lagi.")
    if not await right(db, house, officer_id, typed):
        raise Forbidden(WRONG)
    await forgiven(db, officer_id)


async def forgiven(db: Db, officer_id: int) -> None:
    async with db.unit() as unit:
        await people.forgive(unit.conn, f"code:{officer_id}", "", clock.now())


def asks(request: web.Request, given: str, back: str, status: int = 200, problem: str = "") -> web.Response:
    return page.render(request, "second.html", status, given=given, back=back, problem=problem)
