"""Statements for many rows."""

import pytest
import sqlalchemy as sa

from bot import clock
from bot.models import Twin
from bot.models.base import table
from bot.store.db import Db
from bot.store.many import ByIds, Many

TWIN = table(Twin)


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
