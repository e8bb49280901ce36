"""`wargi triage …`: what reads the messages, measured and taught."""

import json
from pathlib import Path
from typing import Annotated

import typer

triage_app = typer.Typer(no_args_is_help=True, help="What reads the messages: language, topic, intent, urgency, place.")


@triage_app.callback()
def triage() -> None:
    """A group even while it has one command."""


@triage_app.command("eval")
def triage_eval(
    file: Annotated[Path, typer.Argument(help="TSV: text and any of language, topic, intent, urgency, place")],
    menu: Annotated[bool, typer.Option("--menu", help="the file has the columns menu, typed, expected")] = False,
) -> None:
    """Measure triage on a labelled file; prints one JSON line."""
    from bot import measure
    from bot.cli import flows, settings
    from bot.content import content_dir

    if menu:
        from bot.engine.pick import pick

        figures = measure.menus(file, pick)
    else:

        def load(columns: list[str]) -> dict[str, measure.Read]:
            seeds = {slug: (*topic.seeds, *topic.words) for slug, topic in flows().topics.items()}
            return measure.parts(columns, content_dir(settings().flows_dir, "flows"), seeds)

        figures = measure.messages(file, load)
    typer.echo(json.dumps(figures))


@triage_app.command("train")
def triage_train() -> None:
    """Train topics and intents from flows/data/examples, print honest figures as one JSON line, and keep the models."""
    from bot.cli import flows, settings
    from bot.content import content_dir
    from bot.triage import trained
    from bot.triage.examples import read
    from bot.triage.topic import cross_validate, train

    config = settings()
    folder = content_dir(config.flows_dir, "flows") / "data" / "examples"
    topics = {topic.slug: (*topic.seeds, *topic.words) for topic in flows().topics.values()}
    found = {}
    for name, seeds in (("topics", topics), ("intents", {})):
        if not any((folder / name).glob("*.tsv")):
            continue
        examples = read(folder / name)
        model = train(examples, seeds)
        path = trained.cache_path(examples, seeds, name, config.data_dir)
        kept = str(path) if trained.keep(model, path) else ""
        found[name] = cross_validate(examples, seeds).flat() | {"bytes": len(model.dump()), "kept": kept}
    typer.echo(json.dumps(found))
