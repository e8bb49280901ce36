"""PostgreSQL as it is run where nothing may be lost: one that another follows, and one whose log is kept elsewhere."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import asyncpg

from tests.faults.test_database import Restartable
from tests.postgres import SETTINGS, unprivileged
from tests.world import ROOT

STARTS = 60.0
"""Seconds for a server to come up, or to have caught up."""


class Pair(Restartable):
    """One PostgreSQL, one that follows it, and an address that leads to whoever is first, as a cluster's manager moves one.
    Three others may take over, one after the other."""

    settings = (*SETTINGS, "synchronous_commit=remote_apply")
    waits = True
    """A commit has been applied by the other before it is one."""

    def __init__(self) -> None:
        super().__init__()
        self.second: subprocess.Popen[bytes] | None = None
        self.made_so_far = 0

    @property
    def home(self) -> Path:
        """Where the second keeps its data and listens."""
        assert self.folder is not None
        return self.folder / f"second{self.made_so_far}"

    def start(self) -> str:
        super().start()
        assert self.folder is not None
        self._lead_to(self.folder)
        self.url = f"postgresql://wargi@/postgres?host={self.folder}/first"
        self.follow()
        return self.url

    def _lead_to(self, home: Path) -> None:
        assert self.folder is not None
        new = self.folder / "new"
        new.symlink_to(home)
        new.rename(self.folder / "first")

    def follow(self) -> None:
        """A new second, made out of the first while that goes on."""
        assert self.folder is not None and self.server is not None
        self.made_so_far += 1
        first, home = (self.folder / "first").resolve(), self.home
        home.mkdir()
        if os.geteuid() == 0:
            shutil.chown(home, "nobody")
        postgres = Path(self.server.args[0])  # type: ignore[index]
        copy = [postgres.parent / "pg_basebackup", "-h", first, "-U", "wargi", "-D", home / "data", "-X", "stream", "-c", "fast", "-R"]  # fmt: skip
        subprocess.run(copy, check=True, stdout=subprocess.DEVNULL, **unprivileged(home))
        options = [word for setting in self.settings for word in ("-c", setting)]
        with (home / "log").open("wb") as out:
            told = [postgres, "-D", home / "data", "-k", home, *options]
            self.second = subprocess.Popen(told, stdout=out, **unprivileged(home))
        until(lambda: ask(home, "SELECT pg_is_in_recovery()") is True, "the second")
        if self.waits:
            ask(first, "ALTER SYSTEM SET synchronous_standby_names = '*'")
            ask(first, "SELECT pg_reload_conf()")
            until(lambda: ask(first, "SELECT sync_state FROM pg_stat_replication") == "sync", "the second keeping pace")

    def anyone(self, url: str) -> str:
        """The same, but for whoever is told all machines and looks for the first among them itself."""
        homes = [self.folder, *[f"{self.folder}/second{n}" for n in range(1, 4)]]
        hosts = "&".join(f"host={home}:5432" for home in homes)
        return f"{url.partition('?')[0]}?{hosts}&target_session_attrs=primary"

    def cut(self) -> None:
        """The line between them is gone; what had been sent is applied."""
        assert self.folder is not None
        first, home = self.folder / "first", self.home
        until(lambda: ask(first, "SELECT replay_lsn = pg_current_wal_lsn() FROM pg_stat_replication"), "the second")
        ask(home, "ALTER SYSTEM SET primary_conninfo = ''")
        ask(home, "SELECT pg_reload_conf()")
        until(lambda: ask(home, "SELECT count(*) FROM pg_stat_wal_receiver") == 0, "the end of the line")

    def take_over(self, after: float) -> None:
        """The first is gone, for good; after so many seconds somebody notices."""
        assert self.server is not None
        self.kill()
        time.sleep(after)
        ask(self.home, "SELECT pg_promote()")
        self._lead_to(self.home)
        self.server, self.second = self.second, None

    def receiver(self) -> int:
        """The second's process that takes the log."""
        return int(ask(self.home, "SELECT pid FROM pg_stat_wal_receiver"))

    def stop(self) -> None:
        if self.second is not None:
            self.second.send_signal(signal.SIGQUIT)
            self.second.wait(30)
        super().stop()


class Loose(Pair):
    """The other follows as it can: PostgreSQL's default."""

    settings = (*SETTINGS, "synchronous_commit=on")
    waits = False


class Archived(Restartable):
    """One whose log leaves for another disk with the commands that docs/operations.md gives."""

    at_once = False
    """A receiver takes the log as it is written, and a commit waits for it."""
    _receiver: subprocess.Popen[bytes] | None = None

    @property
    def place(self) -> Path:
        assert self.folder is not None
        return self.folder

    def start(self) -> str:
        super().start()
        for folder in ("", "wal", "base"):
            (self.place / "backup" / folder).mkdir()
            if os.geteuid() == 0:
                shutil.chown(self.place / "backup" / folder, "nobody")
        with (self.place / "data/postgresql.conf").open("a") as out:  # the restored one listens elsewhere
            out.write(
                f"\nunix_socket_directories = '{self.place}/backup'\nlisten_addresses = ''\nmax_connections = 200\n"
            )
            if not self.at_once:
                out.write(self.said("archive_command"))
        self.kill()
        self.again()
        until(lambda: ask(self.place, "SELECT 1") == 1, "the server with an archive")
        if self.at_once:
            *before, last = self.said("pg_receivewal").splitlines()
            told = ["bash", "-ec", "\n".join([*before, f"exec {last}"])]
            self._receiver = subprocess.Popen(told, env=self.env, stdout=subprocess.DEVNULL, **unprivileged(self.place))
            ask(self.place, "ALTER SYSTEM SET synchronous_standby_names = 'pg_receivewal'")
            ask(self.place, "SELECT pg_reload_conf()")
            until(lambda: ask(self.place, "SELECT sync_state FROM pg_stat_replication") == "sync", "the receiver")
        return self.url

    @property
    def env(self) -> dict[str, str]:
        assert self.server is not None
        binaries = Path(self.server.args[0]).parent  # type: ignore[index]
        return {"PATH": f"{binaries}:{os.environ['PATH']}", "PGHOST": str(self.place), "PGUSER": "wargi"}

    def said(self, word: str) -> str:
        """The block of docs/operations.md that holds this word, with our places, and minutes as seconds: 240 as 4."""
        text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
        (block,) = [each for each in re.findall(r"^```\n(.*?)^```", text, re.M | re.S) if word in each]
        for before, now in (
            ("/backup/", f"{self.place}/backup/"), ("/var/lib/postgresql/data", f"{self.place}/back"),
            ("archive_timeout = 240", f"archive_timeout = {LEAVES}"),
        ):  # fmt: skip
            block = block.replace(before, now)
        return block

    def run(self, commands: str) -> None:
        """As a person at a shell, who is not root."""
        with (self.place / "run").open("wb") as out:  # a server that it starts goes on writing there
            told = ["bash", "-ec", commands]
            done = subprocess.run(told, env=self.env, stdout=out, timeout=900, check=False, **unprivileged(self.place))
        assert done.returncode == 0, f"{commands}: {(self.place / 'run').read_text()[-3000:]}"

    def lose(self) -> None:
        """The machine is gone with its disk."""
        self.kill()
        shutil.rmtree(self.place / "data")
        if self._receiver is not None:
            self._receiver.terminate()
            self._receiver.wait(30)
            self._receiver = None

    def come_back(self, moment: datetime | None = None) -> Path:
        """From the base and the log, to the end or to a moment; returns where it listens."""
        with suppress(FileNotFoundError):
            self.run(f"pg_ctl -D {self.place}/back stop -m immediate || true")
            shutil.rmtree(self.place / "back")
        way = re.sub(r"(?<=/base/)[\d-]+", str(date.today()), self.said("recovery.signal"))
        way = way.replace("2026-11-22 06:15:00+00", str(moment))
        if moment is None:
            way = "".join(line for line in way.splitlines(keepends=True) if "recovery_target" not in line)
        self.run(way)
        home = self.place / "backup"
        until(lambda: ask(home, "SELECT pg_is_in_recovery()") is False, "the way back")
        return home

    def stop(self) -> None:
        if self._receiver is not None:
            self._receiver.terminate()
            self._receiver.wait(30)
        if self.folder is not None and (self.folder / "back").exists():
            self.run(f"pg_ctl -D {self.place}/back stop -m immediate || true")
        super().stop()


class Received(Archived):
    settings = (*SETTINGS, "synchronous_commit=on")
    at_once = True


LEAVES = int(os.environ.get("LEAVES", "4"))
"""Seconds after which an unfinished piece of the log leaves, instead of the 240 that the text names."""


def ask(home: Path, statement: str, database: str = "postgres") -> Any:
    """The first value of the first row, from a thread with a loop of its own."""

    async def run() -> Any:
        conn = await asyncpg.connect(f"postgresql://wargi@/{database}?host={home}")
        try:
            return await conn.fetchval(statement)
        finally:
            await conn.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


def until(what: Callable[[], Any], name: str) -> None:
    end = time.monotonic() + STARTS
    while True:
        with suppress(OSError, asyncpg.PostgresError):
            if what():
                return
        if time.monotonic() > end:
            raise AssertionError(f"did not come: {name}")
        time.sleep(0.1)
