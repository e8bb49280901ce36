"""Fixtures every test may use: both databases, frozen chance, no network outside this machine."""

import asyncio
import gc
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from bot import i18n
from bot.desk.context import Pages
from bot.engine import flow
from bot.store import schema
from bot.store.db import Db
from bot.triage import urgency
from tests.postgres import Cluster
from tests.world import World

ENGINES = ["sqlite", "postgresql"]
# The same invented examples in every run: a run judges the change before it, not its luck. `ARGS=--hypothesis-profile=search`
# looks for new ones; what it finds becomes an ordinary test.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("search", deadline=None, print_blob=True)
hypothesis.settings.load_profile("steady")
try:
    import playwright  # noqa: F401
except ImportError:
    collect_ignore = ["e2e"]  # `make test` installs no browser driver; `make e2e` does

MEMORY, ENOUGH = Path("/dev/shm"), 2 << 30
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
    # Each commit of a test is flushed to its disk as in real life; a disk in memory has it at once, and makes the thousand files of
    # a PostgreSQL's database in a seventh of the time.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:  # a PostgreSQL's binaries may have to be copied beside its data
        tempfile.tempdir = os.environ.setdefault("TMPDIR", str(MEMORY))


class _Whole(logging.Formatter):
    """What a failed test shows of our log says where and why, as the log itself does."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{super().format(record)} {getattr(record, 'fields', '')}"


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    shown: Any = config.pluginmanager.get_plugin("logging-plugin")
    shown.report_handler.setFormatter(_Whole("%(levelname)s %(name)s: %(message)s"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One real PostgreSQL for each test process, started only when a test asks for it."""
    server = Cluster()
    server.start()
    yield server
    server.stop()


def _migrated(url: str, folder: Path) -> str:
    """The same address: a migrated, empty database that others are copied from."""

    async def migrate() -> None:
        db = Db(url, folder)
        await db.open()
        await schema.prepare(db)
        await db.close()

    asyncio.run(migrate())
    return url


@pytest.fixture(scope="session")
def template(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    return _migrated(cluster.create_database(), tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def template_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    _migrated(f"sqlite:///{folder}/wargi.db", folder)
    return folder / "wargi.db"


def _stamp(folder: Path) -> tuple[object, ...]:
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".po", ".tsv"})
    return (folder.resolve(), *((path, path.stat().st_mtime_ns, path.stat().st_size) for path in files))


@pytest.fixture(scope="session", autouse=True)
def _content_is_read_once() -> Iterator[None]:
    """Flows, catalogues and danger lists take a third of a second, never change once read, and a thousand tests start a server."""
    kept: dict[object, Any] = {}

    def once(read: Callable[..., Any], key: Callable[..., object]) -> Callable[..., Any]:
        def get(*args: Any) -> Any:
            name = (read, key(*args))
            if name not in kept:
                kept[name] = read(*args)
            return kept[name]

        return get

    catalogues = i18n.Catalogues.load
    gc.freeze()  # what is here stays, and is not walked again and again
    gc.set_threshold(50_000, 20, 20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n.Catalogues, "load", staticmethod(once(catalogues, _stamp)))
        patch.setattr(flow, "load", once(flow.load, lambda folder, words: (_stamp(folder), id(words))))
        patch.setattr(Pages, "compile", _compiled_once())
        patch.setattr(urgency, "read", once(urgency.read, lambda folder: _stamp(folder / "data")))
        yield


def _compiled_once() -> Callable[..., Any]:
    """The desk's templates, in each language: every test has an application of its own, and compiling took half of its time."""
    real, kept = Pages.compile, dict[object, Any]()

    def compile_(self: Pages, source: Any, name: Any = None, filename: Any = None, *args: Any) -> Any:
        words = self.fixed.get("_")
        spoken = (
            (words.args, words.func.__self__) if isinstance(words, partial) else ()
        )  # kept too, or its id might come back
        key = (filename, source, spoken and (spoken[0], id(spoken[1])))
        if filename is None or args:
            return real(self, source, name, filename, *args)
        if key not in kept:
            kept[key] = (real(self, source, name, filename), spoken)
        return kept[key][0]

    return compile_


@pytest.fixture(
    params=[pytest.param(name, marks=pytest.mark.postgres if name == "postgresql" else ()) for name in ENGINES]
)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty, migrated database."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("template_file"), tmp_path / "wargi.db")
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
    await asyncio.sleep(0)  # what was closed last is told so before the loop goes
