"""`wargi flow play|publish|preview|versions|rollback|export|import`: what the bot says, changed while it runs."""

import asyncio
import getpass
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

if TYPE_CHECKING:
    from bot.config import Config
    from bot.content import Content
    from bot.engine.flow import Flows
    from bot.store.db import Db

Note = Annotated[str, typer.Option(help="why, for whoever reads the list of versions")]
PATIENCE = 60.0


def add(app: typer.Typer) -> None:
    for name, command in (
        ("play", play_), ("publish", publish), ("preview", preview), ("versions", versions), ("rollback", rollback), ("export", export),
        ("import", import_),
    ):  # fmt: skip
        app.command(name)(command)


def play_(
    scripts: list[Path],
    rewrite: Annotated[bool, typer.Option(help="write the new transcript")] = False,
    coverage: Annotated[bool, typer.Option(help="list steps, choices and ways that none of them comes to")] = False,
) -> None:
    """Play transcripts and show where the bot says something else."""
    from bot.cli import flows, listener
    from bot.engine import play

    failed, read = 0, flows()
    listen, done = listener(read), []
    for path in scripts:
        played = play.play_file(read, path, listen)
        done.append(played)
        if rewrite:
            path.write_text(played.text, encoding="utf-8")
        elif played.differs:
            failed += 1
            typer.echo(played.difference)
    missing, wanted = (play.coverage(read, done), play.places(read)) if coverage else ([], [])
    for name in missing:
        typer.echo(f"not played: {name}")
    if coverage:
        typer.echo(f"{100 * (len(wanted) - len(missing)) // len(wanted)} % of {len(wanted)} steps, choices and ways")
    sys.exit(1 if failed or missing else 0)


def publish(note: Note = "") -> None:
    """Say what stands in the folders flows/ and locales/, from now on and in every process. Broken content changes nothing."""
    from bot import content

    config = _settings()
    _publish(config, content.pack(_folder(config)), note)


def preview() -> None:
    """What would change if the folders were published now."""
    config = _settings()
    new = _folder(config).load()
    _show(asyncio.run(_running(config)), new)


def versions() -> None:
    """What was published, by whom and when; the first line is what the bot says."""
    config = _settings()

    async def read(db: "Db") -> Any:
        from bot.store import versions as store

        async with db.read() as conn:
            return await store.acts(conn)

    rows = asyncio.run(_beside(config, read)) or []
    if not rows:
        typer.echo(f"nothing was published; the folder counts ({_folder(config).load().version})")
    for row in rows:
        typer.echo(
            f"{row.id:5}  {row.version}  {row.at:%Y-%m-%d %H:%M} UTC  {row.by or '(started with)'}  {row.note}".rstrip()
        )


def rollback(version: Annotated[str, typer.Argument(help="default: the one before")] = "") -> None:
    """Say what an older version said. It is checked and published as a new act, so that it can be taken back, too."""
    config = _settings()

    async def read(db: "Db") -> Any:
        from bot.store import versions as store

        async with db.read() as conn:
            if version:
                return await store.of(conn, version)
            acts = await store.acts(conn)
            older = [row for row in acts[1:] if row.version != acts[0].version]
            return await store.of(conn, older[0].version) if older else None

    row = asyncio.run(_beside(config, read))
    if row is None:
        _stop("there is no such version; `wargi flow versions` lists them")
    _publish(config, row.content, f"back to {row.version}")


def export(file: Path) -> None:
    """Write what the bot says (published, or else the folders) into a zip."""
    config = _settings()
    file.write_bytes(asyncio.run(_beside(config, _newest)) or _packed(config))
    typer.echo(f"{file}: {file.stat().st_size} bytes")


def import_(
    file: Path, preview: Annotated[bool, typer.Option(help="only show what would change")] = False, note: Note = ""
) -> None:
    """Publish the content of a zip that `export` made."""
    from bot import published
    from bot.errors import FlowError, Problem, Sentence

    config = _settings()
    try:
        raw = file.read_bytes()
    except OSError as error:
        what = Sentence("tidak terbaca ({why})", why=error.strerror)
        raise FlowError(Problem(str(file), 0, "", what)) from error
    if preview:
        _show(asyncio.run(_running(config)), published.checked(raw, config.data_dir, _folder(config).flows))
        return
    _publish(config, raw, note or f"import {file.name}")


# -- what they share -------------------------------------------------------------------------------


def _settings() -> "Config":
    from bot import registry

    return registry.settings()


def _stop(sentence: str) -> None:
    from bot.cli import stop

    stop(sentence)


def _folder(config: "Config") -> "Content":
    from bot.content import Content, content_dir

    return Content(content_dir(config.flows_dir, "flows"), content_dir(config.locales_dir, "locales"))


def _packed(config: "Config") -> bytes:
    from bot import content

    return content.pack(_folder(config))


async def _newest(db: "Db") -> Any:
    from bot.store import versions as store

    async with db.read() as conn:
        row = await store.newest(conn, any_=True)
    return row.content if row else None


async def _running(config: "Config") -> "Flows":
    """What the bot says now."""
    from bot import published

    raw = await _beside(config, _newest)
    return published.checked(raw, config.data_dir, _folder(config).flows) if raw else _folder(config).load()


async def _beside(config: "Config", read: Any) -> Any:
    """Reads, whether a server runs or not; None where there is no database yet."""
    from bot.store.db import Db

    db = Db(config.database_url, config.data_dir, config.pooled)
    if db.is_sqlite and not db.sqlite_path.exists():
        return None
    await db.open_for_reading()
    try:
        return await read(db)
    finally:
        await db.close()


def _show(old: "Flows", new: "Flows") -> None:
    from bot import content
    from bot.cli import english

    problems, pity = content.faults(new)
    tr = english()
    lines = content.differences(old, new, tr)
    for line in lines or ["nothing changes"]:
        typer.echo(line)
    for problem in pity:
        typer.echo(f"warning: {problem.said(tr)}")
    for problem in problems:
        typer.echo(f"refused: {problem.said(tr)}")
    if problems:
        _stop(f"{len(problems)} problems; nothing would be published")


def _publish(config: "Config", raw: bytes, note: str) -> None:
    by = getpass.getuser()
    said = asyncio.run(_through_database(config, raw, by, note))
    typer.echo(said if said is not None else _through_server(config, raw, by, note))


async def _through_database(config: "Config", raw: bytes, by: str, note: str) -> str | None:
    """None on SQLite where a server has the file."""
    from bot import published
    from bot.errors import ConfigError
    from bot.store import schema
    from bot.store.db import Db

    flows = published.checked(raw, config.data_dir, _folder(config).flows)
    db = Db(config.database_url, config.data_dir, config.pooled)
    try:
        await schema.ready(db)
    except ConfigError:
        if not db.is_sqlite:
            raise
        return None
    try:
        await published.publish(db, raw, flows, by, note)
    finally:
        await db.close()
    return f"published {flows.version}"


def _through_server(config: "Config", raw: bytes, by: str, note: str) -> str:
    """The server that has the file publishes what lies in this folder."""
    from bot import clock, published
    from bot.errors import WargiError, kept

    box = published.drop_box(config.data_dir)
    box.mkdir(parents=True, exist_ok=True)
    path = box / f"{clock.new_id().hex()}.zip"
    path.with_suffix(".json").write_bytes(orjson.dumps({"by": by, "note": note}))
    draft = path.with_suffix(".part")
    draft.write_bytes(raw)
    draft.rename(path)
    told, end = path.with_suffix(".said"), time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if told.is_file():
            said = told.read_text("utf-8")
            told.unlink()
            if said.startswith(published.REFUSED):
                raise WargiError("ditolak: {why}", why=kept(said.removeprefix(published.REFUSED)))
            return said
        time.sleep(0.2)
    raise WargiError("server belum mengambilnya dalam satu menit; lihat log-nya, lalu coba lagi.")
