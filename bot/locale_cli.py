"""`wargi locale extract|update|check`: what the bot and the pages say, in other languages."""

import sys

import typer

locale_app = typer.Typer(no_args_is_help=True, help="How it is said in other languages.")


@locale_app.command("extract")
def locale_extract() -> None:
    """Collect all texts into locales/messages.pot."""
    from bot import locales, registry

    config = registry.settings()
    typer.echo(f"{locales.extract(config.flows_dir, config.locales_dir)} texts")


@locale_app.command("update")
def locale_update() -> None:
    """Bring every language's catalogue up to date; changed texts keep their old translation, flagged."""
    from bot import locales, registry

    config = registry.settings()
    for text in locales.update(config.flows_dir, config.locales_dir):
        typer.echo(text)


@locale_app.command("check")
def locale_check() -> None:
    """Nothing missing, nothing flagged, placeholders equal, template up to date."""
    from bot import locales, registry
    from bot.i18n import COMPLETE

    config = registry.settings()
    problems = locales.check(config.flows_dir, config.locales_dir)
    for problem in problems:
        typer.echo(str(problem))
    for language, texts in locales.open_texts(config.flows_dir, config.locales_dir).items():
        if language not in COMPLETE and texts:
            typer.echo(
                f"note: {language}: {len(texts)} texts fall back to Indonesian or changed; the first: {texts[0]}"
            )
    if polite := locales.polite_texts(config.flows_dir, config.locales_dir):
        typer.echo(f"note: su: {len(polite)} texts are polite though the policy is loma; the first: {polite[0]}")
    typer.echo(f"{len(problems)} problems" if problems else "locales: no problems")
    sys.exit(1 if problems else 0)
