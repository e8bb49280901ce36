"""Inbox, outbox and timers: putting work in, finding what is due, marking what is done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.message import Item
from bot.models import Delivery, Inbox, InboxItem, Message, OutboxItem, Timer
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import keys
from bot.store.many import Due, Many, Work, beside, insert_into

INBOX, OUTBOX, TIMER, MESSAGE = table(InboxItem), table(OutboxItem), table(Timer), table(Message)
Row = sa.Row[*tuple[Any, ...]]
"""A row of these tables, columns by name."""
UNSENT = (Delivery.READY, Delivery.RETRY, Delivery.UNKNOWN)


_key = itemgetter("hour", "account", "kind", "external_id", "part")


def inbox_row(item: Item, now: datetime) -> dict[str, Any]:
    """A pending row; a raw item that could not be split is parked at once."""
    part = item.part
    if part is None:
        part = clock.part_of(item.account.partition(":")[0], item.address) if item.address else 0
    return {
        "id": clock.new_id(),
        "part": part,
        "hour": item.hour,
        "account": item.account,
        "kind": item.kind,
        "external_id": item.external_id,
        "address": item.address,
        "raw": item.raw,
        "received_at": now,
        "state": Inbox.PARKED if item.kind == "raw" else Inbox.PENDING,
        "attempts": 0,
        "urgent": None,
        "error": "isi webhook tidak dapat dipecah" if item.kind == "raw" else "",
    }


def put(rows: Sequence[dict[str, Any]], dialect: str) -> Work:
    """Stores inbox rows; those already known are left alone. Sorted by key, so that two doors never deadlock."""
    for row in rows:
        row["mark"] = keys.mark(row)
    return keys.put(dialect), sorted(rows, key=_key)


_PENDING = (
    sa.select(
        INBOX.c.id, INBOX.c.part, INBOX.c.account, INBOX.c.kind, INBOX.c.external_id, INBOX.c.address, INBOX.c.raw,
        INBOX.c.received_at, INBOX.c.attempts, INBOX.c.urgent,
    )
    .where(INBOX.c.state == sa.literal_column("'pending'"))
    .order_by(INBOX.c.id)
)  # fmt: skip
_PENDING_OF = Due(_PENDING, INBOX.c.part)


async def pending(
    conn: AsyncConnection, parts: Sequence[int] | None, limit: int, but: Iterable[tuple[str, str]] = ()
) -> Sequence[Row]:
    """The oldest unhandled items of these parts (None: of all), in order of arrival; `but`: not of these accounts' addresses."""
    left_out = [(INBOX.c.account == account) & (INBOX.c.address == address) for account, address in but]
    if not left_out:
        return await _PENDING_OF(conn, parts, limit)
    others = _PENDING.where(INBOX.c.address.is_(None) | ~sa.or_(*left_out))
    return await Due(others, INBOX.c.part)(conn, parts, limit)


_URGENT = Due(
    sa.select(INBOX.c.account, INBOX.c.address, INBOX.c.part)
    .where(sa.text("urgent = 1 AND state = 'pending'"))
    .order_by(INBOX.c.id),
    INBOX.c.part,
)


async def urgent(conn: AsyncConnection, parts: Sequence[int] | None, limit: int) -> Sequence[Row]:
    """All that waits of the conversations in which danger was heard, in order of arrival."""
    found = await _URGENT(conn, parts, limit)
    if not found:
        return []
    query = _PENDING.where(
        beside(INBOX.c.part).in_(sorted({row.part for row in found})),
        sa.or_(*(sa.and_(INBOX.c.account == row.account, INBOX.c.address == row.address) for row in set(found))),
    )
    return (await conn.execute(query.limit(10 * limit))).all()


async def still_pending(conn: AsyncConnection, rows: Sequence[Row]) -> Sequence[Row]:
    """Those of these rows that nobody has handled meanwhile, in order."""
    ids, parts = [row.id for row in rows], sorted({row.part for row in rows})
    query = _PENDING.where(INBOX.c.id.in_(ids), beside(INBOX.c.part).in_(parts))
    return (await conn.execute(query)).all()


_DONE = Many(
    sa.update(INBOX)
    .where(INBOX.c.id == sa.bindparam("b_id"), INBOX.c.part == sa.bindparam("b_part"))
    .values(state=sa.literal_column("'done'"), raw=sa.null())
)
_PARK = Many(
    sa.update(INBOX)
    .where(INBOX.c.id == sa.bindparam("b_id"), INBOX.c.part == sa.bindparam("b_part"))
    .values(state=sa.literal_column("'parked'"), error=sa.bindparam("b_error"))
)


def done(refs: Sequence[tuple[bytes, int]]) -> Work:
    """Handled: the key stays against repetition, the raw item goes."""
    return _DONE, [{"b_id": id_, "b_part": part} for id_, part in refs]


def park(parked: Sequence[tuple[bytes, int, str]]) -> Work:
    """Put aside with a reason; the raw item stays for whoever looks into it."""
    return _PARK, [{"b_id": id_, "b_part": part, "b_error": error[:500]} for id_, part, error in parked]


_WAIT = Many(
    sa.update(INBOX)
    .where(INBOX.c.id == sa.bindparam("b_id"), INBOX.c.part == sa.bindparam("b_part"))
    .values(state=sa.bindparam("b_state"), attempts=sa.bindparam("b_attempts"), error=sa.bindparam("b_error"))
)
_AWAKE = (
    sa.update(INBOX)
    .where(INBOX.c.id == sa.bindparam("b_id"), INBOX.c.part == sa.bindparam("b_part"), INBOX.c.state == Inbox.WAITING)
    .values(state=Inbox.PENDING)
)


def wait(rows: Sequence[dict[str, Any]]) -> Work:
    """To be looked at again, or put away for good. A row has `b_id b_part b_state b_attempts b_error`."""
    return _WAIT, rows


async def awake(conn: AsyncConnection, item: Ref) -> None:
    """A waiting item is handled once more."""
    await conn.execute(_AWAKE, {"b_id": item.id, "b_part": item.part})


# -- outbox ----------------------------------------------------------------------------------------

INSERT_OUTBOX = Many(sa.insert(OUTBOX), OUTBOX.c.keys())
INSERT_MESSAGE = Many(sa.insert(MESSAGE), MESSAGE.c.keys())
_SETTLE = Many(
    sa.update(MESSAGE)
    .where(
        MESSAGE.c.id == sa.bindparam("b_id"),
        MESSAGE.c.part == sa.bindparam("b_part"),
        # a status may have come before our own receipt: never fall back behind it
        MESSAGE.c.delivery.in_([sa.literal_column(f"'{state}'") for state in UNSENT]),
    )
    .values(
        delivery=sa.bindparam("b_delivery"),
        external_id=sa.func.coalesce(sa.bindparam("b_external_id"), MESSAGE.c.external_id),
        error=sa.bindparam("b_error"),
    )
)
_GONE = Many(sa.delete(OUTBOX).where(OUTBOX.c.id == sa.bindparam("b_id"), OUTBOX.c.part == sa.bindparam("b_part")))
_by_id = itemgetter("b_id")
_LATER = Many(
    sa.update(OUTBOX)
    .where(OUTBOX.c.id == sa.bindparam("b_id"), OUTBOX.c.part == sa.bindparam("b_part"))
    .values(state=sa.bindparam("b_state"), attempts=sa.bindparam("b_attempts"), next_at=sa.bindparam("b_next_at"))
)


def settle(receipts: Sequence[dict[str, Any]]) -> list[Work]:
    """What became of sends. A receipt has `b_id b_part b_delivery b_external_id b_error b_attempts b_next_at b_state`. Sorted,
    here and in `gone`: a status may write the same rows at the same time, and neither must wait for the other in a circle."""
    receipts = sorted(receipts, key=_by_id)
    final = [row for row in receipts if row["b_next_at"] is None]
    later = [row for row in receipts if row["b_next_at"] is not None]
    return [(_SETTLE, receipts), (_GONE, final), (_LATER, later)]


def gone(refs: Sequence[tuple[bytes, int]]) -> Work:
    """These bubbles have arrived, whatever we still believe of them."""
    return _GONE, [{"b_id": id_, "b_part": part} for id_, part in sorted(refs)]


_OUTBOX_COLUMNS = (
    OUTBOX.c.id, OUTBOX.c.part, OUTBOX.c.conversation_id, OUTBOX.c.account, OUTBOX.c.address, OUTBOX.c.payload,
    OUTBOX.c.priority, OUTBOX.c.epoch, OUTBOX.c.state, OUTBOX.c.attempts, OUTBOX.c.next_at,
)  # fmt: skip


_ROWS, _IDS = (
    Due(sa.select(*columns).where(OUTBOX.c.id > sa.bindparam("after")).order_by(OUTBOX.c.id), OUTBOX.c.part)
    for columns in (_OUTBOX_COLUMNS, (OUTBOX.c.id,))
)


async def unsent(
    conn: AsyncConnection, parts: Sequence[int] | None, after: bytes, limit: int
) -> Sequence[Mapping[str, Any]]:
    """Bubbles of these parts that have not left, oldest first, beyond `after`."""
    return [dict(row._mapping) for row in await _ROWS(conn, parts, limit, after=after)]


async def unsent_ids(conn: AsyncConnection, parts: Sequence[int] | None, after: bytes, limit: int) -> Sequence[bytes]:
    """Theirs: who holds them all already need not read them, and thousands may wait for the end of a crowd."""
    return [row.id for row in await _IDS(conn, parts, limit, after=after)]


async def readdress(conn: AsyncConnection, account: str, part: int, before: str, now: str) -> None:
    """What waits for one address leaves for another one. Locked in the order in which receipts write."""
    waiting = sa.select(OUTBOX.c.id).where(
        OUTBOX.c.part == part, OUTBOX.c.account == account, OUTBOX.c.address == before
    )
    ids = (await conn.execute(waiting.order_by(OUTBOX.c.id).with_for_update())).scalars().all()
    if ids:
        moved = sa.update(OUTBOX).where(OUTBOX.c.id.in_(ids), OUTBOX.c.part == part).values(address=now)
        await conn.execute(moved)


# -- timers ----------------------------------------------------------------------------------------


@cache
def _set(dialect: str) -> Many:
    insert = insert_into(dialect, TIMER)
    changes = {"due_at": insert.excluded.due_at, "id": insert.excluded.id}
    return Many(insert.on_conflict_do_update(index_elements=["kind", "ref", "part"], set_=changes), TIMER.c.keys())


def timers(conn: AsyncConnection, rows: Sequence[dict[str, Any]]) -> Work:
    """Sets timers; one that exists for the same kind and subject moves."""
    return _set(conn.dialect.name), rows


_TIMERS = (
    sa.select(TIMER.c.id, TIMER.c.part, TIMER.c.kind, TIMER.c.ref, TIMER.c.due_at)
    .where(TIMER.c.due_at <= sa.bindparam("now"))
    .order_by(TIMER.c.due_at, TIMER.c.id)
)
_DUE = Due(_TIMERS, TIMER.c.part)
_DUE_BUT = Due(
    _TIMERS.where(
        TIMER.c.kind.not_in(sa.bindparam("held", expanding=True)) | (TIMER.c.due_at <= sa.bindparam("since"))
    ),
    TIMER.c.part,
)


async def due(
    conn: AsyncConnection, parts: Sequence[int] | None, now: datetime, limit: int,
    held: Collection[str] = (), since: datetime | None = None,
) -> Sequence[Row]:  # fmt: skip
    """Timers whose time has come, oldest first; those of the kinds `held` only when they were due at `since` already."""
    if not held:
        return await _DUE(conn, parts, limit, now=now)
    return await _DUE_BUT(conn, parts, limit, now=now, held=sorted(held), since=since)


async def has_timer(conn: AsyncConnection, kind: str, subject: Ref) -> bool:
    mine = (TIMER.c.kind == kind) & (TIMER.c.ref == subject.id) & (TIMER.c.part == subject.part)
    return (await conn.execute(sa.select(TIMER.c.id).where(mine))).first() is not None


async def drop_timer(conn: AsyncConnection, timer: Ref) -> bool:
    """False when it had gone, or was set anew meanwhile."""
    query = sa.delete(TIMER).where(TIMER.c.id == timer.id, TIMER.c.part == timer.part)
    return (await conn.execute(query)).rowcount == 1


async def drop_timers(conn: AsyncConnection, timers_: Sequence[Ref]) -> bool:
    """All of them; False when one had gone, or was set anew meanwhile."""
    query = sa.delete(TIMER).where(
        TIMER.c.id.in_([ref.id for ref in timers_]), beside(TIMER.c.part).in_(sorted({ref.part for ref in timers_}))
    )
    return (await conn.execute(query)).rowcount == len(timers_)


async def postpone_timer(conn: AsyncConnection, timer: Ref, due_at: datetime) -> None:
    """Rings later."""
    query = sa.update(TIMER).where(TIMER.c.id == timer.id, TIMER.c.part == timer.part)
    await conn.execute(query.values(due_at=due_at))


# -- ages, for health ------------------------------------------------------------------------------


async def oldest(conn: AsyncConnection) -> tuple[datetime | None, bytes | None]:
    """Arrival of the oldest unhandled inbox item, and the id (a UUIDv7 tells its time) of the oldest unsent bubble."""
    first = sa.select(INBOX.c.received_at).where(INBOX.c.state == sa.literal_column("'pending'"))
    waiting = (await conn.execute(first.order_by(INBOX.c.id).limit(1))).scalar()
    unsent_id = (await conn.execute(sa.select(OUTBOX.c.id).order_by(OUTBOX.c.id).limit(1))).scalar()
    return waiting, unsent_id


async def overdue(conn: AsyncConnection) -> tuple[datetime | None, int]:
    """When the first timer is due, and how many bubbles may or may not have arrived."""
    first = (await conn.execute(sa.select(TIMER.c.due_at).order_by(TIMER.c.due_at).limit(1))).scalar()
    doubtful = sa.select(sa.func.count()).select_from(OUTBOX).where(OUTBOX.c.state == Delivery.UNKNOWN)
    return first, (await conn.execute(doubtful)).scalar() or 0
