"""A message as the features that a linear model weighs: its words and the pieces of its words.

Pieces of three and of five letters, with the word's borders, hold up under typing errors, both languages' affixes and spellings
that no list foresees; a word list of slang adds nothing to them. What says where or who, and not what, is masked.
"""

import re
import unicodedata
from functools import lru_cache

LIMIT = 1200
"""Letters that are read: a longer story has said what it is about by then."""
SIZES = (3, 5)
"""Two sizes do as well as all from two to five, at half the time."""

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


def features(text: str) -> list[str]:
    """Of the whole message, each once."""
    return list(dict.fromkeys(piece for word in words(text) for piece in pieces(word)))
