"""A copy of everything that cannot be made again: the database as of one moment, and citizens' files.

    <folder>/2026-11-22T061500Z/   one copy: `manifest.json`, and `wargi.db` (SQLite) or one `<table>.copy` a table (PostgreSQL)
    <folder>/files/                citizens' files by the hash of their content, shared by all copies: only new ones are copied

Taking one only reads: it runs beside a server and stops nobody's writing. Restoring writes into an empty database only.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import orjson
import sqlalchemy as sa

from bot import clock
from bot.errors import ConfigError
from bot.models import metadata
from bot.record import record
from bot.store import schema
from bot.store.db import Db

NAMED = "%Y-%m-%dT%H%M%SZ"
"""A copy's folder says of which moment it is."""
MANIFEST, FILE, FILES = "manifest.json", "wargi.db", "files"
PAGES = 4096
"""Of SQLite, in one step: so often the bar moves."""
CHUNK = 1 << 20
Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, how much there is."""


@record
class Copy:
    folder: Path
    schema: str
    dialect: str
    taken_at: str
    sums: dict[str, str]
    """File name -> SHA-256."""
    columns: dict[str, list[str]] = field(default_factory=dict)
    """PostgreSQL: table -> its columns, as they stand in its file."""


async def take(db: Db, data_dir: Path, folder: Path, told: Progress) -> Copy:
    """Makes one copy; it appears under its name only when it is whole. Raises `ConfigError`."""
    found = await schema.peek(db)
    if found is None:
        raise ConfigError("there is no database yet, so there is nothing to copy; `wargi run` makes it")
    now = clock.now()
    target = folder / f"{now:{NAMED}}"
    part = folder / f".{target.name}.part"
    part.mkdir(parents=True, mode=0o700)
    columns: dict[str, list[str]] = {}
    try:
        if db.is_sqlite:
            _take_file(db.sqlite_path, part / FILE, told)
        else:
            columns = await _take_tables(db, part, told)
        sums = {path.name: _sum(path) for path in sorted(part.iterdir())}
        made = Copy(target, found, db.dialect, now.isoformat(), sums, columns)
        text = {name: getattr(made, name) for name in ("schema", "dialect", "taken_at", "sums", "columns")}
        (part / MANIFEST).write_bytes(orjson.dumps(text, option=orjson.OPT_INDENT_2))
        _flush(part)
        # after the database: every file that a row of the copy names is on its shelf already
        _copy_files(data_dir / "media", folder / FILES, told)
        if target.exists():
            raise ConfigError(f"{target} is there already; wait a second")
        part.rename(target)
    except BaseException:  # half a copy helps nobody, and one of each try would fill the disk
        shutil.rmtree(part, ignore_errors=True)
        raise
    return made


def copies(folder: Path) -> list[Path]:
    """Whole copies, oldest first."""
    return sorted(path.parent for path in folder.glob(f"[0-9]*/{MANIFEST}"))


def newest(folder: Path) -> datetime | None:
    """The moment of the newest whole copy; None when there is none."""
    for path in reversed(copies(folder)):
        with suppress(ValueError):
            return datetime.strptime(path.name, NAMED).replace(tzinfo=UTC)
    return None


def forget(folder: Path, keep: int) -> list[Path]:
    """Drops all but the newest `keep` copies; their files stay, for the others share them."""
    old = copies(folder)[:-keep]
    for path in old:
        shutil.rmtree(path)
    return old


async def restore(db: Db, data_dir: Path, copy: Path, told: Progress) -> Copy:
    """Fills an empty database, brings its schema up to date and puts back the files that are missing. Raises `ConfigError` for a
    damaged copy and for a database that holds something: nothing is ever overwritten."""
    found = _read(copy)
    if found.dialect != db.dialect:
        raise ConfigError(
            f"{copy} is a copy of a {found.dialect} database, WARGI_DATABASE_URL names a {db.dialect} one"
        )
    if found.schema not in schema.revisions():
        raise ConfigError(f"{copy} has schema {found.schema}, which this wargi does not know: install the newer wargi")
    for name, wanted in found.sums.items():
        if not (copy / name).is_file() or _sum(copy / name) != wanted:
            raise ConfigError(f"{copy / name} is missing or damaged; take another copy")
    if db.is_sqlite:
        if db.sqlite_path.exists():
            raise ConfigError(f"{db.sqlite_path} is there already; move it away first, or set WARGI_DATABASE_URL")
        db.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
        part = db.sqlite_path.with_name(db.sqlite_path.name + ".part")
        shutil.copyfile(copy / FILE, part)
        part.chmod(0o600)
        part.rename(db.sqlite_path)
        await schema.ready(db)
    else:
        await db.open()
        await _fill(db, found, told)
    _copy_files(copy.parent / FILES, data_dir / "media", told)
    return found


def _read(copy: Path) -> Copy:
    try:
        text = orjson.loads((copy / MANIFEST).read_bytes())
        return Copy(copy, text["schema"], text["dialect"], text["taken_at"], dict(text["sums"]), dict(text["columns"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(f"{copy} is no copy of ours: its {MANIFEST} is missing or cannot be read") from None


def _take_file(source: Path, target: Path, told: Progress) -> None:
    """The reading transaction stays open from the first page to the last, so that all are of one moment and no writer is stopped."""
    given = sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True, isolation_level=None)
    taken = sqlite3.connect(target, isolation_level=None)
    try:
        given.execute("BEGIN")
        given.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        given.backup(taken, pages=PAGES, sleep=0, progress=lambda _, left, whole: told("database", whole - left, whole))
        taken.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        if (said := taken.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise ConfigError(f"{source} is damaged: {said}")
    finally:
        taken.close()
        given.close()
    target.chmod(0o600)


async def _take_tables(db: Db, folder: Path, told: Progress) -> dict[str, list[str]]:
    """Every table as COPY gives it, all in one snapshot; table -> columns."""
    import asyncpg

    conn = await asyncpg.connect(_dsn(db))
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            columns: dict[str, list[str]] = {}
            for row in await conn.fetch(_COLUMNS):
                columns.setdefault(row["table_name"], []).append(row["column_name"])
            for done, (name, names) in enumerate(columns.items(), 1):
                await conn.copy_from_table(name, output=folder / f"{name}.copy", columns=names, format="binary")
                told("database", done, len(columns))
    finally:
        await conn.close()
    return columns


async def _fill(db: Db, copy: Copy, told: Progress) -> None:
    """The schema of the copy first, then its rows, then the newest schema."""
    import asyncpg

    async with db.read() as conn:
        if (await conn.execute(sa.text(_TABLES))).scalar():
            raise ConfigError("the database of WARGI_DATABASE_URL is not empty; make a new one and name it there")
    await schema.prepare(db, copy.schema)
    order = {table.name: place for place, table in enumerate(metadata.sorted_tables)}
    names = sorted(copy.columns, key=lambda name: order.get(name, len(order)))  # what is pointed at comes first
    line = await asyncpg.connect(_dsn(db))
    try:
        known = {row["table_name"] for row in await line.fetch(_COLUMNS)}
        if strange := set(names) - known:
            raise ConfigError(
                f"{copy.folder / MANIFEST} names tables that its schema does not have: {', '.join(strange)}"
            )
        async with line.transaction():
            for done, name in enumerate(names, 1):
                await line.execute(f'DELETE FROM "{name}"')  # noqa: S608 - a table of ours; a migration may have put rows in
                source = copy.folder / f"{name}.copy"
                await line.copy_to_table(name, source=source, columns=copy.columns[name], format="binary")
                told("database", done, len(names))
            for table, column, counter in await line.fetch(_COUNTERS):
                newest = await line.fetchval(f'SELECT coalesce(max("{column}"), 0) FROM "{table}"')  # noqa: S608
                await line.execute("SELECT setval($1, $2, false)", counter, newest + 1)
    finally:
        await line.close()
    await schema.prepare(db)
    async with db.unit(patient=True) as unit:
        await unit.conn.execute(sa.text("ANALYZE"))


_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
_COLUMNS = """SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name <> 'alembic_version' ORDER BY table_name, ordinal_position"""
_COUNTERS = """SELECT table_name, column_name, pg_get_serial_sequence(format('%I', table_name), column_name)
FROM information_schema.columns
WHERE table_schema = current_schema() AND pg_get_serial_sequence(format('%I', table_name), column_name) IS NOT NULL"""


def _dsn(db: Db) -> str:
    return db.url.render_as_string(hide_password=False)


def _copy_files(source: Path, target: Path, told: Progress) -> None:
    """Those that are not there yet; the name is the hash of the content, so one that is there is the same."""
    missing = [path for path in _stored(source) if not (target / path.relative_to(source)).exists()]
    for done, path in enumerate(missing, 1):
        there = target / path.relative_to(source)
        there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = there.with_name(there.name + ".part")
        shutil.copyfile(path, part)
        part.chmod(0o600)
        part.rename(there)
        told("files", done, len(missing))


def _stored(root: Path) -> Iterator[Path]:
    return (path for path in root.glob("??/??/*") if len(path.name) == 64)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
