"""Whether one word may be another, misspelt."""

import re
from collections.abc import Iterable

_VOWEL = re.compile(r"[aiueo]")


def slips(typed: str, meant: str) -> int:
    """Slips of the finger between two words: a letter lost, added, changed, or two swapped."""
    from rapidfuzz.distance import OSA

    return OSA.distance(typed, meant, score_cutoff=2)


def like(typed: str, meant: str) -> bool:
    """Whether one word may be the other, misspelt. The first letter is hardly ever wrong, short words must be right."""
    if typed == meant:
        return True
    if typed[0] != meant[0] or len(meant) < 4 or len(typed) < 3:
        return False
    if slips(typed, meant) <= (1 if len(meant) < 8 else 2):
        return True
    bones = _VOWEL.sub("", meant)  # "kshtn": many leave the vowels out
    return len(bones) > 2 and len(typed) < len(meant) and _VOWEL.sub("", typed) == bones


class Spelling:
    """Many words, and which of them a misspelt one may mean, by the rules of `like`: by first letter, or without the vowels."""

    def __init__(self, words: Iterable[str]) -> None:
        self._known = frozenset(words)
        self._shelves: dict[str, list[str]] = {}
        self._bones: dict[str, list[str]] = {}
        for word in sorted(word for word in self._known if len(word) >= 4):
            self._shelves.setdefault(word[0], []).append(word)
            if len(bones := _VOWEL.sub("", word)) > 2:
                self._bones.setdefault(word[0] + bones, []).append(word)

    def read(self, typed: str) -> str:
        """The word itself where it is known, or nothing is near."""
        if typed in self._known or len(typed) < 3:
            return typed
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        shelf = self._shelves.get(typed[0], ())
        for meant, slipped, _ in process.extract(typed, shelf, scorer=OSA.distance, score_cutoff=2, limit=None):
            if slipped <= (1 if len(meant) < 8 else 2):
                return meant
        bare = self._bones.get(typed[0] + _VOWEL.sub("", typed), ())
        return next((meant for meant in bare if len(typed) < len(meant)), typed)
