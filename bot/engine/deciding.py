"""Kinds of step that choose the way without a word of the citizen: rules, branches, values, and a reading of what was said."""

from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from bot.engine.build import at
from bot.engine.effects import Say
from bot.engine.fill import names
from bot.engine.forms import Form
from bot.engine.nodes import STAY, Next, Node, Nodes
from bot.engine.rules import Rule, read
from bot.engine.turn import Turn, worded
from bot.errors import Sentence
from bot.i18n import SOURCE
from bot.record import record


@record
class Problem:
    """One rule of a `check`: while `when` holds, something is missing."""

    when: Rule
    says: Mapping[str, Say]
    used: frozenset[str]
    next: str
    fix: bool
    """Only that one answer is asked again, and then the check comes back."""


@record(kw_only=True)
class Check(Node):
    """`check`: before something is sent, the first problem is said, with the way to mend it."""

    kind: ClassVar[str] = "check"
    problems: Mapping[str, Problem]

    @classmethod
    def build(cls, form: Form) -> Nodes:
        problems = {}
        for key, tree in form.sub("rules").items():
            rule = Form(form.shop, form.file, form.flow, f"{form.name}.rules.{key}", tree)
            when, text, fix = read(rule, "when"), rule.text("text") if rule.has("text") else {}, rule.has("fix")
            says = {lang: Say(body) for lang, body in text.items()}
            used = names(text[SOURCE]) if text else frozenset[str]()
            problems[key] = Problem(when, says, used, rule.target("fix" if fix else "next"), fix)
            rule.finish()
        return [cls(**at(form), problems=problems, next=form.target())]

    @override
    def enter(self, turn: Turn) -> Next:
        if turn.fix == self.id:
            turn.fix = ""
        for key, problem in self.problems.items():
            if problem.when.holds(turn.answers, turn.facts):
                turn.seen.add(f"{self.id}/{key}")
                if problem.says:
                    say = problem.says[turn.lang]
                    turn.say(Say(say.text, values=turn.values(problem.used)))
                if problem.fix:
                    turn.fix = self.id
                return problem.next
        return self.next

    @override
    def exits(self) -> frozenset[str]:
        return frozenset({self.next, *(problem.next for problem in self.problems.values())} - {STAY})

    @override
    def ways(self) -> frozenset[str]:
        return frozenset(self.problems)


@record(kw_only=True)
class Branch(Node):
    """`branch`: the first case that holds leads on; none, `next`."""

    kind: ClassVar[str] = "branch"
    cases: Mapping[str, tuple[Rule, str]]

    @classmethod
    def build(cls, form: Form) -> Nodes:
        cases = {}
        for key, tree in form.sub("cases").items():
            case = Form(form.shop, form.file, form.flow, f"{form.name}.cases.{key}", tree)
            cases[key] = (read(case, "when"), case.target())
            case.finish()
        return [cls(**at(form), cases=cases, next=form.target())]

    @override
    def enter(self, turn: Turn) -> Next:
        for key, (rule, following) in self.cases.items():
            if rule.holds(turn.answers, turn.facts):
                turn.seen.add(f"{self.id}/{key}")
                return following
        turn.seen.add(f"{self.id}/next")
        return self.next

    @override
    def exits(self) -> frozenset[str]:
        return frozenset({self.next, *(following for _, following in self.cases.values())} - {STAY})

    @override
    def ways(self) -> frozenset[str]:
        return frozenset({*self.cases, "next"})


@record(kw_only=True)
class Put(Node):
    """`set`: answers that the flow itself gives, copies of others (`{answer: alamat}`), and answers that are taken back."""

    kind: ClassVar[str] = "set"
    values: Mapping[str, str]
    copies: Mapping[str, str]
    clear: tuple[str, ...] = ()

    @classmethod
    def build(cls, form: Form) -> Nodes:
        values, copies = dict[str, str](), dict[str, str]()
        clear = form.words("clear")
        for name, tree in (form.sub("values") if form.has("values") or not clear else {}).items():
            if isinstance(tree.value, str):
                values[name] = tree.value
            else:
                one = Form(form.shop, form.file, form.flow, f"{form.name}.values.{name}", tree)
                copies[name] = one.string("answer")
                one.finish()
        return [cls(**at(form), values=values, copies=copies, clear=clear, next=form.target())]

    @override
    def enter(self, turn: Turn) -> Next:
        copied = {name: turn.answers[other] for name, other in self.copies.items() if other in turn.answers}
        turn.sealed |= {name for name, other in self.copies.items() if other in turn.sealed and name in copied}
        turn.answers |= {**self.values, **copied}
        for name in self.clear:
            turn.answers.pop(name, None)
        return self.next


READS = ("topic", "place", "urgency")


@record(kw_only=True)
class Read(Node):
    """`triage`: what an answer, or what was said so far, is about. Only what is sure is taken; what was answered stays."""

    kind: ClassVar[str] = "triage"
    read: tuple[str, ...]
    about: str
    """The answer that is read; '' = the last words."""

    @classmethod
    def build(cls, form: Form) -> Nodes:
        wanted = form.words("read") or READS
        for word in wanted:
            if word not in READS:
                what = Sentence("`{key}: {word}` tidak dikenal", key="read", word=word)
                form.fail(what, Sentence("pilih dari {known}", known=", ".join(READS)), "read")
        return [cls(**at(form), read=wanted, about=form.string("from", ""), next=form.target())]

    @override
    def enter(self, turn: Turn) -> Next:
        words = str(turn.answers.get(self.about) or "") if self.about else "\n".join([*turn.extra, turn.said.text])
        text, facts = worded(words.splitlines()), turn.facts
        if not text.strip():
            return self.next
        guess = turn.topic(text) if "topic" in self.read and not turn.answers.get("topic") else None
        if guess is not None and guess.verdict == "sure" and guess.label in turn.flows.topics:
            turn.answers["topic"] = guess.label
        if "urgency" in self.read and facts.urgency is not None and (level := facts.urgency(text)):
            turn.answers["urgency"] = level
        if "place" in self.read and not turn.answers.get("place_code") and facts.places is not None:
            found = facts.places.find(text).unique
            if found is not None and found.level != "province":
                turn.answers["place_code"], turn.answers["place_name"] = found.code, found.shown
                turn.answers.setdefault("place", found.shown)
        return self.next
