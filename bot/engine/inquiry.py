"""`ask-question`: the citizen asks, and what is known for certain is answered; what is not goes on to a human."""

from typing import Any, ClassVar

from typing_extensions import override

from bot.engine import between, calendar, meaning
from bot.engine.asking import AskLocation
from bot.engine.build import at, spoken
from bot.engine.effects import Count, Say
from bot.engine.forms import Form, Option
from bot.engine.knowledge import Entry, Found, day, is_question
from bot.engine.match import normalise
from bot.engine.nodes import STAY, AskText, Next, Node, Nodes, Question
from bot.engine.numbers import Numbers
from bot.engine.offer import Offered, offering
from bot.engine.place import AskPlace
from bot.engine.reports import AskMedia
from bot.engine.turn import Turn
from bot.record import record

MEANT, NONE = "maksud", "lain"
ASKS = "tanya"
"""The intent of a question."""
STALE = "stale"
"""What is counted when somebody asks for an answer that has expired."""


@record(kw_only=True)
class AskQuestion(AskText):
    """Where nothing certain is known, `unknown` is the next step, and the question goes along."""

    kind: ClassVar[str] = "ask-question"
    about: str
    rumour: bool
    unknown: str

    @classmethod
    @override
    def build(cls, form: Form) -> Nodes:
        fields: dict[str, Any] = {
            "save": form.string("save", form.name), "about": form.string("about", ""), "rumour": form.flag("rumour"),
            "unknown": form.target("unknown"), "recall": form.flag("recall"),
        }  # fmt: skip
        following = form.target()
        none = form.text("none", "Bukan itu")
        option = Option(NONE, none, none, form.words("none_words"), fields["unknown"], saves=False)
        text = form.text("meant", "Maksudnya yang mana?")
        asked = Asked(**offering(form, MEANT, text, [option]), next=following, save="")
        return [cls(**at(form), **spoken(form.text("text")), **fields, next=following), asked]

    @override
    def recalled(self, turn: Turn) -> Next:
        """The question may have been asked before the choice that leads here; what is not certain is asked again."""
        found = self.find(turn, turn.told())
        return told(turn, found.sure, self.next) if found.sure else None

    @override
    def settle(self, turn: Turn) -> Next:
        """The lines are the question."""
        question = "\n".join(turn.lines)
        turn.answers[self.save], turn.lines = question, []
        turn.answers["details"] = question
        found = self.find(turn, question)
        if found.sure:
            return told(turn, found.sure, self.next)
        if found.stale:
            turn.effects.append(Count(STALE, found.stale.key))
            turn.say(Say(turn.text("answer_stale")))
            return self.unknown
        if found.near:
            turn.offered = [(entry.key, entry.title[turn.lang]) for entry in found.near]
            return f"{self.id}.{MEANT}"
        return self.unknown

    def find(self, turn: Turn, text: str) -> Found:
        return turn.flows.knowledge.find(text, day(turn.facts), self.about, True if self.rumour else None)

    @override
    def exits(self) -> frozenset[str]:
        return frozenset({self.next, self.unknown, f"{self.id}.{MEANT}"})


@record(kw_only=True)
class Asked(Offered):
    """Made by `ask-question`: the entries that may be meant."""

    kind: ClassVar[str] = "asked"

    @override
    def label(self, key: str, label: str, lang: str) -> str:
        return label

    @override
    def chosen(self, turn: Turn, key: str) -> Next:
        entry = turn.flows.knowledge.entries.get(key)
        today = day(turn.facts)
        if (
            entry is None or today is None or entry.until < today
        ):  # its last day passed while the choices were on the screen
            turn.say(Say(turn.text("answer_stale")))
            return self.options[NONE].next
        return told(turn, entry, self.next)


def told(turn: Turn, entry: Entry, following: str) -> str:
    """Says the answer, with where it comes from."""
    turn.say(answer(turn, entry))
    turn.answers.pop("details", None)
    return following


def answer(turn: Turn, entry: Entry) -> Say:
    values = {"source": entry.source, "checked": calendar.spelt(entry.checked.isoformat(), turn.lang)}
    return Say(f"{entry.answer[turn.lang]}\n{turn.text('answer_source')}", values=values)


def aside(turn: Turn, node: Node) -> Next:
    """A question in the middle of something else: answered where the answer is certain, and then the step's own question again.

    Where the citizen's own words are asked for, the question might be the answer after all: only what is surely a question is
    answered, and it is kept beside the answers."""
    text, free = turn.said.text, isinstance(node, AskText)
    if isinstance(node, AskQuestion) or (free and (turn.lines or turn.said.quick)):
        return None
    if numbers(turn, node):
        return STAY
    if not is_question(text) or (free and not asks(turn, text)):
        return None
    entry = turn.flows.knowledge.find(text, day(turn.facts)).sure
    if entry is None:
        return None
    if free:
        turn.keep(turn.piece())
    turn.say(answer(turn, entry))
    turn.say(node.bubble(turn))
    return STAY


def asks(turn: Turn, text: str) -> bool:
    """Whether the model, too, takes it for a question: surely, or likely where it is written as one."""
    found = turn.intent(text)
    if found is None or found.label != ASKS:
        return False
    return found.verdict == "sure" or (found.verdict == "ask" and between.asks(text, normalise(text)))


def numbers(turn: Turn, node: Node | None) -> bool:
    """Whoever asks for emergency numbers gets them, wherever they are: they are what the main menu leads to. The words of the
    choice itself ("nomor ambulans") need no care; others might be an answer."""
    text, home = turn.said.text, turn.flows.nodes[turn.flows.home]
    if node is home or not isinstance(home, Question) or meaning.intent(turn, text) != meaning.NUMBERS:
        return False
    key = meaning.choice(home, meaning.NUMBERS) or ""
    option = home.options.get(key)
    says = turn.flows.nodes.get(option.next or "") if option else None
    named = key in (home.table.find(plain := normalise(text)), home.table.guess(plain))
    if not isinstance(says, Numbers) or not (node is None or named or asked_for(turn, node)):
        return False
    says.enter(turn)
    if node is not None:
        turn.keep(turn.piece() if isinstance(node, AskText) else "")
        turn.say(node.bubble(turn))
    return True


def asked_for(turn: Turn, node: Node) -> bool:
    """ "telepon rumah" may be an answer wherever something is to be written; a question is none, unless it names the place."""
    text, places = turn.said.text, turn.facts.places
    if isinstance(node, AskPlace | AskLocation) and places is not None and places.find(text).candidates:
        return False
    return isinstance(node, Question | AskMedia) or is_question(text)


def opening(turn: Turn) -> bool:
    """The first words were a question that is known: answered before the main menu is shown."""
    text = turn.told()
    entry = turn.flows.knowledge.find(text, day(turn.facts)).sure if text and is_question(text) else None
    if entry is None:
        return False
    turn.say(answer(turn, entry))
    turn.extra, turn.note = [], ""
    return True
