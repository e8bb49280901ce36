"""Conditions over answers and facts, written in YAML: `{answer: umur, below: 17}`, `any`, `all`, `not`. Data, never code.

An answer that nobody can compare yet (a voice note, something that was not asked) makes every comparison false, so a citizen is
never turned away because of what an officer has still to hear.
"""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from bot.engine.effects import Facts
from bot.engine.forms import Form
from bot.engine.read import Tree
from bot.engine.turn import MARKS
from bot.errors import Sentence
from bot.record import record
from bot.wib import WIB

FACTS = ("language", "name", "channel", "hour", "weekday", "today")
"""What is known without asking: `hour` is 0-23 and `weekday` 1 (Monday) - 7, both WIB."""
COMPARES = (
    "is", "is_not", "in", "not_in", "known", "same_as", "above", "below", "at_least", "at_most", "days_ago_above",
    "days_ago_below",
)  # fmt: skip
NUMERIC = frozenset({"above", "below", "at_least", "at_most", "days_ago_above", "days_ago_below"})
Answers = Mapping[str, object]


class Rule(Protocol):
    def holds(self, answers: Answers, facts: Facts) -> bool: ...
    def names(self) -> frozenset[str]:
        """The answers it looks at."""


@record
class Compare:
    answer: str
    fact: str
    compare: str
    values: tuple[str, ...]

    def holds(self, answers: Answers, facts: Facts) -> bool:
        found = fact(facts, self.fact) if self.fact else str(answers.get(self.answer) or "").strip()
        if self.compare == "known":
            return bool(found) == (self.values[0] == "yes")
        if not found or found in MARKS.values():
            return False
        if self.compare in NUMERIC:
            return self._measured(found, facts)
        wanted = (str(answers.get(self.values[0]) or ""),) if self.compare == "same_as" else self.values
        same = found.casefold() in (each.strip().casefold() for each in wanted)
        return same != self.compare.endswith(("is_not", "not_in"))

    def _measured(self, found: str, facts: Facts) -> bool:
        value, limit = _number(found), float(self.values[0])
        if self.compare.startswith("days_ago"):
            day, today = _date(found), fact(facts, "today")
            value = float((date.fromisoformat(today) - day).days) if day and today else None
        if value is None:
            return False
        match self.compare.removeprefix("days_ago_"):
            case "above":
                return value > limit
            case "below":
                return value < limit
            case "at_least":
                return value >= limit
        return value <= limit

    def names(self) -> frozenset[str]:
        return frozenset(filter(None, (self.answer, self.values[0] if self.compare == "same_as" else "")))


@record
class Several:
    rules: tuple[Rule, ...]
    whole: bool
    """All of them, or any."""

    def holds(self, answers: Answers, facts: Facts) -> bool:
        found = (rule.holds(answers, facts) for rule in self.rules)
        return all(found) if self.whole else any(found)

    def names(self) -> frozenset[str]:
        return frozenset().union(*(rule.names() for rule in self.rules))


@record
class Not:
    rule: Rule

    def holds(self, answers: Answers, facts: Facts) -> bool:
        return not self.rule.holds(answers, facts)

    def names(self) -> frozenset[str]:
        return self.rule.names()


def fact(facts: Facts, name: str) -> str:
    """A fact as text; '' where it is not known."""
    if name in ("language", "name", "channel"):
        return str(getattr(facts, name) or "")
    if facts.now is None:
        return ""
    now = facts.now.astimezone(WIB)
    return {"hour": str(now.hour), "weekday": str(now.isoweekday()), "today": now.date().isoformat()}[name]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# -- as it is written ------------------------------------------------------------------------------


def read(form: Form, key: str) -> Rule:
    """The condition under `key`. Raises `FlowError`."""
    if not form.has(key):
        what = Sentence("`{key}` tidak ada", key=key)
        form.fail(what, Sentence("tulis `{key}: {answer: umur, below: 17}`", key=key))
    return _rule(form, key, form.fields[key])


def _rule(form: Form, key: str, tree: Tree) -> Rule:
    inner = Form(form.shop, form.file, form.flow, f"{form.name}.{key}", tree)
    joined = [word for word in ("any", "all", "not") if inner.has(word)]
    rule = _joined(inner, joined[0]) if joined else _compare(inner)
    inner.finish()
    return rule


def _joined(form: Form, word: str) -> Rule:
    tree = form.fields[word]
    if word == "not":
        return Not(_rule(form, word, tree))
    if not isinstance(tree.value, list) or not tree.value:
        what = Sentence("`{key}` harus berupa daftar syarat", key=word)
        remedy = Sentence("tulis `{key}:` dan tiap syarat setelah `-`", key=word)
        form.fail(what, remedy, word)
    return Several(tuple(_rule(form, word, item) for item in tree.value), word == "all")


def _compare(form: Form) -> Compare:
    about = form.string("fact", "")
    if about and about not in FACTS:
        form.unknown("fact", about, FACTS)
    answer = "" if about else form.string("answer")
    found = [word for word in COMPARES if form.has(word)]
    if len(found) != 1:
        what = Sentence("satu syarat membandingkan satu kali")
        form.fail(what, Sentence("tulis salah satu dari {known}", known=", ".join(COMPARES)))
    word = found[0]
    values = form.words(word) if word in ("in", "not_in") else (form.string(word),)
    if word in NUMERIC and _number(values[0]) is None:
        what = Sentence("`{key}` perlu angka", key=word)
        form.fail(what, Sentence("tulis `{key}: 17`", key=word), word)
    if word == "known" and values[0] not in ("yes", "no"):
        what = Sentence("`{key}` harus yes atau no", key=word)
        form.fail(what, Sentence("tulis `{key}: yes`", key=word), word)
    return Compare(answer, about, word, values or ("",))
