"""What citizens do in the flows is counted with their turns, in both databases. B12"""

import sqlalchemy as sa

from bot import clock, wib
from bot.models import FlowCount
from bot.models.base import table
from bot.store import walks
from tests.journey.test_known import answers
from tests.world import World


async def test_walks_are_counted(world: World) -> None:
    euis, asep = world.citizen(1), world.citizen(2)
    await answers(world, euis, "halo", "1", "1", "2", "petugas")
    await answers(world, asep, "halo", "1", "1")
    async with world.server.db.read() as conn:
        today = wib.day(clock.now())
        rows = {(row.flow, row.node): row[2:] for row in await walks.since(conn, today)}
        days = (await conn.execute(sa.select(table(FlowCount).c.day).distinct())).scalars().all()
        people = await walks.people(conn, "pengaduan", today)
        later = await walks.since(conn, today.replace(year=today.year + 1))
    assert rows["menu", "mulai"] == (2, 2, 0) and rows["menu", "utama"] == (2, 2, 0)
    assert rows["pengaduan", "topik"] == (2, 1, 0), "one has answered it, one is still there"
    assert rows["menu", "petugas"][0] == 1 and sum(row[2] for row in rows.values()) == 1
    assert people["topik"] == {"reached": 2, "answered": 1, "gone": 0}
    assert later == [] and len(days) <= 2
