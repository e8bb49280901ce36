"""The kinds of step: what all share, and those that ask. `typed` asks for one thing of a kind, `deciding` chooses the way, `doing`
speaks and acts, `outside` waits for others.

Each is one class: how it is written (`build`), what happens on arrival (`enter`) and to an answer (`hear`). These give the next
step, `STAY` when the citizen is to answer, or None when the answer was not understood.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, ClassVar, Self, TypeAlias

from typing_extensions import override

from bot.engine.build import asked, at, spoken, table
from bot.engine.effects import Say, Wait
from bot.engine.fill import names
from bot.engine.forms import RETURN, Form, Option, Text, near
from bot.engine.match import Table
from bot.engine.turn import MARKS, Turn, shorten
from bot.errors import Sentence
from bot.i18n import SOURCE
from bot.record import record

STAY = ""
STORY = 8
"""Words from which what was said before the question is a whole story."""
CODES = frozenset({"topic", "subtopic", "urgency"})
"""Answers whose values are names of ours: a voice note leaves them open."""
Next: TypeAlias = str | None
Nodes: TypeAlias = "Sequence[Node]"
Prompts: TypeAlias = Mapping[str, Say]


@record(kw_only=True)
class Node:
    kind: ClassVar[str] = ""
    asks: ClassVar[bool] = False
    waits: ClassVar[bool] = False
    """A conversation may stand here though the citizen is asked nothing: something else goes on first."""
    ends: ClassVar[bool] = False
    """The flow may be over here."""
    first: ClassVar[bool] = False
    """What this question understands is its answer, even where the same is a word that works everywhere ("0")."""
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
    sealed: ClassVar[bool] = False
    """The answer is kept unreadable: its name stands in `sealed` of the session and of what is made of it (see `secret`)."""

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

    def voiced(self, turn: Turn) -> Next:
        """A voice note as the answer: nobody need be able to write. None where it cannot be one."""
        return None

    def correction(self, turn: Turn) -> str:
        """What was wrong with an answer that was not understood, where the step can tell."""
        return ""

    def told(self, turn: Turn, result: Mapping[str, object]) -> Next:
        """What came back from outside (`outside`)."""
        return STAY

    def happened(self, turn: Turn, event: str) -> Next:
        """What was waited for (`doing.Rest`) has happened; '': its time has come. None where it is not what is waited for."""
        return None

    def bubble(self, turn: Turn) -> Say:
        if not self.says:
            return Say(turn.text("looking"))
        say = self.says[turn.lang]
        if not self.used:
            return say
        return replace(say, values=turn.values(self.used))

    def settled(self, turn: Turn) -> bool:
        """Before everything is read back: whether the answer still goes with the others. A step that can tell mends it."""
        return True

    def exits(self) -> frozenset[str]:
        return frozenset({self.next} - {STAY})

    def ways(self) -> frozenset[str]:
        """Names of the ways out that nobody presses: rules, cases, a fallback. Transcripts must take each."""
        return frozenset()

    def shown(self, answers: Mapping[str, object], lang: str) -> str:
        """The answer as the summary shows it."""
        return shorten(str(answers.get(self.save) or "-"))


@record(kw_only=True)
class Question(Node):
    """What all questions with choices share."""

    asks: ClassVar[bool] = True
    options: Mapping[str, Option] = field(default_factory=dict)
    table: Table
    voice: str = ""
    """The choice that a voice note takes. Without one it is the answer itself where the question has one `next`."""

    @override
    def enter(self, turn: Turn) -> Next:
        turn.ask(self.bubble(turn))
        return STAY

    @override
    def voiced(self, turn: Turn) -> Next:
        if not self.voice and not (self.save and self.next):
            return None
        turn.hear_later(self, mark=not self.voice)
        if self.voice:
            return self.press(turn, self.voice)
        if self.save not in CODES:
            turn.answers[self.save] = turn.piece()
        return self.next

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


@record(kw_only=True)
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
                what = Sentence("pilihan `{key}` tidak menuju ke mana pun", key=option.key)
                remedy = Sentence("tulis `next:` untuk pilihan itu atau untuk seluruh langkah")
                form.fail(what, remedy, "choices")
        return [
            cls.made(
                form, form.name, text, options, following, form.string("save", form.name), form.flag("recall"),
                voice_choice(form, options),
            )
        ]  # fmt: skip

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
        voice: str = "",
    ) -> Self:
        fields = at(form) | {"name": name}
        says = asked(f"{form.flow}/{name}", text, options, form.shop.menu)
        keyed = {option.key: option for option in options}
        return cls(
            **fields, says=says, used=names(text[SOURCE]), options=keyed, table=table(form, options),
            next=following, save=save, recall=recall, voice=voice,
        )  # fmt: skip


def voice_choice(form: Form, options: Sequence[Option]) -> str:
    """`voice: lapor`: the choice that stands for a voice note here."""
    found = form.string("voice", "")
    if found and found not in (option.key for option in options):
        what = Sentence("`voice: {key}` bukan pilihan pertanyaan ini", key=found)
        form.fail(what, near(found, [option.key for option in options]), "voice")
    return found


@record(kw_only=True)
class AskLanguage(Question):
    """`language`: which language. Its text is in all languages at once, so it is not translated."""

    kind: ClassVar[str] = "language"
    skip_known: bool

    @classmethod
    def build(cls, form: Form) -> Nodes:
        text, options = form.same("text"), form.options(translate=False)
        for option in options:
            if option.key not in text:
                what = Sentence("`{key}` bukan bahasa yang punya katalog", key=option.key)
                form.fail(what, Sentence("pilih dari {known}", known=", ".join(text)), "choices")
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

    @override
    def voiced(self, turn: Turn) -> Next:
        """On in the language of now. It was not chosen, so it is not remembered."""
        turn.hear_later(self, mark=False)
        return RETURN if turn.resume else self.next


def linger(turn: Turn, pause: float) -> Next:
    """Nothing that answers came while lines are gathered: the quiet that ends them begins anew; a turn without one would end it."""
    if not turn.lines:
        return None
    turn.effects.append(Wait(pause or 1))
    return STAY


@record(kw_only=True)
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
            return linger(turn, self.gather)
        if turn.said.album and not turn.lines:
            turn.keep(turn.said.text.strip())  # the rest of what the question before this one was answered with
            return STAY
        turn.lines.append(piece)
        if turn.voice:
            turn.mark(self)
        if self.gather:
            turn.effects.append(Wait(self.gather))
            return STAY
        return self.settle(turn)

    def settle(self, turn: Turn) -> Next:
        """The lines become the answer."""
        if self.recall and turn.guessed:
            turn.lines, turn.extra = [*turn.extra, *turn.lines], []
        turn.answers[self.save] = "\n".join(turn.lines)
        if not any(MARKS["voice"] in line or MARKS["audio"] in line for line in turn.lines):
            turn.unmark(self)
        turn.lines = []
        return self.next
