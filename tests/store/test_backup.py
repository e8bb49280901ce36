"""Copies taken while citizens write, put back into an empty database, and what is refused."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.config import load
from bot.db_cli import newest_copy
from bot.errors import ConfigError
from bot.store import backup, invariants
from bot.store.db import Db
from tests.conftest import Cluster
from tests.walkers import WALKERS
from tests.world import ROOT, World, eventually

STORY = (
    "halo",
    "1",
    "1",
    "1",
    "Cikajang Garut",
    "Jalan berlubang besar di depan sekolah, sudah dua minggu.",
    "lewati",
    "kirim",
)


def quiet(what: str, done: int, whole: int) -> None: ...


async def _rows(db: Db, name: str) -> set[tuple[object, ...]]:
    async with db.read() as conn:
        return {tuple(row) for row in await conn.exec_driver_sql(f"SELECT id, part FROM {name}")}


async def _everything(db: Db) -> dict[str, set[tuple[object, ...]]]:
    return {name: await _rows(db, name) for name in ("message", "ticket", "inbox", "conversation", "contact")}


def _empty(world: World, request: pytest.FixtureRequest, folder: Path) -> str:
    if world.server.db.is_sqlite:
        return f"sqlite:///{folder}/again.db"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.create_database()


async def test_a_copy_under_load_is_whole_and_comes_back(
    world: World, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    citizen, busy = WALKERS["web"](world), WALKERS["whatsapp"](world)
    await citizen.say("halo")
    await citizen.last("pilih bahasa")
    before = await _everything(world.server.db)

    async def write() -> None:
        while True:
            await busy.say("masih di sini")

    writing = asyncio.create_task(write())
    try:
        copier = Db(world.database_url, tmp_path)
        made = await backup.take(copier, tmp_path, tmp_path / "copies", quiet)
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    assert backup.copies(tmp_path / "copies") == [made.folder]
    again = Db(_empty(world, request, tmp_path), tmp_path / "other")
    try:
        await backup.restore(again, tmp_path / "other", made.folder, quiet)
        after = await _everything(again)
        for name, rows in before.items():
            assert rows <= after[name], name
        broken = {rule.name: rows for rule, rows in await invariants.look(again) if rows and not rule.late}
        assert not broken, "all of one moment"
        twice = Db(again.url.render_as_string(False), tmp_path)
        with pytest.raises(ConfigError, match=r"is there already|is not empty"):
            await backup.restore(twice, tmp_path, made.folder, quiet)
        if not twice.is_sqlite:
            await twice.close()
    finally:
        await again.close()


async def test_what_is_refused(tmp_path: Path, db: Db) -> None:
    made = await backup.take(Db(db.url.render_as_string(False), tmp_path), tmp_path, tmp_path / "copies", quiet)
    other = "postgresql://a@localhost/b" if db.is_sqlite else f"sqlite:///{tmp_path}/b.db"
    with pytest.raises(ConfigError, match="is a copy of a"):
        await backup.restore(Db(other, tmp_path), tmp_path, made.folder, quiet)
    with pytest.raises(ConfigError, match="is no copy of ours"):
        await backup.restore(Db(f"sqlite:///{tmp_path}/c.db", tmp_path), tmp_path, tmp_path, quiet)
    damaged = next(path for path in made.folder.iterdir() if path.name != backup.MANIFEST)
    damaged.write_bytes(damaged.read_bytes() + b"x")
    with pytest.raises(ConfigError, match="missing or damaged"):  # before anything is opened
        await backup.restore(Db(db.url.render_as_string(False), tmp_path), tmp_path, made.folder, quiet)
    assert backup.forget(tmp_path / "copies", 1) == []


async def test_files_come_along_once(world: World, tmp_path: Path) -> None:
    shelf = tmp_path / "media" / "ab" / "cd"
    shelf.mkdir(parents=True)
    (shelf / ("ab" * 32)).write_bytes(b"foto")
    (shelf / "unfinished.part").write_bytes(b"?")
    told: list[str] = []
    for _ in range(2):
        copy = await backup.take(
            Db(world.database_url, tmp_path), tmp_path, tmp_path / "copies", lambda what, done, whole: told.append(what)
        )
        await eventually(lambda name=copy.folder.name: _later(name), what="the next second")
    assert told.count("files") == 1
    assert (tmp_path / "copies" / "files" / "ab" / "cd" / ("ab" * 32)).read_bytes() == b"foto"
    assert len(backup.forget(tmp_path / "copies", 1)) == 1


async def test_copies_by_the_minute_go_on_after_one_that_fails(
    template_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command as it runs beside a server, which comes up a little later here."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("WARGI_")}
    env |= {
        "WARGI_DATABASE_URL": f"sqlite:///{tmp_path}/wargi.db",
        "WARGI_DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    words = ["-m", "bot", "db", "backup", "--every", "0.001", "--keep", "2"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert process.stdout and process.stderr
        async with asyncio.timeout(120):
            assert b"no copy, the next try in 0.001 minutes" in await process.stderr.readline()
            shutil.copyfile(template_file, tmp_path / "new.db")
            (tmp_path / "new.db").rename(tmp_path / "wargi.db")
            made = [await process.stdout.readline() for _ in range(4)]
    finally:
        process.kill()
        await process.wait()
    assert any(line.startswith(b"dropped") for line in made)
    left = backup.copies(tmp_path / "backups")
    assert 1 <= len(left) <= 3
    newest = backup.newest(tmp_path / "backups")
    assert newest is not None and f"{newest:{backup.NAMED}}" == left[-1].name
    assert backup.newest(tmp_path / "nowhere") is None

    settings = {name: value for name, value in env.items() if name.startswith("WARGI_")}
    for more, status, words_ in (
        ({}, 0, "minutes ago"),
        ({"WARGI_BACKUP_MINUTES": "60"}, 0, "minutes ago"),
        ({"WARGI_BACKUP_MINUTES": "60", "WARGI_BACKUP_DIR": str(tmp_path / "other")}, 1, "none in"),
    ):
        assert newest_copy(load(settings | more)) == status
        assert words_ in capsys.readouterr().out


def _later(name: str) -> bool:
    from bot import clock

    return f"{clock.now():%Y-%m-%dT%H%M%SZ}" > name


BREAKS = {
    "I1 parked": "UPDATE inbox SET state = 'parked'",
    "I6 dangling": "UPDATE message SET delivery = 'ready' WHERE author = 'bot'",
    "I7 gaps": "DELETE FROM message WHERE seq = 1",
    "I10 somewhere": "UPDATE ticket SET officer_id = 1",
    "I10 held": "UPDATE ticket SET state = 'assigned', officer_id = 1",
    "I10 history": "UPDATE ticket SET state = 'closed'",
    "I14 statuses": "UPDATE message SET delivery = 'accepted' WHERE author = 'bot'",
    "references": "DELETE FROM contact",
    "survey": "UPDATE ticket SET score = 5",
}


async def test_each_rule_sees_its_break(world: World) -> None:
    walker = WALKERS["whatsapp"](world)
    world.graph.statuses = ("sent", "delivered")
    await walker.say("petugas")
    await eventually(lambda: world.one("SELECT id FROM ticket"), what="a ticket")
    await eventually(lambda: world.one("SELECT id FROM message_status"), what="a status")

    async def broken() -> set[str]:
        return {rule.name for rule, rows in await invariants.look(world.server.db) if rows and not rule.late}

    await eventually(lambda: _calm(world), what="everything has left")
    assert await broken() == set()
    db = world.server.db
    for name, statement in BREAKS.items():
        async with db.unit() as unit:
            saved = await unit.conn.begin_nested()
            await unit.conn.execute(sa.text(statement))
            found = {rule.name for rule, rows in await _look_in(unit.conn) if rows}
            await saved.rollback()
        assert name in found, f"{statement} is not seen by {name}: {found}"


async def _calm(world: World) -> bool:
    return not await world.rows("SELECT id FROM outbox")


async def _look_in(conn: object) -> list[tuple[invariants.Rule, list[str]]]:
    return [each for each in await invariants.look_in(conn) if not each[0].late]  # type: ignore[arg-type]
