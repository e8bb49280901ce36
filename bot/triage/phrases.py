"""Phrases written by people, found in what people type: words in order or in any order, with up to two others between.

One phrase is words with spaces between them. `a/b` is one word or the other, `@group` any word of a group, `=word` only
exactly so, and `a + b` means any order. Words of a phrase that are fillers are left out, as they are in messages.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from bot.errors import Misread, Sentence
from bot.record import record
from bot.triage.spelling import ONE, TWO, Words, squeeze

GAP = 2
"""Other words that may stand inside a phrase."""

Meaning = TypeVar("Meaning")


@record
class Rule(Generic[Meaning]):
    slots: tuple[int, ...]
    ordered: bool
    edits: int
    """How many edits all its words may have together."""
    exact: frozenset[int]
    """Slots that must be spelt right."""
    needs: frozenset[int]
    """All its slots, for a quick look whether it can be there at all."""
    meaning: Meaning


@record
class Hit(Generic[Meaning]):
    meaning: Meaning
    at: tuple[int, ...]
    """Places of its words among the words of the message, in the order of the phrase."""


class Vocabulary:
    """Ways of writing, groups and fillers: what the phrases of one file share."""

    def __init__(
        self, same: Mapping[str, Iterable[str]], groups: Mapping[str, Iterable[str]], fillers: Iterable[str]
    ) -> None:
        self.meant: dict[str, str] = {}
        for word, others in same.items():
            for written in (word, *others):
                self.meant[squeeze(written)] = squeeze(word)
        self.fillers = frozenset(map(squeeze, fillers))
        self.groups = {name: frozenset(map(self.word, words)) for name, words in groups.items()}
        for words in self.groups.values():
            for word in words:
                self.meant.setdefault(word, word)

    def word(self, written: str) -> str:
        plain = squeeze(written)
        return self.meant.get(plain, plain)


class Phrasebook(Generic[Meaning]):
    """All phrases of one reader. Add them, then `close`, then `find`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._ids: dict[frozenset[str], int] = {}
        self._shortest: list[int] = []
        """Letters of the shortest word of each slot."""
        self._common: list[tuple[bool, int]] = []
        """How often a slot is said, roughly: more where it has many words, less where they are long."""
        self._written: dict[str, int] = {}
        """Slots by the text that stands for them: phrases repeat their words."""
        self._rules: dict[int, list[Rule[Meaning]]] = {}
        self._slots: dict[str, tuple[int, ...]] = {}
        self.words = Words({}, ())

    def add(self, phrase: str, meaning: Meaning, forgiving: bool = True) -> None:
        """`forgiving`: misspelt words count too."""
        ordered = "+" not in phrase
        spaced, parts = " " in phrase.strip(), phrase.split() if ordered else phrase.replace("+", " ").split()
        slots: list[int] = []
        exact: set[int] = set()
        for written in parts:
            if spaced and squeeze(written) in self.vocabulary.fillers:
                continue
            slot = self._slot(written.lstrip("="), phrase)
            slots.append(slot)
            if written[0] == "=":
                exact.add(slot)
        if not slots or len(slots) == 1 < len(parts):
            what = Sentence("`{phrase}` tinggal satu kata tanpa kata pengisinya", phrase=phrase)
            raise Misread(what, Sentence("tulis kata itu, atau hapus frasanya"))
        letters = sum(self._shortest[slot] for slot in slots)
        edits = 0 if not forgiving or letters < ONE else 1 if letters < TWO else 2
        rule = Rule(tuple(slots), ordered, edits, frozenset(exact), frozenset(slots), meaning)
        # found by the slot with the fewest and longest words, for that is seldom said
        self._rules.setdefault(min(slots, key=self._common.__getitem__), []).append(rule)

    def _slot(self, written: str, phrase: str) -> int:
        slot = self._written.get(written)
        if slot is None:
            words = self._alternatives(written, phrase)
            slot = self._written[written] = self._ids.setdefault(words, len(self._ids))
            if slot == len(self._shortest):
                least = min(map(len, words))
                self._shortest.append(least)
                self._common.append((len(words) > 3, -least))
        return slot

    def _alternatives(self, written: str, phrase: str) -> frozenset[str]:
        words: set[str] = set()
        for part in written.split("/"):
            if not part.startswith("@"):
                if not part.isalnum():
                    what = Sentence("`{part}` di `{phrase}` bukan kata", part=part, phrase=phrase)
                    raise Misread(what, Sentence("pakai huruf kecil, `/`, `+`, `@`, dan `=`"))
                words.add(self.vocabulary.word(part))
            elif part[1:] in self.vocabulary.groups:
                words |= self.vocabulary.groups[part[1:]]
            else:
                known = ", ".join(sorted(self.vocabulary.groups))
                what = Sentence("`{part}` bukan kelompok", part=part)
                raise Misread(what, Sentence("yang dikenal ialah {known}", known=known))
        return frozenset(words)

    def close(self, everyday: Iterable[str]) -> None:
        slots: dict[str, list[int]] = {}
        for words, number in self._ids.items():
            for word in words:
                slots.setdefault(word, []).append(number)
        self._slots = {word: tuple(numbers) for word, numbers in slots.items()}
        meant = {word: word for word in slots} | {
            written: word for written, word in self.vocabulary.meant.items() if word in slots
        }
        self.words = Words(meant, {*everyday, *self.vocabulary.fillers} - slots.keys())

    def find(self, tokens: Sequence[str]) -> list[Hit[Meaning]]:
        places: dict[int, dict[int, int]] = {}
        look, slots = self.words.look, self._slots
        for at, token in enumerate(tokens):
            for word, edits in look(token):
                for slot in slots[word]:
                    known = places.get(slot)
                    if known is None:
                        places[slot] = {at: edits}
                    elif known.get(at, edits) >= edits:
                        known[at] = edits
        self._rejoin(tokens, places)
        found = []
        said = places.keys()
        for slot in said & self._rules.keys():
            for rule in self._rules[slot]:
                if rule.needs <= said:
                    hit = _match(rule, places)
                    if hit is not None:
                        found.append(Hit(rule.meaning, hit))
        return found

    def _rejoin(self, tokens: Sequence[str], places: dict[int, dict[int, int]]) -> None:
        """Words with a space too many: "ping san"."""
        exact, everyday = self.words.exact, self.words.everyday
        for at in range(len(tokens) - 1):
            left, right = tokens[at], tokens[at + 1]
            if len(left) + len(right) > 5 and not (left in everyday and right in everyday):
                word = exact.get(squeeze(left + right))
                for slot in self._slots.get(word, ()) if word else ():
                    places.setdefault(slot, {}).setdefault(at, 0)


def _match(rule: "Rule[Meaning]", places: Mapping[int, Mapping[int, int]]) -> tuple[int, ...] | None:
    where = [places[slot] for slot in rule.slots]
    if rule.exact:
        where = [
            {at: 0 for at, edits in known.items() if not edits} if slot in rule.exact else known
            for slot, known in zip(rule.slots, where, strict=True)
        ]
    first, *others = where
    reach = len(where) + GAP
    for start, edits in first.items():
        hit, total, last = [start], edits, start
        for known in others:
            low, high = (last + 1, start + reach) if rule.ordered else (start - reach + 1, start + reach)
            near = [(known[at], abs(at - last), at) for at in known if low <= at < high and at not in hit]
            if not near:
                break
            cost, _, last = min(near)
            total += cost
            hit.append(last)
        if len(hit) == len(where) and total <= rule.edits and max(hit) - min(hit) < reach:
            return tuple(hit)
    return None
