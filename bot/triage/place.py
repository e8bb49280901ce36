"""Which place a message is about: the set of regions that its names fit best, and the question that tells them apart.

Names repeat ("Mekarsari" is 44 villages of West Java), so the answer is a set. Each name speaks for its own codes and for
all that lies within them; the codes that most names speak for win, which makes a district or regency in the same message
the evidence for the right village.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, KeysView, Sequence
from itertools import islice, takewhile

from rapidfuzz.distance import OSA

from bot.errors import NotFound
from bot.record import record
from bot.triage.anchors import nearest
from bot.triage.clues import LEVELS
from bot.triage.gazetteer import Index, bare, is_city, line, squeeze
from bot.triage.mention import read
from bot.triage.reading import Mention, Reading, words

CLOSE = 0.5
"""Readings whose evidence lies so near to the best are kept."""
MOST = 50
"""Candidates at most: 44 villages share the commonest name of West Java."""
OFFER = 10
"""So many districts may be offered in one question; of more, the regency is asked first."""
KIN = {"32.04": ("32.17", "32.77"), "32.73": ("32.17", "32.77")}
"""Regencies that people also call by the name of their neighbour: West Bandung was Bandung until 2007, Cimahi until 2001."""


@record
class Place:
    code: str
    level: str
    """'village', 'district', 'regency' or 'province'."""
    name: str
    district: str
    regency: str
    """As shown: 'Kota Bandung', 'Kabupaten Bandung'. '' where the place itself is larger, as is `district`."""

    @property
    def shown(self) -> str:
        if self.level == "province":
            return self.name
        regency = self.regency.replace("Kabupaten ", "Kab. ", 1)
        if self.level == "regency":
            return regency
        if self.level == "district":
            return f"Kec. {self.name}, {regency}"
        kind = "Kel." if self.code[9:10] == "1" else "Desa"
        return f"{kind} {self.name}, Kec. {self.district}, {regency}"


@record
class Places:
    candidates: tuple[Place, ...] = ()
    elsewhere: str = ""
    words: frozenset[str] = frozenset()

    @property
    def unique(self) -> Place | None:
        """The only candidate, or the one that holds all others: "Soreang" is a district, and the village in it is there too."""
        for place in self.candidates:
            if all(other.code.startswith(place.code) for other in self.candidates):
                return place
        return None


NOWHERE = Places()


class Gazetteer:
    """The door to all of it. Made once by `load`; afterwards only read, by as many threads as there are."""

    __slots__ = ("_index", "_places", "_sorted")

    def __init__(self, index: Index) -> None:
        self._index = index
        self._places = dict[str, Place]()
        self._sorted = sorted(index.names)

    @classmethod
    def load(cls, provinces: Iterable[str] = ("32",)) -> "Gazetteer":
        index = Index(provinces)
        index.similar("cibaduyutt")  # the index of slips now, not in the first citizen's turn
        return cls(index)

    @property
    def codes(self) -> KeysView[str]:
        """Of all regions that are served, the provinces among them."""
        return self._index.names.keys()

    def within(self, code: str) -> tuple[str, ...]:
        """The codes of a region and of all that lies in it; one that nobody knows stands for itself."""
        first = bisect_left(self._sorted, code)
        found = tuple(takewhile(lambda each: each.startswith(code), islice(self._sorted, first, None)))
        return found if code in found[:1] else (code, *found)

    def find(self, text: str, asked: bool = False) -> Places:
        """`asked`: the bot has just asked for the place, so the whole answer is a name."""
        seen = read(self._index, text, asked)
        if not seen.mentions:
            return NOWHERE
        named = frozenset(seen.words[place] for m in seen.mentions for place in range(m.start, m.end))
        codes, best = _settle(seen)
        elsewhere = _elsewhere(self._index, seen, codes, best)
        return Places(() if elsewhere else tuple(map(self.place, codes[:MOST])), elsewhere, named)

    def near(self, latitude: float, longitude: float) -> Place | None:
        """The regency around a shared location, where the nearest known point lies near enough; else None."""
        code = nearest(latitude, longitude)
        return self.place(code) if code in self._index.names else None

    def narrow(self, candidates: Sequence[Place], answer: str) -> Places:
        """What is left of the candidates after the citizen's answer. An answer that fits none may name another place."""
        seen = words(answer)
        _, offered = self.question(candidates)
        if re.fullmatch(r"\W*\d{1,2}\W*", answer) and 0 < (number := int(re.sub(r"\D", "", answer))) <= len(offered):
            chosen = offered[number - 1]
            return Places(tuple(p for p in candidates if chosen in (p.district, p.regency)), "", frozenset())
        left, named = _fitting(candidates, seen)
        if left:
            return Places(tuple(left), "", frozenset(named))
        found = self.find(answer, asked=True)
        return found if found.candidates or found.elsewhere else Places(tuple(candidates))

    def question(self, candidates: Sequence[Place]) -> tuple[str, tuple[str, ...]]:
        """Which level to ask for, and the names to offer."""
        regencies = tuple(dict.fromkeys(p.regency for p in candidates if p.regency))
        districts = dict.fromkeys((p.code[:8], p.district) for p in candidates if p.district)
        names = tuple(dict.fromkeys(name for _, name in districts))
        if len(regencies) > 1 and (
            any(p.level != "village" for p in candidates) or len(districts) > OFFER or len(names) < len(districts)
        ):
            return "regency", regencies
        return ("district", names) if names else ("regency", regencies)

    def regency_of(self, code: str) -> Place:
        return self.place(code[:5])

    def place(self, code: str) -> Place:
        """The region of a code of ours. Made when first asked for: one message may name 44 of them."""
        if found := self._places.get(code):
            return found
        names = self._index.names
        if code not in names:
            raise NotFound(f"no region {code!r} in the provinces that are served")
        district = names[code[:8]] if len(code) >= 8 else ""
        regency = names[code[:5]] if len(code) >= 5 else ""
        place = self._places[code] = Place(code, LEVELS[len(code)], names[code], district, regency)
        return place


def _settle(seen: Reading) -> tuple[list[str], float]:
    """The codes that the names speak for most, and how much."""
    named = [_widened(mention.weights) for mention in seen.mentions if mention.weights]
    if not named:
        return [], 0.0
    scores = dict.fromkeys((code for weights in named for code in weights), 0.0)
    for weights in named:
        # The name of a district or regency speaks for all that lies in it.
        wide = {code: weight for code, weight in weights.items() if len(code) < 13}
        for code, score in scores.items():
            found = weights.get(code, 0.0)
            if wide:
                for part in (code[:8], code[:5], code[:2]):
                    if part in wide and wide[part] > found:
                        found = wide[part]
            scores[code] = score + found
    if any(len(code) > 2 for code in scores):  # the province says nothing beside anything else
        scores = {code: score for code, score in scores.items() if len(code) > 2}
    best = max(scores.values())
    kept = {code: score for code, score in scores.items() if score > best - CLOSE}
    # A parent that is named beside its child goes: "Lembang, Bandung Barat" is about Lembang.
    inner = {part for code, score in kept.items() for part in line(code)[1:3] if score > kept.get(part, score) + CLOSE}
    return sorted(kept.keys() - inner, key=lambda code: (-kept[code], code)), best


def _widened(weights: dict[str, float]) -> dict[str, float]:
    wider = {kin: weights[code] / 2 for code in weights if code in KIN for kin in KIN[code] if kin not in weights}
    return {**weights, **wider} if wider else weights


def _elsewhere(index: Index, seen: Reading, codes: list[str], best: float) -> str:
    """The name of a place outside, unless a reading as a place of ours is as good."""
    away = [mention for mention in seen.mentions if mention.outside]
    if not away:
        return ""
    chosen = max(away, key=lambda mention: mention.strength)
    assert chosen.outside is not None
    if not codes or chosen.strength > best:
        return chosen.outside.name
    ours = [mention for mention in seen.mentions if mention.weights and mention is not chosen]
    for mention in ours:
        if (
            mention.end == chosen.start
            and ("".join(seen.words[mention.start : mention.end]), chosen.outside.code) in index.twins
        ):
            return chosen.outside.name
    if _follows(ours, chosen) and not any(len(code) == 5 for mention in ours for code in mention.weights):
        return chosen.outside.name
    return ""


def _follows(ours: list[Mention], away: Mention) -> bool:
    """ "desa Sukamaju, Surabaya": the place outside is given as the parent of a name that we have as well."""
    return bool(ours) and len(ours) == 1 and ours[0].end in (away.start, away.start - 1)


def _fitting(candidates: Sequence[Place], seen: Reading) -> tuple[list[Place], set[str]]:
    """Candidates that lie in what the answer names, by the best of its windows."""
    spans = [
        (start, end, "".join(seen.words[start:end]))
        for start in range(len(seen.words))
        for end in range(start + 1, min(start + 4, len(seen.words) + 1))
    ]
    best, left, named = 0.0, list[Place](), set[str]()
    for place in candidates:
        score = 0.0
        for name in {place.district, place.regency, place.name} - {""}:
            whole, key = squeeze(name), squeeze(bare(name))
            for start, end, said in spans:
                allowed = 2 if len(key) >= 8 else 1 if len(key) >= 5 else 0
                slips = OSA.distance(said, key, score_cutoff=allowed)
                worth = (
                    0.0 if slips > allowed else 1.0 - slips / 4 if name != place.name or len(candidates) == 1 else 0.2
                )
                if said == whole and said != key:
                    worth = 1.5
                if worth > score:
                    score = worth
                if worth >= 0.5:
                    named.update(seen.words[start:end])
        city = is_city(place.code)
        if ("kota" in seen.words) != ("kab" in seen.words or "kabupaten" in seen.words):
            score += 0.5 if city == ("kota" in seen.words) else 0.0
        if score > best:
            best, left = score, [place]
        elif score == best and score >= 0.5:
            left.append(place)
    return (left, named) if best >= 0.5 and len(left) < max(len(candidates), 2) else ([], named)
