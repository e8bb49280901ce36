"""Plain language, for who reads slowly and for who has the text read aloud: short sentences, one question a message, numbers that
are said in the text, no meaning in a symbol, no proof of identity demanded. The same rules for every language."""

import re
import unicodedata
from collections.abc import Iterator

Fault = tuple[str, str]
"""What, and the remedy."""
MAX_TEXT = 600
MAX_SENTENCE = 20
"""Words."""
_SENTENCE = re.compile(r"[.!?:]+(?:\s|$)|\n+")
_STARTS = "{(\"“'"
_CAPITALS = re.compile(r"\b[A-Z]{7,}\b")
_DRAWN = re.compile(r"[-=_*~.•·─━]{4,}|[│┃|].*[│┃|]")
_MARKUP = re.compile(r"(?<!\w)([*_~])\w[^*_~\n]*\w\1(?!\w)")
_EMERGENCY = re.compile(r"(?<![\d.,:-])1(?:1[02-9]|29)(?![\d.,:]\d|\d|-\d)")
_FIGURE = re.compile(r"^\d+[.)]\s", re.MULTILINE)


def bubble(text: str) -> Iterator[Fault]:
    """A whole message, its numbered choices included."""
    if len(text) > MAX_TEXT:
        yield f"{len(text)} characters with its choices", f"at most {MAX_TEXT}: shorten it"
    yield from plain(text)


def plain(text: str) -> Iterator[Fault]:
    """Read aloud by a screen reader, it must still be clear."""
    if text.count("?") > 1:
        yield "more than one question in one message", "ask one thing at a time"
    emoji = [letter for letter in text if is_emoji(letter)]
    if len(emoji) > 1:
        yield f"{len(emoji)} emoji", "at most one, at the end"
    for line in filter(None, map(str.strip, text.splitlines())):
        if not (line[0].isalnum() or line[0] in _STARTS):
            yield f"a line begins with `{line[0]}`", "begin with a word: symbols are read aloud first"
        if _DRAWN.search(line):
            yield "a line or a table drawn with symbols", "say it in words: it is read aloud sign by sign"
    if found := _EMERGENCY.search(text):
        yield (
            f"the emergency number {found[0]} in a text",
            "numbers differ by region: say `{numbers}` in a step `kind: numbers`",
        )
    if found := _CAPITALS.search(text):
        yield f"`{found[0]}` in capitals", "write it small: capitals are spelt out letter by letter"
    if found := _MARKUP.search(text):
        yield f"`{found[0]}` is marked by signs", "leave the signs out: not every channel shows them as bold"
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        if len(words) > MAX_SENTENCE:
            yield f"a sentence of {len(words)} words (“{' '.join(words[:5])} …”)", f"at most {MAX_SENTENCE}: make two"


def numbered(text: str) -> Iterator[Fault]:
    """A list that was typed into a text by hand: its numbers would stand beside those that the system writes."""
    if _FIGURE.search(text):
        yield "a numbered list inside the text", "make its lines `choices:`, or leave the numbers out"


def is_emoji(letter: str) -> bool:
    return unicodedata.category(letter) in ("So", "Sk") and ord(letter) > 0x2000
