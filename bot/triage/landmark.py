"""Spots that are called after a place, or after a plant, a day, a person: "Stasiun Padalarang", "Pasar Kosambi"."""

from collections.abc import Callable, Iterable

from bot.triage.clues import CUE, FILL, HINT, LANDMARK, SHORTS, STREET
from bot.triage.gazetteer import Index
from bot.triage.reading import Mention, Reading

Names = Callable[[int], Iterable[tuple[int, str, list[str]]]]
"""The names written right that begin at a word: (end, squeezed, words)."""


def landmark(index: Index, seen: Reading, names: Names, at: int) -> int:
    """Where reading goes on behind the landmark that begins here; 0 where it is none ("Taman Sari", "Situ" alone). A name that also
    a district or a regency has, or that only places have ("Ci…"), says where it stands; any other is read over."""
    words, count = seen.words, len(seen.words)
    if any(len(parts) > 1 for _, _, parts in names(at)):
        return 0
    at += 1
    while at < count and (words[at] in LANDMARK or words[at] in FILL) and at not in seen.commas:
        at += 1
    if at >= count:
        return 0
    word = words[at]
    if at in seen.commas or word.isdigit() or word in CUE or word in HINT or word in STREET or word in SHORTS:
        return at
    for end, key, _ in names(at):
        codes = index.keys.get(key, ())
        if not (key.startswith("ci") or any(len(code) <= 8 for code in codes) or (not codes and key in index.outside)):
            seen.mentions.append(Mention(at, end, {}))
            return end
        break
    return at
