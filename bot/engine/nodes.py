"""The kinds of step. Each is one class: how it is written (`build`), what happens on arrival (`enter`) and to an answer (`hear`).

`enter` and `hear` give the next step, `STAY` when the citizen is to answer, or None when the answer was not understood.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self, TypeAlias

from typing_extensions import override

from bot.engine.build import asked, at, spoken, table
from bot.engine.effects import Say, Wait
from bot.engine.fill import names
from bot.engine.forms import RETURN, Form, Option, Text
from bot.engine.match import Table
from bot.engine.turn import Turn, shorten
from bot.i18n import SOURCE

STAY = ""
STORY = 8
"""Words from which what was said before the question is a whole story."""
Next: TypeAlias = str | None
Nodes: TypeAlias = "Sequence[Node]"
Prompts: TypeAlias = Mapping[str, Say]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    kind: ClassVar[str] = ""
    asks: ClassVar[bool] = False
    flow: str
    name: str
    file: str
    line: int
    next: str = STAY
    says: Prompts = field(default_factory=dict)
    """language -> the bubble, ready made."""
    used: frozenset[str] = frozenset()
    """Placeholders in the text."""
    save: str = ""

    @property
    def id(self) -> str:
        return f"{self.flow}/{self.name}"

    @property
    def part(self) -> str:
        """Steps that were made out of one written step (`topik.jalan`) are one part with it."""
        return self.name.partition(".")[0]

    def enter(self, turn: Turn) -> Next:
        raise NotImplementedError

    def hear(self, turn: Turn, plain: str) -> Next:
        """`plain`: the normalised text."""
        return None

    def press(self, turn: Turn, key: str) -> Next:
        """One of the node's choices, by button, number or word."""
        return None

    def bubble(self, turn: Turn) -> Say:
        say = self.says[turn.lang]
        if not self.used:
            return say
        return replace(say, values=turn.values(self.used))

    def exits(self) -> frozenset[str]:
        return frozenset({self.next} - {STAY})

    def shown(self, answers: Mapping[str, object], lang: str) -> str:
        """The answer as the summary shows it."""
        return shorten(str(answers.get(self.save) or "-"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak(Node):
    """`say`: one bubble, then on."""

    kind: ClassVar[str] = "say"

    @classmethod
    def build(cls, form: Form) -> Nodes:
        return [cls(**at(form), **spoken(form.text("text")), next=form.target())]

    @override
    def enter(self, turn: Turn) -> Next:
        turn.say(self.bubble(turn))
        return self.next


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Node):
    """`notice`: what becomes of the citizen's data. Said once to each person for each `notice_version` of its flow."""

    kind: ClassVar[str] = "notice"
    version: str

    @classmethod
    def build(cls, form: Form) -> Nodes:
        version = form.string("version")
        return [cls(**at(form), **spoken(form.text("text")), next=form.target(), version=version)]

    @override
    def enter(self, turn: Turn) -> Next:
        if turn.facts.notice != self.version:
            turn.say(self.bubble(turn))
            turn.remember("notice", self.version)
        return self.next


@dataclass(frozen=True, slots=True, kw_only=True)
class Go(Node):
    """`go`: begins another flow, with no answers yet."""

    kind: ClassVar[str] = "go"

    @classmethod
    def build(cls, form: Form) -> Nodes:
        return [cls(**at(form), next=form.target("to"))]

    @override
    def enter(self, turn: Turn) -> Next:
        # Files sent before the flow began belong to it, as do the lines in `extra`.
        turn.answers = {key: turn.answers[key] for key in ("attachments",) if key in turn.answers}
        return self.next


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish(Node):
    """`end`: a last bubble, and the flow is over."""

    kind: ClassVar[str] = "end"

    @classmethod
    def build(cls, form: Form) -> Nodes:
        return [cls(**at(form), **spoken(form.text("text")))]

    @override
    def enter(self, turn: Turn) -> Next:
        turn.say(self.bubble(turn))
        turn.over = True
        return STAY


@dataclass(frozen=True, slots=True, kw_only=True)
class OpensTicket(Node):
    """`open-ticket`: makes the ticket, then says its `{number}` and `{link}`."""

    kind: ClassVar[str] = "open-ticket"

    @classmethod
    def build(cls, form: Form) -> Nodes:
        return [cls(**at(form), **spoken(form.text("text"), notice=True))]

    @override
    def enter(self, turn: Turn) -> Next:
        turn.open_ticket()
        turn.say(self.bubble(turn))
        turn.over = True
        return STAY


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsOff(Node):
    """`hand-off`: to an officer, with everything gathered so far."""

    kind: ClassVar[str] = "hand-off"

    @classmethod
    def build(cls, form: Form) -> Nodes:
        return [cls(**at(form), **spoken(form.text("text"), notice=True))]

    @override
    def enter(self, turn: Turn) -> Next:
        turn.hand_off()
        turn.say(self.bubble(turn))
        turn.over = True
        return STAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Node):
    """What all questions with choices share."""

    asks: ClassVar[bool] = True
    options: Mapping[str, Option] = field(default_factory=dict)
    table: Table

    @override
    def enter(self, turn: Turn) -> Next:
        turn.ask(self.bubble(turn))
        return STAY

    @override
    def press(self, turn: Turn, key: str) -> Next:
        option = self.options[key]
        if option.saves and self.save:
            turn.answers[self.save] = key
        return option.next or self.next

    def answers(self, turn: Turn) -> Table:
        """What may be typed here."""
        return self.table

    def stands(self, turn: Turn, key: str) -> bool:
        """Whether a button of this question is still one."""
        return key in self.options and self.options[key].shown

    @override
    def exits(self) -> frozenset[str]:
        return frozenset({option.next or self.next for option in self.options.values()} - {STAY})

    @override
    def shown(self, answers: Mapping[str, object], lang: str) -> str:
        option = self.options.get(str(answers.get(self.save)))
        return option.label[lang] if option else "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskChoice(Question):
    """`ask-choice`: one of at most six."""

    kind: ClassVar[str] = "ask-choice"
    recall: bool = False
    """Lines written before this question was asked may choose here already ("lapor" as the first word)."""

    @classmethod
    def build(cls, form: Form) -> Nodes:
        text, options = form.text("text"), form.options()
        following = form.target() if form.has("next") else STAY
        for option in options:
            if not (option.next or following):
                form.fail(
                    f"choice `{option.key}` leads nowhere", "write `next:` for it or for the whole step", "choices"
                )
        return [
            cls.made(form, form.name, text, options, following, form.string("save", form.name), form.flag("recall"))
        ]

    @classmethod
    def made(
        cls,
        form: Form,
        name: str,
        text: Text,
        options: Sequence[Option],
        following: str,
        save: str,
        recall: bool = False,
    ) -> Self:
        fields = at(form) | {"name": name}
        says = asked(f"{form.flow}/{name}", text, options, form.shop.menu)
        keyed = {option.key: option for option in options}
        return cls(
            **fields, says=says, used=names(text[SOURCE]), options=keyed, table=table(form, options),
            next=following, save=save, recall=recall,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AskLanguage(Question):
    """`language`: which language. Its text is in all languages at once, so it is not translated."""

    kind: ClassVar[str] = "language"
    skip_known: bool

    @classmethod
    def build(cls, form: Form) -> Nodes:
        text, options = form.same("text"), form.options(translate=False)
        for option in options:
            if option.key not in text:
                form.fail(
                    f"`{option.key}` is not a language with a catalogue", f"choose from {', '.join(text)}", "choices"
                )
        says = asked(form.id, text, options, form.shop.menu)
        return [
            cls(
                **at(form), says=says, options={option.key: option for option in options}, table=table(form, options),
                next=form.target(), skip_known=form.flag("skip_known"),
            )
        ]  # fmt: skip

    @override
    def enter(self, turn: Turn) -> Next:
        if self.skip_known and turn.facts.language:
            return self.next
        turn.ask(self.bubble(turn))
        return STAY

    @override
    def press(self, turn: Turn, key: str) -> Next:
        turn.lang = key
        turn.remember("language", key)
        return RETURN if turn.resume else self.next


@dataclass(frozen=True, slots=True, kw_only=True)
class AskText(Node):
    """`ask-text`: the citizen's own words; a voice note, a picture or a location is an answer too."""

    kind: ClassVar[str] = "ask-text"
    asks: ClassVar[bool] = True
    gather: float = 0.0
    """Seconds of quiet that end an answer of several lines."""
    recall: bool = False
    """Lines written before this question was asked belong to its answer, and may be all of it."""

    @classmethod
    def build(cls, form: Form) -> Nodes:
        fields: dict[str, Any] = {"save": form.string("save", form.name), "gather": form.number("gather", 0, 0, 30)}
        return [cls(**at(form), **spoken(form.text("text")), **fields, next=form.target(), recall=form.flag("recall"))]

    @override
    def enter(self, turn: Turn) -> Next:
        turn.ask(self.bubble(turn))
        return STAY

    def recalled(self, turn: Turn) -> Next:
        """The story was told before anybody asked for it. Only words that have shown a topic are one: others are talk."""
        if not turn.guessed or len(turn.told().split()) < STORY:
            return None
        return self.settle(turn)

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        piece = turn.piece()
        if not piece:
            return STAY if turn.lines else None
        if turn.said.album and not turn.lines:
            turn.keep(turn.said.text.strip())  # the rest of what the question before this one was answered with
            return STAY
        turn.lines.append(piece)
        if self.gather:
            turn.effects.append(Wait(self.gather))
            return STAY
        return self.settle(turn)

    def settle(self, turn: Turn) -> Next:
        """The lines become the answer."""
        if self.recall and turn.guessed:
            turn.lines, turn.extra = [*turn.extra, *turn.lines], []
        turn.answers[self.save] = "\n".join(turn.lines)
        turn.lines = []
        return self.next
