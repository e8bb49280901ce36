"""`wargi demo`: an invented service of thirty days, served like a real one. Nothing in it reaches anybody."""

import asyncio
import secrets
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.app import Server
    from bot.config import Config
    from bot.pretend.channel import Pretend

MOST_DAYS = 90
EVERY = 180.0
"""Seconds between new invented citizens of a demo that runs."""

Days = Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="how many days are invented")]
Serving = Annotated[bool, typer.Option("--serve/--no-serve", help="serve it afterwards, or only fill the database")]


def demo(days: Days = 30, serve: Serving = True) -> None:
    """Fill an empty database with an invented service, and serve it with citizens who answer back."""
    from bot import cli, logs
    from bot.pretend.channel import harmless

    config = harmless(cli.settings())
    logs.setup(config.log_level, quiet=not serve)
    passwords = asyncio.run(prepare(config, days))
    typer.echo("Sign in with one of these; the passwords are shown this once, and end with the next `wargi demo`:")
    for login, role, word in passwords:
        typer.echo(f"  {login:14} {role:8} {word}")
    if serve:
        sys.exit(cli.loop(_serve(config)))


async def prepare(config: "Config", days: int) -> list[tuple[str, str, str]]:
    """Fills the database unless it holds a demo already; new passwords either way. Raises `ConfigError` for one that is in use."""
    from bot.pretend import crew, seed
    from bot.store import schema
    from bot.store.db import Db

    db = Db(config.database_url, config.data_dir, lasting=False)
    await schema.ready(db)
    try:
        if await seed.is_demo(db):
            typer.echo("This database holds a demo already; nothing is added to it.")
        else:
            await _fill(config, db, days)
        return await crew.let_in(db)
    finally:
        await db.close()


async def _fill(config: "Config", db: object, days: int) -> None:
    from bot import clock
    from bot.pretend import crew, seed
    from bot.store.db import Db

    assert isinstance(db, Db)
    house, end = seed.house(config), clock.now()
    await crew.hire(db, end - seed.BEFORE - days * seed.DAY)
    with typer.progressbar(length=days, label=f"Inventing {days} days") as bar:
        reports = await seed.play(db, house, end, days, secrets.randbits(64), lambda day: bar.update(1))
    typer.echo(f"{reports} reports from invented citizens, in Indonesian and Sundanese.")


async def _serve(config: "Config") -> int:
    from bot import cli
    from bot.pretend import channel, seed

    pretended = channel.platforms()
    return await cli.serve(
        config, ["gateway", "worker", "desk"], seed.channels(pretended), lambda server: _live(server, pretended)
    )


async def _live(server: "Server", pretended: "dict[str, Pretend]") -> None:
    """New citizens now and then, for as long as it runs."""
    from bot.pretend.alive import Alive, one_of

    alive, names = Alive(server.db, server.house.flows, pretended), sorted(pretended)
    try:
        while True:
            await alive.begin(names[one_of(len(names))])
            await asyncio.sleep(EVERY)
    finally:
        await alive.stop()
