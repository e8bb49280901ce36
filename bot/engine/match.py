"""Which choice a citizen's words mean. Exact look-ups first; rapidfuzz only for short messages that matched nothing.

Only the whole message counts: `fuzz.ratio` against a whole label, or every word of it against the words of one choice. Partial,
token-set and weighted ratios find a menu word inside any complaint ("jalan rusak sejak 3 bulan" would press "Jalan"), and a
person would be led where he never asked.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from bot.engine.spelling import like, slips
from bot.record import record

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
    8: "8 delapan lapan dalapan eight kedelapan kadalapan wolu",
    9: "9 sembilan salapan nine kesembilan kasalapan songo",
    10: "10 sepuluh sapuluh ten",
}
NUMBERS = {word: number for number, words in _NUMBERS.items() for word in words.split()}
_NUMBER_WORDS = [word for word in NUMBERS if len(word) > 3]
_NOT_NUMBERS = frozenset(
    "lama limau enak haji hijo hejo obat opak tega toga sate saat sato saut genap tuju kedai".split()
)
"""Words of their own, one letter away from a number's name."""
_DECOYS = frozenset("bentar gatau gatahu nanti tempat mana lama masa".split())
"""Words of their own that answers resemble: "bentar" is not "benar", "gatau" is not "gamau"."""
_AGREED = frozenset("ok oke okey okay siap sip baik ya iya muhun sok mangga hayu ayo".split())
"""Said before a choice: "siap, kirim"."""
_STRESSED = frozenset("lah sekali pisan banget deh sih atuh weh".split())
"""Said behind one: "cukup lah"."""
_LAST = frozenset("terakhir pamungkas panungtung panungtungan bontot".split())
_BEFORE_NUMBER = frozenset(
    "nomor no nomer nomr nmor nmr nmer nomber number num pilih pilihan pilihanna pilihannya milih pilihna angka opsi option "
    "jawab jawaban jawabannya waler waleran walerna menu poin point urutan kahoyong sebut balas ketik tulis klik".split()
)
_GLUED = re.compile(r"(?:no|nomor|nomer|nmr|pilih|opsi|angka|menu|ke|ka|nu|yg|yang)(\d{1,2})")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_DOUBLED = re.compile(r"(.)\1+")
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


@record
class Lexicon:
    """Words that mean the same at every step (flows/data/words.yaml), ready for look-up."""

    fillers: frozenset[str] = frozenset()
    """Words that carry no choice: "saya mau … dong"."""
    commands: Mapping[str, str] = field(default_factory=dict)
    """normalised word or phrase -> command: `menu`, `cancel`, `repeat`, `language`, `officer`, `back`, `greeting`, `thanks`, `link`."""
    spellings: tuple[str, ...] = ()
    """The commands' words that are long enough to be recognised misspelt."""
    same: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """A word or phrase -> others for the same thing: who may answer "ya" may answer "muhun"."""

    @classmethod
    def build(
        cls, fillers: Iterable[str], commands: Mapping[str, Iterable[str]], same: Iterable[Iterable[str]] = ()
    ) -> "Lexicon":
        lexicon = cls(frozenset(map(normalise, fillers)))
        known: dict[str, str] = {}
        for name, words in commands.items():
            for word in map(normalise, words):
                known[word] = known[lexicon.bare(word)] = name
        # One letter more or less makes another word of a short one: "basa" (language) and "basah" (wet).
        groups = [tuple(dict.fromkeys(map(normalise, group))) for group in same]
        twins = {word: group for group in groups for word in group}
        return cls(lexicon.fillers, known, tuple(word for word in known if len(word) > 4), twins)

    def word(self, command: str) -> str:
        """A word that gives this command; '' where the list has none."""
        return next((word for word, name in self.commands.items() if name == command), "")

    def bare(self, text: str) -> str:
        """Normalised text without fillers; if nothing else is left, the first of them ("ya dong")."""
        if " " not in text:
            return text
        words = text.split()
        return " ".join([word for word in words if word not in self.fillers]) or words[0]

    def number(self, text: str) -> int | None:
        """The number a message consists of: "3", "nomor 3", "yang ketiga aja"; -1 for "yang terakhir". In a sentence: none."""
        found = NUMBERS.get(text)
        if found is not None or len(text) > 60:
            return found
        rest = [word for word in text.split() if word not in self.fillers and word not in _BEFORE_NUMBER]
        if not rest or len(rest) > 2:
            return None
        values = {self._value(word) for word in rest}  # "2 dua" is 2
        return values.pop() if len(values) == 1 else None

    def _value(self, word: str) -> int | None:
        if word in NUMBERS or word in _LAST:
            return NUMBERS.get(word, -1)
        if glued := _GLUED.fullmatch(word):
            return NUMBERS.get(glued[1].lstrip("0"))
        if word.isdecimal():
            return NUMBERS.get(word.lstrip("0"))
        if len(word) < 3 or not word.isalpha() or word in _NOT_NUMBERS:
            return None
        short = _DOUBLED.sub(r"\1", word)
        if short in NUMBERS:
            return NUMBERS[short]
        near = [known for known in _NUMBER_WORDS if known[0] == word[0] and slips(word, known) == 1]
        values = {NUMBERS[known] for known in near}
        return values.pop() if len(values) == 1 else None

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


@record
class Table:
    """All that may be typed for the choices of one question, in every language, made at load."""

    lexicon: Lexicon
    keys: tuple[str, ...] = ()
    """In the order of their numbers."""
    exact: Mapping[str, str] = field(default_factory=dict)
    spellings: tuple[str, ...] = ()
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """key -> the words of its labels, without fillers, and others for the same thing."""
    lengths: Mapping[str, int] = field(default_factory=dict)
    """key -> words in its shortest label."""

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
        exact = _twins(lexicon, exact) | exact
        words = (
            {key: _words(lexicon, labels) for group in groups for key, (labels, _) in group.items()} if parts else {}
        )
        lengths = {
            key: min([len(lexicon.bare(normalise(label)).split()) for label in labels], default=0)
            for group in groups
            for key, (labels, _) in group.items()
        }
        return cls(lexicon, tuple(shown), exact, tuple(phrase for phrase in exact if len(phrase) > 3), words, lengths)

    def find(self, text: str) -> str | None:
        """The key that a normalised text says exactly: number, label, synonym, with or without fillers."""
        found = self.exact.get(text)
        if found is not None:
            return found
        number = self.lexicon.number(text)
        if number is not None:
            return self.keys[number - 1 if number > 0 else -1] if self.keys and number <= len(self.keys) else None
        first, _, rest = text.partition(" ")
        if first in NUMBERS and rest:  # "2. cek laporan": both must say the same
            number = NUMBERS[first]
            key = self.exact.get(rest) or self.exact.get(self.lexicon.bare(rest))
            return key if key and number <= len(self.keys) and self.keys[number - 1] == key else None
        found = self.exact.get(self.lexicon.bare(text))
        if found is None and (short := _STRETCHED.sub(r"\1", text)) != text:  # "yaaa"
            found = self.exact.get(short) or self.exact.get(self.lexicon.bare(short))
        return found or self._undressed(text.split())

    def _undressed(self, words: list[str]) -> str | None:
        """A choice spelt right behind a word of consent, which is none of the choices here, or before one of stress."""
        if len(words) > 1 and words[0] in _AGREED and words[0] not in self.exact:
            words = words[1:]
        if len(words) > 1 and words[-1] in _STRESSED:
            words = words[:-1]
        return self.exact.get(" ".join(words))

    def guess(self, text: str) -> str | None:
        """The key of a misspelt label. Short messages only: a sentence is a complaint, not a choice."""
        bare = self.lexicon.bare(text)
        first, _, rest = bare.partition(" ")
        if first.isdecimal():
            key = self.guess(rest) if rest and first in NUMBERS else None
            return key if key and key in self.keys and self.keys.index(key) + 1 == NUMBERS[first] else None
        if len(bare) <= 2 or bare.count(" ") > 3 or bare in _DECOYS:
            return None
        near = closest(bare, self.spellings, CUTOFF) if len(bare) > 3 else []
        near = [hit for hit in near if _plausible(bare, hit[0])]
        if near:
            key = self.exact[near[0][0]]
            rivals = [score for phrase, score, _ in near if self.exact[phrase] != key]
            return None if rivals and near[0][1] - rivals[0] < MARGIN else key
        return self._slipped(bare)

    def _slipped(self, bare: str) -> str | None:
        """The one choice that every word of the message belongs to, misspelt or in another order ("laporn cek")."""
        typed = bare.split()
        if len(typed) == 1:
            found = {key for phrase, key in self.exact.items() if " " not in phrase and like(bare, phrase)}
        else:
            found = {
                key
                for key, words in self.words.items()
                if len(typed) <= self.lengths[key] + 1
                and all(any(like(word, known) for known in words) for word in typed)
            }
        return found.pop() if len(found) == 1 else None


def _plausible(typed: str, meant: str) -> bool:
    """Whether a close phrase is close word by word too. "nanti" is not "ganti", "tidak bisa" not "tidak usah"; and a word
    more is another matter: "urus akta lahir" is not "akta lahir"."""
    from rapidfuzz import fuzz

    if abs(len(typed) - len(meant)) > 3:
        return False
    ours, theirs = typed.split(), meant.split()
    if len(ours) != len(theirs):
        return typed[0] == meant[0] or len(typed) > 7
    return all(
        one == other or (fuzz.ratio(one, other) >= (60 if one[0] == other[0] else 75 if len(one) > 7 else 101))
        for one, other in zip(ours, theirs, strict=True)
    )


def _words(lexicon: Lexicon, labels: Iterable[str]) -> frozenset[str]:
    found = {word for label in labels for word in lexicon.bare(normalise(label)).split()}
    return frozenset(found.union(*(lexicon.same.get(word, ()) for word in found)))


def _own_words(lexicon: Lexicon, group: Phrases) -> dict[str, str]:
    """Words that only one choice's labels have: "jembatan" alone presses "Jalan dan jembatan"."""
    owners: dict[str, set[str]] = {}
    short = set[str]()
    for key, (labels, _) in group.items():
        for label in labels:
            short.update(word.lower() for word in re.findall(r"\b[A-Z]{2}\b", label))  # KK
            for word in normalise(label).split():
                owners.setdefault(word, set()).add(key)
    return {
        word: next(iter(keys))
        for word, keys in owners.items()
        if len(keys) == 1 and (len(word) > 2 or word in short) and word not in lexicon.fillers and word not in NUMBERS
    }


def _twins(lexicon: Lexicon, exact: Mapping[str, str]) -> dict[str, str]:
    """Other words for what presses a choice. Where two choices claim them ("lanjut" may be yes or no), who says more of them."""
    claims: dict[tuple[str, ...], dict[str, int]] = {}
    for phrase, key in exact.items():
        if group := lexicon.same.get(phrase):
            keys = claims.setdefault(group, {})
            keys[key] = keys.get(key, 0) + 1
    found: dict[str, str] = {}
    for group, keys in claims.items():
        key, most = max(keys.items(), key=lambda item: item[1])
        if sum(count == most for count in keys.values()) == 1:
            found |= {twin: key for twin in group if twin not in found}
    return found


def choose(table: Table, text: str) -> str | None:
    """The key of the choice that a citizen's text means, or None."""
    plain = normalise(text)
    return (table.find(plain) or table.guess(plain)) if plain else None
