"""Statements for many rows."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot import clock
from bot.models import Twin
from bot.models.base import table
from bot.store.db import Db
from bot.store.many import ByIds, Due, Many

TWIN = table(Twin)
HOUR = timedelta(hours=1)


async def test_rows_are_found_by_their_ids(db: Db) -> None:
    """Whatever their number: what fills the IN up finds nothing twice, and an unknown id finds nothing."""
    ids = sorted(clock.new_id() for _ in range(9))
    rows = [
        {"id": id_, "part": n, "contact_id": id_, "other_id": id_, "other_part": n, "why": "", "at": clock.now()}
        for n, id_ in enumerate(ids)
    ]
    await db.write([(Many(sa.insert(TWIN), TWIN.c.keys()), rows)])
    find = ByIds(sa.select(TWIN.c.id, TWIN.c.part), TWIN.c.id)
    async with db.read() as conn:
        for count in (1, 2, 3, 4, 5, 9, 3):
            found = await find(conn, [*ids[:count], clock.new_id()])
            assert sorted((bytes(id_), part) for id_, part in found) == [(id_, n) for n, id_ in enumerate(ids[:count])]
        with pytest.raises(IndexError):
            await find(conn, [])


async def test_what_is_due_is_asked_of_its_parts_or_of_all(db: Db) -> None:
    ids = [clock.new_id() for _ in range(5)]
    at = clock.now()
    rows = [
        {"id": id_, "part": n, "contact_id": id_, "other_id": id_, "other_part": n, "why": "", "at": at + n * HOUR}
        for n, id_ in enumerate(ids)
    ]
    await db.write([(Many(sa.insert(TWIN), TWIN.c.keys()), rows)])
    due = Due(sa.select(TWIN.c.part).where(TWIN.c.at <= sa.bindparam("now")).order_by(TWIN.c.at.desc()), TWIN.c.part)
    async with db.read() as conn:
        for parts, limit, hours, found in (
            (None, 9, 9, [4, 3, 2, 1, 0]), (None, 2, 3, [3, 2]), ([1, 4], 9, 3, [1]), ([1, 4], 9, 4, [4, 1]), ([], 9, 9, []),
            ([0], 9, -1, []),
        ):  # fmt: skip
            assert [row.part for row in await due(conn, parts, limit, now=at + hours * HOUR)] == found
