"""What the kinds of step are made of: the fields all have, the ready-made bubbles, the table of typed answers."""

from collections.abc import Sequence
from typing import Any, Literal

from bot.engine.effects import Say
from bot.engine.fill import names
from bot.engine.forms import Form, Option, Text
from bot.engine.match import Table
from bot.i18n import SOURCE
from bot.message import Choice


def at(form: Form) -> dict[str, Any]:
    """The fields every step has."""
    return {"flow": form.flow, "name": form.name, "file": form.file, "line": form.line}


def spoken(text: Text, notice: bool = False, ask: Literal["", "location", "contact"] = "") -> dict[str, Any]:
    says = {lang: Say(body, notice=notice, ask=ask) for lang, body in text.items()}
    return {"says": says, "used": names(text[SOURCE])}


def asked(id_: str, text: Text, options: Sequence[Option], menu: Text) -> dict[str, Say]:
    """The question in every language, with the numbered twin of its buttons: who has no buttons reads and writes numbers."""
    shown = [option for option in options if option.shown]
    found = {}
    for lang, body in text.items():
        twin = "\n".join(f"{number}. {option.label[lang]}" for number, option in enumerate(shown, 1))
        choices = tuple(Choice(f"{id_}/{option.key}", option.short[lang]) for option in shown)
        found[lang] = Say(f"{body}\n\n{twin}" if twin else body, choices, menu[lang] if choices else "")
    return found


def table(form: Form, options: Sequence[Option], parts: bool = True) -> Table:
    shown, hidden = dict[str, tuple[list[str], tuple[str, ...]]](), dict[str, tuple[list[str], tuple[str, ...]]]()
    for option in options:
        labels = [*option.label.values(), *option.short.values()]
        (shown if option.shown else hidden)[option.key] = (labels, option.words)
    return Table.build(form.shop.lexicon, shown, hidden, parts)
