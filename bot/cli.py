"""The `wargi` command. Each command imports what it needs itself: `--help` must answer at once."""

import asyncio
import gc
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot import flow_cli
from bot.channel_cli import channel_app
from bot.db_cli import check, db_app, newest_copy
from bot.demo_cli import demo
from bot.errors import FlowError, WargiError
from bot.locale_cli import locale_app
from bot.push_cli import push_app
from bot.report_cli import report_app
from bot.triage_cli import triage_app

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from bot.app import Server
    from bot.config import Config
    from bot.message import Channel

app = typer.Typer(
    name="wargi", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Wargi: a hotline bridge between citizens on messaging apps and the officers who help them.",
)  # fmt: skip
flow_app = typer.Typer(no_args_is_help=True, help="What the bot says and asks.")
flow_cli.add(flow_app)
app.add_typer(flow_app, name="flow")
app.add_typer(locale_app, name="locale")
app.add_typer(db_app, name="db")
app.add_typer(channel_app, name="channel")
app.add_typer(triage_app, name="triage")
app.add_typer(report_app, name="report")
app.add_typer(push_app, name="push")
app.command()(demo)


def main() -> None:
    """Exit status 0 (well), 1 (a sentence says what is wrong), 2 (usage)."""
    try:
        app()
    except WargiError as error:
        stop(error.told.said(english()))


def english() -> "Callable[[str], str]":
    """How commands say what is written in Indonesian: who runs a server reads English. Where that catalogue cannot be loaded, as it
    is written. Another one may be the very file that is broken, so it is not read."""
    from bot.content import content_dir
    from bot.i18n import read_po

    try:
        path = content_dir(settings().locales_dir, "locales") / "en" / "LC_MESSAGES" / "messages.po"
        words = {entry.source: entry.text for entry in read_po(path) if entry.text and not entry.context}
    except WargiError:
        return str
    return lambda text: words.get(text, text)


def stop(sentence: str) -> NoReturn:
    typer.echo(f"wargi: {sentence}", err=True)
    sys.exit(1)


def settings() -> "Config":
    from bot import registry

    return registry.settings()


def loop(coroutine: "Coroutine[Any, Any, int]") -> int:
    try:
        import uvloop
    except ImportError:  # Windows
        return asyncio.run(coroutine)
    return uvloop.run(coroutine)


@app.command()
def run(
    roles: Annotated[str, typer.Option(help="comma-separated: gateway, worker, desk")] = "gateway,worker,desk",
) -> None:
    """Serve: webhooks, the citizen's chat page, the officers' desk, and the work behind them."""
    from bot import logs
    from bot.config import ROLES

    wanted = [role.strip() for role in roles.split(",") if role.strip()]
    if not wanted or (unknown := set(wanted) - set(ROLES)):
        typer.echo(f"wargi: --roles takes {', '.join(ROLES)}; not {', '.join(sorted(unknown)) or 'nothing'}", err=True)
        sys.exit(2)
    config = settings()
    logs.setup(config.log_level)
    if config.database_url.startswith("sqlite") and set(wanted) != set(ROLES):
        stop("on SQLite one process has all roles; set WARGI_DATABASE_URL to PostgreSQL to split them")
    sys.exit(loop(serve(config, wanted)))


async def serve(
    config: "Config", roles: list[str], kinds: "Mapping[str, Channel] | None" = None,
    beside: "Callable[[Server], Coroutine[Any, Any, None]] | None" = None,
) -> int:  # fmt: skip
    """Until somebody stops it. `kinds`: other channels than the settings name; `beside`: runs as long as the server does."""
    gc.disable()  # collections while hundreds of modules are made cost a fifth of the start
    from bot.app import Server, bind

    sock = bind(config.host, config.port, config.port_asked)
    server = Server(config, roles, kinds)
    stopping, more = asyncio.Event(), []
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    try:
        await server.start(sock)
        await _announce(server)
        gc.set_threshold(
            10_000, 10, 10
        )  # what a turn makes goes with its turn: looking every 700 objects took 4 % of the CPU
        gc.freeze()  # what is here now stays: later collections need not walk it
        gc.enable()
        # for so long the database's thread waits for a busy loop, several times a commit; 5 ms is usual
        sys.setswitchinterval(0.0005)
        if beside is not None:
            more.append(asyncio.create_task(beside(server)))
        await stopping.wait()
    finally:
        for task in more:
            task.cancel()
        await asyncio.gather(*more, return_exceptions=True)
        await server.stop()
    return 0


async def _announce(server: "Server") -> None:
    """The two addresses, and the one-time link as long as nobody can sign in."""
    config = server.config
    if not config.port_asked and server.port != config.port:
        typer.echo(f"Port {config.port} is taken; using {server.port}.")
    if "gateway" in server.roles:
        typer.echo(f"Citizens:  {server.url}/chat")
    if "desk" in server.roles:
        from bot.desk import first_link

        typer.echo(f"Officers:  {server.url}/desk")
        if path := await first_link(server.db, config):
            typer.echo(f"First officer (valid one hour, once): {server.url}{path}")
    sys.stdout.flush()


@app.command()
def chat(
    url: Annotated[
        str | None, typer.Option(help="a running server; default: the configured one, else one is started")
    ] = None,
) -> None:
    """Be a citizen in this terminal."""
    from bot import logs

    logs.setup(quiet=True)
    sys.exit(loop(_chat(settings(), url)))


async def _chat(config: "Config", url: str | None) -> int:
    """With the server that runs, or with one of our own when none does."""
    from bot import terminal
    from bot.app import Server, bind

    if url or await terminal.answers(f"http://{config.host}:{config.port}"):
        await terminal.chat(config, url)
        return 0
    server = Server(config)
    try:
        await server.start(bind("127.0.0.1", 0, asked=False))
        await terminal.chat(config, f"http://127.0.0.1:{server.port}")
    finally:
        await server.stop()
    return 0


@app.command()
def doctor(
    invariants: Annotated[
        bool, typer.Option("--invariants", help="look for data that breaks what must always be true")
    ] = False,
) -> None:
    """Show the settings and whether the parts answer."""
    if invariants:
        check()
    sys.exit(loop(_doctor(settings())))


async def _doctor(config: "Config") -> int:
    from bot.config import HOST_SECRET, OWN, PREFIX, SECRETS
    from bot.registry import ADAPTERS
    from bot.store import schema, spool
    from bot.store.db import Db

    db = Db(config.database_url, config.data_dir, config.pooled)
    rows = [(field.name, getattr(config, field.name), field.name in SECRETS) for field in OWN]
    for group in ADAPTERS.values():
        own = config.groups.get(group.name, {})
        rows += [(f"{group.name}_{one.name}", own.get(one.name, ""), one.secret) for one in group.settings]
    rows += [(f"{HOST_SECRET}{name}", value, True) for name, value in config.host_secrets.items()]
    for name, value, secret in rows:
        shown = ("set" if value else "-") if secret else str(value) or "-"
        if name == "database_url":
            shown = db.url.render_as_string(hide_password=True)
        typer.echo(f"{PREFIX + name.upper():42}{shown}")
    if not db.is_sqlite or db.sqlite_path.exists():
        found = await schema.peek(db)
        typer.echo(f"{'schema':42}{found or 'empty'} (newest: {schema.revisions()[-1]})")
    else:
        typer.echo(f"{'schema':42}no database yet; `wargi run` makes it")
    kept = spool.look(config.data_dir / spool.FOLDER)
    waits = f"{kept.files} files, {kept.size} bytes since {kept.since}" if kept.files else "empty"
    typer.echo(f"{'spool':42}{waits}" + (f"; {kept.damaged} damaged, look into them" if kept.damaged else ""))
    return newest_copy(config)


# -- flows -----------------------------------------------------------------------------------------


@flow_app.command("check")
def flow_check() -> None:
    """Lint all flows in all languages."""
    from bot import clock
    from bot.content import content_dir
    from bot.engine.check import lint
    from bot.triage import emergency, room

    known, today = flows(), clock.now().date()
    tr = partial(known.catalogues.gettext, "en")
    problems = lint(known)
    folder = content_dir(settings().flows_dir, "flows")
    # dangers, escalation, routing, agencies, norms: a broken file is refused with its line
    try:
        days = room.load(folder, known).norms.calendars
    except FlowError as error:
        for problem in problems:
            typer.echo(problem.said(tr))
        typer.echo(error.told.said(tr))
        sys.exit(1)
    warnings = [each.said(tr) for each in (*emergency.read(folder).stale(today), *known.knowledge.due(today))]
    warnings += [
        f"calendars: no holidays of kind `{kind}` are written for {year}; write them into data/calendars.yaml."
        for year in (today.year, today.year + 1)
        for kind in days.missing(year)
    ]
    for warning in warnings:
        typer.echo(f"warning: {warning}")
    for problem in problems:
        typer.echo(problem.said(tr))
    typer.echo(f"{len(problems)} problems" if problems else "flows: no problems")
    sys.exit(1 if problems else 0)


@flow_app.command("show")
def flow_show(
    name: str,
    svg: Annotated[
        bool, typer.Option("--svg", help="draw it: write the output to a file and open it in a browser")
    ] = False,
    language: Annotated[str, typer.Option(help="whose texts")] = "id",
) -> None:
    """Print a flow as a readable tree, or draw it."""
    from bot.engine.draw import draw
    from bot.engine.show import show

    typer.echo((draw if svg else show)(flows(), name, language), nl=False)


@flow_app.command("schema")
def flow_schema() -> None:
    """Print a JSON Schema of flows for editors; flows/flow.schema.json is the same."""
    from bot.engine.schema import written

    typer.echo(written(flows()), nl=False)


def flows() -> Any:
    from bot.content import content_dir
    from bot.engine import flow
    from bot.i18n import Catalogues

    config = settings()
    catalogues = Catalogues.load(content_dir(config.locales_dir, "locales"))
    return flow.load(content_dir(config.flows_dir, "flows"), catalogues)


def listener(flows: Any) -> Any:
    """Triage as the server has it."""
    from bot.content import content_dir
    from bot.triage import room

    config = settings()
    folder = content_dir(config.flows_dir, "flows")
    return room.learn(room.load(folder, flows), folder, flows, config.data_dir).listen
