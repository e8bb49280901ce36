"""How flows are walked: counts a day and step, added up in each batch so that a message costs no statement of its own."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models.base import table
from bot.models.flows import FlowCount
from bot.store import sketch
from bot.store.boxes import Row
from bot.store.many import Many, Work, insert_into
from bot.wib import day

COUNT = table(FlowCount)
KINDS = ("reached", "answered", "gone")
WHO = {kind: f"{kind}_by" for kind in KINDS}
Walks = Mapping[tuple[str, int, str], tuple[int, int]]
"""`flow/step`, part and kind -> how often, and by whom."""


@cache
def _add(dialect: str) -> Many:
    insert = insert_into(dialect, COUNT)
    changes = {name: COUNT.c[name] + insert.excluded[name] for name in KINDS}
    changes |= {name: COUNT.c[name].op("|")(insert.excluded[name]) for name in WHO.values()}
    keys = ["day", "flow", "node", "part"]
    return Many(insert.on_conflict_do_update(index_elements=keys, set_=changes), COUNT.c.keys())


def work(conn: AsyncConnection, walks: Walks, at: datetime) -> Work:
    """In one order for all, so that two transactions never wait for each other in a circle."""
    rows: dict[tuple[str, int], dict[str, object]] = {}
    zero = {"day": day(at), **dict.fromkeys((*KINDS, *WHO.values()), 0)}
    for (id_, part, kind), (times, who) in sorted(walks.items()):
        row = rows.get((id_, part))
        if row is None:
            flow, _, node = id_.partition("/")
            row = rows[id_, part] = {**zero, "flow": flow, "node": node, "part": part}
        row[kind], row[WHO[kind]] = times, who
    return _add(conn.dialect.name), list(rows.values())


async def since(conn: AsyncConnection, first: date) -> list[Row]:
    """Flow, node, and how often each was reached, answered and left since that day."""
    sums = [sa.func.sum(COUNT.c[name]).label(name) for name in KINDS]
    query = (
        sa.select(COUNT.c.flow, COUNT.c.node, *sums).where(COUNT.c.day >= first).group_by(COUNT.c.flow, COUNT.c.node)
    )
    return list((await conn.execute(query)).all())


async def people(conn: AsyncConnection, flow: str, first: date) -> dict[str, dict[str, int]]:
    """Step of this flow -> how many people reached, answered and left it since that day. A row for each step, part and day is read."""
    columns = [COUNT.c[name].label(kind) for kind, name in WHO.items()]
    query = sa.select(COUNT.c.node, COUNT.c.part, *columns).where(COUNT.c.day >= first, COUNT.c.flow == flow)
    found: dict[str, dict[int, list[int]]] = {}
    for node, part, *masks in await conn.execute(query):
        known = found.setdefault(node, {}).setdefault(part, [0] * len(KINDS))
        for at, mask in enumerate(masks):
            known[at] |= mask
    return {
        node: {kind: sketch.people(masks[at] for masks in parts.values()) for at, kind in enumerate(KINDS)}
        for node, parts in found.items()
    }
