"""`wargi channel check|connect`: whether the platforms reach us, and how they come to."""

import sys
from typing import Annotated

import typer

channel_app = typer.Typer(no_args_is_help=True, help="The platforms that people write on.")

Address = Annotated[str, typer.Option("--url", help="our public address; default: WARGI_PUBLIC_URL")]


@channel_app.command("check")
def channel_check(
    url: Address = "", as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False
) -> None:
    """Whether each account's webhook is reachable and subscribed and its token alive; status 1 if something is wrong."""
    from bot import probe, registry
    from bot.cli import loop

    config = registry.settings()
    looked: list[probe.Looked] = []

    async def run() -> int:
        looked.extend(await probe.check(config, url))
        return 0 if all(one.ok for one in looked) else 1

    status = loop(run())
    if as_json:
        typer.echo(probe.as_json(looked))
    else:
        probe.show(looked)
    sys.exit(status)


@channel_app.command("connect")
def channel_connect(name: str, url: Address = "") -> None:
    """Tell a platform where our webhook is: telegram, whatsapp, messenger or instagram."""
    from bot import probe, registry
    from bot.cli import loop

    config = registry.settings()

    async def run() -> int:
        typer.echo(await probe.connect(config, name, url))
        return 0

    sys.exit(loop(run()))
