"""Whether a Sundanese text keeps its register: polite words about oneself for the bot, polite words about the other for the citizen.

Mixed up ("abdi kagungan", "nami Bapa/Ibu") they sound rude or comic; a plain word among polite ones sounds careless. The words
are data (flows/data/register.yaml), written without é, as they are compared.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from bot.engine.forms import Form, Workshop
from bot.engine.match import normalise
from bot.engine.read import Source
from bot.errors import Sentence
from bot.record import record

LANGUAGE = "su"
LEMES, LOMA = "lemes", "loma"
_YOU = "\0"
_CITIZEN = re.compile(r"bapa\s*/\s*ibu", re.IGNORECASE)
_CLAUSE = re.compile(r"[.,:;!?()\n]+")
_ME = frozenset({"abdi"})
_BETWEEN = frozenset("teu tos parantos bade nuju acan henteu oge kedah tiasa mah teh ge atos badé".split())
"""Words that may stand between who and what: "abdi badé sumping"."""


@record
class Register:
    policy: str = LEMES
    coarse: frozenset[str] = frozenset()
    plain: Mapping[str, str] = field(default_factory=dict)
    """Plain word -> the polite one."""
    own: Mapping[str, str] = field(default_factory=dict)
    """Polite about oneself -> polite about the other."""
    other: Mapping[str, str] = field(default_factory=dict)
    fine: frozenset[str] = frozenset()
    """Polite words that only look like a plain one with an ending."""
    hard: Mapping[str, str] = field(default_factory=dict)
    """Indonesian of offices -> how people say it."""


Fault = tuple[Sentence, Sentence]
"""What, and the remedy."""


def build(shop: Workshop, source: Source) -> Register:
    form = Form(shop, source.name, "register", "register", source.tree)
    policy = form.string("policy", LEMES)
    if policy not in (LEMES, LOMA):
        what = Sentence("`{key}: {word}` tidak dikenal", key="policy", word=policy)
        remedy = Sentence("tulis `policy: {polite}` atau `policy: {plain}`", polite=LEMES, plain=LOMA)
        form.fail(what, remedy, "policy")
    coarse, fine = (frozenset(map(normalise, form.words(key))) for key in ("coarse", "fine"))
    plain, own, other, hard = (_pairs(form, key) for key in ("loma", "self", "other", "hard"))
    found = Register(policy, coarse, plain, own, other, fine, hard)
    form.finish()
    return found


def _pairs(form: Form, key: str) -> dict[str, str]:
    found = {}
    for row in form.words(key):
        wrong, _, right = map(str.strip, row.partition("="))
        if not right:
            form.fail(Sentence("`{row}` tidak punya pasangan", row=row), Sentence("tulis `hayang = hoyong`"), key)
        found[normalise(wrong)] = right
    return found


def faults(register: Register, text: str) -> Iterator[Fault]:
    """What is wrong with a Sundanese text, and the remedy."""
    for clause in _CLAUSE.split(_CITIZEN.sub(f" {_YOU} ", text)):
        words = [word if word == _YOU else normalise(word) for word in clause.split()]
        words = [part for word in words for part in (word.split() if word != _YOU else [word])]
        yield from _single(register, words)
        yield from _mixed(register, words)


def difficult(register: Register, text: str) -> Iterator[Fault]:
    """Words of offices in an Indonesian text."""
    plain = f" {' '.join(map(normalise, text.split()))} "
    for hard, easy in register.hard.items():
        if f" {hard} " in plain:
            yield Sentence("`{word}` bahasa kantor", word=hard), _write(easy)


def _single(register: Register, words: list[str]) -> Iterator[Fault]:
    for word in words:
        if word in register.coarse:
            what, remedy = Sentence("`{word}` kasar", word=word), Sentence("hapus: kata ini menghina pembacanya")
            yield what, remedy
        elif register.policy == LEMES and word not in register.fine and (polite := _polite(register, word)):
            what = Sentence("`{word}` kata biasa di antara kata halus", word=word)
            yield what, _write(polite)


def _polite(register: Register, word: str) -> str | None:
    return register.plain.get(word) or register.plain.get(word.removesuffix("na") if len(word) > 5 else word)


def _mixed(register: Register, words: list[str]) -> Iterator[Fault]:
    for place, word in enumerate(words):
        near = next((each for each in words[place + 1 :] if each not in _BETWEEN), "")
        after = words[place + 1] if place + 1 < len(words) else ""
        if word == _YOU and near in register.own:
            yield _own(f"Bapa/Ibu … {near}"), _write(register.own[near])
        elif word in register.own and after == _YOU and _noun(word):
            yield _own(f"{word} Bapa/Ibu"), _write(register.own[word])
        elif word in _ME and near in register.other:
            yield _vain(f"abdi … {near}"), _write(register.other[near])
        elif word in register.other and after in _ME and _noun(word):
            yield _vain(f"{word} abdi"), _write(register.other[word])


def _write(word: str) -> Sentence:
    return Sentence("tulis `{word}`", word=word)


def _own(words: str) -> Sentence:
    return Sentence("`{words}` kata untuk diri sendiri", words=words)


def _vain(words: str) -> Sentence:
    return Sentence("`{words}` meninggikan diri sendiri", words=words)


def _noun(word: str) -> bool:
    """Nouns stand before their owner; verbs before whom they are done to ("nyuhunkeun Bapa/Ibu …")."""
    return word in _NOUNS


_NOUNS = frozenset("nami wasta jenengan rorompok bumi umur yuswa putra anak".split())
