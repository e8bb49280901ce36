"""flows/data/templates.yaml: which approved template says what the house wants to say outside the window. Pure; read once at the start."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.engine.forms import Form, Workshop
from bot.engine.read import read_all
from bot.i18n import Catalogues
from bot.message import Template

PURPOSES = ("ticket_update", "ask_to_reply", "survey", "handed_back")
FILLED = frozenset({"number", "officer", "link"})
"""Variables that the system knows; an officer types the others."""
LANGUAGE = "id"
"""Sundanese is no template language of Meta: outside the window everybody reads Indonesian."""
LONGEST = 700
"""Of one variable; Meta counts 1,024 for the whole body."""
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_VARIABLE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Purpose:
    name: str
    label: str
    text: str
    variables: tuple[str, ...]
    """In the order of Meta's {{1}}, {{2}} …"""

    @property
    def typed(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each for each in self.variables if each not in FILLED))

    def fill(self, values: Mapping[str, str]) -> Template:
        """Meta takes no line break, tab or run of blanks in a variable, and none that is empty."""
        return Template(self.name, LANGUAGE, tuple(plain(values.get(each, "")) for each in self.variables))

    def say(self, values: Mapping[str, str]) -> str:
        """The words that the citizen reads."""
        return _VARIABLE.sub(lambda found: plain(values.get(found[1], "")), self.text)


def plain(text: str) -> str:
    return " ".join(text.split())[:LONGEST] or "-"


def load(flows_dir: Path, catalogues: Catalogues) -> dict[str, Purpose]:
    """Raises `FlowError` for a broken file. No file: nothing can be said outside the window."""
    path = flows_dir / "data" / "templates.yaml"
    if not path.is_file():
        return {}
    source = read_all([path], flows_dir, "templates")[0]
    whole = Form(Workshop(catalogues), source.name, "templates", "templates", source.tree)
    found = {}
    for purpose, tree in whole.sub("templates").items() if whole.has("templates") else ():
        form = Form(Workshop(catalogues), source.name, "templates", purpose, tree)
        if purpose not in PURPOSES:
            form.fail(f"nothing is said for the purpose `{purpose}`", f"write one of {', '.join(PURPOSES)}")
        name, text = form.string("name"), form.string("text")
        if not _NAME.fullmatch(name):
            form.fail(f"`{name}` is no name of a template", "write small letters, digits and _ as at Meta", "name")
        found[purpose] = Purpose(name, form.string("label", name), text, tuple(_VARIABLE.findall(text)))
        form.finish()
    whole.finish()
    return found
