"""Behind a real PgBouncer that lends connections by the transaction: nothing of ours may be bound to a session."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot.app import Server
from tests.faults.test_workers import second
from tests.pgbouncer import PgBouncer
from tests.world import NUMBER, Desk, World, eventually

pytestmark = pytest.mark.postgres
LENT = 8
HERE = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"


async def test_every_role_on_eight_lent_connections(cluster: Any, template: str, tmp_path: Path) -> None:
    """A gateway, two workers and two desks: turns, sends, leases, hints and a race for cases go through the pooler; LISTEN and the sign
    of life have their own, direct way."""
    direct = cluster.create_database(template=template)
    more, servers = {"WARGI_DATABASE_LISTEN_URL": direct}, list[Server]()
    try:
        async with PgBouncer(direct, LENT) as pooler:
            async with World(pooler.url, tmp_path, more, roles=("gateway",)) as world:
                try:
                    for roles in (("worker",), ("desk",), ("worker", "desk")):
                        servers.append(await second(world, roles, more=more))
                    numbers = await _turns(world)
                    await _lent(direct, servers)
                    await _race(world, [f"http://127.0.0.1:{each.port}" for each in servers[1:]], numbers)
                finally:
                    for each in servers:
                        await each.stop()
            assert "unsupported startup parameter" not in pooler.log, "a pooler refuses a session that asks for more"
            assert "ERROR" not in pooler.log
            await _nothing_left(direct)
    finally:
        cluster.drop_database(direct)


async def _turns(world: World) -> list[str]:
    """Four citizens come into the queue; the numbers of their cases."""

    async def two() -> bool:
        rows = await world.rows(
            "SELECT count(DISTINCT owner) AS n, count(*) AS parts FROM part_lease WHERE owner <> ''"
        )
        return bool(rows[0]["n"] == 2 and rows[0]["parts"] == 256)

    await eventually(two, 60, "each its share of the parts, as the leases say that travel through the pooler")
    http = world.browser()
    people = [world.citizen(n) for n in range(4)]
    for turn, words in enumerate(("halo", "1", "petugas"), start=1):
        assert {await each.say(http, words) for each in people} == {200}
        for each in people:
            await world.graph.wait_for(each.address, turn, 60)
    assert world.graph.duplicates == 0
    rows = await world.rows("SELECT number FROM ticket ORDER BY number")
    assert len(rows) == len(people)
    return [row["number"] for row in rows]


async def _race(world: World, urls: list[str], numbers: list[str]) -> None:
    """Two officers at two desks want the same cases at the same moment: one has each, the other is told so, the citizen hears once."""
    two = [await world.officer(name, url) for name, url in zip(("Rina", "Asep"), urls, strict=True)]

    async def wants(desk: Desk, number: str) -> int:
        return (await desk.act(number, "ambil"))[0]

    for number in numbers:
        assert sorted(await asyncio.gather(*[wants(desk, number) for desk in two])) == [200, 409]
    rows = await world.rows("SELECT count(*) AS n, count(DISTINCT ticket_id) AS cases FROM assignment")
    assert (rows[0]["n"], rows[0]["cases"]) == (len(numbers), len(numbers))
    holder = await world.rows("SELECT t.number, o.name FROM ticket t JOIN officer o ON o.id = t.officer_id")
    for desk in two:
        mine = {row["number"] for row in holder if row["name"] == desk.name}
        for number in sorted(mine)[:1]:
            status, _ = await desk.say(number, f"balasan {number}", number.replace("-", ""))
            assert status == 200
            await eventually(
                lambda n=number: any(f"balasan {n}" in one.text for one in world.graph.accepted), 60, "the reply"
            )  # type: ignore[misc]
    assert all(NUMBER.fullmatch(number) for number in numbers)


async def _lent(direct: str, servers: list[Server]) -> None:
    """PostgreSQL sees the pooler's few connections, and one ear for each process."""
    conn = await asyncpg.connect(direct)
    try:
        rows = await conn.fetch(
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        ears = 1 + len(servers)
        assert len(rows) <= LENT + ears, "four processes of up to twenty connections each share eight"
        locks = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {HERE}"
        assert await conn.fetchval(locks) >= 2, "each worker's sign of life"
    finally:
        await conn.close()


async def _nothing_left(direct: str) -> None:
    """What a session would keep: locks, an ear."""
    conn = await asyncpg.connect(direct)
    try:
        assert await conn.fetchval(f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {HERE}") == 0
    finally:
        await conn.close()
