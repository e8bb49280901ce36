"""Fixtures every test may use: both databases, frozen chance, no network outside this machine."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.store import schema
from bot.store.db import Db
from tests.postgres import Cluster
from tests.world import World

ENGINES = ["sqlite", "postgresql"]
try:
    import playwright  # noqa: F401
except ImportError:
    collect_ignore = ["e2e"]  # `make test` installs no browser driver; `make e2e` does


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One real PostgreSQL for each test process, started only when a test asks for it."""
    server = Cluster()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated, empty database that others are copied from."""
    url = cluster.create_database()

    async def migrate() -> None:
        db = Db(url, tmp_path_factory.mktemp("template"))
        await db.open()
        await schema.prepare(db)
        await db.close()

    asyncio.run(migrate())
    return url


@pytest.fixture(
    params=[pytest.param(name, marks=pytest.mark.postgres if name == "postgresql" else ()) for name in ENGINES]
)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty, migrated (PostgreSQL) or not yet existing (SQLite) database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/wargi.db"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.create_database(template=request.getfixturevalue("template"))
    yield url
    cluster.drop_database(url)


@pytest.fixture
async def db(database_url: str, tmp_path: Path) -> AsyncIterator[Db]:
    """An opened, migrated database of either engine."""
    opened = Db(database_url, tmp_path)
    await opened.open()
    await schema.prepare(opened)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for the outside is wrong, here and on a train."""
    real = socket.getaddrinfo

    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in (None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", b"127.0.0.1"):
            raise OSError(f"tests do not leave this machine: {host}")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)
    for name in [name for name in os.environ if name.startswith("WARGI_") and name != "REQUIRE_ALL_TESTS"]:
        monkeypatch.delenv(name)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The whole system on either database."""
    async with World(database_url, tmp_path) as built:
        yield built
