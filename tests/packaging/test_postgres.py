"""The PostgreSQL of the tests starts, copies databases, and leaves nothing behind."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.postgres import Cluster

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster() as cluster:
        yield cluster


async def ask(url: str, *statements: str) -> object:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    try:
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        await engine.dispose()


async def test_sqlalchemy_reaches_it_through_the_socket(cluster):
    assert await ask(cluster.create_database(), "SELECT 1") == 1


async def test_it_speaks_utf8_and_has_the_extensions_for_search(cluster):
    url = cluster.create_database()
    assert await ask(url, "CREATE EXTENSION pg_trgm", "SELECT upper('é')") == "É"


async def test_a_database_is_a_copy_of_its_template(cluster):
    template = cluster.create_database()
    await ask(template, "CREATE TABLE words (word text)", "INSERT INTO words VALUES ('wargi')")
    one, two = (cluster.create_database(template) for _ in range(2))
    await ask(one, "DELETE FROM words")
    assert await ask(one, "SELECT count(*) FROM words") == 0
    assert await ask(two, "SELECT count(*) FROM words") == 1


async def test_a_dropped_database_is_gone(cluster):
    url = cluster.create_database()
    name = await ask(url, "SELECT current_database()")
    cluster.drop_database(url)
    assert await ask(cluster.url, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == 0


def test_nothing_is_left_after_stop(monkeypatch):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    cluster = Cluster()
    began = time.monotonic()
    cluster.start()
    cluster.stop()
    print(f"PostgreSQL up and down in {time.monotonic() - began:.2f} s")
    assert cluster.server.returncode is not None
    assert not cluster.folder.exists()
