"""Which language a message is in: Indonesian, Sundanese, both at once, neither, or '' where nothing tells.

A list of words with rough weights, and rules for the beginnings and endings of words that no list has. Ready-made
detectors do not know Sundanese, or find a third of it; function words and suffixes find nearly all. Three things deceive:
place names of West Java (Cibeunying is no evidence), the slang of Indonesian chats (which looks like no book), and
Sundanese words that everybody in the province says (punten, euy). Hence the third list, and a prior for Indonesian.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from bot.record import record

WEIGHTS = {"su": {"sure": 4.0, "likely": 2.2, "weak": 0.7}, "id": {"sure": -2.6, "likely": -1.6, "weak": -0.5}}
"""Log-odds, by feeling: a Sundanese sentence borrows Indonesian words, hardly ever the other way round."""
PRIOR = 1.0
"""Evidence below this is Indonesian: most messages are, and to be answered in the wrong language estranges."""
BOUND = 30.0
STEP = 7.0
"""What one message may add to a conversation's memory: a long quotation is no more than a turn."""
KEPT = 0.7
"""What is left of the memory after each message: two clear messages in the other language turn it."""
LIMIT = 12.0
SURE = 1.6
LONGEST = 1200
"""Letters that are read: who has not shown a language by then does not."""

_DATA = Path(__file__).parent / "data"
_WORD = re.compile(r"[a-z]+")
_NOISE = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|\S+@\S+")
_STRETCHED = re.compile(r"([a-z])\1{2,}")

Weight = tuple[float, int, int, int]
"""log-odds, Sundanese only, Indonesian only, neither."""
_NOTHING: Weight = (0.0, 0, 0, 0)


@record
class Lean:
    """What a message says about its language."""

    su: float
    """Log-odds: positive is Sundanese, negative Indonesian, 0 no evidence."""
    sure_su: int
    """Words and forms that only Sundanese has."""
    sure_id: int
    other: bool
    """Evidence of neither: English, Javanese, Arabic letters."""


@cache
def words() -> Mapping[str, Weight]:
    """Every listed word. Both languages' lists may hold a word: then the weights meet."""
    found = dict.fromkeys(_listed("both").split(), _NOTHING)
    for name, weights in WEIGHTS.items():
        listed = dict[str, Weight]()
        for tier, entries in _sections(name):
            sure = tier == "sure"
            for word in entries:
                listed.setdefault(word, (weights[tier], int(sure and name == "su"), int(sure and name == "id"), 0))
        for word, (weight, su, id_, _) in listed.items():
            before = found.get(word, _NOTHING)
            met = before[0] * weight < 0
            found[word] = (before[0] + weight, 0 if met else su, 0 if met else id_, 0)
    for _, entries in _sections("other"):
        for word in entries:
            found.setdefault(word, (0.0, 0, 0, 1))
    return found


def listed() -> frozenset[str]:
    """The words of both languages that the lists spell out."""
    return frozenset(word for name in ("id", "su", "both") for _, entries in _sections(name) for word in entries)


def _listed(name: str) -> str:
    lines = (_DATA / f"{name}.txt").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#"))


def _sections(name: str) -> list[tuple[str, list[str]]]:
    parts = (part.partition("]") for part in _listed(name).split("[")[1:])
    return [(tier, body.replace("-", " ").split()) for tier, _, body in parts]


def lean(text: str, names: frozenset[str] = frozenset()) -> Lean:
    """The evidence of one message. `names`: lower-case words that are none (person, place); numbers never are."""
    text = text[:LONGEST].lower()
    foreign = False
    if not text.isascii():
        text, foreign = _plain(text)
    if "@" in text or "#" in text or "http" in text or "www." in text:
        text = _NOISE.sub(" ", text)
    listed = words()
    odds, sure_su, sure_id, other = 0.0, 0, 0, 0
    for word in _WORD.findall(text):
        if word in names:
            continue
        weight = listed.get(word) or _unlisted(word)
        if weight is not _NOTHING:
            odds += weight[0]
            sure_su += weight[1]
            sure_id += weight[2]
            other += weight[3]
    strange = foreign or (other >= 1 and other > 1.2 * (sure_su + sure_id) and (other > 1 or abs(odds) < 1.5))
    return Lean(max(-BOUND, min(BOUND, odds)), sure_su, sure_id, strange)


def language(text: str, names: frozenset[str] = frozenset()) -> str:
    """`id`, `su`, `mixed`, `other`, or '' where nothing tells."""
    found = lean(text, names)
    if found.other:
        return "other"
    if _both(found):
        return "mixed"
    if found.su > PRIOR and (found.sure_su or found.su > 1.5):
        return "su"
    return "id" if found.su < 0 or found.sure_id or found.sure_su else ""


def _both(found: Lean) -> bool:
    """Words that only one language has, of both, in like number. Sundanese borrows freely, so it takes two of each there."""
    su, id_ = found.sure_su, found.sure_id
    if not su or not id_ or not 0.45 <= su / id_ <= 2.0 or found.su > LIMIT:
        return False
    return (su > 1 and id_ > 1) or (su + id_ > 2 and found.su <= PRIOR)


def remember(memory: float, lean: Lean) -> float:
    """The conversation's log-odds after one more message. It fades, so that a person may change the language.

    Hints alone never carry it over the line: at least one word that only Sundanese has must be in the message that does.
    """
    if lean.other or not (lean.su or lean.sure_su or lean.sure_id):
        return memory
    after = max(-LIMIT, min(LIMIT, memory * KEPT + max(-STEP, min(STEP, lean.su))))
    if after >= SURE > memory and not lean.sure_su:
        return max(memory, SURE - 0.1)
    return after


def settled(memory: float) -> str:
    """`id` or `su` when the conversation is sure enough to switch the bot's language; else ''."""
    return "su" if memory >= SURE else "id" if memory <= -PRIOR else ""


def _plain(text: str) -> tuple[str, bool]:
    """Without accents; whether most of its letters are of another alphabet."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    letters = [letter for letter in plain if letter.isalpha()]
    return plain, sum(letter > "\u024f" for letter in letters) * 2 > len(letters)


# Beginnings and endings, tried in this order for words that no list has: pattern, log-odds, whether only one language
# can have made the form. The roots of "keuangan", "seumur" begin with u: their "eu" is not the Sundanese vowel.
_FORMS = [
    (re.compile(pattern), (odds, int(bool(sure) and odds > 0), int(bool(sure) and odds < 0), int(sure is None)))
    for pattern, odds, sure in (
        (r".*[aiueo](?:ndh|dh|th)[aiueo]|ng[gk].*ake$|.{4,}(?:kake|ake|ane|ine|une)$", 0.0, None),
        (r".{3,}keun(?:ana|na)?$", 4.0, True),
        (r".{3,}nya(?:lah)?$", -2.2, True),
        (r"(?:meng|meny|mem|men)[aiueo]|(?:meng|mem|men)[bcdfghjkprst].{3}|me[lrwynm].{4}", -2.2, True),
        (r".{3,}kan(?:lah|nya)?$", -1.8, True),
        (r"(?:[ksp]e)u(?:ang|ntung|nggul|nik|mu|tama|tuh|let|sil|sia|sai|jung|kur|lang|bah)", -1.0, False),
        (r"ci.{4}|.*(?:jaya|mulya|sari|wangi|mukti|harja|karta|negara)$", 0.0, False),
        (r".{3,}eun(?:ana|na)?$", 3.2, True),
        (r"(?:pang|sa|ka|di|nga|ng|ny)?[^aiueo]{0,3}eu[^aiueos]", 2.4, False),
        (r"ber.{4}", -1.6, False),
        (r"ter.{4}|ke.{3,}an$|pe(?:m|n).{4}|per.{5}", -1.0, False),
        (r"(?:nga|nya|nyi|ngi|ngu).{3,}(?:an|na)$", 1.4, False),
        (r"(?:ka).{4,}an$|pang.{4}|pi(?:ka|ng).{4}", 1.2, False),
        (r".{3,}na$", 1.4, False),
        (r"sa.{5}|pa.{5}", 0.4, False),
        (r"se.{5}|.{4,}in$|.{4,}(?:kah|lah)$", -0.8, False),
    )
]
_SU_ENDS = ("keunana", "keunna", "eunana", "keun", "eunna", "anana", "ana", "eun", "anna", "na", "an")
_ID_ENDS = ("kannya", "annya", "kanlah", "nya", "kan", "lah", "kah", "in", "an", "ku", "mu", "i")
_SU_STARTS = ("dipang", "pang", "nga", "nya", "di", "ka", "sa", "ti", "pa", "pi", "ng", "ny", "ba", "si")
_ID_STARTS = ("meng", "mem", "men", "me", "ber", "di", "ter", "se", "ke", "peng", "pem", "pen", "pe", "ng", "ny", "nge")
_PLURAL = re.compile(r"([bcdghjkmnprstwy]?)(?:ar|al)([aiueo].*)")


@lru_cache(maxsize=8192)
def _unlisted(word: str) -> Weight:
    """What the form of a word tells. The cache is a bounded one: people write the same few thousand words."""
    listed = words()
    if len(word) < 4:
        return _NOTHING
    if len(word) > 30:
        return _NOTHING
    short = _STRETCHED.sub(r"\1", word)
    if short != word:
        return listed.get(short) or _unlisted(short)
    stem = _stem(word, listed)
    if stem:
        return stem
    for pattern, weight in _FORMS:
        if pattern.match(word):
            return weight
    return _NOTHING


def _stem(word: str, listed: Mapping[str, Weight]) -> Weight | None:
    """A listed word inside affixes of its own language; with the suffix -na, inside any word ("hargana")."""
    plural = _PLURAL.match(word)
    if plural and listed.get(plural[1] + plural[2], _NOTHING)[1]:
        return (3.0, 1, 0, 0)
    for start in ("", *_SU_STARTS):
        if not word.startswith(start):
            continue
        rest = word[len(start) :]
        for end in ("", *_SU_ENDS):
            if not rest.endswith(end) or len(rest) - len(end) < 3:
                continue
            found = listed.get(rest[: -len(end)] if end else rest)
            if found and found[0] > 2.0 and (len(rest) - len(end) > 3 or end == "keun"):
                return (3.0, found[1], 0, 0)
            if found and not found[3] and end == "na" and len(rest) > 5:
                return (2.4, 1, 0, 0)
    # palayanan, sacara, kajadian: the Indonesian word with another first vowel.
    if word[1:2] == "a" and word[0] in "pskbt" and listed.get(f"{word[0]}e{word[2:]}", _NOTHING)[0] < 0:
        return (2.2, 0, 0, 0)
    for start in ("", *_ID_STARTS):
        if not word.startswith(start):
            continue
        rest = word[len(start) :]
        for end in ("", *_ID_ENDS):
            if not rest.endswith(end) or len(rest) - len(end) < 4:
                continue
            found = listed.get(rest[: -len(end)] if end else rest)
            if found and found[0] < 0:
                return (found[0], 0, found[2], 0)
    return None
