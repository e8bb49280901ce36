"""Who is signed in: a cookie whose hash is a row, so that a session ends the moment its row does."""

import hashlib
import hmac
from datetime import datetime, timedelta

from aiohttp import web

from bot import clock
from bot.config import Config
from bot.models import Officer
from bot.store import duty, people
from bot.store.db import Db
from bot.store.people import SignedIn
from bot.web import keys

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
FREE = 5
"""Tries of a password or code before the first lock."""
LOCK = timedelta(minutes=15)
"""The longest lock: whoever tries an officer's name on purpose cannot keep the officer out for longer."""
FORGET = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=5)
"""A session is written down as alive this often, not with each request."""


PRESENT_EVERY = timedelta(seconds=20)
"""Presence is written down this often; flows/data/assignment.yaml says how old it may be."""


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def is_https(config: Config) -> bool:
    return config.public_url.startswith("https://")


def cookie_name(config: Config) -> str:
    """`__Host-` binds the cookie to this host and to https; browsers refuse that prefix on plain http."""
    return "__Host-wargi" if is_https(config) else "wargi"


async def find(request: web.Request) -> SignedIn | None:
    """The live session of this request; keeps it alive."""
    config, db = request.config_dict[keys.CONFIG], request.config_dict[keys.DB]
    token = request.cookies.get(cookie_name(config), "")
    if not token:
        return None
    now = clock.now()
    async with db.read(often=True) as conn:
        signed = await people.session(conn, hashed(token), now)
    if signed is None or signed.created_at + LONGEST <= now:
        return None
    await present(db, signed.officer, now)
    if now - signed.seen_at > SEEN_EVERY:
        async with db.unit() as unit:
            await people.keep_session(unit.conn, signed.token_hash, now, _until(signed.created_at, now))
    return signed


async def present(db: Db, officer: Officer, now: datetime) -> None:
    """Their desk is open: written down now and then, so that a case is given to somebody who is there."""
    if officer.present_at is None or now - officer.present_at > PRESENT_EVERY:
        async with db.unit() as unit:
            await duty.seen(unit.conn, officer.id or 0, now)
        officer.present_at = now


def _until(created_at: datetime, now: datetime) -> datetime:
    return min(now + IDLE, created_at + LONGEST)


async def begin(request: web.Request, response: web.Response, officer_id: int) -> None:
    """A new session with a new id; the one this browser had ends, so nobody can have planted it."""
    config, db, now, token = request.config_dict[keys.CONFIG], request.config_dict[keys.DB], clock.now(), clock.token()
    old = request.cookies.get(cookie_name(config), "")
    agent = request.headers.get("User-Agent", "")[:200]
    async with db.unit() as unit:
        if old:
            await people.close_session(unit.conn, hashed(old))
        await people.open_session(unit.conn, officer_id, hashed(token), clock.token(), agent, now, _until(now, now))
    response.set_cookie(
        cookie_name(config), token, path="/", httponly=True, samesite="Lax", secure=is_https(config),
        max_age=int(LONGEST.total_seconds()),
    )  # fmt: skip


async def end(db: Db, config: Config, signed: SignedIn, response: web.Response) -> None:
    async with db.unit() as unit:
        await people.close_session(unit.conn, signed.token_hash)
        await duty.set_values(unit.conn, signed.officer.id or 0, present_at=None)
        unit.hints.add(officer_topic(signed.officer.id))
    response.del_cookie(cookie_name(config), path="/", httponly=True, samesite="Lax", secure=is_https(config))


def officer_topic(officer_id: int | None) -> str:
    """The hint on which open streams of an officer look whether their session still lives."""
    return f"officer:{officer_id}"


# -- forged requests -------------------------------------------------------------------------------


def csrf_mask(secret: str) -> str:
    """The session's form token, different each time it is printed: a compressed page must not betray a constant secret."""
    salt = clock.token()[:16]
    return f"{salt}.{_mac(secret, salt)}"


def csrf_right(secret: str, given: str) -> bool:
    salt, _, mac = given.partition(".")
    return hmac.compare_digest(_mac(secret, salt).encode(), mac.encode("utf-8", "replace"))


def _mac(secret: str, salt: str) -> str:
    return hmac.new(secret.encode(), salt.encode("utf-8", "replace"), "sha256").hexdigest()[:32]
