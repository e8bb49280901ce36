"""Counts of days, and the backlog as it was: kept where things happen, so that the wall costs the same whatever the tables hold."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import WAITING, WITH_AGENCY, Backlog, DayCount, State
from bot.models.base import table
from bot.store import tally
from bot.store.boxes import Row
from bot.store.many import Many, Work, insert_into

COUNT, BACKLOG = table(DayCount), table(Backlog)
EVERY = timedelta(minutes=15)
KEPT = timedelta(days=400)
"""So long the backlog of each quarter of an hour is kept."""
HELD = (State.ASSIGNED, State.WAITING_CITIZEN, State.RETURNED)


@cache
def _add(dialect: str) -> Many:
    insert = insert_into(dialect, COUNT)
    changes = {"n": COUNT.c.n + insert.excluded.n}
    return Many(insert.on_conflict_do_update(index_elements=["day", "name", "part"], set_=changes), COUNT.c.keys())


def work(conn: AsyncConnection, counts: Mapping[tuple[date, str], int], part: int) -> Work:
    """In one order for all, so that two transactions never wait for each other in a circle."""
    rows = [{"day": day_, "name": name, "part": part, "n": by} for (day_, name), by in sorted(counts.items()) if by]
    return _add(conn.dialect.name), rows


async def since(conn: AsyncConnection, first: date) -> list[tuple[str, int]]:
    """Every name with its count since that day; nothing where it adds up to nothing."""
    query = sa.select(COUNT.c.name, sa.func.sum(COUNT.c.n)).where(COUNT.c.day >= first).group_by(COUNT.c.name)
    return [(row[0], int(row[1])) for row in await conn.execute(query) if row[1]]


async def note_backlog(conn: AsyncConnection, now: datetime) -> None:
    """What waits now, once a quarter of an hour: whoever comes second changes nothing."""
    at = now - timedelta(seconds=now.timestamp() % EVERY.total_seconds())
    states = await tally.by_state(conn)
    row = {
        "at": at.replace(microsecond=0), "waiting": sum(states.get(each, 0) for each in WAITING),
        "held": sum(states.get(each, 0) for each in HELD), "agency": sum(states.get(each, 0) for each in WITH_AGENCY),
    }  # fmt: skip
    await conn.execute(insert_into(conn.dialect.name, BACKLOG).values(row).on_conflict_do_nothing())
    await conn.execute(sa.delete(BACKLOG).where(BACKLOG.c.at < now - KEPT))


async def backlog(conn: AsyncConnection, first: datetime) -> Sequence[Row]:
    """In order."""
    return (await conn.execute(sa.select(BACKLOG).where(BACKLOG.c.at >= first).order_by(BACKLOG.c.at))).all()
