"""What an officer types into the search field, as questions to the index: first as it stands, then with a good deal of patience. Pure."""

import re
from collections.abc import Callable, Sequence

from bot import stems
from bot.record import record

MOST = 8
"""Words of a question; what comes after them narrows nothing that was not narrowed already."""
_DIGITS = re.compile(r"[+(]?\d(?:[\s().\-]*\d){7,15}")
Place = Callable[[str], tuple[Sequence[str], frozenset[str]]]
"""A text -> the codes of the areas that it may mean, and the words that name them."""


@record
class Sought:
    strict: tuple[tuple[str, ...], ...] = ()
    loose: tuple[tuple[str, ...], ...] = ()
    """Also what only sounds alike; () where that would be the same question."""
    by_number: bool = False
    """A telephone number was asked for: whoever finds a case by it has learnt whose it is."""

    def __bool__(self) -> bool:
        return bool(self.strict)


def read(text: str, place: Place | None = None, names: bool = True) -> Sought:
    """`names`: may also be met by who reported it, and by the telephone number; else by the report's own words alone."""
    numbers: list[tuple[str, ...]] = []
    for found in _DIGITS.finditer(text):
        if names and (token := stems.number(found.group())):
            numbers.append((token,))
    words = list(dict.fromkeys(stems.words(text)))[:MOST]
    codes, named = place(text) if place and words else ((), frozenset[str]())
    where = [stems.areas(code)[-1] for code in codes]
    strict = [(*_exact(word, names, word is words[-1]), *(where if word in named else ())) for word in words]
    loose = [(*group, *_alike(word, names)) for group, word in zip(strict, words, strict=True)]
    same = loose == strict
    return Sought((*numbers, *strict), () if same else (*numbers, *loose), bool(numbers))


def _exact(word: str, names: bool, last: bool) -> list[str]:
    """The word in any of its forms; of the last one also what begins with it: people stop typing when they see what they look for."""
    begun = f"{word}*" if last and len(word) > 2 else word
    return [begun, *(form for form in stems.forms(word) if form != word), *([stems.NAME + begun] if names else [])]


def _alike(word: str, names: bool) -> list[str]:
    found = list(dict.fromkeys(filter(None, map(stems.sound, (*stems.forms(word)[-2:], word)))))
    return [*found, *([stems.NAME + each for each in found] if names else [])]
