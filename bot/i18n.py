"""Catalogues: how what we say is said in other languages. Indonesian is the source text; a language is one .po file.

Babel reads .po files well but costs 45 ms to import, at every server start; the part of the format that we write is small,
so it is read here. `wargi locale …` writes with Babel (`bot/locales.py`).
"""

from collections.abc import Iterator
from dataclasses import field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Self

from bot.errors import FlowError, Problem, Sentence
from bot.record import record

PLAIN = "loma.po"
SOURCE = "id"
"""The language that sources and flows are written in."""
COMPLETE = ("su",)
"""Languages that citizens are promised: a missing text is an error. In others it is only listed, and falls back to Indonesian."""


def N_(text: str) -> str:
    """Marks a text for the catalogues; it is translated where it is said."""
    return text


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


@record
class Entry:
    """One translated text. `context` is `flow.node.field` for flows and '' for sentences in code and pages."""

    context: str
    source: str
    text: str
    fuzzy: bool = False


@record
class Catalogues:
    """All languages. A missing translation falls back to Indonesian: nobody gets an empty message."""

    flows: MappingProxyType[str, dict[str, Entry]] = field(default_factory=lambda: MappingProxyType({}))
    """language -> context -> entry. Keyed by place, so that a mended typo in the source keeps its translation."""
    words: MappingProxyType[str, dict[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """language -> source sentence -> translation."""
    plain: MappingProxyType[str, dict[str, Entry]] = field(default_factory=lambda: MappingProxyType({}))
    """language -> context -> the same said to who is close: `loma.po` beside the catalogue. It may hold a few texts only."""

    @classmethod
    def load(cls, locales_dir: Path) -> Self:
        flows: dict[str, dict[str, Entry]] = {}
        words: dict[str, dict[str, str]] = {}
        for path in sorted(locales_dir.glob("*/LC_MESSAGES/messages.po")):
            language = path.parent.parent.name
            flows[language], words[language] = {}, {}
            for entry in read_po(path):
                if not entry.text:
                    continue
                if entry.context:
                    flows[language][entry.context] = entry
                elif entry.source:
                    words[language][entry.source] = entry.text
        plain = {
            path.parent.parent.name: {entry.context: entry for entry in read_po(path) if entry.context and entry.text}
            for path in sorted(locales_dir.glob(f"*/LC_MESSAGES/{PLAIN}"))
        }
        return cls(MappingProxyType(flows), MappingProxyType(words), MappingProxyType(plain))

    def familiar(self, language: str) -> Self:
        """With the familiar words of this language, where it has some; everything else stays polite."""
        spoken = {**self.flows.get(language, {}), **self.plain.get(language, {})}
        return replace(self, flows=MappingProxyType({**self.flows, language: spoken})) if spoken else self

    @property
    def languages(self) -> tuple[str, ...]:
        """Indonesian first."""
        return (SOURCE, *(name for name in self.flows if name != SOURCE))

    def entry(self, language: str, context: str) -> Entry | None:
        return self.flows.get(language, {}).get(context)

    def flow_text(self, language: str, context: str, source: str) -> str:
        entry = self.entry(language, context)
        return entry.text if entry else source

    def gettext(self, language: str, message: str) -> str:
        return self.words.get(language, {}).get(message, message)


def read_po(path: Path) -> Iterator[Entry]:
    """The entries of a .po file, the header among them (context and source both ''). Obsolete entries are left out. Raises `FlowError`
    with the line that cannot be read."""
    part = ""
    parts: dict[str, str] = {}
    fuzzy = False
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        what = Sentence("tidak terbaca sebagai teks UTF-8 ({why})", why=str(error))
        raise FlowError(Problem(str(path), 0, "", what, Sentence("simpan sebagai UTF-8"))) from error
    for number, raw in enumerate([*lines, ""], 1):
        line = raw.strip()
        if line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
        elif line.startswith('"'):
            if not part:
                raise _broken(path, number)
            parts[part] += _unquote(line, path, number)
        elif line:
            word, _, rest = line.partition(" ")
            if word in ("msgctxt", "msgid") and "msgstr" in parts:  # no empty line between two entries
                yield _entry(parts, fuzzy)
                parts, fuzzy = {}, False
            # One plural form everywhere (Indonesian and Sundanese nouns do not change): form 0 is the text.
            part = "msgstr" if word == "msgstr[0]" else word
            if part not in ("msgctxt", "msgid", "msgid_plural", "msgstr"):
                raise _broken(path, number)
            parts[part] = _unquote(rest.strip(), path, number)
        elif parts:
            yield _entry(parts, fuzzy)
            part, parts, fuzzy = "", {}, False
        else:
            fuzzy = False


def _entry(parts: dict[str, str], fuzzy: bool) -> Entry:
    return Entry(parts.get("msgctxt", ""), parts.get("msgid", ""), parts.get("msgstr", ""), fuzzy)


def _broken(path: Path, number: int) -> FlowError:
    what = Sentence("bukan baris berkas .po")
    remedy = Sentence('tulis msgid "…" dan msgstr "…", atau hapus')
    return FlowError(Problem(str(path), number, "", what, remedy))


def _unquote(quoted: str, path: Path, number: int) -> str:
    if len(quoted) < 2 or quoted[0] != '"' or quoted[-1] != '"':
        raise _broken(path, number)
    body = quoted[1:-1]
    if "\\" not in body:
        return body
    out: list[str] = []
    letters = iter(body)
    for letter in letters:
        out.append(
            _ESCAPES.get(following, following) if letter == "\\" and (following := next(letters, "")) else letter
        )
    return "".join(out)
