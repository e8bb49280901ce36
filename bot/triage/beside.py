"""Words that stand beside a place and lie within it, or it within them: they are names even where they are misspelt."""

from bot.triage.clues import CUE, HINT, NOT_NAMES, NOUNS, PARTS, STREET
from bot.triage.everyday import STOP
from bot.triage.gazetteer import LONG, SHORT, Index, everyday, line
from bot.triage.reading import BARE, CUED, Mention, Reading

_NEVER = STOP | HINT.keys() | STREET


def beside(index: Index, seen: Reading) -> None:
    """Words before and behind a place: misspelt or everyday names that lie within it, or that it lies within."""
    taken = {place for mention in seen.mentions for place in range(mention.start, mention.end)}
    extra, count = list[Mention](), len(seen.words)
    for mention in seen.mentions:
        if not mention.weights or max(mention.weights.values()) < 1:
            continue
        for near, far in (((mention.start - 1, 1), (mention.start - 2, 2)), ((mention.end, 1), (mention.end, 2))):
            if not 0 <= near[0] < count or seen.words[near[0]] in _NEVER:
                continue
            found, span = dict[str, float](), range(0)
            for at, size in (near, far):
                free = at >= 0 and at + size <= count and taken.isdisjoint(range(at, at + size))
                if free and (more := _related(index, seen, at, size, mention)):
                    found, span = {**more, **found}, range(at, at + size)
            if found:
                extra.append(Mention(span.start, span.stop, found, loose=True))
                taken.update(span)
    if extra:
        seen.mentions = sorted([*seen.mentions, *extra], key=lambda m: m.start)


def reconsider(index: Index, seen: Reading) -> None:
    """A slip may turn a name into another one. Where a village does not lie in the district named, one that is spelt alike may."""
    outer = {code for mention in seen.mentions for code in mention.weights if len(code) == 8}
    for mention in seen.mentions if outer else ():
        weights = mention.weights
        if not weights or max(map(len, weights)) < 13 or not outer.isdisjoint(line(code)[2] for code in weights):
            continue
        for slips, name in index.similar("".join(seen.words[mention.start : mention.end])):
            for code in index.keys[name]:
                if code[:8] in outer and len(code) == 13:
                    weights[code] = max(weights.get(code, 0.0), CUED - 0.4 * slips)


def _related(index: Index, seen: Reading, at: int, size: int, mention: Mention) -> dict[str, float]:
    parts = seen.words[at : at + size]
    if (size == 2 and (parts[0] in _NEVER or parts[1] in _NEVER)) or parts[0].isdigit() or parts[-1].isdigit():
        return {}
    key = "".join(PARTS.get(part, part) if size > 1 else part for part in parts)
    plain = everyday(parts)
    narrow = any(len(code) == 8 for code in mention.weights)
    led = at > 0 and (seen.words[at - 1] in CUE or seen.words[at - 1] in HINT)
    apart = at + size in seen.commas or at in seen.commas
    if key in index.keys and (not plain or narrow or led or apart or len(seen.words) <= 3):
        names = [(0, key)]
    elif plain or len(key) < SHORT or (size == 1 and NOT_NAMES.search(key)):
        return {}
    else:
        names = index.similar(key)
    found = dict[str, float]()
    for slips, name in names:
        if slips and (not narrow or not led) and not plausible(key, name, slips):
            continue
        for code in index.keys[name]:
            if any(_kin(code, other) for other in mention.weights):
                found[code] = max(found.get(code, 0.0), BARE - 0.4 * slips)
    return found


def plausible(said: str, name: str, slips: int, long: int = LONG + 2) -> bool:
    """Ordinary words come behind "di" and "desa" too. A first letter is seldom wrong, and two slips need a `long` name that is no
    noun in the making ("pambayaran")."""
    if slips > 1:
        return said[0] == name[0] and len(said) >= long and not NOUNS.search(said)
    return said[0] == name[0] or len(name) >= LONG or (len(name) >= SHORT and said[:2] == name[1::-1])


def _kin(one: str, other: str) -> bool:
    return one != other and (one in line(other) or other in line(one))


def kindred(seen: Reading) -> bool:
    """Two of the misspelt names lie one within the other."""
    for number, one in enumerate(seen.mentions):
        for other in seen.mentions[number + 1 :]:
            outer = other.weights.keys() | one.weights.keys()
            if any(part in outer for code in outer for part in line(code) if part != code):
                return True
    return False
