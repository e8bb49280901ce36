"""A step as it is written in YAML, with accessors that refuse what is wrong: file, line, step, and what to write instead."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

from bot.engine.match import Lexicon
from bot.engine.read import Tree
from bot.errors import FlowError
from bot.i18n import Catalogues

if TYPE_CHECKING:
    from bot.engine.nodes import Node
    from bot.engine.programme import Programme
    from bot.engine.topics import Group

Text = Mapping[str, str]
"""language -> text. Every language of the catalogues is there; a missing translation holds the Indonesian text."""

RETURN = "return"
"""The target that goes back to the step where a question was put in between (language, offer of a human)."""

_UNITS = {
    word: unit
    for words, unit in (("m menit", timedelta(minutes=1)), ("h jam", timedelta(hours=1)), ("d hari", timedelta(days=1)))
    for word in words.split()
}
_DURATION = re.compile(rf"(\d{{1,4}}) ?({'|'.join(_UNITS)})")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,23}")
_KEY_HELP = "use small letters, digits and `_`, at most 24"


@dataclass(frozen=True, slots=True)
class Written:
    """A source text and where it stands: what translators get."""

    context: str
    text: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a question."""

    key: str
    label: Text
    short: Text
    """What stands on the button, where the label is too long for one."""
    words: tuple[str, ...] = ()
    next: str | None = None
    shown: bool = True
    """A choice that is not shown has no number, but its label and synonyms choose it."""
    saves: bool = True


@dataclass(slots=True)
class Workshop:
    """What all forms of one load share."""

    catalogues: Catalogues
    lexicon: Lexicon = field(default_factory=Lexicon)
    steps: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """flow -> names of its steps, in the order of the file; known before any step is built."""
    written: dict[str, Written] = field(default_factory=dict)
    built: "dict[str, Node]" = field(default_factory=dict)
    """Every step, by `flow/step`; filled while building."""
    groups: "tuple[Group, ...]" = ()
    menu: Text = field(default_factory=dict)
    """The label of the button that opens a list."""
    texts: Mapping[str, Text] = field(default_factory=dict)
    scores: "tuple[Option, ...]" = ()
    """The choices of a survey."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """name -> address of a system that flows may ask."""
    programmes: "Mapping[str, Programme]" = field(default_factory=dict)

    def text(self, context: str, source: str, file: str, line: int) -> Text:
        source = source.strip("\n")
        self.written[context] = Written(context, source, file, line)
        return {
            language: self.catalogues.flow_text(language, context, source) for language in self.catalogues.languages
        }


def near(word: str, known: Iterable[str]) -> str:
    """The remedy for a word that is not known."""
    known = list(known)
    close = difflib.get_close_matches(word, known, 1)
    return f"write `{close[0]}`" if close else "known are: " + ", ".join(known)


class Form:
    """One mapping of a file. What is asked for is ticked off; `finish` refuses the rest, so that no typing error is ignored."""

    def __init__(self, shop: Workshop, file: str, flow: str, name: str, tree: Tree) -> None:
        self.shop, self.file, self.flow, self.name, self.line = shop, file, flow, name, tree.line
        if not isinstance(tree.value, dict):
            self.fail("is not a mapping", "write `kind: …` and `text: …` under it, two spaces further in")
        self.fields: Mapping[str, Tree] = tree.value
        self.asked: dict[str, None] = {}

    def fail(self, what: str, remedy: str, key: str = "") -> NoReturn:
        line = self.fields[key].line if key and key in self.fields else self.line
        raise FlowError(f"{self.file}:{line}: {self.name}: {what}; {remedy}.")

    def has(self, key: str) -> bool:
        self.asked[key] = None
        return key in self.fields

    def string(self, key: str, default: str | None = None) -> str:
        if not self.has(key):
            if default is None:
                self.fail(f"`{key}` is missing", f"write `{key}: …`")
            return default
        value = self.fields[key].value
        if not isinstance(value, str) or not value.strip():
            self.fail(f"`{key}` must be text", f"write `{key}: |` and the text in the next lines", key)
        return value.strip()

    def number(self, key: str, default: float, low: float, high: float) -> float:
        raw = self.string(key, str(default))
        try:
            found = float(raw)
        except ValueError:
            found = low - 1
        if not low <= found <= high:
            self.fail(f"`{key}` must be a number from {low:g} to {high:g}", f"write `{key}: {default or low:g}`", key)
        return found

    def duration(self, key: str, default: str | None = None) -> timedelta:
        """`30m`, `3h`, `2d`, or `3 jam`."""
        raw = self.string(key, default)
        found = _DURATION.fullmatch(raw)
        if not found:
            self.fail(f"`{key}: {raw}` is no time", f"write `{key}: 30m`, `3h` or `2d`", key)
        return int(found[1]) * _UNITS[found[2]]

    def clock(self, key: str) -> str:
        """`08:00`."""
        raw = self.string(key)
        if not _CLOCK.fullmatch(raw):
            self.fail(f"`{key}: {raw}` is no time of day", f'write `{key}: "08:00"`', key)
        return raw

    def flag(self, key: str) -> bool:
        raw = self.string(key, "no")
        if raw not in ("yes", "no"):
            self.fail(f"`{key}` must be yes or no", f"write `{key}: yes`", key)
        return raw == "yes"

    def words(self, key: str) -> tuple[str, ...]:
        if not self.has(key):
            return ()
        value = self.fields[key].value
        if not isinstance(value, list) or not all(isinstance(item.value, str) for item in value):
            self.fail(f"`{key}` must be a list of words", f"write `{key}: [satu, dua]`", key)
        return tuple(str(item.value) for item in value)

    def text(self, key: str, default: str | None = None) -> Text:
        source = self.string(key, default)
        line = self.fields[key].line if key in self.fields else self.line
        return self.shop.text(f"{self.flow}.{self.name}.{key}", source, self.file, line)

    def same(self, key: str) -> Text:
        """A text that is one for all languages (the question which language)."""
        return dict.fromkeys(self.shop.catalogues.languages, self.string(key))

    def target(self, key: str = "next", default: str | None = None) -> str:
        """A step of this flow, another flow (`pengaduan`), a step of it (`pengaduan/topik`), or `return`."""
        word = self.string(key, default)
        if word == RETURN:
            return RETURN
        steps = self.shop.steps
        if word in steps[self.flow]:
            return f"{self.flow}/{word}"
        if word in steps:
            return f"{word}/{steps[word][0]}"
        flow, _, step = word.partition("/")
        if step and step in steps.get(flow, ()):
            return word
        self.fail(f"`{key}: {word}` leads nowhere", near(word, [*steps[self.flow], *steps]), key)

    def sub(self, key: str) -> "dict[str, Tree]":
        """The mapping under a key, its own keys checked."""
        if not self.has(key):
            self.fail(f"`{key}` is missing", f"write `{key}:` and under it lines of `word: text`")
        value = self.fields[key].value
        if not isinstance(value, dict) or not value:
            self.fail(
                f"`{key}` must have lines of `word: text`", "put each in its own line, two spaces further in", key
            )
        for word, tree in value.items():
            if not KEY.fullmatch(word):
                raise FlowError(f"{self.file}:{tree.line}: {self.name}: `{word}` cannot be a key; {_KEY_HELP}.")
        return value

    def options(self, key: str = "choices", translate: bool = True) -> tuple[Option, ...]:
        return tuple(self._option(key, word, tree, translate) for word, tree in self.sub(key).items())

    def _option(self, key: str, word: str, tree: Tree, translate: bool) -> Option:
        if isinstance(tree.value, str):
            tree = Tree(tree.line, {"label": tree})
        form = Form(self.shop, self.file, self.flow, f"{self.name}.{key}.{word}", tree)
        source, context = form.string("label"), f"{self.flow}.{form.name}"
        label = self.shop.text(context, source, self.file, tree.line) if translate else form.same("label")
        short = form.text("short") if form.has("short") else label
        target = form.target() if form.has("next") else None
        found = Option(word, label, short, form.words("words"), target, shown=not form.flag("hidden"))
        form.finish()
        return found

    def finish(self) -> None:
        for key in self.fields:
            if key not in self.asked:
                self.fail(f"`{key}` is not known here", near(key, self.asked), key)

    @property
    def id(self) -> str:
        return f"{self.flow}/{self.name}"
