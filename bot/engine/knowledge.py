"""What is known for certain and may be answered: entries with a source, an owner, and a day after which nobody says them any more.

Looked up by words, conservatively: an answer that was not asked for does more harm than one question more. Words count by how few
entries use them, misspelt ones count too, and a long complaint that happens to contain a question's words is no question.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, timedelta
from typing import NamedTuple

from bot.engine.effects import Facts
from bot.engine.forms import Form, Text, Workshop
from bot.engine.match import Lexicon, normalise
from bot.engine.read import Source
from bot.engine.spelling import Spelling
from bot.errors import Problem, Sentence
from bot.record import record
from bot.wib import WIB

FLOW = "knowledge"
"""The first word of their translation contexts."""
SURE, NEAR = 0.72, 0.42
AHEAD = 0.1
"""So much better than the next entry, or the citizen is asked which one is meant."""
OFFERED = 3
AHEAD_DAYS = 14
"""So long before its last day an answer's owner is told."""
STRANGE = 1.6
"""What a word weighs that no entry knows."""
_LETTERS = 600
_SAME = (
    "bagaimana gimana gmn gimane kumaha kmh how", "berapa brp sabaraha", "kapan kpn iraha when", "kenapa mengapa knp kunaon why",
    "siapa saha who", "cara carana caranya", "syarat syaratnya sarat saratna persyaratan", "boleh bisa tiasa dapat kenging dpt",
    "benar betul leres bener", "dimana mana where",
)  # fmt: skip
"""Words that ask, by what they ask for; they weigh little."""
_ASK = {word: group.split()[0] for group in _SAME for word in group.split()}
_LIGHT = 0.6
_ASKING = frozenset(_ASK) | frozenset("apa apakah bolehkah bisakah benarkah betulkah adakah naon naha what".split())
_SILENT = frozenset(
    "yang di ke dari itu ini ada atau pada oleh juga sih kah lah pun apakah adalah akan saya anda mau tanya bertanya nanya tanyakan info "
    "informasi min kak pak bu bapak ibu tolong mohon tau tahu ti ka ku dina nu anu teh mah aya oge naha bade naros terang kanggo untuk "
    "apa naon sudah parantos tos kalau kalo upami mun harus kedah kudu masih tidak gak ga nggak teu henteu ya nya sekarang ayeuna "
    "dan atau jadi kok dong nih tuh tuh waé wae saja aja cuma katanya kalau bila saat nalika ketika pakai pake the is a an of to i my me do".split()
)
_SENTENCE = re.compile(r"[.!\n]+")


@record
class Entry:
    key: str
    about: str
    """The file's name: `covid`."""
    title: Text
    answer: Text
    ask: tuple[tuple[str, ...], ...]
    """Patterns of questions, as words."""
    words: frozenset[str]
    """All of theirs."""
    source: str
    owner: str
    mail: str
    checked: date
    until: date
    """The last day on which it is said."""
    rumour: bool
    file: str
    line: int


class Pattern(NamedTuple):
    """One way to ask for an entry."""

    entry: Entry
    words: tuple[str, ...]
    whole: float
    """What all its words weigh."""


@record
class Found:
    """What a text asks for, best first."""

    sure: Entry | None = None
    near: tuple[Entry, ...] = ()
    stale: Entry | None = None
    """It would have been the answer, but its day has passed."""


NOTHING = Found()


@record
class Knowledge:
    entries: Mapping[str, Entry] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    lexicon: Lexicon = field(default_factory=Lexicon)
    same: Mapping[str, str] = field(default_factory=dict)
    """A word -> the one that stands for all that mean it."""
    holders: Mapping[str, Sequence[int]] = field(init=False, repr=False, compare=False)
    """A word -> the patterns that have it: only these are scored, however many entries there are."""
    patterns: Sequence["Pattern"] = field(init=False, repr=False, compare=False)
    spelling: Spelling = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """The indexes. A frozen object is given them once."""
        patterns, holders = list[Pattern](), dict[str, list[int]]()
        for entry in self.entries.values():
            for ask in entry.ask:
                for word in ask:
                    holders.setdefault(word, []).append(len(patterns))
                patterns.append(Pattern(entry, ask, sum(map(self.weight, ask))))
        for name, made in (("holders", holders), ("patterns", patterns), ("spelling", Spelling(self.weights))):
            object.__setattr__(self, name, made)

    def find(self, text: str, today: date | None, about: str = "", rumour: bool | None = None) -> Found:
        """`about`: only entries of this file. Without a day nothing is sent: nobody could say whether it is still true."""
        asked = words(text, self.lexicon.fillers, self.same)
        if not asked or today is None:
            return NOTHING
        known = frozenset(map(self.spelling.read, asked))  # what no entry knows stays as it is
        best = dict[str, float]()
        for at in sorted({at for word in known for at in self.holders.get(word, ())}):
            pattern = self.patterns[at]
            entry = pattern.entry
            if (not about or entry.about == about) and (rumour is None or entry.rumour == rumour):
                best[entry.key] = max(best.get(entry.key, 0.0), self.score(pattern, known))
        scored = [(score, self.entries[key]) for key, score in best.items() if score >= NEAR]
        scored.sort(key=lambda pair: -pair[0])
        fresh = [pair for pair in scored if pair[1].until >= today]
        if scored and scored[0][1].until < today and scored[0][0] >= SURE:
            return Found(stale=scored[0][1])
        if fresh and fresh[0][0] >= SURE and (len(fresh) == 1 or fresh[0][0] - fresh[1][0] >= AHEAD):
            return Found(sure=fresh[0][1])
        return Found(near=tuple(entry for _, entry in fresh[:OFFERED]))

    def score(self, pattern: "Pattern", asked: frozenset[str]) -> float:
        """How much of the question's words are there, and how little that the entry knows nothing about."""
        found = sum(self.weight(word) for word in pattern.words if word in asked)
        strange = sum(self.weight(word) for word in asked - pattern.entry.words)
        return found / pattern.whole * (0.35 + 0.65 * found / (found + strange)) if found else 0.0

    def weight(self, word: str) -> float:
        return _LIGHT if word in _ASK else self.weights.get(word, STRANGE)

    def expiring(self, today: date, ahead: int) -> list[Entry]:
        """What has expired, or will within so many days; the oldest first."""
        last = today + timedelta(days=ahead)
        return sorted((entry for entry in self.entries.values() if entry.until <= last), key=lambda one: one.until)

    def due(self, today: date) -> list[Problem]:
        """The same, and who is to be told."""
        found = []
        for one in self.expiring(today, AHEAD_DAYS):
            gone = Sentence("sudah kedaluwarsa pada {until}", until=one.until)
            what = gone if one.until < today else Sentence("kedaluwarsa pada {until}", until=one.until)
            remedy = Sentence(
                "{owner} <{mail}> memeriksanya dan menulis `until` yang baru", owner=one.owner, mail=one.mail
            )
            found.append(Problem(one.file, one.line, one.key, what, remedy))
        return found

    def stale(self, today: date) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.until < today]


def is_question(text: str) -> bool:
    """Whether somebody asks at all: a mark, or a word that asks."""
    return "?" in text or bool(_ASKING & set(normalise(text).split()))


def words(text: str, fillers: frozenset[str], same: Mapping[str, str]) -> tuple[str, ...]:
    """The words that say what it is about, each once, in one form: without endings, and one word for all that mean the same."""
    found: dict[str, None] = {}
    for sentence in _SENTENCE.split(text[:_LETTERS]):
        for word in normalise(sentence).split():
            bare = _ASK.get(word) or _stem(word)
            if word not in _SILENT and bare not in _SILENT and (bare in _ASK or word not in fillers):
                found[same.get(bare, bare)] = None
    return tuple(found)


def _stem(word: str) -> str:
    for ending in ("nya", "kah", "lah"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word.removesuffix(ending)
    return word.removesuffix("na") if word.endswith("na") and len(word) > 6 else word


def build(shop: Workshop, sources: Mapping[str, Source]) -> Knowledge:
    """Raises `FlowError` for a broken file."""
    wholes = [(about, Form(shop, source.name, FLOW, about, source.tree)) for about, source in sources.items()]
    same: dict[str, str] = {}
    for _, whole in wholes:
        for group in whole.words("same"):
            meant = [normalise(word) for word in group.split("=")]
            same |= dict.fromkeys(meant, meant[0])
    found: dict[str, Entry] = {}
    for about, whole in wholes:
        whole.string("title", "")
        owner, mail = whole.string("owner"), whole.string("mail")
        for key, tree in whole.sub("entries").items():
            if key in found:
                what = Sentence("butir `{key}` juga ada di {file}", key=key, file=found[key].file)
                whole.fail(what, Sentence("beri nama lain"), "entries")
            form = Form(shop, whole.file, FLOW, key, tree)
            found[key] = _entry(form, about, owner, mail, same)
        whole.finish()
    counts = Counter(word for entry in found.values() for word in entry.words)
    weights = {word: math.log(1 + len(found) / count) for word, count in counts.items()}
    return Knowledge(found, weights, shop.lexicon, same)


def _entry(form: Form, about: str, owner: str, mail: str, same: Mapping[str, str]) -> Entry:
    title, answer = form.text("title"), form.text("answer")
    ask = tuple(filter(None, (words(row, form.shop.lexicon.fillers, same) for row in form.words("ask"))))
    if not ask:
        what = Sentence("`{key}` tidak ada", key="ask")
        remedy = Sentence("tulis `ask:` dan di bawahnya cara orang bertanya, satu pertanyaan satu baris")
        form.fail(what, remedy, "ask")
    entry = Entry(
        form.name, about, title, answer, ask, frozenset(word for row in ask for word in row), form.string("source"),
        form.string("owner", owner), form.string("mail", mail), written_day(form, "checked"), written_day(form, "until"),
        form.flag("rumour"), form.file, form.line,
    )  # fmt: skip
    form.finish()
    return entry


def written_day(form: Form, key: str) -> date:
    raw = form.string(key)
    try:
        return date.fromisoformat(raw)
    except ValueError:
        what = Sentence("`{key}: {raw}` bukan tanggal", key=key, raw=raw)
        form.fail(what, Sentence("tulis `{key}: 2027-03-31`", key=key), key)


def day(facts: Facts) -> date | None:
    """The citizen's day."""
    return facts.now.astimezone(WIB).date() if facts.now else None


def files(sources: Mapping[str, Source]) -> Iterator[str]:
    """The names of the sources that are knowledge."""
    return (name for name in sources if name.startswith(f"{FLOW}/"))
