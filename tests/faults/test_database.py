"""The database goes away under a running server: 503, nothing parked, nothing lost, and all resumes by itself."""

import asyncio
import os
import pwd
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot import delivery
from bot.store import db, schema
from bot.store.db import Db
from tests.fakes.citizen import post_signed
from tests.postgres import Cluster
from tests.world import World, eventually


class Restartable(Cluster):
    """A PostgreSQL of one test, which may be killed and started again."""

    def kill(self) -> None:
        assert self.server is not None
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(30)

    def again(self) -> None:
        assert self.server is not None and self.folder is not None
        how: dict[str, Any] = {"cwd": self.folder, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
        if os.geteuid() == 0:
            how |= {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
        with (self.folder / "log").open("ab") as out:
            self.server = subprocess.Popen(self.server.args, stdout=out, **how)


@pytest.fixture
def own() -> Iterator[Restartable]:
    cluster = Restartable()
    cluster.url = ""  # never somebody's own server
    cluster.start()
    yield cluster
    cluster.stop()


async def migrated(url: str, folder: Path) -> str:
    store = Db(url, folder)
    await schema.ready(store)
    await store.close()
    return url


@pytest.mark.postgres
async def test_postgres_killed_and_started_again(own: Restartable, tmp_path: Path) -> None:
    """Webhooks get 503 meanwhile; afterwards every acknowledged word is answered, without a restart of ours."""
    url = await migrated(own.create_database(), tmp_path)
    async with World(url, tmp_path) as world:
        http, citizens = world.browser(), [world.citizen(n) for n in range(24)]
        codes: list[int] = []

        async def talk(n: int) -> None:
            for _ in range(60):
                code = await citizens[n].say(http, "halo")
                codes.append(code)
                if code == 503:
                    code = await post_signed(http, citizens[n].url, citizens[n].secret, citizens[n].posted[-1][1], 9)
                assert code == 200
                await asyncio.sleep(0.05)

        talking = [asyncio.create_task(talk(n)) for n in range(8)]
        await asyncio.sleep(0.5)
        await asyncio.to_thread(own.kill)
        await eventually(lambda: 503 in codes, what="a 503")
        await asyncio.to_thread(own.again)
        await asyncio.gather(*talking)
        await eventually(lambda: _none(world, "SELECT count(*) FROM inbox WHERE state = 'pending'"), what="all handled")
        assert await world.rows("SELECT error FROM inbox WHERE state = 'parked'") == []
        late = citizens[20]
        assert await late.say(http, "halo") == 200
        await eventually(lambda: world.graph.to(late.address), what="an answer after the restart")
        await eventually(lambda: _none(world, "SELECT count(*) FROM outbox"), what="all sent")


async def _none(world: World, query: str) -> bool:
    return bool(await world.one(query) == 0)


STARTING = DBAPIError("SELECT 1", None, Exception("the database system is starting up"))
"""What SQLAlchemy raises while PostgreSQL starts or stops: neither an OperationalError nor an invalidated connection."""


async def test_one_odd_database_error_does_not_silence_the_bot(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop that hands bubbles to senders lives on, whatever the database says once."""
    real, failed = delivery.taken_over, []

    async def starting(*args: Any) -> Any:
        if not failed:
            failed.append(1)
            raise STARTING
        return await real(*args)

    monkeypatch.setattr(delivery, "taken_over", starting)
    http, one, two = world.browser(), world.citizen(1), world.citizen(2)
    await one.say(http, "halo")
    await eventually(lambda: failed)
    await two.say(http, "halo")
    await eventually(lambda: world.graph.to(two.address), what="the next citizen's answer")
    await eventually(lambda: world.graph.to(one.address), what="the answer that met the error")


async def test_a_passing_database_error_parks_no_word(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Door: an error that is the database's, not the row's, means 503; stored bare and parked the word would be lost."""
    real, failed = db.write, []

    async def starting(*args: Any, **kwargs: Any) -> None:
        if len(failed) < 2:
            failed.append(1)
            raise STARTING
        await real(*args, **kwargs)

    monkeypatch.setattr(db, "write", starting)
    citizen, http = world.citizen(), world.browser()
    assert await citizen.say(http, "halo") == 503
    assert await citizen.again(http) == 503
    assert await citizen.again(http) == 200
    await eventually(lambda: world.graph.to(citizen.address), what="an answer to what was acknowledged")


async def test_a_passing_database_error_parks_no_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn loop: three failures in a row that are the database's fault leave the item pending."""
    from bot import worker

    real, failed = worker.intake.run, []

    async def starting(*args: Any) -> Any:
        if len(failed) < 3:
            failed.append(1)
            raise STARTING
        return await real(*args)

    monkeypatch.setattr(worker.intake, "run", starting)
    citizen = world.citizen()
    await citizen.say(world.browser(), "halo")
    await eventually(lambda: world.graph.to(citizen.address), what="an answer to what was acknowledged")


# -- SQLite ----------------------------------------------------------------------------------------


@pytest.fixture
async def lite(tmp_path: Path) -> Any:
    async with World(f"sqlite:///{tmp_path}/wargi.db", tmp_path) as built:
        yield built


async def test_a_foreign_writer_holds_the_file(lite: World) -> None:
    """Somebody's sqlite3 shell holds the write lock for longer than we wait: 503, then all goes on."""
    http, citizen, other = lite.browser(), lite.citizen(1), lite.citizen(2)
    await citizen.say(http, "halo")
    await lite.graph.wait_for(citizen.address)
    shell = sqlite3.connect(lite.server.db.sqlite_path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    code = await asyncio.wait_for(citizen.say(http, "1"), 30)
    assert code == 503
    assert await _status(lite, "/healthz") == 200
    shell.execute("ROLLBACK")
    shell.close()
    await eventually(lambda: citizen.again(http))
    assert await other.say(http, "halo") == 200
    await eventually(
        lambda: len(lite.graph.to(citizen.address)) > 1 and lite.graph.to(other.address), 10, "both answers"
    )
    assert lite.graph.duplicates == 0
    assert await lite.one("SELECT count(*) FROM inbox WHERE state = 'parked'") == 0


async def test_the_disk_is_full(lite: World) -> None:
    """503 while nothing can be written; once there is room, all that was promised and what is repeated is handled."""
    http, citizen = lite.browser(), lite.citizen(1)
    await citizen.say(http, "halo")
    await lite.graph.wait_for(citizen.address)
    writer = lite.server.db._writer
    assert writer is not None
    async with lite.server.db._lock, writer.begin():
        pages = (await writer.execute(sa.text("PRAGMA page_count"))).scalar()
        await writer.execute(sa.text(f"PRAGMA max_page_count = {pages}"))
    code = 200
    for _ in range(60):
        code = await citizen.send(http, citizen.text("penuh " * 3000))
        if code != 200:
            break
    assert code == 503
    async with lite.server.db._lock, writer.begin():
        await writer.execute(sa.text("PRAGMA max_page_count = 1073741823"))
    assert await citizen.again(http) == 200
    said = sum(status == 200 for _, _, status in citizen.posted) + 1
    await eventually(lambda: _count(lite, "message WHERE author = 'citizen'", said), what="every acknowledged message")
    assert await lite.one("SELECT count(*) FROM inbox WHERE state = 'parked'") == 0


async def _status(world: World, path: str) -> int:
    async with world.browser().get(world.url + path) as answer:
        return answer.status


async def _count(world: World, where: str, n: int) -> bool:
    return bool(await world.one(f"SELECT count(*) FROM {where}") == n)
