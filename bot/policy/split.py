"""A text that is too long for one bubble, cut where a reader would pause. Pure."""

import re

LONGEST = 4096
"""Of the strictest messenger here; counted in UTF-16 units, as Telegram does: an emoji is two."""
_BREAKS = (re.compile(r"\n\n+"), re.compile(r"\n"), re.compile(r"(?<=[.!?])\s+"), re.compile(r"\s+"))
"""Best first: between paragraphs, lines, sentences, words. A link has no blank, so none is cut while it fits a bubble."""


def parts(text: str, most: int = LONGEST) -> list[str]:
    """In order; joined by blanks they are the text again. One that fits stays as it is."""
    found, rest = [], text
    while _units(rest) > most:
        head = _fitting(rest, most)
        end, after = _cut(head, rest)
        found.append(rest[:end])
        rest = rest[after:]
    return [*found, rest] if rest or not found else found


def _units(text: str) -> int:
    return len(text) + sum(1 for each in text if each > "\uffff")


def _fitting(text: str, most: int) -> int:
    """How many characters fit."""
    room = most
    for place, each in enumerate(text):
        room -= 2 if each > "\uffff" else 1
        if room < 0:
            return place
    return len(text)


def _cut(fits: int, text: str) -> tuple[int, int]:
    """Where this part ends and the next begins; a good break in the last half is better than a full bubble."""
    for breaks, least in zip(_BREAKS, (fits // 2, fits // 2, fits // 2, 0), strict=True):
        last = None
        for each in breaks.finditer(text, 0, min(len(text), fits + 64)):
            if least < each.start() <= fits:
                last = each
        if last is not None:
            return last.start(), last.end()
    return fits, fits  # one word longer than a bubble
