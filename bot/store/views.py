"""Filtered lists over all tickets, and the names that officers give them.

The table is read from its newest end by its key, in growing strides, and looked at with the filter and the rights: a page costs at most
those strides, not what the table holds. An index by state would draw SQLite away from the queue's own ones. Where nothing fits in
the strides that one question may take, `after` says where to go on.
"""

from collections.abc import Sequence
from datetime import datetime

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
    last, stride = after, STRIDE
    fits = sa.and_(sa.true(), *([TICKET.c.state.in_(sorted(states))] if states else []), *where)
    for _ in range(STRIDES):
        some = _stride(last, stride)
        own = (TICKET.c.id == some.c.id) & (TICKET.c.part == some.c.part)
        query = sa.select(some.c.id, some.c.part, sa.case((fits, 1), else_=0)).select_from(some.join(TICKET, own))
        rows = (await conn.execute(query.order_by(some.c.id.desc(), some.c.part.desc()))).all()
        for row in rows:
            ref = Ref(row[0], row[1])
            if row[2]:
                if len(found) == most:
                    return found, last
                found.append(ref)
            last = ref
        if len(rows) < stride:
            return found, None
        stride *= 2
    return found, last


def _stride(last: Ref | None, stride: int) -> sa.Subquery:
    """The next tickets by age, whatever else they are."""
    order = (TICKET.c.id.desc(), TICKET.c.part.desc())
    every = sa.select(TICKET.c.id, TICKET.c.part)
    if last is not None:
        # the id alone is enough for the index; the pair decides among those of one id, of which there is hardly ever a second
        pair = sa.tuple_(sa.literal(last.id, TICKET.c.id.type), sa.literal(last.part))
        every = every.where(TICKET.c.id <= last.id, sa.tuple_(TICKET.c.id, TICKET.c.part) < pair)
    return every.order_by(*order).limit(stride).subquery("some")


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
