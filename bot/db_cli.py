"""`wargi db`: upgrade, copies, checks."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from bot.config import Config
    from bot.store.backup import Progress
    from bot.store.db import Db

DOZEN = 12
"""Copies that are kept where nobody says how many: an hour's worth of one each five minutes."""
db_app = typer.Typer(no_args_is_help=True, help="The database.")


def _run(coroutine: "Coroutine[Any, Any, int]") -> None:
    raise SystemExit(asyncio.run(coroutine))


def _settings() -> "tuple[Config, Db]":
    from bot import registry
    from bot.store.db import Db

    config = registry.settings()
    return config, Db(config.database_url, config.data_dir, config.pooled)


@db_app.command("upgrade")
def upgrade() -> None:
    """Bring the schema to the newest version (`run` does so by itself)."""

    async def work() -> int:
        from bot.store import schema

        _, db = _settings()
        try:
            changed = await schema.ready(db)
        finally:
            await db.close()
        typer.echo("upgraded" if changed else "up to date")
        return 0

    _run(work())


@db_app.command("backup")
def backup(
    to: Annotated[Path | None, typer.Option(help="folder of the copies; default: WARGI_BACKUP_DIR")] = None,
    keep: Annotated[
        int | None,
        typer.Option(help="drop all but so many of the newest copies; 0 keeps all, as does a single copy", min=0),
    ] = None,
    every: Annotated[
        float,
        typer.Option(help="one more each so many minutes, until stopped; keeps 12 where --keep says nothing", min=0),
    ] = 0,
) -> None:
    """Copy the database and citizens' files while the server runs; everything is of one moment."""
    kept = (DOZEN if every else 0) if keep is None else keep

    async def work() -> int:
        from bot import clock, logs
        from bot.errors import WargiError

        while True:
            began = clock.monotonic()
            try:
                await _copy(to, kept)
            except Exception as error:
                if not every:
                    raise
                why = error if isinstance(error, WargiError) else logs.fault(error)
                typer.echo(f"no copy, the next try in {every:g} minutes: {why}", err=True)
            if not every:
                return 0
            await asyncio.sleep(max(0.0, began + 60 * every - clock.monotonic()))

    _run(work())


async def _copy(to: Path | None, keep: int) -> None:
    from bot.store import backup as copies

    config, db = _settings()
    folder = to or config.backups
    made = await copies.take(db, config.data_dir, folder, _bar())
    typer.echo(f"{made.folder}")
    for old in copies.forget(folder, keep) if keep else ():
        typer.echo(f"dropped {old}")
    if config.media_url:
        typer.echo("citizens' files lie elsewhere (WARGI_MEDIA_URL): copy them with the tools of that place")


def newest_copy(config: "Config") -> int:
    """1 when it is older than it may be."""
    from math import inf

    from bot import clock
    from bot.store import backup

    newest = backup.newest(config.backups)
    minutes = (clock.now() - newest).total_seconds() / 60 if newest else inf
    late = 0 < config.backup_minutes < minutes
    said = f"{newest:%Y-%m-%d %H:%M} UTC, {minutes:.0f} minutes ago" if newest else f"none in {config.backups}"
    late_ = "; older than WARGI_BACKUP_MINUTES allows: is `wargi db backup` running?" if late else ""
    typer.echo(f"{'newest backup':42}{said}{late_}")
    return int(late)


@db_app.command("restore")
def restore(copy: Path) -> None:
    """Put a copy back into an empty database. Nothing is overwritten: name a new database, or move the old file away."""

    async def work() -> int:
        from bot.store import backup as copies

        config, db = _settings()
        try:
            found = await copies.restore(db, config.data_dir, copy, _bar())
            typer.echo(f"restored as of {found.taken_at}")
            return await _checked(db)
        finally:
            await db.close()

    _run(work())


@db_app.command("index")
def index() -> None:
    """Make the index anew in which officers look for cases: after an upgrade from a version without one, or with other rules."""

    async def work() -> int:
        from bot.store import schema, search

        _, db = _settings()
        try:
            await schema.ready(db)
            bar = _bar()
            made = await search.rebuild(db, lambda done, whole: bar("index", done, whole))
        finally:
            await db.close()
        typer.echo(f"{made} rows")
        return 0

    _run(work())


@db_app.command("check")
def check() -> None:
    """Whether the database is whole and says what must always be true; status 1 if not."""

    async def work() -> int:
        from bot.store import schema

        _, db = _settings()
        if await schema.peek(db) is None:
            typer.echo("no database yet; `wargi run` makes it")
            return 0
        await db.open_for_reading()
        try:
            return await _checked(db)
        finally:
            await db.close()

    _run(work())


async def _checked(db: "Db") -> int:
    from bot.store import invariants

    broken = 0
    for rule, rows in await invariants.look(db):
        broken += bool(rows)
        for row in rows:
            typer.echo(f"{rule.name}: {rule.text}: {row}; {rule.remedy}")
    typer.echo(f"{broken} rules broken" if broken else f"whole: {len(invariants.RULES)} rules hold")
    return 1 if broken else 0


def _bar() -> "Progress":
    """One line that counts, if somebody watches."""
    import sys

    if not sys.stderr.isatty():
        return lambda what, done, whole: None

    def show(what: str, done: int, whole: int) -> None:
        wide = 30 * done // max(1, whole)
        end = "\n" if done >= whole else ""
        print(f"\r{what:10}[{'#' * wide:30}] {done}/{whole}{end}", end="", file=sys.stderr, flush=True)

    return show
