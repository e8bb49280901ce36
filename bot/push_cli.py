"""`wargi push`: news on officers' phones and screens while the desk is closed."""

import typer

push_app = typer.Typer(no_args_is_help=True, help="News in officers' browsers while the desk is closed.")


@push_app.callback()
def _group() -> None:
    """One command so far, and a group all the same: more may come."""


@push_app.command("keys")
def keys() -> None:
    """Make this server's key in the data directory, or show its public half; officers can switch news on after a restart."""
    from bot import push, registry

    typer.echo(push.make(registry.settings().data_dir).public)
