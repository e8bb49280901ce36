"""`wargi report`: the numbers of service outside the desk, from the same definitions."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

report_app = typer.Typer(no_args_is_help=True, help="The numbers of service, from the tickets' history.")
First = Annotated[str, typer.Option("--from", help="first day, 2026-11-01; default: thirty days ago")]
Into = Annotated[
    Path | None, typer.Option("--parquet", help="into this file as Parquet instead of CSV; needs wargi[parquet]")
]
Last = Annotated[str, typer.Option("--to", help="last day; default: today")]


@report_app.command("tickets")
def tickets(first: First = "", last: Last = "", file: Into = None) -> None:
    """One row a ticket with all its times, as CSV; no name, no words and no number of a citizen."""
    asyncio.run(_tickets(first, last, file))


async def _tickets(first: str, last: str, file: Path | None) -> None:
    from bot import clock, numbers, registry, wib
    from bot.errors import ConfigError
    from bot.store.db import Db

    when = numbers.period(first, last, wib.day(clock.now()))
    config = registry.settings()
    db = Db(config.database_url, config.data_dir, config.pooled)
    if db.is_sqlite and not db.sqlite_path.exists():
        raise ConfigError(f"{db.sqlite_path} does not exist; start `wargi run` once, or set WARGI_DATABASE_URL")
    await db.open_for_reading()  # beside a running server
    try:
        async with db.read() as conn:
            if file is not None:
                with file.open("wb") as out:
                    await numbers.parquet_into(out, conn, when)
                return
            async for line in numbers.rows(conn, when):
                sys.stdout.write(line)
    finally:
        await db.close()
