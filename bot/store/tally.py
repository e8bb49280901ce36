"""Counts that are kept: how many tickets of each part are in which state. A badge adds 256 small rows, whatever the table holds."""

from collections.abc import Mapping
from functools import cache

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import WAITING, Tally, Ticket
from bot.models.base import table
from bot.store.many import Many, Work, insert_into

TALLY, TICKET = table(Tally), table(Ticket)


@cache
def _add(dialect: str) -> Many:
    insert = insert_into(dialect, TALLY)
    changes = {"n": TALLY.c.n + insert.excluded.n}
    return Many(insert.on_conflict_do_update(index_elements=["name", "part"], set_=changes), TALLY.c.keys())


def work(conn: AsyncConnection, changes: Mapping[tuple[str, int], int]) -> Work:
    """What a batch has changed, in one order for all, so that two transactions never wait for each other in a circle."""
    rows = [{"name": name, "part": part, "n": by} for (name, part), by in sorted(changes.items()) if by]
    return _add(conn.dialect.name), rows


WAITING_NOW = (
    sa.select(sa.func.coalesce(sa.func.sum(TALLY.c.n), 0)).where(TALLY.c.name.in_(sorted(WAITING))).scalar_subquery()
)
"""How many tickets are in the officers' queue, for a query that asks for more."""


async def waiting(conn: AsyncConnection) -> int:
    """How many tickets are in the officers' queue."""
    return int((await conn.execute(sa.select(WAITING_NOW))).scalar_one())


async def by_state(conn: AsyncConnection) -> dict[str, int]:
    query = sa.select(TALLY.c.name, sa.func.sum(TALLY.c.n)).group_by(TALLY.c.name)
    return {row[0]: int(row[1]) for row in await conn.execute(query) if row[1]}


async def wrong(conn: AsyncConnection) -> dict[str, tuple[int, int]]:
    """States whose kept count is not what the table holds, as (kept, counted): empty unless somebody wrote past the door."""
    kept = await by_state(conn)
    counted = sa.select(TICKET.c.state, sa.func.count()).group_by(TICKET.c.state)
    real = {row[0]: int(row[1]) for row in await conn.execute(counted)}
    return {
        name: (kept.get(name, 0), real.get(name, 0))
        for name in sorted(kept.keys() | real.keys())
        if kept.get(name, 0) != real.get(name, 0)
    }
