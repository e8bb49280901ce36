"""Words as people type them in a hurry: which known word a token stands for, and how sure that is.

An index of deletions (each known word with one or two letters taken out) finds candidates by look-up, so a token costs
microseconds, not one comparison for each known word; the edit distance (with swaps, OSA) then decides.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from itertools import combinations

from rapidfuzz.distance import OSA

from bot.triage.remains import Remains

ONE, TWO = 5, 9
"""Letters from which one and two edits are forgiven. Two edits at seven letters take "dilacak" (traced) for "dibacok" (stabbed)."""
SPLIT, PART = 6, 4
"""A token of so many letters may be two words that lost their space, each of at least so many letters."""
LONGEST, GLUED = 20, 60
"""Letters of a token up to which it may be one misspelt word, and up to which it may be two words: what is longer is noise,
and the number of deletions grows with the square of the letters."""
KEPT = 16384
"""Tokens whose reading is remembered: everyday words come again and again."""

HEAD, TAIL = 4096, 1024
"""What is read of a long message: a cry for help stands at its beginning or its end."""

_TOKEN = re.compile(r"[a-z0-9]+")
_RUN = re.compile(r"([a-z])\1+")
_ONLY_LETTERS = bytes(code if chr(code) in "abcdefghijklmnopqrstuvwxyz" else 32 for code in range(256))
_LIKE_LETTERS = str.maketrans("0134578", "oieastb")
_VOWELS = "aeiou"
_PREFIXES = frozenset({"nga", "ng"})
"""Also "not" in chat, but Sundanese verbs begin with them ("ngalayanan")."""
_SUFFIXES = ("nya", "na", "lah", "mah", "kah", "teh", "ku", "mu", "in")

Found = tuple[tuple[str, int], ...]
"""Known words a token may stand for, each with its number of edits."""


def tokens(text: str) -> list[str]:
    """Lower-case words without accents; of a very long text its head and its tail."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]} {text[-TAIL:]}"
    text = text.lower()
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return _TOKEN.findall(text)


def vocabulary(text: str) -> set[str]:
    """All words of a-z that stand in a text of thousands of lines; accented letters divide."""
    words = set(text.encode().lower().translate(_ONLY_LETTERS).split())
    return set(b" ".join(words).decode().split())


@lru_cache(16_384)
def squeeze(word: str) -> str:
    """One way of writing for "tolooong", "k3bakaran", "bangun2" and "sakiit"; numbers stay."""
    if word.isdigit():
        return word
    if word[-1:] == "2" and word[:-1].isalpha():  # reduplication in chat: bangun2
        word = word[:-1]
    elif not word.isalpha():
        word = word.translate(_LIKE_LETTERS)
    return _RUN.sub(r"\1", word)


def squeezed(words: Iterable[str]) -> set[str]:
    """`squeeze` for thousands of words at once, which are not kept: one call for all that are plain letters."""
    plain, odd = list[str](), set[str]()
    for word in words:
        if word.isalpha():
            plain.append(word)
        else:
            odd.add(squeeze.__wrapped__(word))
    return odd | set(_RUN.sub(r"\1", "\n".join(plain)).split())


class Words:
    """The known words of a reader, and the everyday words that are never a misspelling of them."""

    def __init__(self, meant: Mapping[str, str], everyday: Iterable[str]) -> None:
        """`meant`: each way of writing -> the word meant."""
        self.exact = {squeeze(written): word for written, word in meant.items()}
        # a known word, with or without an ending, means itself, however ordinary it is
        endings = ({word + suffix for word in self.exact} for suffix in _SUFFIXES)
        self.everyday = frozenset(squeezed(everyday).difference(self.exact, *endings))
        self.look = lru_cache(KEPT)(self._look)

    @cached_property
    def index(self) -> tuple[list[str], Remains]:
        """The known words, and by which remains they are found. Made for the first misspelt word: it is half of what reading costs."""
        written = list(self.exact)
        return written, Remains(map(_deletions, written))

    @cached_property
    def short(self) -> dict[str, str]:
        """Words of four letters, as they are mistyped."""
        found: dict[str, str] = {}
        for written in self.exact:
            if len(written) == ONE - 1 and written.isalpha():
                for typed in _slips(written):
                    found.setdefault(typed, written)
        return found

    def warm(self) -> None:
        """Both indexes are there afterwards."""
        _ = self.index, self.short

    def _look(self, token: str) -> Found:
        token = squeeze(token[:GLUED])
        found = self._one(token)
        if found or token in self.everyday or len(token) < SPLIT:
            return found
        return self._two(token)

    def _one(self, token: str) -> Found:
        word = self.exact.get(token)
        if word is not None:
            return ((word, 0),)
        if token in self.everyday or token.isdigit():
            return ()
        for suffix in _SUFFIXES:
            if token.endswith(suffix) and len(token) - len(suffix) >= PART - 1:
                stem = token[: -len(suffix)]
                if stem in self.exact:
                    return ((self.exact[stem], 0),)
                if stem in self.everyday:
                    return ()
        best: dict[str, int] = {}
        self._near(token, best)
        for suffix in _SUFFIXES[:2]:
            if token.endswith(suffix) and len(token) - len(suffix) >= ONE - 1:
                self._near(token[: -len(suffix)], best)
        return tuple(best.items())

    def _near(self, token: str, best: dict[str, int]) -> None:
        if token in self.everyday or len(token) > LONGEST:
            return
        if len(token) < ONE:
            written = self.short.get(token)
            if written is not None:
                best.setdefault(self.exact[written], 1)
            if len(token) < ONE - 1:
                return
        known, remains = self.index
        for written in (known[number] for number in remains.of(_deletions(token, over=True))):
            allowed = _allowed(len(written))
            edits = OSA.distance(token, written, score_cutoff=allowed)
            if edits <= allowed:
                word = self.exact[written]
                best[word] = min(edits, best.get(word, edits))

    def _two(self, token: str) -> Found:
        """Words that lost their space: "sesaknapas", "anakpingsan"."""
        for at in range(2, len(token) - 1):
            left, right = token[:at], token[at:]
            if left in _PREFIXES:
                continue
            heads, tails = self.exact.get(left), self.exact.get(right)
            if heads is not None and tails is not None:
                return ((heads, 0), (tails, 0))
            if heads is not None and (right in self.everyday or len(left) > ONE):
                return ((heads, 0),)
            if tails is not None and (left in self.everyday or len(right) > ONE):
                return ((tails, 0),)
        return ()


def _allowed(letters: int) -> int:
    return 0 if letters < ONE else 1 if letters < TWO else 2


def _deletions(word: str, over: bool = False) -> set[str]:
    """The word with as many letters taken out as may be wrong in it. `over`: a typed word may be longer or shorter than meant."""
    letters = len(word)
    edits = _allowed(letters + 2 if over and letters >= TWO - 2 else letters + 1 if over else letters)
    found = {word}
    for count in range(1, edits + 1):
        for gone in combinations(range(letters), count):
            rest, start = "", 0
            for at in gone:
                rest += word[start:at]
                start = at + 1
            found.add(rest + word[start:])
    return found


def _slips(word: str) -> set[str]:
    """What becomes of a word of four letters: a vowel dropped, two letters swapped, a vowel taken for another."""
    found = set()
    for at, letter in enumerate(word):
        if letter in _VOWELS and at:
            found.add(word[:at] + word[at + 1 :])
            found.update(word[:at] + vowel + word[at + 1 :] for vowel in _VOWELS)
        if at:
            found.add(word[: at - 1] + letter + word[at - 1] + word[at + 1 :])
    return found - {word}
