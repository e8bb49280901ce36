"""Alarms and calls: those of a batch's conversations, those that are due, and what became of each call."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotFound
from bot.models import Alarm, AlarmState, Officer, Page, PageState, Role
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import outages
from bot.store.batch import Batch
from bot.store.boxes import Row
from bot.store.kept import Kept
from bot.store.many import Due, at, beside, overdue
from bot.store.people import officer_of
from bot.store.sight import TICKET, Sight
from bot.store.talk import Talk

ALARM, PAGE, OFFICER = table(Alarm), table(Page), table(Officer)


async def load(conn: AsyncConnection, batch: Batch, refs: Sequence[Ref]) -> None:
    """Puts these alarms into the batch."""
    if not refs:
        return
    ids, parts = [ref.id for ref in refs], sorted({ref.part for ref in refs})
    found = await conn.execute(sa.select(ALARM).where(ALARM.c.id.in_(ids), beside(ALARM.c.part).in_(parts)))
    for row in found.mappings():
        batch.alarms[row["id"]] = dict(row)


def refs(talks: Sequence[Talk]) -> list[Ref]:
    """The alarms that these conversations are about."""
    return [Ref(each.alarm_id, each.part) for each in talks if each.alarm_id]


def goes_on(batch: Batch, talk: Talk) -> bool:
    """Of alarms that are loaded: somebody in danger is being asked, or is called for, or a human has just taken it up."""
    alarm = batch.alarms.get(talk.alarm_id) if talk.alarm_id else None
    return alarm is not None and alarm["state"] not in (AlarmState.CALM, AlarmState.ENDED)


async def one(conn: AsyncConnection, batch: Batch, ref: Ref) -> dict[str, Any]:
    """Raises `NotFound`."""
    await load(conn, batch, [ref])
    if ref.id not in batch.alarms:
        raise NotFound("alarm tidak ditemukan")
    return batch.alarms[ref.id]


async def conversation_of(conn: AsyncConnection, ref: Ref) -> Ref | None:
    """Where the alarm was raised; None for a drill. Raises `NotFound`."""
    query = sa.select(ALARM.c.conversation_id).where(ALARM.c.id == ref.id, ALARM.c.part == ref.part)
    row = (await conn.execute(query)).first()
    if row is None:
        raise NotFound("alarm tidak ditemukan")
    return Ref(row[0], ref.part) if row[0] else None


_DUE = Due(
    sa.select(ALARM.c.id, ALARM.c.part)
    .where(ALARM.c.next_at.is_not(None), ALARM.c.next_at <= sa.bindparam("now"))
    .order_by(ALARM.c.next_at, ALARM.c.id),
    ALARM.c.part,
)


async def due(conn: AsyncConnection, parts: Sequence[int] | None, now: datetime, limit: int) -> list[Ref]:
    """Alarms with something to do, the longest overdue first."""
    return [Ref(row.id, row.part) for row in await _DUE(conn, parts, limit, now=now)]


async def active_officers(conn: AsyncConnection) -> list[Officer]:
    """Of the hotline: who works for an agency is called as that agency's contact, never as one of ours."""
    ours = (OFFICER.c.active, OFFICER.c.role != Role.AGENCY)
    rows = await conn.execute(sa.select(OFFICER).where(*ours).order_by(OFFICER.c.id))
    return [officer_of(row) for row in rows.mappings()]


async def called(conn: AsyncConnection, alarm: Mapping[str, Any]) -> set[int]:
    """Officers who have been called in this round."""
    query = sa.select(PAGE.c.officer_id).where(
        PAGE.c.alarm_id == alarm["id"], PAGE.c.part == alarm["part"], PAGE.c.round == alarm["round"]
    )
    return {id_ for id_ in (await conn.execute(query)).scalars() if id_ is not None}


async def paged_now(conn: AsyncConnection, officer_ids: Sequence[int], now: datetime) -> None:
    if officer_ids:
        await conn.execute(sa.update(OFFICER).where(OFFICER.c.id.in_(list(officer_ids))).values(paged_at=now))


async def set_ways(conn: AsyncConnection, officer_id: int, values: Mapping[str, str]) -> None:
    """Where an officer is reached away from the desk, and their languages."""
    await conn.execute(sa.update(OFFICER).where(OFFICER.c.id == officer_id).values(dict(values)))


async def way_moved(conn: AsyncConnection, via: str, before: str, now: str) -> None:
    """A chat in which officers are called has got another number."""
    await conn.execute(sa.update(OFFICER).where(OFFICER.c[via] == before).values({via: now}))


# -- calls -----------------------------------------------------------------------------------------


_CALLS_DUE = Due(
    sa.select(
        PAGE.c.id, PAGE.c.part, PAGE.c.name, PAGE.c.via, PAGE.c.target, PAGE.c.attempts, PAGE.c.at, PAGE.c.step,
        ALARM.c.id.label("alarm_id"), ALARM.c.number, ALARM.c.kind, ALARM.c.words, ALARM.c.state, ALARM.c.drill,
        ALARM.c.raised_at, ALARM.c.nobody, PAGE.c.officer_id, ALARM.c.acknowledged_by, OFFICER.c.name.label("taker"),
    )
    .join(ALARM, sa.and_(ALARM.c.id == PAGE.c.alarm_id, ALARM.c.part == PAGE.c.part))
    .outerjoin(OFFICER, OFFICER.c.id == ALARM.c.acknowledged_by)
    .where(overdue(PAGE.c.next_at, PAGE.c.attempts == 0))
    .order_by(PAGE.c.next_at, PAGE.c.id),
    PAGE.c.part,
)  # fmt: skip


async def calls_due(conn: AsyncConnection, parts: Sequence[int] | None, now: datetime, limit: int) -> Sequence[Row]:
    """Calls that have to leave now, each with its alarm."""
    return await _CALLS_DUE(conn, parts, limit, **at(now))


async def settle_call(
    conn: AsyncConnection,
    call: Ref,
    state: PageState,
    attempts: int,
    at: datetime,
    next_at: datetime | None,
    error: str,
) -> None:
    """What became of a call; `next_at` = it is tried again then."""
    values = {"state": state, "attempts": attempts, "next_at": next_at, "error": error[:500]}
    if state == PageState.SENT:
        values["sent_at"] = at
    await conn.execute(sa.update(PAGE).where(PAGE.c.id == call.id, PAGE.c.part == call.part).values(values))


# -- for the desk ----------------------------------------------------------------------------------


async def unacknowledged(
    conn: AsyncConnection, now: datetime, limit: int = 20
) -> tuple[list[dict[str, Any]], int, str]:
    """Alarms that still wait for a human, oldest first, and how many officers are on shift, and the oldest outage ('':
    none): one statement for every page."""
    rows = await _calling(limit)(conn, at=now)
    return [row for row in rows if row["id"] is not None], rows[0]["on_duty"], rows[0]["outage"] or ""


@cache
def _calling(limit: int) -> Kept:
    shift = sa.select(sa.func.count().label("on_duty")).select_from(OFFICER)
    duty = shift.where(
        OFFICER.c.active, OFFICER.c.duty_until > sa.bindparam("at", type_=OFFICER.c.duty_until.type)
    ).subquery()
    calling = sa.and_(ALARM.c.next_at.is_not(None), ALARM.c.state == AlarmState.PAGING)
    return Kept(
        sa.select(duty.c.on_duty, outages.OLDEST.label("outage"), ALARM)
        .outerjoin_from(duty, ALARM, calling)
        .order_by(ALARM.c.raised_at)
        .limit(limit)
    )


async def history(conn: AsyncConnection, after: bytes | None, sight: Sight, limit: int = 30) -> Sequence[sa.RowMapping]:
    """All alarms but those of cases that may not be seen, newest first, beyond `after`; `officer` is the name of who acknowledged."""
    who, its = (
        OFFICER.c.id == ALARM.c.acknowledged_by,
        (TICKET.c.id == ALARM.c.ticket_id) & (TICKET.c.part == ALARM.c.part),
    )
    query = sa.select(ALARM, OFFICER.c.name.label("officer")).outerjoin(OFFICER, who).outerjoin(TICKET, its)
    query = query.where(sa.or_(ALARM.c.ticket_id.is_(None), sight.sees()))
    if after is not None:
        query = query.where(ALARM.c.id < after)
    return (await conn.execute(query.order_by(ALARM.c.id.desc()).limit(limit))).mappings().all()


async def calls_of(conn: AsyncConnection, alarms: Sequence[Ref]) -> dict[bytes, list[sa.RowMapping]]:
    """Each alarm's calls, in order."""
    query = sa.select(PAGE).where(
        PAGE.c.alarm_id.in_([ref.id for ref in alarms]), beside(PAGE.c.part).in_(sorted({ref.part for ref in alarms}))
    )
    found: dict[bytes, list[sa.RowMapping]] = {ref.id: [] for ref in alarms}
    for row in (await conn.execute(query.order_by(PAGE.c.id))).mappings():
        found[row["alarm_id"]].append(row)
    return found
