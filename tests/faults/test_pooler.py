"""Behind a pooler that lends connections by the transaction: nothing of ours may be bound to a session."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.fakes.pooler import Pooler
from tests.faults.test_workers import second
from tests.world import World, eventually

pytestmark = pytest.mark.postgres


async def test_two_processes_on_eight_lent_connections(cluster: Any, template: str, tmp_path: Path) -> None:
    """Turns, sends, leases, hints and the desk through the pooler; LISTEN and the sign of life have their own, direct way."""
    direct = cluster.create_database(template=template)
    try:
        async with Pooler(direct, 8) as pooler:
            async with World(pooler.url, tmp_path, {"WARGI_DATABASE_LISTEN_URL": direct}) as world:
                other = await second(world, more={"WARGI_DATABASE_LISTEN_URL": direct})
                try:
                    await _story(world)
                finally:
                    await other.stop()
            assert not pooler.refused, "a pooler refuses the start of a session that asks for more"
            assert pooler.lent > 100
            await _nothing_left(direct)
    finally:
        cluster.drop_database(direct)


async def _story(world: World) -> None:
    async def two() -> bool:
        rows = await world.rows(
            "SELECT count(DISTINCT owner) AS n, count(*) AS parts FROM part_lease WHERE owner <> ''"
        )
        return rows[0]["n"] == 2

    await eventually(two, 20, "each its share of the parts")
    http = world.browser()
    people = [world.citizen(n) for n in range(4)]
    for turn, words in enumerate(("halo", "1"), start=1):
        assert {await each.say(http, words) for each in people} == {200}
        await eventually(lambda: len(world.graph.accepted) >= 4 * turn, 20, "everybody answered")  # noqa: B023
    for each in people:
        assert len(world.graph.to(each.address)) >= 2
    assert world.graph.duplicates == 0
    rina = await world.officer("Rina")
    assert "Antrean" in await rina.get("/desk")


async def _nothing_left(direct: str) -> None:
    """What a session would keep: named statements, locks, an ear."""
    conn = await asyncpg.connect(direct)
    try:
        here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        others = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {here}"
        assert await conn.fetchval(others) == 0
    finally:
        await conn.close()
