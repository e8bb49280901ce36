"""YAML files as trees that know their lines. Every scalar stays text: `no: Tidak` is a word, `1:` is a key, nothing is guessed.

The YAML scanner in pure Python takes 5 ms a kilobyte and 30 ms to import; so the trees are kept beside the files in
`__pycache__`, under the hash of the text, as Python keeps compiled modules. A folder that cannot be written works too.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.errors import FlowError, Problem, Sentence
from bot.record import record

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12
_FORMAT = "1"
"""Raise when the shape of the kept trees changes."""


@record
class Tree:
    """A scalar (`str`), a mapping (`dict`) or a list, and the line where it stands (of its key, if it has one)."""

    line: int
    value: "str | dict[str, Tree] | list[Tree]"

    def pack(self) -> list[Any]:
        value = self.value
        if isinstance(value, dict):
            return [self.line, {key: child.pack() for key, child in value.items()}]
        return [self.line, value if isinstance(value, str) else [child.pack() for child in value]]

    @classmethod
    def unpack(cls, packed: list[Any]) -> "Tree":
        line, value = packed
        if isinstance(value, dict):
            return cls(line, {key: cls.unpack(child) for key, child in value.items()})
        return cls(line, value if isinstance(value, str) else [cls.unpack(child) for child in value])


@record
class Source:
    """One file as it was read."""

    name: str
    """`flows/menu.yaml`: as a person would name it in a message."""
    digest: str
    tree: Tree


def read_all(paths: list[Path], root: Path, cached_as: str = "flows") -> list[Source]:
    """Reads the files, from the cache beside them where their text has not changed. Each set of files has a cache of its own."""
    cache = root / "__pycache__" / f"{cached_as}-{_FORMAT}.json"
    kept = _kept(cache)
    sources, fresh, changed = [], {}, False
    for path in paths:
        name = f"{root.name}/{path.relative_to(root).as_posix()}"
        raw = _bytes(path, name)
        digest = hashlib.sha256(raw).hexdigest()
        tree: Tree | None = None
        with suppress(KeyError, TypeError, ValueError, AttributeError):  # a damaged cache is no reason to stop
            tree = Tree.unpack(kept[digest])
        if tree is None:
            tree, changed = parse(raw, name), True
        fresh[digest] = tree.pack() if changed else kept[digest]
        sources.append(Source(name, digest, tree))
    if changed:
        _keep(cache, fresh)
    return sources


def version(known: Iterable[str], data: Path) -> str:
    """Of everything that is said and every rule beside it: two contents that differ in one list, example or translation must never
    pass for the same, or nobody could go back from one to the other."""
    whole = hashlib.sha256("\n".join(known).encode())
    for path in sorted(
        path for path in data.rglob("*") if path.suffix in (".yaml", ".tsv") and path.name[0] not in "._"
    ):
        with suppress(OSError):  # whoever needs the file says so, with a remedy
            whole.update(f"\n{path.relative_to(data).as_posix()}\0".encode() + path.read_bytes())
    return whole.hexdigest()[:12]


def _kept(cache: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        found = json.loads(cache.read_bytes())
        return found if isinstance(found, dict) else {}
    return {}


def _bytes(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        what = Sentence("tidak terbaca ({why})", why=error.strerror)
        raise _broken(name, 1, what, Sentence("periksa izin berkasnya")) from error
    if len(raw) > MAX_BYTES:
        what = Sentence("lebih besar dari {most} kB", most=MAX_BYTES // 1024)
        raise _broken(name, 1, what, Sentence("bagi menjadi beberapa alur"))
    return raw


def _keep(cache: Path, trees: dict[str, Any]) -> None:
    with suppress(OSError):
        cache.parent.mkdir(exist_ok=True)
        draft = cache.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(trees, ensure_ascii=False), "utf-8")
        draft.replace(cache)


def parse(raw: bytes, name: str) -> Tree:
    """One YAML document as a tree. Raises `FlowError` with the line."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        events = iter(YAML(typ="safe", pure=True).parse(raw.decode("utf-8")))
        next(events)  # start of stream
        if type(next(events)).__name__ == "StreamEndEvent":
            remedy = Sentence("tulis `steps:` dan di bawahnya langkah-langkahnya")
            raise _broken(name, 1, Sentence("berkasnya kosong"), remedy)
        first = next(events)
        tree = _Builder(name, events).node(first, first.start_mark.line + 1, 0)
        next(events)  # end of document
        if type(more := next(events)).__name__ != "StreamEndEvent":
            what = Sentence("ada dokumen kedua (---)")
            raise _broken(name, more.start_mark.line + 1, what, Sentence("jadikan berkas sendiri"))
        return tree
    except UnicodeDecodeError as error:
        raise _broken(name, 1, Sentence("bukan teks UTF-8"), Sentence("simpan sebagai UTF-8")) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        why = " ".join(str(error.problem or error.context).split())
        raise _broken(name, line, Sentence("bukan YAML ({why})", why=why), _YAML) from error
    except (YAMLError, StopIteration) as error:
        raise _broken(name, 1, Sentence("bukan YAML"), _YAML) from error


_YAML = Sentence("periksa titik dua, tanda kutip, dan lekukan barisnya")


def _broken(name: str, line: int, what: Sentence, remedy: Sentence) -> FlowError:
    return FlowError(Problem(name, line, "file", what, remedy))


class _Builder:
    def __init__(self, name: str, events: Iterator[Any]) -> None:
        self.name, self.events = name, events

    def broken(self, line: int, what: Sentence, remedy: Sentence) -> FlowError:
        return _broken(self.name, line, what, remedy)

    def node(self, event: Any, line: int, depth: int) -> Tree:
        kind = type(event).__name__
        if depth > MAX_DEPTH:
            what = Sentence("lebih dalam dari {most} tingkat", most=MAX_DEPTH)
            raise self.broken(line, what, Sentence("alur itu datar: pakai langkah dan `next`"))
        if kind == "AliasEvent" or event.anchor:
            what = Sentence("anchor dan alias (& dan *) tidak dipakai di sini")
            raise self.broken(line, what, Sentence("tulis teksnya lengkap"))
        if event.tag and event.tag != "!":
            what = Sentence("tag {tag} tidak dipakai di sini", tag=event.tag)
            raise self.broken(line, what, Sentence("hapus"))
        if kind == "ScalarEvent":
            return Tree(line, str(event.value))
        if kind == "SequenceStartEvent":
            return Tree(line, self.items(depth))
        return Tree(line, self.mapping(depth))

    def items(self, depth: int) -> list[Tree]:
        found = []
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            found.append(self.node(event, event.start_mark.line + 1, depth + 1))
        return found

    def mapping(self, depth: int) -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            line = event.start_mark.line + 1
            if type(event).__name__ != "ScalarEvent":
                what = Sentence("kunci harus satu kata")
                raise self.broken(line, what, Sentence("tulis `kata: teks`"))
            key = str(event.value)
            if key in found:
                what = Sentence("`{key}` ada dua kali (pertama di baris {line})", key=key, line=found[key].line)
                raise self.broken(line, what, Sentence("sisakan satu"))
            found[key] = self.node(next(self.events), line, depth + 1)
        return found
