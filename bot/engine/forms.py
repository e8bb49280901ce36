"""A step as it is written in YAML, with accessors that refuse what is wrong: file, line, step, and what to write instead."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

from bot.engine.match import Lexicon
from bot.engine.read import Tree
from bot.errors import FlowError, Problem, Sentence
from bot.i18n import Catalogues
from bot.record import record

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


@record
class Written:
    """A source text and where it stands: what translators get."""

    context: str
    text: str
    file: str
    line: int


@record
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


def near(word: str, known: Iterable[str]) -> Sentence:
    """The remedy for a word that is not known."""
    known = list(known)
    close = difflib.get_close_matches(word, known, 1)
    if close:
        return Sentence("tulis `{word}`", word=close[0])
    return Sentence("yang dikenal: {known}", known=", ".join(known))


class Form:
    """One mapping of a file. What is asked for is ticked off; `finish` refuses the rest, so that no typing error is ignored."""

    def __init__(self, shop: Workshop, file: str, flow: str, name: str, tree: Tree) -> None:
        self.shop, self.file, self.flow, self.name, self.line = shop, file, flow, name, tree.line
        if not isinstance(tree.value, dict):
            self.fail(
                Sentence("tidak berisi baris `kata: …`"),
                Sentence("tulis `kind: …` dan `text: …` di bawahnya, menjorok dua spasi"),
            )
        self.fields: Mapping[str, Tree] = tree.value
        self.asked: dict[str, None] = {}

    def fail(self, what: Sentence, remedy: Sentence, key: str = "") -> NoReturn:
        line = self.fields[key].line if key and key in self.fields else self.line
        raise FlowError(Problem(self.file, line, self.name, what, remedy))

    def unknown(self, key: str, word: str, known: Iterable[str]) -> NoReturn:
        """The value of a key is none of those that there are."""
        self.fail(Sentence("`{key}: {word}` tidak dikenal", key=key, word=word), near(word, known), key)

    def lacks(self, key: str) -> NoReturn:
        self.fail(Sentence("`{key}` tidak ada", key=key), Sentence("tulis `{key}: …`", key=key))

    def has(self, key: str) -> bool:
        self.asked[key] = None
        return key in self.fields

    def string(self, key: str, default: str | None = None) -> str:
        if not self.has(key):
            if default is None:
                self.lacks(key)
            return default
        value = self.fields[key].value
        if not isinstance(value, str) or not value.strip():
            what = Sentence("`{key}` harus berupa teks", key=key)
            self.fail(what, Sentence("tulis `{key}: |` dan teksnya di baris berikut", key=key), key)
        return value.strip()

    def number(self, key: str, default: float, low: float, high: float) -> float:
        raw = self.string(key, str(default))
        try:
            found = float(raw)
        except ValueError:
            found = low - 1
        if not low <= found <= high:
            low_, high_, usual = (f"{each:g}" for each in (low, high, default or low))
            what = Sentence("`{key}` harus angka dari {low} sampai {high}", key=key, low=low_, high=high_)
            self.fail(what, Sentence("tulis `{key}: {usual}`", key=key, usual=usual), key)
        return found

    def duration(self, key: str, default: str | None = None) -> timedelta:
        """`30m`, `3h`, `2d`, or `3 jam`."""
        raw = self.string(key, default)
        found = _DURATION.fullmatch(raw)
        if not found:
            what = Sentence("`{key}: {raw}` bukan lama waktu", key=key, raw=raw)
            self.fail(what, Sentence("tulis `{key}: 30m`, `3h`, atau `2d`", key=key), key)
        return int(found[1]) * _UNITS[found[2]]

    def clock(self, key: str) -> str:
        """`08:00`."""
        raw = self.string(key)
        if not _CLOCK.fullmatch(raw):
            what = Sentence("`{key}: {raw}` bukan jam", key=key, raw=raw)
            self.fail(what, Sentence('tulis `{key}: "08:00"`', key=key), key)
        return raw

    def flag(self, key: str) -> bool:
        raw = self.string(key, "no")
        if raw not in ("yes", "no"):
            what = Sentence("`{key}` harus yes atau no", key=key)
            self.fail(what, Sentence("tulis `{key}: yes`", key=key), key)
        return raw == "yes"

    def words(self, key: str) -> tuple[str, ...]:
        if not self.has(key):
            return ()
        value = self.fields[key].value
        if not isinstance(value, list) or not all(isinstance(item.value, str) for item in value):
            what = Sentence("`{key}` harus berupa daftar kata", key=key)
            self.fail(what, Sentence("tulis `{key}: [satu, dua]`", key=key), key)
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
        what = Sentence("`{key}: {word}` tidak menuju ke mana pun", key=key, word=word)
        self.fail(what, near(word, [*steps[self.flow], *steps]), key)

    def sub(self, key: str) -> "dict[str, Tree]":
        """The mapping under a key, its own keys checked."""
        if not self.has(key):
            what = Sentence("`{key}` tidak ada", key=key)
            self.fail(what, Sentence("tulis `{key}:` dan di bawahnya baris-baris `kata: teks`", key=key))
        value = self.fields[key].value
        if not isinstance(value, dict) or not value:
            what = Sentence("`{key}` harus berisi baris-baris `kata: teks`", key=key)
            remedy = Sentence("tulis masing-masing di barisnya sendiri, menjorok dua spasi")
            self.fail(what, remedy, key)
        for word, tree in value.items():
            if not KEY.fullmatch(word):
                what = Sentence("`{word}` tidak dapat menjadi kunci", word=word)
                remedy = Sentence("pakai huruf kecil, angka, dan `_`, paling banyak 24")
                raise FlowError(Problem(self.file, tree.line, self.name, what, remedy))
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
                self.fail(Sentence("`{key}` tidak dikenal di sini", key=key), near(key, self.asked), key)

    @property
    def id(self) -> str:
        return f"{self.flow}/{self.name}"
