"""flows/data/templates.yaml: which approved template says what the house wants to say outside the window. Pure; read once at the start."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.engine.forms import Form, Workshop
from bot.engine.read import read_all
from bot.errors import Sentence
from bot.i18n import Catalogues
from bot.message import Template
from bot.record import record

PURPOSES = ("ticket_update", "ask_to_reply", "survey", "handed_back", "followed")
FILLED = frozenset({"number", "officer", "link", "topic_name", "place_name"})
"""Variables that the system knows; an officer types the others."""
MOST_ANSWERS = 10
"""Buttons of one template, says Meta."""
LANGUAGE = "id"
"""Sundanese is no template language of Meta: outside the window everybody reads Indonesian."""
LONGEST = 700
"""Of one variable; Meta counts 1,024 for the whole body."""
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_VARIABLE = re.compile(r"\{([a-z_]+)\}")


@record
class Purpose:
    name: str
    label: str
    text: str
    variables: tuple[str, ...]
    """In the order of Meta's {{1}}, {{2}} …"""
    header: str = ""
    """Of a template whose header has one variable: what stands there."""
    link: str = ""
    """Of a template with a button that opens an address of ours: the end of that address."""
    answers: int = 0
    """How many quick-reply buttons it has: each is pressed as the answer that stands in its place in the question."""

    @property
    def typed(self) -> tuple[str, ...]:
        asked = (*self.variables, *_VARIABLE.findall(self.header + self.link))
        return tuple(dict.fromkeys(each for each in asked if each not in FILLED))

    def fill(self, values: Mapping[str, str], answers: Sequence[str] = ()) -> Template:
        """Meta takes no line break, tab or run of blanks in a variable, and none that is empty. `answers`: the ids of what can be
        answered; where they are not as many as the buttons, a pressed one comes back as its words."""
        body = tuple(plain(values.get(each, "")) for each in self.variables)
        quick = tuple(("quick_reply", each) for each in answers) if len(answers) == self.answers else ()
        buttons = (*quick, *((("url", self._put(self.link, values)),) if self.link else ()))
        return Template(self.name, LANGUAGE, body, self._put(self.header, values), buttons)

    def say(self, values: Mapping[str, str]) -> str:
        """The words that the citizen reads."""
        return self._put(self.text, values)

    def _put(self, text: str, values: Mapping[str, str]) -> str:
        return _VARIABLE.sub(lambda found: plain(values.get(found[1], "")), text)


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
            what = Sentence("tidak ada yang dikatakan untuk keperluan `{purpose}`", purpose=purpose)
            form.fail(what, Sentence("tulis salah satu dari {known}", known=", ".join(PURPOSES)))
        name, text = form.string("name"), form.string("text")
        if not _NAME.fullmatch(name):
            what = Sentence("`{name}` bukan nama templat", name=name)
            remedy = Sentence("tulis huruf kecil, angka, dan _ seperti di Meta")
            form.fail(what, remedy, "name")
        found[purpose] = Purpose(
            name,
            form.string("label", name),
            text,
            tuple(_VARIABLE.findall(text)),
            form.string("header", ""),
            form.string("link", ""),
            int(form.number("answers", 0, 0, MOST_ANSWERS)),
        )
        form.finish()
    whole.finish()
    return found
