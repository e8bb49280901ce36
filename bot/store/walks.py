"""How flows are walked: counts a day and step, added up in each batch so that a message costs no statement of its own."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models.base import table
from bot.models.flows import FlowCount
from bot.store.boxes import Row
from bot.store.many import Many, Work, insert_into

COUNT = table(FlowCount)
WIB = timedelta(hours=7)
"""A day is one of West Java."""
KINDS = ("reached", "answered", "gone")


def day(at: datetime) -> date:
    return (at + WIB).date()


@cache
def _add(dialect: str) -> Many:
    insert = insert_into(dialect, COUNT)
    changes = {name: COUNT.c[name] + insert.excluded[name] for name in KINDS}
    keys = ["day", "flow", "node", "part"]
    return Many(insert.on_conflict_do_update(index_elements=keys, set_=changes), COUNT.c.keys())


def work(conn: AsyncConnection, walks: Mapping[tuple[str, str], int], at: datetime, part: int) -> Work:
    """In one order for all, so that two transactions never wait for each other in a circle."""
    rows: dict[str, dict[str, object]] = {}
    for (id_, kind), times in sorted(walks.items()):
        flow, _, node = id_.partition("/")
        zero = {"day": day(at), "flow": flow, "node": node, "part": part, "reached": 0, "answered": 0, "gone": 0}
        rows.setdefault(id_, zero)[kind] = times
    return _add(conn.dialect.name), list(rows.values())


async def since(conn: AsyncConnection, first: date) -> list[Row]:
    """Flow, node, and how often each was reached, answered and left since that day."""
    sums = [sa.func.sum(COUNT.c[name]).label(name) for name in KINDS]
    query = (
        sa.select(COUNT.c.flow, COUNT.c.node, *sums).where(COUNT.c.day >= first).group_by(COUNT.c.flow, COUNT.c.node)
    )
    return list((await conn.execute(query)).all())
