"""How patient the machine is with one sender: who floods, repeats or only disturbs is answered later and at once for all, and is
then suggested to humans, who alone decide. Pure.

Nothing here drops a word, and words of danger never come here. A pace is a small mapping that lies with the conversation:
`heat` (messages that have not cooled yet), `echo` (fingerprints of the last texts), `count` (a kind of disturbing -> how often),
`since` (number of the first message that still waits for its answer).
"""

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from bot.engine.forms import Form, Workshop
from bot.engine.match import normalise
from bot.engine.read import Source
from bot.record import record

CALM, SLOW, SLOWER = 0, 1, 2
Pace = dict[str, Any]
FLOOD, REPEAT, RUDE, JOKE, ADVERT, REPORTS = "flood", "repeat", "rude", "joke", "advert", "reports"
WHY = {
    FLOOD: "Menulis sangat banyak pesan dalam waktu singkat",
    REPEAT: "Mengirim pesan yang sama berulang kali",
    RUDE: "Berkali-kali hanya menulis kata kasar",
    JOKE: "Berkali-kali hanya bercanda",
    ADVERT: "Mengirim iklan berulang kali",
    REPORTS: "Membuat sangat banyak laporan dalam waktu singkat",
}
"""For officers."""
STANDARD = {FLOOD: 40, REPEAT: 8, RUDE: 6, JOKE: 6, ADVERT: 4, REPORTS: 12}
ALBUM = 0.2
"""What a picture weighs that belongs to the one before it: ten pictures are one thing said."""
REMEMBERED = 4
"""Texts before this one that it may repeat."""
PIECES = 3
LONG = 3
"""Words from which a text that comes again is a repetition: "1", "ya" and "menu" come again because they are answers."""
_CONTACT = re.compile(
    r"https?://|www\.|\bt\.me/|\bwa\.me/|\b(?:\+?62|0)8[\d -]{7,}|\b[\w-]+\.(?:com|net|xyz|id|site|link|top)\b", re.I
)
_LAUGH = re.compile(r"(?:w?k){3,}w?|(?:h[aeio]){2,}h?|(?:xi){2,}|l+o+l+|wkwk\w*")
_NUMBERS = int | float
_TWICE = re.compile(r"(.)\1+")
_LEET = str.maketrans("01345", "oieas")


class Phrases:
    """What one kind of disturbing is said in."""

    __slots__ = ("_all", "_firsts", "_longest")

    def __init__(self, texts: Iterable[str]) -> None:
        self._all = frozenset(_words(text) for text in texts)
        self._firsts = frozenset(phrase[0] for phrase in self._all if phrase)
        self._longest = max(map(len, self._all), default=0)

    def find(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Where they stand, the longest first at each place."""
        if self._firsts.isdisjoint(words):
            return []
        found, at = [], 0
        while at < len(words):
            sizes = range(min(self._longest, len(words) - at), 0, -1) if words[at] in self._firsts else ()
            size = next((n for n in sizes if tuple(words[at : at + n]) in self._all), 0)
            if size:
                found.append((at, at + size))
            at += size or 1
        return found


@record
class Rules:
    """flows/data/patience.yaml."""

    messages: float = 30.0
    minutes: float = 5.0
    slow: timedelta = timedelta(seconds=10)
    slower: timedelta = timedelta(seconds=60)
    forget: timedelta = timedelta(hours=6)
    suspect: Mapping[str, int] = field(default_factory=lambda: MappingProxyType(dict(STANDARD)))
    phrases: Mapping[str, Phrases] = field(default_factory=dict)
    around: frozenset[str] = frozenset()

    def pause(self, level: int) -> timedelta:
        return self.slower if level == SLOWER else self.slow


@record
class Verdict:
    level: int
    before: int
    """The level until this message."""
    suspicion: str = ""
    """Why humans should look at this sender, once, when it becomes so."""


def empty(rules: Rules, text: str) -> str:
    """`rude`, `joke` or `advert` where the whole text is nothing else; '' for any other."""
    words = _words(text)
    for kind in (RUDE, JOKE):
        phrases = rules.phrases.get(kind)
        if phrases is not None and _rest(words, phrases, rules.around, kind == JOKE) == 0:
            return kind
    phrases = rules.phrases.get(ADVERT)
    return ADVERT if phrases is not None and len(phrases.find(words)) >= 2 and _CONTACT.search(text) else ""


def hear(
    rules: Rules, pace: Pace | None, text: str, kind: str, gap: timedelta | None, album: bool = False
) -> tuple[Pace, Verdict]:
    """One more message. `kind`: what `empty` said of it; `gap`: time since the one before (None: it is the first)."""
    kept = dict(pace or {})
    if gap is not None and gap >= rules.forget:
        kept = {name: kept[name] for name in ("since",) if name in kept}
    before = level(rules, kept)
    # a clock that was set back says nothing about haste
    cooled = max(0.0, gap.total_seconds()) * rules.messages / (rules.minutes * 60) if gap is not None else 0.0
    heat = max(0.0, _number(kept.get("heat")) - cooled) + (ALBUM if album else 1.0)
    kept["heat"] = round(min(heat, rules.messages * 1.5), 2)  # who stops is calm again soon
    marks, echo = fingerprint(text), _integers(kept.get("echo"))
    if marks and (kind == ADVERT or not kind) and any(mark in echo for mark in marks):
        kind = kind or REPEAT
    if marks:
        kept["echo"] = [*echo, *marks][-PIECES * REMEMBERED :]
    happened = [kind] if kind else []
    if heat > rules.messages:
        happened.append(FLOOD)
    return _count(rules, kept, before, happened)


def opened(rules: Rules, pace: Pace | None) -> tuple[Pace, Verdict]:
    """A report came of it: what was counted before is forgiven, and reports are counted."""
    kept = dict(pace or {})
    before = level(rules, kept)
    kept["count"] = {REPORTS: _counts(kept).get(REPORTS, 0)}
    return _count(rules, kept, before, [REPORTS])


def _count(rules: Rules, pace: Pace, before: int, happened: Iterable[str]) -> tuple[Pace, Verdict]:
    counts, why = _counts(pace), ""
    for kind in happened:
        limit = rules.suspect.get(kind, 0)
        if not limit:
            continue
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] == limit:
            why = WHY[kind]
    if counts:
        pace["count"] = counts
    return pace, Verdict(level(rules, pace), before, why)


def level(rules: Rules, pace: Mapping[str, Any] | None) -> int:
    """How this sender is answered now."""
    if pace is None:
        return CALM
    worst = 0.0
    for kind, count in _counts(pace).items():
        if limit := rules.suspect.get(kind):
            worst = max(worst, count / limit)
    if worst >= 1:
        return SLOWER
    return SLOW if worst >= 0.5 or _number(pace.get("heat")) > rules.messages else CALM


def fingerprint(text: str) -> tuple[int, ...]:
    """A number for a text's words, whatever their case, order, digits and stretched letters; for a longer text one for each third
    of them, so that a text with one word changed still shares a number. () for short texts, which come again as answers."""
    words = {word for word in _words(text) if not word.isdigit()}
    if len(words) < LONG:
        return ()
    marks = sorted(zlib.crc32(word.encode()) for word in words)
    if len(words) < 2 * LONG:
        return (_mixed(marks),)
    # by the words themselves and not by their order: a changed word touches two thirds at most
    thirds = ([mark for mark in marks if mark % PIECES == piece] for piece in range(PIECES))
    return tuple(_mixed(third) for third in thirds if len(third) > 1)


def _mixed(marks: list[int]) -> int:
    return zlib.crc32(b"".join(mark.to_bytes(4) for mark in marks))


@lru_cache(maxsize=8)
def _words(text: str) -> tuple[str, ...]:
    """As they are compared: no case, no stretched letters, no digits that stand for letters. Asked twice in each turn."""
    words = _TWICE.sub(r"\1", normalise(text)).split()
    return tuple(word if word.isalpha() or word.isdigit() else word.translate(_LEET) for word in words)


def _rest(words: Sequence[str], phrases: Phrases, around: frozenset[str], laughs: bool) -> int:
    """How many words say something else; -1 where nothing was found."""
    found = phrases.find(words)
    if not found:
        return -1
    laughing = [at for at, word in enumerate(words) if laughs and _LAUGH.fullmatch(word)]
    taken = {at for start, end in found for at in range(start, end)} | set(laughing)
    return sum(at not in taken and word not in around for at, word in enumerate(words))


def _counts(pace: Mapping[str, Any]) -> dict[str, int]:
    found = pace.get("count")
    if not found:  # nearly all senders
        return {}
    return {str(kind): int(count) for kind, count in found.items()} if isinstance(found, dict) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, _NUMBERS) else 0.0


def _integers(value: object) -> list[int]:
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []


def read(shop: Workshop, source: Source) -> Rules:
    """flows/data/patience.yaml. Raises `FlowError`."""
    form = Form(shop, source.name, "patience", "patience", source.tree)
    limits = Form(shop, source.name, "patience", "suspect", form.fields["suspect"]) if form.has("suspect") else None
    suspect = {
        kind: int(limits.number(kind, usual, 0, 10_000)) if limits else usual for kind, usual in STANDARD.items()
    }
    if limits:
        limits.finish()
    phrases = {kind: Phrases(form.words(kind)) for kind in (RUDE, JOKE, ADVERT)}
    found = Rules(
        form.number("messages", 30, 5, 10_000),
        form.number("minutes", 5, 0.1, 24 * 60),
        timedelta(seconds=form.number("slow_seconds", 10, 1, 3600)),
        timedelta(seconds=form.number("slower_seconds", 60, 1, 3600)),
        timedelta(hours=form.number("forget_hours", 6, 0.1, 24)),
        MappingProxyType(suspect),
        MappingProxyType(phrases),
        frozenset(word for each in form.words("around") for word in _words(each)),
    )
    form.finish()
    return found
