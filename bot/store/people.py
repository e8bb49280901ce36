"""Officers, their sessions, invitations, and the count of failed sign-ins."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.models import STAFF, Invite, Officer, OfficerFactor, OfficerSession, Throttle
from bot.models.base import table
from bot.record import record
from bot.store.boxes import Row
from bot.store.kept import Kept
from bot.store.many import insert_into

OFFICER, SESSION, INVITE, THROTTLE = table(Officer), table(OfficerSession), table(Invite), table(Throttle)
FACTOR = table(OfficerFactor)
SHOWN = 12
"""Letters of a session's hash that name it on a page."""
_SHOWN = [column for column in OFFICER.c if column.name != "password_hash"]  # a page never needs the hash
_NAMES = [column.name for column in _SHOWN]


@record
class SignedIn:
    """A live session and its officer."""

    officer: Officer
    token_hash: str
    csrf: str
    seen_at: datetime
    created_at: datetime
    second: bool = False
    """A second factor is in use."""


def officer_of(row: Any) -> Officer:
    """Made without the constructor, which watches each field being set and costs sixty times as much. Those on duty are read for each
    case that is given out, and one officer for each page."""
    officer: Officer = Officer.__new__(Officer)
    vars(officer).update({name: row[name] for name in _NAMES}, password_hash="")
    return officer


async def allowed(conn: AsyncConnection, officer_id: int) -> tuple[str, str] | None:
    """Role and password hash of somebody who may still come in."""
    query = sa.select(OFFICER.c.role, OFFICER.c.password_hash).where(OFFICER.c.id == officer_id, OFFICER.c.active)
    row = (await conn.execute(query)).first()
    return (row[0], row[1]) if row else None


# -- officers --------------------------------------------------------------------------------------


async def any_officer(conn: AsyncConnection) -> bool:
    return (await conn.execute(sa.select(OFFICER.c.id).limit(1))).first() is not None


async def officers(conn: AsyncConnection) -> list[Officer]:
    rows = await conn.execute(sa.select(*_SHOWN).order_by(OFFICER.c.active.desc(), OFFICER.c.name, OFFICER.c.id))
    return [officer_of(row) for row in rows.mappings()]


async def nameable(conn: AsyncConnection) -> list[Officer]:
    """Those who can be named in a note, by name; whoever works for an agency reads no notes."""
    query = sa.select(*_SHOWN).where(OFFICER.c.active, OFFICER.c.role.in_(STAFF))
    return [officer_of(row) for row in (await conn.execute(query.order_by(OFFICER.c.name, OFFICER.c.id))).mappings()]


async def credentials(conn: AsyncConnection, login: str, now: datetime) -> tuple[int, str, bool] | None:
    """Id, password hash and whether that opens anything at `now`, of one login."""
    query = sa.select(OFFICER.c.id, OFFICER.c.password_hash, OFFICER.c.active, OFFICER.c.password_until)
    row = (await conn.execute(query.where(OFFICER.c.login == login))).first()
    return (row[0], row[1], row[2] and (row[3] is None or row[3] > now)) if row else None


async def by_id(conn: AsyncConnection, officer_id: int) -> Row | None:
    """With the password's hash."""
    return (await conn.execute(sa.select(OFFICER).where(OFFICER.c.id == officer_id))).first()


async def with_factor(conn: AsyncConnection) -> set[int]:
    """Who has a second factor in use."""
    query = sa.select(FACTOR.c.officer_id).where(FACTOR.c.confirmed_at.is_not(None))
    return set((await conn.execute(query)).scalars())


async def set_password(
    conn: AsyncConnection, officer_id: int, password_hash: str, until: datetime | None = None
) -> None:  # fmt: skip
    """`until`: somebody else has made it, and so long it can be changed into one of their own."""
    values = {"password_hash": password_hash, "password_until": until}
    await conn.execute(sa.update(OFFICER).where(OFFICER.c.id == officer_id).values(values))


async def set_role(conn: AsyncConnection, officer_id: int, role: str) -> None:
    await conn.execute(sa.update(OFFICER).where(OFFICER.c.id == officer_id).values(role=role))


async def add_officer(
    conn: AsyncConnection, name: str, login: str, password_hash: str, role: str, now: datetime, agency: str = ""
) -> int:
    """Raises `Conflict` when the login is taken."""
    row = {
        "name": name,
        "login": login,
        "password_hash": password_hash,
        "role": role,
        "agency": agency,
        "active": True,
        "created_at": now,
    }
    try:
        made = await conn.execute(sa.insert(OFFICER).values(row).returning(OFFICER.c.id))
    except IntegrityError:
        raise Conflict("nama masuk ini sudah dipakai; pilih nama lain") from None
    return int(made.scalar_one())


async def set_active(conn: AsyncConnection, officer_id: int, active: bool) -> bool:
    """Disabling ends every session in the same transaction. False when there is no such officer."""
    done = await conn.execute(sa.update(OFFICER).where(OFFICER.c.id == officer_id).values(active=active))
    if not active:
        await conn.execute(sa.delete(SESSION).where(SESSION.c.officer_id == officer_id))
    return done.rowcount == 1


# -- sessions --------------------------------------------------------------------------------------


_SESSION = Kept(
    sa.select(
        *_SHOWN,
        SESSION.c.csrf,
        SESSION.c.seen_at,
        SESSION.c.created_at.label("since"),
        FACTOR.c.confirmed_at.label("second"),
    )
    .join(SESSION, SESSION.c.officer_id == OFFICER.c.id)
    .outerjoin(FACTOR, FACTOR.c.officer_id == OFFICER.c.id)
    .where(
        SESSION.c.token_hash == sa.bindparam("hash", type_=sa.String),
        SESSION.c.expires_at > sa.bindparam("at", type_=SESSION.c.expires_at.type),
        OFFICER.c.active,
    )
)


async def session(conn: AsyncConnection, token_hash: str, now: datetime) -> SignedIn | None:
    """The session of a cookie, if it is live and its officer active."""
    found = await _SESSION(conn, hash=token_hash, at=now)
    if not found:
        return None
    row = found[0]
    return SignedIn(officer_of(row), token_hash, row["csrf"], row["seen_at"], row["since"], row["second"] is not None)


async def open_session(
    conn: AsyncConnection, officer_id: int, token_hash: str, csrf: str, agent: str, now: datetime, until: datetime
) -> None:
    await conn.execute(sa.delete(SESSION).where(SESSION.c.officer_id == officer_id, SESSION.c.expires_at <= now))
    await conn.execute(
        sa.insert(SESSION).values(
            token_hash=token_hash, officer_id=officer_id, csrf=csrf, created_at=now, seen_at=now, expires_at=until,
            agent=agent,
        )
    )  # fmt: skip


async def keep_session(conn: AsyncConnection, token_hash: str, now: datetime, until: datetime) -> None:
    await conn.execute(
        sa.update(SESSION).where(SESSION.c.token_hash == token_hash).values(seen_at=now, expires_at=until)
    )


async def sessions(conn: AsyncConnection, officer_id: int, now: datetime) -> list[Row]:
    """Where somebody is signed in, the last seen first."""
    query = sa.select(SESSION).where(SESSION.c.officer_id == officer_id, SESSION.c.expires_at > now)
    return list((await conn.execute(query.order_by(SESSION.c.seen_at.desc(), SESSION.c.token_hash))).all())


async def close_sessions(conn: AsyncConnection, officer_id: int, keep: str = "") -> None:
    """All of one officer, but `keep`."""
    mine = (SESSION.c.officer_id == officer_id) & (SESSION.c.token_hash != keep)
    await conn.execute(sa.delete(SESSION).where(mine))


async def close_session(conn: AsyncConnection, token_hash: str) -> None:
    await conn.execute(sa.delete(SESSION).where(SESSION.c.token_hash == token_hash))


# -- invitations -----------------------------------------------------------------------------------


async def add_invite(
    conn: AsyncConnection, token_hash: str, role: str, expires_at: datetime, agency: str = ""
) -> None:  # fmt: skip
    row = {"token_hash": token_hash, "role": role, "expires_at": expires_at, "agency": agency}
    await conn.execute(sa.insert(INVITE).values(row))


async def invite_agency(conn: AsyncConnection, token_hash: str) -> str:
    """Whose tickets somebody will see who comes by this invitation; '' for our own people."""
    return (await conn.execute(sa.select(INVITE.c.agency).where(INVITE.c.token_hash == token_hash))).scalar() or ""


async def invite_role(conn: AsyncConnection, token_hash: str, now: datetime) -> str | None:
    """The role that an unused invitation gives; None for unknown, used and late ones alike."""
    query = sa.select(INVITE.c.role).where(
        INVITE.c.token_hash == token_hash, INVITE.c.used_at.is_(None), INVITE.c.expires_at > now
    )
    role: str | None = (await conn.execute(query)).scalar()
    return role


async def use_invite(conn: AsyncConnection, token_hash: str, now: datetime) -> str | None:
    """Takes the invitation; of two who try at once one gets None."""
    taken = await conn.execute(
        sa.update(INVITE)
        .where(INVITE.c.token_hash == token_hash, INVITE.c.used_at.is_(None), INVITE.c.expires_at > now)
        .values(used_at=now)
        .returning(INVITE.c.role)
    )
    role: str | None = taken.scalar()
    return role


# -- failed sign-ins -------------------------------------------------------------------------------


async def try_sign_in(
    conn: AsyncConnection, subjects: Iterable[tuple[str, int]], now: datetime, longest: timedelta, forget: timedelta
) -> bool:
    """Counts an attempt of each (subject, free attempts) before the password is looked at: many at once do not slip through.
    False when one of them is locked. From the last free attempt on each failure doubles the lock, up to `longest`."""
    rows = []
    for subject, free in sorted(subjects):  # in one order everywhere: two processes cannot wait for each other
        failures, until = await _locked_row(conn, subject, now)
        if until > now:
            return False
        failures = 1 if until + forget < now else failures + 1
        lock = min(longest, timedelta(seconds=15) * 2 ** min(failures - free, 12)) if failures >= free else timedelta()
        rows.append({"b_subject": subject, "failures": failures, "until": now + lock})
    await conn.execute(sa.update(THROTTLE).where(THROTTLE.c.subject == sa.bindparam("b_subject")), rows)
    return True


async def _locked_row(conn: AsyncConnection, subject: str, now: datetime) -> tuple[int, datetime]:
    fresh = (
        insert_into(conn.dialect.name, THROTTLE).values(subject=subject, failures=0, until=now).on_conflict_do_nothing()
    )
    query = sa.select(THROTTLE.c.failures, THROTTLE.c.until).where(THROTTLE.c.subject == subject).with_for_update()
    while True:
        await conn.execute(fresh)
        if (row := (await conn.execute(query)).first()) is not None:
            return row[0], row[1]  # else somebody who got in has taken it away while we waited for it


async def locked_until(conn: AsyncConnection, subjects: Iterable[str], now: datetime) -> datetime | None:
    """None where none of them is locked."""
    query = sa.select(sa.func.max(THROTTLE.c.until, type_=THROTTLE.c.until.type))
    row = (await conn.execute(query.where(THROTTLE.c.subject.in_(sorted(subjects)), THROTTLE.c.until > now))).first()
    return row[0] if row else None


async def unlock(conn: AsyncConnection, subjects: Iterable[str]) -> None:
    await conn.execute(sa.delete(THROTTLE).where(THROTTLE.c.subject.in_(sorted(subjects))))


async def forgive(conn: AsyncConnection, login: str, address: str, now: datetime) -> None:
    """A right password: the login begins again, the address gets this one attempt back (who has an account of their own
    could otherwise wash away their failures at others)."""
    await conn.execute(sa.delete(THROTTLE).where(THROTTLE.c.subject == login))
    await conn.execute(
        sa.update(THROTTLE)
        .where(THROTTLE.c.subject == address, THROTTLE.c.failures > 0)
        .values(failures=THROTTLE.c.failures - 1)
    )
    await conn.execute(sa.delete(THROTTLE).where(THROTTLE.c.until < now - timedelta(days=1)))
