"""Is a life or a body in danger now? Read on every message, before anything else.

The phrases are data (flows/data/urgency.yaml). A hit only asks one question and calls a human, a miss may cost a life: so
recall comes before precision. A guard cue ("harga", "tahun lalu", "film", "listrik …") lowers critical to high, and no
cue makes a hit vanish.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from bot.engine.read import Tree, read_all
from bot.errors import FlowError, Misread, Problem, Sentence
from bot.record import record
from bot.triage import gazetteer
from bot.triage.language import listed
from bot.triage.phrases import Hit, Phrasebook, Vocabulary
from bot.triage.spelling import squeeze, tokens, vocabulary

KINDS = ("medical", "breathing", "fire", "drowning", "disaster", "accident", "violence", "suicide", "missing")
LEVELS = ("critical", "high")
GUARDS = ("around", "feared", "things", "instead", "denied", "asked", "now")
AROUND, FEARED, THINGS = 8, 3, 2
"""How many words away a cue of the kind `around` or `asked`, and how many words before the hit one of `feared` or `things`, still lowers it."""
_MEANT = frozenset({"violence", "suicide"})
"""Kinds in which "takut" and "kalau" are part of the cry ("saya takut dibunuh"), no reason to lower it."""
_GRAVE = frozenset({"kekerasan", "banjir", "isoman", "kesehatan"})
"""Topics whose examples have words of danger, misspelt ones among them."""
PROVINCE = "32"
_BREAKS = Sentence("tulis satu frasa satu baris, atau pisahkan dengan koma")


@record
class Danger:
    """What a message says about danger."""

    kind: str
    level: str
    guarded: bool
    """A cue lowered critical to high."""
    why: tuple[str, ...]
    """The citizen's own words that were found."""


@record
class Sign:
    """What a phrase of the file means: a danger (`kind`, `level`) or a cue (`kind` is one of `GUARDS`, no level)."""

    kind: str
    level: str = ""


class Dangers:
    """All phrases, ready for look-up."""

    def __init__(self, book: Phrasebook[Sign]) -> None:
        self._book = book
        self._fillers = book.vocabulary.fillers

    def warm(self) -> None:
        """Makes what else the first misspelt word would wait for; in whatever thread this is called."""
        self._book.words.warm()

    def read(self, text: str) -> Danger | None:
        """The gravest danger that the text speaks of; None for a routine message."""
        said = [token for token in tokens(text) if token not in self._fillers]
        hits = self._book.find(said)
        dangers = [hit for hit in hits if hit.meaning.level]
        if not dangers:
            return None
        cues: dict[str, list[tuple[int, int]]] = {name: [] for name in GUARDS}
        for hit in hits:
            if not hit.meaning.level:
                cues[hit.meaning.kind].append((min(hit.at), max(hit.at)))
        best, guarded = max(((hit, _lowered(hit, cues)) for hit in dangers), key=_gravity)
        level = best.meaning.level if not guarded else "high"
        return Danger(best.meaning.kind, level, guarded, tuple(said[at] for at in sorted(best.at)))


def _gravity(found: tuple[Hit[Sign], bool]) -> tuple[int, int, bool, int]:
    """Critical first, then a lowered critical, then high; of equals the one that rests on more words, then the earlier."""
    hit, guarded = found
    return (
        0 if hit.meaning.level == "high" else 1 if guarded else 2,
        len(hit.at),
        hit.meaning.kind == "suicide",
        -min(hit.at),
    )


def _lowered(hit: Hit[Sign], cues: Mapping[str, Sequence[tuple[int, int]]]) -> bool:
    if hit.meaning.level != "critical":
        return False
    first, last = min(hit.at), max(hit.at)
    if any(_away(cue, first, last) <= AROUND for cue in cues["around"]):
        return True
    if any(start <= last and end >= first for start, end in cues["instead"]):
        return True
    if any(end == first - 1 for _, end in cues["denied"]):
        return True
    if any(0 < first - end <= THINGS for _, end in cues["things"]):
        return True
    if hit.meaning.kind not in _MEANT and any(end < last and first - end <= FEARED for _, end in cues["feared"]):
        return True
    return not cues["now"] and any(_away(cue, first, last) <= AROUND for cue in cues["asked"])


def _away(cue: tuple[int, int], first: int, last: int) -> int:
    return max(cue[0] - last, first - cue[1], 0)


def read(flows_dir: Path) -> Dangers:
    """Reads flows/data/urgency.yaml. Raises `FlowError`: `file:line: section: what is wrong; what to write instead`."""
    source = read_all([flows_dir / "data" / "urgency.yaml"], flows_dir, "urgency")[0]
    file = _File(source.name, source.tree)
    vocabulary = Vocabulary(file.table("same"), file.table("groups"), file.plain("fillers"))
    book: Phrasebook[Sign] = Phrasebook(vocabulary)
    for name in GUARDS:
        file.phrases(book, file.part("guards", name), f"guards.{name}", Sign(name))
    kinds = file.mapping("dangers")
    for kind, tree in kinds.items():
        if kind not in KINDS:
            known = Sentence("yang dikenal ialah {known}", known=", ".join(KINDS))
            file.fail(Sentence("bukan jenis bahaya"), known, tree.line, f"dangers.{kind}")
        for level in file.levels(kind, tree):
            file.phrases(book, file.part("dangers", kind, level), f"dangers.{kind}.{level}", Sign(kind, level))
    routine = _routine(flows_dir / "data" / "examples" / "topics") | listed() | gazetteer.words(PROVINCE)
    # short ones are never taken for a misspelling anyway, and may be half of a danger word ("ping san")
    book.close([*file.plain("everyday"), *(word for word in routine if len(word) > 3)])
    return Dangers(book)


def _routine(folder: Path) -> set[str]:
    """Words of the examples of routine topics: a word that citizens use every day is no misspelt cry for help."""
    files = (path.read_text(encoding="utf-8") for path in folder.glob("*.tsv") if path.stem not in _GRAVE)
    return vocabulary("\n".join(files))


class _File:
    """The tree of the file, with accessors that refuse what is wrong."""

    def __init__(self, name: str, tree: Tree) -> None:
        self.name, self.tree = name, tree
        known = {"same", "groups", "fillers", "everyday", "guards", "dangers"}
        for key, part in self.mapping().items():
            if key not in known:
                remedy = Sentence("yang dikenal ialah {known}", known=", ".join(sorted(known)))
                self.fail(Sentence("tidak dikenal di sini"), remedy, part.line, key)

    def fail(self, what: Sentence, remedy: Sentence, line: int, where: str) -> NoReturn:
        raise FlowError(Problem(self.name, line, where, what, remedy))

    def part(self, *path: str) -> Tree:
        tree = self.tree
        for key in path:
            if not isinstance(tree.value, dict) or key not in tree.value:
                remedy = Sentence("tulis `{key}: |` dan kata-katanya di bawahnya", key=key)
                self.fail(Sentence("tidak ditemukan"), remedy, tree.line, ".".join(path))
            tree = tree.value[key]
        return tree

    def mapping(self, *path: str) -> dict[str, Tree]:
        tree = self.part(*path)
        if not isinstance(tree.value, dict):
            remedy = Sentence("tulis baris-baris `kata: |` di bawahnya")
            self.fail(Sentence("tidak berisi baris `kata: …` di bawahnya"), remedy, tree.line, ".".join(path) or "file")
        return tree.value

    def levels(self, kind: str, tree: Tree) -> list[str]:
        for level, part in self.mapping("dangers", kind).items():
            if level not in LEVELS:
                remedy = Sentence("tulis `critical: |` atau `high: |`")
                self.fail(Sentence("bukan tingkat bahaya"), remedy, part.line, f"dangers.{kind}.{level}")
        return list(self.mapping("dangers", kind))

    def lines(self, tree: Tree, where: str) -> Iterator[tuple[int, str]]:
        """The lines of a `|` block with their numbers in the file."""
        if not isinstance(tree.value, str):
            self.fail(Sentence("bukan blok teks"), _BREAKS, tree.line, where)
        for number, line in enumerate(tree.value.splitlines(), tree.line + 1):
            if line.strip():
                yield number, line

    def phrases(self, book: Phrasebook[Sign], tree: Tree, where: str, sign: Sign) -> None:
        for number, line in self.lines(tree, where):
            for phrase in filter(None, map(str.strip, line.split(","))):
                try:
                    book.add(phrase.lower(), sign, forgiving=bool(sign.level))
                except Misread as error:
                    self.fail(error.what, error.remedy, number, where)

    def plain(self, key: str) -> list[str]:
        return [word for _, line in self.lines(self.part(key), key) for word in line.lower().split()]

    def table(self, key: str) -> dict[str, list[str]]:
        """`word: other ways of writing it`, one a line."""
        found: dict[str, list[str]] = {}
        owner: dict[str, str] = {}
        for number, line in self.lines(self.part(key), key):
            word, colon, rest = line.strip().lower().partition(":")
            if not colon or not word.isalnum() or not rest.split():
                what = Sentence("`{line}` bukan entri", line=line.strip())
                self.fail(what, Sentence("tulis `kata: kata-lain kata-lain`"), number, key)
            if word in found:
                what = Sentence("`{word}` ada dua kali", word=word)
                self.fail(what, Sentence("sisakan satu baris untuknya"), number, key)
            for written in {squeeze(other) for other in (word, *rest.split())} if key == "same" else ():
                if owner.setdefault(written, word) != word:
                    what = Sentence("`{word}` sudah berarti `{other}`", word=written, other=owner[written])
                    self.fail(what, Sentence("sisakan di satu baris"), number, key)
            found[word] = rest.split()
        return found
