"""Filtered lists over all tickets, and the names that officers give them.

The table is read from its newest end by its key, in growing strides, and looked at with the filter and the rights: a page costs at most
those strides, not what the table holds. An index by state would draw SQLite away from the queue's own ones. Where nothing fits in
the strides that one question may take, `after` says where to go on.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Officer, View
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.boxes import Row
from bot.store.desk import TICKET

VIEW, OFFICER = table(View), table(Officer)
STRIDE, STRIDES = 400, 8
Condition = sa.ColumnElement[bool]


async def find(
    conn: AsyncConnection, states: Sequence[str], where: Sequence[Condition], after: Ref | None, most: int
) -> tuple[list[Ref], Ref | None]:
    """Tickets in these states (none named: in all) that meet every condition, the newest first, and the place to go on from."""
    found: list[Ref] = []
    last, stride, fits = after, STRIDE, _fits(states, where)
    for _ in range(STRIDES):
        row = (await conn.execute(_stretch(sa.true(), last, None).offset(stride - 1).limit(1))).first()
        end = Ref(row[0], row[1]) if row else None
        some = _stretch(fits, last, end).limit(
            most + 1 - len(found)
        )  # only what fits: a stride may be fifty thousand rows
        found += [Ref(each[0], each[1]) for each in await conn.execute(some)]
        if len(found) > most:
            return found[:most], found[most - 1]
        if end is None:
            return found, None
        last, stride = end, stride * 2
    return found, last


async def among(
    conn: AsyncConnection, states: Sequence[str], where: Sequence[Condition], after: Ref | None, most: int
) -> tuple[list[Ref], Ref | None]:
    """The same where one of the conditions names an officer: their cases lie together in an index, and looking through everybody's for
    the few of one would end with the newest hundred thousand."""
    rows = await conn.execute(_stretch(_fits(states, where), after, None).limit(most + 1))
    found = [Ref(each[0], each[1]) for each in rows]
    return found[:most], found[most - 1] if len(found) > most else None


def _fits(states: Sequence[str], where: Sequence[Condition]) -> Condition:
    return sa.and_(sa.true(), *([TICKET.c.state.in_(sorted(states))] if states else []), *where)


def _stretch(fits: Condition, after: Ref | None, until: Ref | None) -> sa.Select[Any]:
    """Tickets from here to there, the newest first."""
    query = sa.select(TICKET.c.id, TICKET.c.part).where(fits).order_by(TICKET.c.id.desc(), TICKET.c.part.desc())
    own = sa.tuple_(TICKET.c.id, TICKET.c.part)
    # the ids alone are enough for the index; the pair decides among those of one id, of which there is hardly ever a second
    if after is not None:
        query = query.where(TICKET.c.id <= after.id, own < _pair(after))
    return query.where(TICKET.c.id >= until.id, own >= _pair(until)) if until is not None else query


def _pair(ref: Ref) -> sa.Tuple:
    return sa.tuple_(sa.literal(ref.id, TICKET.c.id.type), sa.literal(ref.part))


async def kept(conn: AsyncConnection, officer_id: int) -> list[Row]:
    """This officer's own views, and everybody's."""
    query = sa.select(VIEW, OFFICER.c.name.label("officer")).join_from(VIEW, OFFICER, OFFICER.c.id == VIEW.c.officer_id)
    query = query.where(sa.or_(VIEW.c.officer_id == officer_id, VIEW.c.shared)).order_by(VIEW.c.shared, VIEW.c.name)
    return list((await conn.execute(query)).all())


async def keep(
    conn: AsyncConnection, officer_id: int, name: str, query: str, shared: bool, now: datetime, most: int
) -> bool:  # fmt: skip
    """False when they have `most` already. One of the same name is replaced."""
    own = (VIEW.c.officer_id == officer_id) & (VIEW.c.name == name)
    await conn.execute(sa.delete(VIEW).where(own))
    held = sa.select(sa.func.count()).where(VIEW.c.officer_id == officer_id)
    if (await conn.execute(held)).scalar_one() >= most:
        return False
    row = {"officer_id": officer_id, "name": name, "query": query, "shared": shared, "at": now}
    await conn.execute(sa.insert(VIEW).values(row))
    return True


async def drop(conn: AsyncConnection, view_id: int, officer_id: int, lead: bool) -> bool:
    """One's own; leads drop what everybody sees, too."""
    mine = VIEW.c.officer_id == officer_id
    may = sa.or_(mine, VIEW.c.shared) if lead else mine
    return bool((await conn.execute(sa.delete(VIEW).where(VIEW.c.id == view_id, may))).rowcount)
