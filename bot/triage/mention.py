"""One message -> the names of places in it, each with the codes it may mean and how strongly it does.

A name that is written right is read anywhere. A misspelt one is read only where the message leads to it: after a hint
("desa", "kec"), after "di", "ka", "ti", or beside another place. A word of daily talk needs a hint, whichever way it is spelt.
"""

from collections.abc import Iterator

from bot.triage.beside import beside, kindred, plausible, reconsider
from bot.triage.clues import (
    ANY,
    CITY,
    CLITICS,
    CUE,
    DISTRICT,
    FILL,
    FROM,
    GLUE,
    GLUED,
    HINT,
    LANDMARK,
    LEVELS,
    MARKS,
    NOT_NAMES,
    PARTS,
    REGENCY,
    SHORTS,
    SHY_OUTSIDE,
    STREET,
    SURE,
    TITLE,
    VILLAGE,
)  # fmt: skip
from bot.triage.everyday import EVERYDAY, LED, STOP
from bot.triage.gazetteer import LONG, OUTSIDE, SHORT, Index, everyday, is_city
from bot.triage.landmark import landmark
from bot.triage.reading import BARE, CUED, EXACT_HINTED, HINTED, SLIP, WEAK, Mention, Reading, words

WINDOW = 3
"""Words of a name at most."""


def read(index: Index, text: str, asked: bool = False) -> Reading:
    seen = words(text)
    _Reader(index, seen, asked).walk()
    return seen


class _Reader:
    __slots__ = ("address", "asked", "brief", "count", "cue", "hint", "index", "keys", "seen", "words")

    def __init__(self, index: Index, seen: Reading, asked: bool) -> None:
        self.index, self.seen, self.words = index, seen, seen.words
        self.keys, self.count = index.keys, len(seen.words)
        self.brief = asked and self.count <= 5
        """The whole answer is the name: even a word of daily talk is one."""
        self.hint, self.asked, self.cue = "", asked, asked
        self.address = (
            not asked
            and 1 < self.count <= 7
            and not any(word in EVERYDAY for word in seen.words if word not in self.keys)
        )
        """Nothing but unknown words and names: a bare address, misspelt perhaps."""

    def walk(self) -> None:
        at = 0
        self.cue = self.asked or self.address
        begins = self.index.begins
        while at < self.count:
            word = self.words[at]
            if self.cue or self.hint or word in begins or word in MARKS:
                at = self._step(at)
            elif word[:2] in GLUE and self._glued(at):
                at += 1
            else:  # most words of most messages
                at += 1
        if self.address and all(m.loose and not m.hinted for m in self.seen.mentions) and not kindred(self.seen):
            self.seen.mentions.clear()
        if self.seen.mentions:
            beside(self.index, self.seen)
        if len(self.seen.mentions) > 1:
            reconsider(self.index, self.seen)

    def _glued(self, at: int) -> bool:
        """ "dicibiru", "kecsoreang": the space was lost."""
        word = self.words[at]
        for prefix in GLUED:
            name = word[len(prefix) :]
            if word.startswith(prefix) and len(name) >= SHORT and name in self.keys and name not in EVERYDAY:
                self.hint, self.cue = HINT.get(prefix, ""), True
                self._take(at, at + 1, name, [])
                self.hint, self.cue = "", self.asked or self.address
                return True
        return False

    def _step(self, at: int) -> int:
        word = self.words[at]
        if level := HINT.get(word):
            if end := self._longer(at):  # "Kota Baru", "Lembur Sawah" are names
                return end
            if self._after(at, level):
                return at + 1
            self.hint, self.cue = level, True
            return at + 1
        if word in STREET and not self.hint:
            return self._street(at + 1)
        if self.hint and word in FILL:
            return at + 1
        if word in LANDMARK and not self.hint and (end := landmark(self.index, self.seen, self._exact, at)):
            return end
        if word in CUE:
            self.cue = True
            if self.hint or (word in FROM and at and self.words[at - 1] in FILL):  # "abdi ti", "desa kami di"
                self.hint = ANY
            return at + 1
        end = self._name(at)
        self.hint, self.cue = "", self.asked or self.address
        return end or at + 1

    def _after(self, at: int, level: str) -> bool:
        """ "Bandung kota", "Bandung kab.": the hint stands behind the name, and no name of its own follows."""
        if level not in (REGENCY, CITY) or not at:
            return False
        if at + 1 < self.count and at + 1 not in self.seen.commas and self.words[at + 1] not in EVERYDAY:
            return False
        if not (self.seen.mentions and self.seen.mentions[-1].end == at):
            self._misspelt_regency(at)
        if not self.seen.mentions:
            return False
        last = self.seen.mentions[-1]
        if last.end != at or last.hinted or not any(len(code) == 5 for code in last.weights):
            return False
        city = level == CITY
        if fit := {c: EXACT_HINTED for c in last.weights if len(c) == 5 and is_city(c) == city}:
            last.weights, last.hinted = fit, level
        return True

    def _misspelt_regency(self, end: int) -> None:
        for start in (end - 2, end - 1):
            parts = self.words[max(start, 0) : end]
            if start < 0 or everyday(parts) or parts[0] in STOP:
                continue
            for _, name in self.index.similar("".join(parts)):
                if codes := [code for code in self.keys[name] if len(code) == 5]:
                    self.seen.mentions.append(Mention(start, end, dict.fromkeys(codes, CUED), loose=True))
                    return

    def _exact(self, at: int) -> Iterator[tuple[int, str, list[str]]]:
        """Names written right that begin here, longest first: (end, squeezed, words). None runs across a comma."""
        begins, found = self.index.begins, list[tuple[int, str, list[str]]]()
        joined, parts = "", list[str]()
        for place in range(at, min(at + WINDOW, self.count)):
            word = self.words[place]
            if place > at and place in self.seen.commas:
                break
            longer = joined + word
            if longer not in begins:
                longer = joined + PARTS.get(word, word)
                if longer not in begins:
                    break
            elif word in PARTS and joined + PARTS[word] in begins:
                longer = joined + PARTS[word]
            joined = longer
            parts.append(word)
            if joined in self.keys or joined in self.index.outside:
                found.append((place + 1, joined, parts.copy()))
        return reversed(found)

    def _windows(self, at: int) -> Iterator[tuple[int, str, list[str]]]:
        """One to three words for a misspelt name, longest first; they do not run across a hint or a word of grammar either."""
        parts = list[str]()
        for place in range(at, min(at + WINDOW, self.count)):
            word = self.words[place]
            if place > at and (place in self.seen.commas or word in HINT or word in STREET or word in STOP):
                break
            parts.append(word)
        for size in range(len(parts), 0, -1):
            spelt = parts[:size]
            if size > 1:
                spelt = [PARTS.get(part, part) for part in spelt]
            yield at + size, "".join(spelt), parts[:size]

    def _name(self, at: int) -> int:
        """Reads the name that begins here; its end, or 0."""
        word = self.words[at]
        if word.isdigit():
            return 0
        if short := SHORTS.get(word):
            return self._short(at, short)
        for end, key, parts in self._exact(at):
            if self._may(key, parts, at):
                self._take(at, end, key, parts)
                return end
        if self.cue or self.hint:
            return self._fuzzy(at)
        return 0

    def _may(self, key: str, parts: list[str], at: int) -> bool:
        """Is this name, written right, one here?"""
        hinted = bool(self.hint and self.hint != ANY)
        if self.hint in (VILLAGE, DISTRICT) and key not in self.keys:
            return False
        if hinted or self.brief:
            return True
        if key in EVERYDAY:
            if self.cue and key in SHY_OUTSIDE and key in self.index.outside:
                return True
            return self.cue and (key in LED or self._pair(key, at + len(parts)))
        if len(parts) > 1 and everyday(parts):
            return self.cue
        titled = at > 0 and self.words[at - 1] in TITLE
        return not titled or any(len(code) < 13 for code in self.keys.get(key, ()))

    def _pair(self, key: str, end: int) -> bool:
        """Two words of daily talk of which one is a village of the other: "Bojong, Parigi"."""
        if end >= self.count or self.words[end] not in self.keys:
            return False
        outer = {code for code in self.keys[self.words[end]] if len(code) == 8}
        return any(code[:8] in outer for code in self.keys.get(key, ()) if len(code) == 13)

    def _longer(self, at: int) -> int:
        """A name whose first word is a hint."""
        if self.words[at] in self.index.firsts or self.words[at] + "baru" in self.keys:
            for end, key, parts in self._exact(at):
                if len(parts) > 1 and key in self.keys and parts[1] not in STOP:
                    self._take(at, end, key, parts)
                    self.hint, self.cue = "", self.asked or self.address
                    return end
        return 0

    def _short(self, at: int, key: str) -> int:
        end = at + 1
        if end < self.count and end not in self.seen.commas:  # "bdg barat"
            longer = key + PARTS.get(self.words[end], self.words[end])
            if longer in self.keys:
                self._take(at, end + 1, longer, [])
                return end + 1
        known = key in self.keys or key in self.index.outside
        near = bool(self.seen.mentions) and self.seen.mentions[-1].end == at
        if known and (self.words[at] in SURE or self.count == 1 or self.cue or self.hint or near):
            self._take(at, end, key, [])
            return end
        return 0

    def _take(self, at: int, end: int, key: str, parts: list[str]) -> None:
        weights = self._weigh(self.keys.get(key, ()), 0)
        if len(parts) == 2:
            self._split(parts, weights)
        if end < self.count and end not in self.seen.commas and key in self.index.firsts:
            end = self._extend(end, key, weights)
        outside = self.index.outside.get(key)
        if outside and weights:
            ours = self.asked and key not in OUTSIDE
            if ours or self.hint in (VILLAGE, DISTRICT) or any(len(code) == 8 for code in weights):
                outside = None  # the message, or its size, says that it is ours
        strength = 0.0
        if outside:
            named = self.hint in (REGENCY, CITY) or (at > 0 and HINT.get(self.words[at - 1]) == ANY)
            strength = 2.6 if named else CUED if self.cue else BARE
            # A big city is meant before a village called after it.
            weights = {c: min(w, 0.9) if len(c) == 13 else w for c, w in weights.items()}
        self.seen.mentions.append(Mention(at, end, weights, outside, strength, self.hint, loose=False))

    def _split(self, parts: list[str], weights: dict[str, float]) -> None:
        """ "Babakan Ciparay" is a village of that name, or the village Babakan of the district Ciparay."""
        districts = {code for code in self.keys.get(parts[1], ()) if len(code) == 8}
        inner = tuple(code for code in self.keys.get(parts[0], ()) if code[:8] in districts and len(code) == 13)
        if inner and weights:
            weights.update(dict.fromkeys(inner, max(weights.values())))

    def _extend(self, end: int, key: str, weights: dict[str, float]) -> int:
        """ "Cibeureum Hilri": the name goes on, misspelt. Both readings are kept."""
        word = self.words[end]
        if word in STOP or word in HINT or word in STREET or word in EVERYDAY or word in self.keys or word.isdigit():
            return end
        found = 0
        if word in self.index.begins and any(True for _ in self._exact(end)):
            return end
        for slips, name in self.index.similar(key + word):
            if name != key and len(name) > len(key) + 1:
                for code, weight in self._weigh(self.keys[name], 0).items():
                    weights[code] = max(weights.get(code, 0.0), weight + 0.3 - 0.4 * slips)
                found = 1
        return end + found

    def _weigh(self, codes: tuple[str, ...], slips: float) -> dict[str, float]:
        hint = self.hint if self.hint != ANY else ""
        if hint:
            found = {c: EXACT_HINTED - SLIP * slips for c in codes if _fits(c, hint)}
            if not found:  # "kota Garut": there is no such city, but a regency
                found = {c: HINTED - 0.5 - SLIP * slips for c in codes}
            return found
        base = (CUED if self.cue else BARE) - SLIP * slips
        if any(len(code) <= 5 for code in codes):
            return {code: base if len(code) <= 5 else base - 0.9 for code in codes}
        return {code: base if len(code) == 8 else base - 0.2 for code in codes}

    def _fuzzy(self, at: int) -> int:
        best = dict[str, float]()
        end = 0
        for stop, key, parts in self._windows(at):
            if (
                len(parts) == 1
                and (key in EVERYDAY or (CLITICS if self.hint else NOT_NAMES).search(key))
                and not (self.brief and key not in STOP)
            ):
                continue
            if everyday(parts) or (len(parts) > 1 and not self.hint and parts[0] in EVERYDAY and parts[0] not in LED):
                continue
            for slips, name in self.index.similar(key, SHORT - 1 if self.hint == DISTRICT else SHORT):
                if (
                    not self.brief
                    and self.hint != ANY
                    and not plausible(key, name, slips, LONG if self.hint else LONG + 2)
                ):
                    continue
                if name in EVERYDAY and not self.hint and not self.asked:
                    continue
                # One slip in each of two words is not worse than one in one.
                worse = slips / len(parts) + (0.2 if len(parts) > 1 else 0.0)
                for code, weight in self._weigh(self.keys[name], worse).items():
                    best[code] = max(best.get(code, 0.0), weight)
                end = max(end, stop)
        if self.hint and self.hint != ANY:
            level = {code: weight for code, weight in best.items() if _fits(code, self.hint)}
            best = level or best
        if not best:
            return 0
        self.seen.mentions.append(Mention(at, end, best, None, 0.0, self.hint, loose=True))
        return end

    def _street(self, at: int) -> int:
        """The name of a street: read over, and kept as a faint sign where it is a name that says much."""
        while at < self.count and self.words[at] in FILL:
            at += 1
        if at >= self.count or self.words[at] in CUE or self.words[at] in HINT:
            return at
        for end, key, _ in self._exact(at):
            codes = self.keys.get(key, ())
            telling = key.startswith("ci") or any(len(code) <= 8 for code in codes)
            if key not in EVERYDAY:
                self.seen.mentions.append(Mention(at, end, dict.fromkeys(codes, WEAK) if telling else {}))
            return end
        return at


def _fits(code: str, hint: str) -> bool:
    if hint == CITY:
        return len(code) == 5 and is_city(code)
    return LEVELS[len(code)] == hint and (hint != REGENCY or not is_city(code))
