"""Texts and values of a draft, laid into unpacked content: only what changed is written, so that remarks, order and everything
else that people wrote into a file stay as they are."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import values
from bot.content import Content
from bot.engine.forms import Written
from bot.errors import FlowError, Problem, Sentence
from bot.i18n import SOURCE, Entry, read_po
from bot.record import record

VALUE = "@"
"""A context that begins so is a value of a file and no text: `@data/assignment.yaml/weights/critical`."""
_CONTEXT = re.compile(r'^msgctxt "([^"\\]+)"$', re.MULTILINE)


@record
class Edit:
    """How a text reads in the draft. '' in a language that is not the source: no translation."""

    context: str
    language: str
    text: str


def lay(content: Content, edits: Sequence[Edit], written: Mapping[str, Written]) -> None:
    """`written`: the texts as the content has them. An edit of a text that is gone changes nothing."""
    for edit in edits:
        if edit.context.startswith(VALUE):
            _value(content, edit)
    known = [edit for edit in edits if edit.context in written]
    sources = {edit.context: edit.text for edit in known if edit.language == SOURCE}
    files: dict[str, list[tuple[Written, str]]] = {}
    for context, text in sources.items():
        files.setdefault(written[context].file, []).append((written[context], text))
    for name, changes in files.items():
        path = content.flows / Path(name).relative_to(Path(name).parts[0])
        path.write_text(_yaml(path.read_text("utf-8"), changes), "utf-8")
    for path in sorted(content.locales.glob("*/LC_MESSAGES/messages.po")):
        language = path.parent.parent.name
        texts = {edit.context: edit.text for edit in known if edit.language == language}
        touched = {context: sources.get(context, written[context].text) for context in {*texts, *sources}}
        if touched:
            path.write_text(_po(path, touched, texts), "utf-8")


def whither(context: str) -> tuple[str, tuple[str, ...]]:
    """File in `flows/` and path in it."""
    file, _, path = context.removeprefix(VALUE).partition(".yaml/")
    return f"{file}.yaml", tuple(path.split("/"))


def _value(content: Content, edit: Edit) -> None:
    file, path = whither(edit.context)
    target = content.flows / file
    if ".." in file or not target.is_file():
        remedy = Sentence("nilainya tidak dapat diubah di sini")
        raise FlowError(Problem(f"flows/{file}", 0, "", Sentence("tidak ditemukan"), remedy))
    target.write_text(values.put(target.read_text("utf-8"), path, edit.text), "utf-8")


# -- YAML ------------------------------------------------------------------------------------------


def _yaml(raw: str, changes: Sequence[tuple[Written, str]]) -> str:
    from ruamel.yaml import YAML

    root = YAML(typ="safe", pure=True).compose(raw)
    spots = [(*_spot(raw, root, item), text) for item, text in changes]
    for start, end, column, text in sorted(spots, reverse=True):
        raw = raw[:start] + _scalar(text, column) + raw[end:]
    return raw


def _spot(raw: str, root: Any, item: Written) -> tuple[int, int, int]:
    """Where the text begins and ends, and how far in a block of it stands; -1: it is one line."""
    found = [
        (abs(line - item.line), key, value)
        for line, key, value in _scalars(root, 0)
        if value.value.strip() == item.text.strip() and line <= item.line <= key.start_mark.line + 1
    ]
    if not found:
        what = Sentence("teksnya tidak ditemukan")
        raise FlowError(Problem(item.file, item.line, item.context, what, Sentence("ubah di berkasnya")))
    _, key, value = min(found, key=lambda each: each[0])
    start, end = value.start_mark.index, value.end_mark.index
    if value.style not in ("|", ">"):
        return start, end, -1
    column = key.start_mark.column
    end = raw.index("\n", start) + 1 if "\n" in raw[start:] else len(raw)
    last = end
    while end < len(raw):
        line = raw[end : raw.find("\n", end) + 1 or len(raw)]
        if line.strip() and len(line) - len(line.lstrip(" ")) <= column:
            break
        end += len(line)
        last = end if line.strip() else last
    return start, last, column + 2


def _scalars(node: Any, line: int) -> Iterator[tuple[int, Any, Any]]:
    """Each text with its key, and the line of the key around it (a choice's label stands under the choice)."""
    for key, value in node.value if node.id == "mapping" else ():
        if value.id == "scalar":
            yield (line or key.start_mark.line + 1), key, value
            yield key.start_mark.line + 1, key, value
        else:
            yield from _scalars(value, key.start_mark.line + 1)


def _scalar(text: str, column: int) -> str:
    if column < 0:
        return json.dumps(text, ensure_ascii=False)
    return "|\n" + "".join(f"{' ' * column}{line}".rstrip() + "\n" for line in text.split("\n"))


# -- catalogues ------------------------------------------------------------------------------------


def _po(path: Path, sources: Mapping[str, str], texts: Mapping[str, str]) -> str:
    """A translation whose source has changed without it is kept, and flagged for whoever translates."""
    have = {entry.context: entry for entry in read_po(path)}
    blocks, left = path.read_text("utf-8").rstrip("\n").split("\n\n"), dict(sources)
    for place, block in enumerate(blocks):
        named = _CONTEXT.search(block)
        if named and named[1] in left:
            remarks = [line for line in block.split("\n") if line.startswith("#")]
            blocks[place] = _entry(remarks, have[named[1]], left.pop(named[1]), texts)
    blocks += [_entry([], Entry(context, source, ""), source, texts) for context, source in left.items()]
    return "\n\n".join(blocks) + "\n"


def _entry(remarks: Sequence[str], old: Entry, source: str, texts: Mapping[str, str]) -> str:
    text = texts.get(old.context, old.text)
    stale = bool(text) and old.context not in texts and (old.fuzzy or source != old.source)
    lines = [line for line in remarks if not line.startswith("#,")] + (["#, fuzzy"] if stale else [])
    return "\n".join([*lines, f'msgctxt "{old.context}"', f"msgid {_quoted(source)}", f"msgstr {_quoted(text)}"])


def _quoted(text: str) -> str:
    lines = text.split("\n")
    parts = [f"{line}\n" for line in lines[:-1]] + [lines[-1]]
    quoted = [
        '"' + part.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
        for part in parts
        if part or len(parts) == 1
    ]
    return quoted[0] if len(quoted) == 1 else "\n".join(['""', *quoted])
