"""A text that is too long for one bubble, cut where a reader would pause. Pure."""

import re
from collections.abc import Callable

from bot.message import units

LONGEST = 4096
"""Where nobody says otherwise: what WhatsApp and Telegram take."""
Measure = Callable[[str], int]
_BREAKS = (re.compile(r"\n\n+"), re.compile(r"\n"), re.compile(r"(?<=[.!?])\s+"), re.compile(r"\s+"))
"""Best first: between paragraphs, lines, sentences, words. A link has no blank, so none is cut while it fits a bubble."""


def parts(text: str, most: int = LONGEST, measure: Measure = units) -> list[str]:
    """In order; joined by blanks they are the text again. One that fits stays as it is. `measure`: how the platform counts; a
    longer text never counts less than its beginning."""
    found, rest = [], text
    while len(rest) > 1 and measure(rest) > most:
        head = _fitting(rest, most, measure)
        end, after = _cut(head, rest)
        found.append(rest[:end])
        rest = rest[after:]
    return [*found, rest] if rest or not found else found


def _fitting(text: str, most: int, measure: Measure) -> int:
    """How many characters fit; one at least, or the text would never end."""
    low, high = 1, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= most else (low, middle - 1)
    return low


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
