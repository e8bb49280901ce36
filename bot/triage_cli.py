"""`wargi triage …`: what reads the messages, measured and taught."""

import typer

triage_app = typer.Typer(no_args_is_help=True, help="What reads the messages: language, topic, intent, urgency, place.")


@triage_app.callback()
def triage() -> None:
    """A group even while it has one command."""


@triage_app.command("train")
def triage_train() -> None:
    """Train topics and intents from flows/data/examples, print honest figures as one JSON line, and keep the models."""
    import json

    from bot.app import content_dir
    from bot.cli import flows, settings
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
