"""Which choice a citizen's words mean. Exact look-ups first; rapidfuzz only for short messages that matched nothing.

Only `fuzz.ratio` of the whole message against a whole label is used. Partial, token-set and weighted ratios find a menu
word inside any complaint ("jalan rusak sejak 3 bulan" would press "Jalan"), and a person would be led where he never asked.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

CUTOFF = 80.0
"""Percent of equal letters at which a misspelt label still counts: measured, no free complaint was swallowed at 80."""
COMMAND_CUTOFF = 85.0
"""Global words work inside text questions too, where 80 would take "batas" for "batal"."""
MARGIN = 3.0
"""Two different choices that are this close to each other: better to ask again than to guess."""

Phrases = Mapping[str, tuple[Sequence[str], Sequence[str]]]
"""key -> (labels in every language, synonyms)."""

_NUMBERS = {
    1: "1 satu hiji one pertama kesatu kahiji siji",
    2: "2 dua two kedua kadua loro",
    3: "3 tiga tilu three ketiga katilu telu",
    4: "4 empat opat four keempat kaopat papat",
    5: "5 lima five kelima kalima limo",
    6: "6 enam genep six keenam kagenep nem",
    7: "7 tujuh seven ketujuh katujuh pitu",
    8: "8 delapan dalapan eight kedelapan kadalapan wolu",
    9: "9 sembilan salapan nine kesembilan kasalapan songo",
    10: "10 sepuluh sapuluh ten",
}
NUMBERS = {word: number for number, words in _NUMBERS.items() for word in words.split()}
_NUMBER_WORDS = [word for word in NUMBERS if len(word) > 3]
_BEFORE_NUMBER = frozenset(
    "nomor no nomer nmr nmer num pilih pilihan milih angka opsi option jawab jawaban waler menu".split()
)
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_NOT_WORD_ANY = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """Lower case, no accents, no punctuation, no keycap frames; every digit of every script is 0-9. Cut at 200 letters."""
    text = text[:200].lower()
    if text.isascii():
        return _NOT_WORD.sub(" ", text).strip()
    plain = []
    for letter in unicodedata.normalize("NFKD", text):
        # M*: accents, the variation selector and the keycap frame. Cf: joiners, direction marks.
        if unicodedata.category(letter)[0] == "M" or unicodedata.category(letter) == "Cf":
            continue
        plain.append(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter)
    return _NOT_WORD_ANY.sub(" ", "".join(plain)).strip()


def closest(text: str, candidates: Sequence[str], cutoff: float) -> list[tuple[str, float, int]]:
    """The best candidates. rapidfuzz is imported when the first misspelt word comes, not at every server start (20 ms)."""
    from rapidfuzz import fuzz, process

    return process.extract(text, candidates, scorer=fuzz.ratio, limit=3, score_cutoff=cutoff)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words that mean the same at every step (flows/data/words.yaml), ready for look-up."""

    fillers: frozenset[str] = frozenset()
    """Words that carry no choice: "saya mau … dong"."""
    commands: Mapping[str, str] = field(default_factory=dict)
    """normalised word or phrase -> command: `menu`, `cancel`, `repeat`, `language`, `officer`, `back`, `greeting`, `thanks`."""
    spellings: tuple[str, ...] = ()
    """The commands' words that are long enough to be recognised misspelt."""

    @classmethod
    def build(cls, fillers: Iterable[str], commands: Mapping[str, Iterable[str]]) -> "Lexicon":
        lexicon = cls(frozenset(map(normalise, fillers)))
        known: dict[str, str] = {}
        for name, words in commands.items():
            for word in map(normalise, words):
                known[word] = known[lexicon.bare(word)] = name
        # One letter more or less makes another word of a short one: "basa" (language) and "basah" (wet).
        return cls(lexicon.fillers, known, tuple(word for word in known if len(word) > 4))

    def bare(self, text: str) -> str:
        """Normalised text without fillers; if nothing else is left, the first of them ("ya dong")."""
        if " " not in text:
            return text
        words = text.split()
        return " ".join([word for word in words if word not in self.fillers]) or words[0]

    def number(self, text: str) -> int | None:
        """The number a message consists of: "3", "nomor 3", "yang ketiga aja". A number inside a sentence is none."""
        found = NUMBERS.get(text)
        if found is not None or len(text) > 60:
            return found
        rest = [word for word in text.split() if word not in self.fillers and word not in _BEFORE_NUMBER]
        if len(rest) != 1:
            return None
        found = NUMBERS.get(rest[0])
        if found is None and len(rest[0]) > 3 and rest[0].isalpha() and (near := closest(rest[0], _NUMBER_WORDS, 85.0)):
            found = NUMBERS[near[0][0]]
        return found

    def command(self, text: str) -> str | None:
        """The global word a normalised message consists of, spelt right."""
        return self.commands.get(text) or self.commands.get(self.bare(text))

    def command_like(self, text: str) -> str | None:
        """The same, misspelt."""
        bare = self.bare(text)
        if not 3 < len(bare) <= 24:
            return None
        near = closest(bare, self.spellings, COMMAND_CUTOFF)
        return self.commands[near[0][0]] if near else None


@dataclass(frozen=True, slots=True)
class Table:
    """All that may be typed for the choices of one question, in every language, made at load."""

    lexicon: Lexicon
    keys: tuple[str, ...] = ()
    """In the order of their numbers."""
    exact: Mapping[str, str] = field(default_factory=dict)
    spellings: tuple[str, ...] = ()

    @classmethod
    def build(cls, lexicon: Lexicon, shown: Phrases, hidden: Phrases | None = None, parts: bool = True) -> "Table":
        """Hidden choices have no number; a shown one wins over them. `parts`: a word that only one label has presses it."""
        exact: dict[str, str] = {}
        groups = (shown, hidden or {})
        for group in groups:
            for key, (labels, synonyms) in group.items():
                for phrase in map(normalise, (*labels, *synonyms)):
                    exact.setdefault(phrase, key)
                    exact.setdefault(lexicon.bare(phrase), key)
        for group in groups if parts else ():
            for word, key in _own_words(lexicon, group).items():
                exact.setdefault(word, key)
        exact.pop("", None)
        return cls(lexicon, tuple(shown), exact, tuple(phrase for phrase in exact if len(phrase) > 3))

    def find(self, text: str) -> str | None:
        """The key that a normalised text says exactly: number, label, synonym, with or without fillers."""
        found = self.exact.get(text)
        if found is not None:
            return found
        number = self.lexicon.number(text)
        if number is not None:
            return self.keys[number - 1] if number <= len(self.keys) else None
        return self.exact.get(self.lexicon.bare(text))

    def guess(self, text: str) -> str | None:
        """The key of a misspelt label. Short messages only: a sentence is a complaint, not a choice."""
        bare = self.lexicon.bare(text)
        if len(bare) <= 3 or bare.count(" ") > 3 or bare.isdecimal():
            return None
        near = closest(bare, self.spellings, CUTOFF)
        if not near:
            return None
        key = self.exact[near[0][0]]
        rivals = [score for phrase, score, _ in near if self.exact[phrase] != key]
        return None if rivals and near[0][1] - rivals[0] < MARGIN else key


def _own_words(lexicon: Lexicon, group: Phrases) -> dict[str, str]:
    """Words that only one choice's labels have: "jembatan" alone presses "Jalan dan jembatan"."""
    owners: dict[str, set[str]] = {}
    for key, (labels, _) in group.items():
        for label in labels:
            for word in normalise(label).split():
                owners.setdefault(word, set()).add(key)
    return {
        word: next(iter(keys))
        for word, keys in owners.items()
        if len(keys) == 1 and len(word) > 2 and word not in lexicon.fillers and word not in NUMBERS
    }


def choose(table: Table, text: str) -> str | None:
    """The key of the choice that a citizen's text means, or None."""
    plain = normalise(text)
    return (table.find(plain) or table.guess(plain)) if plain else None
