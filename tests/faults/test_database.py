"""The database goes away under a running server: words wait on the spool, nothing is parked or lost, and all resumes by itself."""

import asyncio
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
from bot.store import db, schema, spool
from bot.store.db import Db
from bot.web import door
from tests.fakes.citizen import Citizen
from tests.postgres import SETTINGS, Cluster, unprivileged
from tests.world import World, eventually


class Restartable(Cluster):
    """A PostgreSQL of one test, which may be killed and started again. What it has committed must then be there."""

    settings = (*SETTINGS, "synchronous_commit=on")

    def kill(self) -> None:
        assert self.server is not None
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(30)

    def again(self) -> None:
        assert self.server is not None and self.folder is not None
        with (self.folder / "log").open("ab") as out:
            self.server = subprocess.Popen(self.server.args, stdout=out, **unprivileged(self.folder))


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
    """Webhooks get their 200 all the while; afterwards every word is there once, in order, without a restart of ours."""
    url = await migrated(own.create_database(), tmp_path)
    async with World(url, tmp_path) as world:
        http, citizens = world.browser(), [world.citizen(n) for n in range(24)]
        codes: list[int] = []

        async def talk(n: int) -> None:
            while not back.is_set() or len(citizens[n].posted) < 20:
                codes.append(await citizens[n].say(http, f"baris {len(citizens[n].posted)}"))
                await asyncio.sleep(0.05)

        back = asyncio.Event()
        talking = [asyncio.create_task(talk(n)) for n in range(8)]
        await eventually(lambda: len(codes) > 20)
        await asyncio.to_thread(own.kill)
        await eventually(lambda: spool.look(tmp_path / "spool").files, what="words on the spool")
        async with http.get(f"{world.url}/readyz") as answer:
            assert (answer.status, (await answer.json())["status"]) == (200, "spooling")
        await asyncio.to_thread(own.again)
        back.set()
        await asyncio.gather(*talking)
        assert set(codes) == {200}
        await eventually(lambda: not spool.look(tmp_path / "spool").files, what="the spool brought in")
        await eventually(lambda: _none(world, "SELECT count(*) FROM inbox WHERE state = 'pending'"), what="all handled")
        assert await world.rows("SELECT error FROM inbox WHERE state = 'parked'") == []
        for citizen in citizens[:8]:
            assert await said(world, citizen) == [f"baris {n}" for n in range(len(citizen.posted))]
        late = citizens[20]
        assert await late.say(http, "halo") == 200
        await eventually(lambda: world.graph.to(late.address), what="an answer after the restart")
        await eventually(lambda: _none(world, "SELECT count(*) FROM outbox"), what="all sent")


async def said(world: World, citizen: Citizen) -> list[str]:
    """What this citizen wrote, as officers see it."""
    rows = await world.rows(
        "SELECT m.body FROM message m JOIN conversation c ON c.id = m.conversation_id JOIN address a ON a.id = c.address_id "
        "WHERE a.address = :a AND m.author = 'citizen' ORDER BY m.seq",
        a=citizen.address,
    )
    return [row["body"] for row in rows]


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
    """Door: an error that is the database's, not the row's, means the spool; stored bare and parked the word would be lost."""
    real, failed = db.write, []

    async def starting(*args: Any, **kwargs: Any) -> None:
        if len(failed) < 2:
            failed.append(1)
            raise STARTING
        await real(*args, **kwargs)

    monkeypatch.setattr(db, "write", starting)
    citizen, http = world.citizen(), world.browser()
    assert await citizen.say(http, "halo") == 200
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


async def test_a_foreign_writer_holds_the_file(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's sqlite3 shell holds the write lock for longer than we wait: what is said meanwhile comes in afterwards, in order."""
    monkeypatch.setattr(door, "PATIENCE", 0.5)
    http, citizen, other = lite.browser(), lite.citizen(1), lite.citizen(2)
    await citizen.say(http, "halo")
    await lite.graph.wait_for(citizen.address)
    shell = sqlite3.connect(lite.server.db.sqlite_path, isolation_level=None, check_same_thread=False)
    await asyncio.to_thread(
        shell.execute, "BEGIN IMMEDIATE"
    )  # whoever writes just now needs the loop to come to an end
    for n in range(5):
        assert await asyncio.wait_for(citizen.say(http, f"baris {n}"), 30) == 200
    assert await other.say(http, "halo") == 200
    assert await citizen.again(http) == 200, "the platform repeats itself"
    assert await _status(lite, "/healthz") == 200
    kept = spool.look(lite.folder / "spool")
    assert kept.files and kept.size and kept.since
    shell.execute("ROLLBACK")
    shell.close()
    await eventually(lambda: lite.graph.to(other.address), what="an answer to what was spooled")
    await eventually(lambda: _none(lite, "SELECT count(*) FROM inbox WHERE state = 'pending'"), what="all handled")
    await eventually(lambda: not spool.look(lite.folder / "spool").files, what="an empty spool")
    assert await said(lite, citizen) == ["halo", *(f"baris {n}" for n in range(5))]
    assert lite.graph.duplicates == 0
    assert await lite.one("SELECT count(*) FROM inbox WHERE state = 'parked'") == 0


async def test_the_disk_is_full(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database has no room the spool takes the words; when that has none either, 503. All that was promised is handled."""
    http, citizen = lite.browser(), lite.citizen(1)
    await citizen.say(http, "halo")
    await lite.graph.wait_for(citizen.address)
    writer = lite.server.db._writer
    assert writer is not None
    async with lite.server.db._lock, writer.begin():
        pages = (await writer.execute(sa.text("PRAGMA page_count"))).scalar()
        await writer.execute(sa.text(f"PRAGMA max_page_count = {pages}"))
    for n in range(60):
        assert await citizen.send(http, citizen.text(f"penuh {n} " * 2000)) == 200
        if spool.look(lite.folder / "spool").files:
            break
    assert await citizen.say(http, "masih muat") == 200
    monkeypatch.setattr(spool, "MOST", spool.look(lite.folder / "spool").size + 100)
    assert await citizen.say(http, "tidak muat lagi") == 503
    assert await _status(lite, "/readyz") == 200, "reading goes on"
    monkeypatch.undo()
    async with lite.server.db._lock, writer.begin():
        await writer.execute(sa.text("PRAGMA max_page_count = 1073741823"))
    assert await citizen.again(http) == 200
    said = len(citizen.posted)
    await eventually(lambda: _count(lite, "message WHERE author = 'citizen'", said), what="every acknowledged message")
    assert await lite.one("SELECT count(*) FROM inbox WHERE state = 'parked'") == 0


async def _status(world: World, path: str) -> int:
    async with world.browser().get(world.url + path) as answer:
        return answer.status


async def _count(world: World, where: str, n: int) -> bool:
    return bool(await world.one(f"SELECT count(*) FROM {where}") == n)
