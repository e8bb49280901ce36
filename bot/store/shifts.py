"""The rota: shifts, exchanges and gaps."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict, NotFound
from bot.models import Officer, RotaGap, Shift, ShiftState, Swap, SwapState
from bot.models.base import table
from bot.store.boxes import Row
from bot.store.many import insert_into

SHIFT, SWAP, GAP, OFFICER = table(Shift), table(Swap), table(RotaGap), table(Officer)
MINE, THEIRS = SHIFT.alias("mine"), SHIFT.alias("theirs")
ASKER, ASKED = OFFICER.alias("asker"), OFFICER.alias("asked")
_PLANNED = SHIFT.c.state == ShiftState.PLANNED


async def planned(
    conn: AsyncConnection, start: datetime, end: datetime, officer_id: int | None = None
) -> Sequence[Row]:
    """Shifts that stand and touch this time, in order; of one officer, or of all."""
    query = (
        sa.select(SHIFT, OFFICER.c.name.label("officer"))
        .join(OFFICER, OFFICER.c.id == SHIFT.c.officer_id)
        .where(_PLANNED, SHIFT.c.starts_at < end, SHIFT.c.ends_at > start)
        .order_by(SHIFT.c.starts_at, SHIFT.c.kind, OFFICER.c.name)
    )
    if officer_id is not None:
        query = query.where(SHIFT.c.officer_id == officer_id)
    return (await conn.execute(query)).all()


async def one(conn: AsyncConnection, shift_id: int) -> Row:
    """A shift that stands, locked. Raises `Conflict`: a page named it, so it has gone meanwhile."""
    row = (await conn.execute(sa.select(SHIFT).where(SHIFT.c.id == shift_id, _PLANNED).with_for_update())).first()
    if row is None:
        raise Conflict("dinas ini tidak ada lagi di jadwal; muat ulang halaman")
    return row


async def in_use(conn: AsyncConnection, since: datetime) -> bool:
    """Whether there is a rota at all: without one nothing is missing from it."""
    query = sa.select(SHIFT.c.id).where(_PLANNED, SHIFT.c.ends_at > since).limit(1)
    return (await conn.execute(query)).first() is not None


async def lock(conn: AsyncConnection) -> None:
    """One change of the rota at a time, so that two of them cannot put somebody in two places. SQLite has one writer anyway."""
    if conn.dialect.name == "postgresql":
        await conn.execute(sa.text("LOCK TABLE shift IN SHARE ROW EXCLUSIVE MODE"))


async def add(conn: AsyncConnection, rows: Iterable[dict[str, Any]]) -> None:
    rows = list(rows)
    if rows:
        await conn.execute(sa.insert(SHIFT), rows)


async def change(conn: AsyncConnection, shift_id: int, state: ShiftState, by: int | None, now: datetime) -> bool:
    """False when it does not stand any more."""
    target = sa.update(SHIFT).where(SHIFT.c.id == shift_id, _PLANNED)
    done = await conn.execute(target.values(state=state, changed_by=by, changed_at=now))
    return done.rowcount == 1


async def beginning(conn: AsyncConnection, now: datetime) -> Sequence[Row]:
    """Shifts that run and whose officer has not been put on duty for them yet."""
    query = sa.select(SHIFT).where(
        _PLANNED, SHIFT.c.begun_at.is_(None), SHIFT.c.starts_at <= now, SHIFT.c.ends_at > now
    )
    return (await conn.execute(query.order_by(SHIFT.c.id))).all()


async def begin(conn: AsyncConnection, shift_id: int, now: datetime) -> bool:
    """True for the one who does it."""
    done = await conn.execute(
        sa.update(SHIFT).where(SHIFT.c.id == shift_id, SHIFT.c.begun_at.is_(None), _PLANNED).values(begun_at=now)
    )
    return done.rowcount == 1


# -- exchanges -------------------------------------------------------------------------------------


async def swaps(conn: AsyncConnection, officer_id: int | None, now: datetime) -> Sequence[Row]:
    """Exchanges that wait for an answer or for a lead's eye; of one officer (asking or asked), or all."""
    query = (
        sa.select(
            SWAP, ASKER.c.name.label("asker"), ASKED.c.name.label("asked"),
            MINE.c.kind, MINE.c.starts_at, MINE.c.ends_at,
            THEIRS.c.kind.label("other_kind"), THEIRS.c.starts_at.label("other_starts_at"),
        )
        .join(MINE, MINE.c.id == SWAP.c.shift_id)
        .outerjoin(THEIRS, THEIRS.c.id == SWAP.c.other_id)
        .join(ASKER, ASKER.c.id == SWAP.c.officer_id)
        .join(ASKED, ASKED.c.id == SWAP.c.to_id)
        .where(
            sa.or_(
                sa.and_(SWAP.c.state == SwapState.ASKED, MINE.c.starts_at > now, MINE.c.state == ShiftState.PLANNED),
                sa.and_(SWAP.c.state == SwapState.AGREED, SWAP.c.seen_at.is_(None)),
            )
        )
        .order_by(SWAP.c.id)
        .limit(100)
    )  # fmt: skip
    if officer_id is not None:
        query = query.where(sa.or_(SWAP.c.officer_id == officer_id, SWAP.c.to_id == officer_id))
    return (await conn.execute(query)).all()


async def ask(conn: AsyncConnection, row: dict[str, Any]) -> None:
    await conn.execute(sa.insert(SWAP), [row])


async def swap(conn: AsyncConnection, swap_id: int) -> Row:
    """Locked. Raises `NotFound`."""
    row = (await conn.execute(sa.select(SWAP).where(SWAP.c.id == swap_id).with_for_update())).first()
    if row is None:
        raise NotFound("permintaan tukar tidak ditemukan")
    return row


async def settle_swap(conn: AsyncConnection, swap_id: int, **values: Any) -> None:
    await conn.execute(sa.update(SWAP).where(SWAP.c.id == swap_id).values(values))


# -- gaps ------------------------------------------------------------------------------------------


async def gaps(conn: AsyncConnection, now: datetime) -> Sequence[Row]:
    """Gaps that have been told and whose time is not over; `missing` 0 where they have been filled since."""
    query = sa.select(GAP).where(GAP.c.ends_at > now)
    return (await conn.execute(query.order_by(GAP.c.starts_at, GAP.c.kind))).all()


async def new_gap(conn: AsyncConnection, row: dict[str, Any]) -> bool:
    """True for a gap that nobody has been told of yet: once, over any number of processes."""
    fresh = insert_into(conn.dialect.name, GAP).values(row)
    done = await conn.execute(fresh.on_conflict_do_nothing(index_elements=["kind", "starts_at"]))
    return bool(done.rowcount == 1)


async def count_gap(conn: AsyncConnection, gap_id: int, before: int, missing: int) -> bool:
    """True for the one who saw the change first."""
    target = sa.update(GAP).where(GAP.c.id == gap_id, GAP.c.missing == before)
    return (await conn.execute(target.values(missing=missing))).rowcount == 1
