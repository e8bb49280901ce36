"""A message as words, and the names of places read in it."""

import re
from dataclasses import dataclass, field

from bot.triage.gazetteer import Outside

MOST = 160
"""Words of a message that are read: a longer one is a story, and names its place early or not at all."""
_TOKEN = re.compile(r"[a-z]+|\d+|[,;\n()]")
_FOLD = str.maketrans("éèêëÉÈ", "eeeeee", "'’`")

EXACT_HINTED, HINTED, CUED, BARE, WEAK = 3.0, 2.2, 2.0, 1.7, 0.6
"""How strongly a name speaks: behind its level ("kec"), behind another, behind "di", by itself, as a street."""
SLIP = 0.7
"""What each slip takes from the strength of a name."""


@dataclass(slots=True)
class Mention:
    start: int
    end: int
    weights: dict[str, float]
    """Code -> how strongly this name speaks for it; empty where the name is only outside."""
    outside: Outside | None = None
    strength: float = 0.0
    """Of the outside reading."""
    hinted: str = ""
    loose: bool = False
    """The name was misspelt, or might be another misspelt one."""


@dataclass(slots=True)
class Reading:
    words: list[str]
    commas: set[int]
    """Places of words that a comma, bracket or line end stands before."""
    mentions: list[Mention] = field(default_factory=list)


def words(text: str) -> Reading:
    found, commas = list[str](), set[int]()
    for token in _TOKEN.findall(text[:2000].lower().translate(_FOLD)):
        if token[0] in ",;\n()":
            commas.add(len(found))
        elif len(found) < MOST:
            found.append(token)
    return Reading(found, commas)
