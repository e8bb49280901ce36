"""Words as they are looked for: one spelling, Indonesian and Sundanese affixes taken off, and a rough sound for misspelt ones. Pure.

No stemmer knows Sundanese, and one that must decide decides wrong without a dictionary ("kerusakan": -kan or -an?). So a word
has all the forms that its affixes allow, in the index and in the question, and two words meet where they share one.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

LONGEST, FORMS = 32, 12
"""Letters of a word that count; forms that one word is kept in."""
ROOT = 4
"""Letters that must be left: what is shorter is hardly a root ("jalan" is not "jal")."""
NAME, PHONE, AREA, AGENCY, SOUND = "n_", "t_", "w_", "a_", "k_"
"""What a token is, where it is not simply a word: a piece of a name, a telephone number's hash, an area's code, who has it, a sound."""

_PARTICLES = ("lah", "kah", "pun")
_OWNERS = ("nya", "ku", "mu", "na")
_ENDS = ("keun", "kan", "eun", "an", "i")
_PREFIXES = (
    "memper", "diper", "ber", "ter", "per", "bel", "pel", "di", "ke", "ka", "se", "sa", "be", "te", "pe", "ti", "si", "pang", "mang",
    "nga", "nge", "pa",
)  # fmt: skip
_NASALS = (("meny", "s"), ("peny", "s"), ("meng", ""), ("meng", "k"), ("peng", ""), ("peng", "k"), ("mem", ""), ("mem", "p"),
           ("pem", ""), ("pem", "p"), ("men", ""), ("men", "t"), ("pen", ""), ("pen", "t"), ("me", ""), ("ny", "s"), ("ny", "c"),
           ("ng", ""), ("ng", "k"))  # fmt: skip
"""A prefix that swallows the first sound of its root, and the sound that may have stood there."""
_SILENT = frozenset(
    "yang di ke dari dan atau itu ini ada pada untuk dengan oleh juga saja sih kok dong deh ya yah pak bu bapak ibu kang teh mah saya "
    "aku kami kita anda dia mereka adalah akan sudah belum tidak tak nggak gak ga mohon tolong nu ka ti dina tina jeung sareng anu "
    "ieu eta aya teu henteu abdi kuring urang atuh oge kanggo pikeun the of and to is in".split()
)
_NUMBER = re.compile(r"(?:\d[\s().\-\u2010-\u2015/]*){7,}")
"""Telephone and identity numbers, however they are written: they are masked where texts are shown, so no index may give them away."""
_WORD = re.compile(r"[a-z0-9]+")
"""What both indexes take for one word, and neither for an operator. Words in other scripts are not looked for."""
_TWICE = re.compile(r"(?<=[a-z]{3})2$")
_ROOT = re.compile("(?=.*[aeiou])(?:[aeiou]|[^aeiou][aeiou]|[bcdfgkpst][rlwy]|s[ptkm]|ny|kh)")
"""How a root can begin; "rlubang" is none."""
_SOUNDS = tuple(
    (re.compile(was), now)
    for was, now in (("kh|q|x", "k"), ("sy|z|sh", "s"), ("v|ph|p", "f"), ("w", "b"), ("dj|j", "c"), ("[aeiouhy]", ""))
)


def words(text: str) -> list[str]:
    """The words of a text in one spelling, in order: small, without accents ("é" is "e"), without long numbers and empty words."""
    plain = text.lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", text).lower()
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    found = (_TWICE.sub("", word[:LONGEST]) for word in _WORD.findall(_NUMBER.sub(" ", plain)))
    return [word for word in found if word not in _SILENT and (word.isalpha() or sum(map(str.isdigit, word)) < 5)]


def forms(word: str) -> tuple[str, ...]:
    """The word and what may be left of it without its affixes, the longest first."""
    found: dict[str, None] = {word: None}
    edge = [word]
    for _ in range(4):
        edge = [rest for each in edge for rest in _shorter(each) if rest not in found]
        found |= dict.fromkeys(edge)
        if not edge or len(found) >= FORMS:
            break
    return tuple(found)[:FORMS]


def _shorter(word: str) -> Iterator[str]:
    """One affix less, in each way that leaves a root."""
    for endings, least in ((_PARTICLES, ROOT + 1), (_OWNERS, ROOT), (_ENDS, ROOT)):
        for ending in endings:
            rest = word.removesuffix(ending)
            if rest != word and len(rest) >= least + (ending == "i") and _ROOT.match(rest):
                yield rest
                if ending == "keun":  # nobody writes -k and -eun
                    break
    for prefix, lost in _NASALS:
        rest = word.removeprefix(prefix)
        if rest != word and len(lost + rest) >= ROOT and (not lost or rest[0] in "aeiou") and _ROOT.match(lost + rest):
            yield lost + rest
    for prefix in _PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= ROOT and _ROOT.match(rest):
            yield rest


def sound(word: str) -> str:
    """How a word sounds at a distance: its first sound and its consonants. '' where too little would be left to mean anything."""
    if len(word) < ROOT or word.isdigit():
        return ""
    rough = word
    for was, now in _SOUNDS:
        rough = was.sub(now, rough)
    rough = re.sub(r"(.)\1+", r"\1", rough)
    return SOUND + ("a" if word[0] in "aeiou" else "") + rough if len(rough) > 1 else ""


def number(text: str) -> str:
    """The token of a telephone number in any of its spellings; '' for what is none. Only a hash: an index is read by more than officers."""
    digits = re.sub(r"\D", "", text)
    if not 8 <= len(digits) <= 16 or re.search(r"[^\W\d_]", text):
        return ""
    digits = "62" + digits.lstrip("0") if digits.startswith("0") and not digits.startswith("00") else digits.lstrip("0")
    return PHONE + hashlib.blake2s(digits.encode(), digest_size=8).hexdigest()


def areas(code: str) -> list[str]:
    """An area and every area it lies in: `32.05.17` is `w_32`, `w_3205`, `w_320517`."""
    parts = code.split(".") if code else []
    return [AREA + "".join(parts[: count + 1]) for count in range(len(parts))]


def agency(slug: str) -> str:
    """The token of what lies with an agency."""
    return AGENCY + re.sub("[^a-z0-9]", "", slug)


def tokens(text: str) -> Iterator[str]:
    for word in words(text):
        yield from _kept(word)


@lru_cache(maxsize=4096)
def _kept(word: str) -> tuple[str, ...]:
    """All that one word is kept as. Reports share most of their words, and to take them apart cost a twentieth of a turn."""
    shapes = forms(word)
    sounds = (sound(shapes[-1]), sound(word) if len(shapes) > 1 else "")
    return (*shapes, *filter(None, sounds))


def document(text: str, name: str = "", numbers: Iterable[str] = (), area: str = "", holder: str = "") -> str:
    """What is kept of a report or a message to find it by; '' when there is nothing to find."""
    found = dict.fromkeys(tokens(text))
    for word in words(name):
        found |= dict.fromkeys((NAME + word, *([NAME + rough] if (rough := sound(word)) else [])))
    found |= dict.fromkeys(filter(None, map(number, numbers)))
    found |= dict.fromkeys((*areas(area), *([agency(holder)] if holder else [])))
    return " ".join(found)
