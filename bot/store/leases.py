"""Which parts this worker process holds. SQLite: all, always. PostgreSQL: a fair share, for a few seconds at a time.

A part is held by one worker at a time, so the turns of a conversation and the sends to an address keep their order over any
number of processes without a lock a row. The token rises at every change of owner; a worker that slept through its lease finds
it changed inside its own transaction and writes nothing.
"""

import zlib
from collections.abc import Iterable, Mapping
from math import ceil

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import PARTS
from bot.errors import WargiError
from bot.models import PartLease, Worker
from bot.models.base import table
from bot.store.many import insert_into

LEASE, WORKER = table(PartLease), table(Worker)
SECONDS = 6
"""A worker's parts are free so long after its last sign of life …"""
QUIET = 2
"""… and already after so long when its process is known to be gone."""
LIVES = 7727
"""Name space of the advisory locks."""

_UNTIL = sa.text(f"clock_timestamp() + interval '{SECONDS} seconds'")
_NOW = sa.text("clock_timestamp()")


class LeaseLost(WargiError):
    """Another worker holds a part of this batch now: drop it, it is theirs."""

    retryable = True


async def share(conn: AsyncConnection, name: str, give_back: Iterable[int] = ()) -> tuple[dict[int, int], set[int]]:
    """One round: says we live, gives back, renews, takes what is free. Returns the parts we hold (part -> token), and those of
    them that others are waiting for: finish what is in flight there, then name them in `give_back`."""
    alive = insert_into("postgresql", WORKER).values(name=name, until=_UNTIL)
    await conn.execute(alive.on_conflict_do_update(index_elements=["name"], set_={"until": _UNTIL}))
    await _bury_the_dead(conn, name)
    if parts := list(give_back):
        await release(conn, name, parts)
    workers = (await conn.execute(sa.select(sa.func.count()).select_from(WORKER))).scalar() or 1
    fair = ceil(PARTS / workers)
    # rows are locked in one order everywhere, or two workers could wait for each other
    ours = sa.select(LEASE.c.part).where(LEASE.c.owner == name).order_by(LEASE.c.part).with_for_update()
    await conn.execute(ours)
    renewed = sa.update(LEASE).where(LEASE.c.owner == name).values(until=_UNTIL)
    rows = await conn.execute(renewed.returning(LEASE.c.part, LEASE.c.token))
    mine: dict[int, int] = {part: token for part, token in rows}
    if len(mine) < fair:
        mine |= await _take(conn, name, fair - len(mine))
    return mine, set(sorted(mine)[fair:])


async def _bury_the_dead(conn: AsyncConnection, name: str) -> None:
    """A worker holds an advisory lock on its listening connection (`life`). If that is free and the worker has not renewed
    lately, its process is gone, and nobody needs to wait for its leases to end."""
    late = sa.text(f"clock_timestamp() + interval '{SECONDS - QUIET} seconds'")
    silent = (
        await conn.execute(sa.select(WORKER.c.name).where(WORKER.c.name != name, WORKER.c.until < late))
    ).scalars()
    for other in silent.all():
        free = (await conn.execute(sa.select(sa.func.pg_try_advisory_xact_lock(LIVES, life(other))))).scalar()
        if free:
            await release(conn, other, range(PARTS))
            await conn.execute(sa.delete(WORKER).where(WORKER.c.name == other))
    await conn.execute(sa.delete(WORKER).where(WORKER.c.until < _NOW))


def life(name: str) -> int:
    """The key of a worker's advisory lock."""
    return zlib.crc32(name.encode()) & 0x7FFFFFFF


async def _take(conn: AsyncConnection, name: str, count: int) -> dict[int, int]:
    free = sa.select(LEASE.c.part).where(LEASE.c.until < _NOW).order_by(LEASE.c.part).limit(count)
    parts = (await conn.execute(free.with_for_update(skip_locked=True))).scalars().all()
    if not parts:
        return {}
    taken = (
        sa.update(LEASE)
        .where(LEASE.c.part.in_(parts), LEASE.c.until < _NOW)
        .values(owner=name, token=LEASE.c.token + 1, until=_UNTIL)
        .returning(LEASE.c.part, LEASE.c.token)
    )
    return {part: token for part, token in await conn.execute(taken)}


async def release(conn: AsyncConnection, name: str, parts: Iterable[int]) -> None:
    """Free for others at once."""
    await conn.execute(
        sa.update(LEASE)
        .where(LEASE.c.owner == name, LEASE.c.part.in_(list(parts)))
        .values(owner="", until=sa.text("to_timestamp(0)"))
    )


async def leave(conn: AsyncConnection, name: str) -> None:
    """An orderly stop: nobody has to wait for our leases to end."""
    await release(conn, name, range(PARTS))
    await conn.execute(sa.delete(WORKER).where(WORKER.c.name == name))


async def fence(conn: AsyncConnection, name: str, held: Mapping[int, int], parts: Iterable[int]) -> None:
    """Inside the transaction that uses these parts: holds their leases until its commit. Raises `LeaseLost`."""
    wanted = sorted(set(parts))
    query = (
        sa.select(LEASE.c.part, LEASE.c.token)
        .where(LEASE.c.part.in_(wanted), LEASE.c.owner == name, LEASE.c.until > _NOW)
        .order_by(LEASE.c.part)
        .with_for_update(read=True)
    )
    found = {part: token for part, token in await conn.execute(query)}
    if any(found.get(part) != held.get(part, -1) for part in wanted):
        raise LeaseLost("a lease ended before its work was committed")
