"""A message as the features that a linear model weighs: its words and the pieces of its words.

Pieces of four letters, with the word's borders, hold up under typing errors, both languages' affixes and spellings
that no list foresees; a word list of slang adds nothing to them. What says where or who, and not what, is masked.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

LIMIT = 1200
"""Letters that are read: a longer story has said what it is about by then."""
SIZES = (4,)
"""One size, with the words themselves, does better than two to five together, at a third of the time."""

_URL = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\w+|@\w+")
_PLACE = re.compile(
    r"\b((?:[Dd]esa|[Dd]s|[Kk]ampung|[Kk]p|[Kk]elurahan|[Kk]el|[Kk]ecamatan|[Kk]acamatan|[Kk]ec|[Kk]abupaten|[Kk]ab|"
    r"[Kk]ota|[Dd]usun|[Pp]ak|[Bb]apak|[Bb]u|[Ii]bu|[Kk]ang|[Tt]eh|[Aa]tas nama|a\.?n)\.? )[A-Z][a-z]+(?: [A-Z][a-z]+)?"
)
"""A name after a cue, where the writer uses capitals."""
_LONG = re.compile(r"(\w)\1{2,}")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Lower case without accents; numbers are one sign, addresses and names gone, stretched letters ("tolooong") shortened."""
    text = _PLACE.sub(r"\1", _URL.sub(" ", text[:LIMIT]))
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in plain if unicodedata.category(letter)[0] != "M")
    text = _NUMBER.sub("0", _LONG.sub(r"\1", text.lower()))
    return _WORD.findall(text)


@lru_cache(4096)
def pieces(word: str) -> tuple[str, ...]:
    """The word itself and its pieces, each once, in a fixed order. People share their words, so they are kept for a while."""
    if word == "0":
        return ()
    framed = f"<{word}>"
    found = [framed]
    for size in SIZES:
        found += [framed[at : at + size] for at in range(len(framed) - size + 1)]
    return tuple(dict.fromkeys(found))


def pairs(found: Sequence[str]) -> list[str]:
    """Words that follow each other, with the message's beginning; how long it is, and whether it asks."""
    return [f"{one} {other}" for one, other in pairwise(("^", *found)) if one != "0" != other]


def marks(text: str, count: int) -> list[str]:
    """Signs of what a message is for, whatever it is about: it asks; it is this long."""
    return ["? ?", f"# {count.bit_length()}"] if "?" in text else [f"# {count.bit_length()}"]


def features(text: str) -> list[str]:
    """Of the whole message, each once: those of single words before those with a space, which are of more than one word."""
    found = words(text)
    if not found:
        return []
    single = [piece for word in found for piece in pieces(word)]
    return list(dict.fromkeys((*single, *pairs(found), *marks(text, len(found)))))
