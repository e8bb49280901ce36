"""`ask-subtopic`: what exactly it is about (flows/data/topics.yaml, `finer`). Asked once, and only where the story does not say it."""

from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from bot.engine.forms import Form
from bot.engine.match import normalise
from bot.engine.nodes import Next, Nodes
from bot.engine.offer import Offered, offering
from bot.engine.topics import Finer
from bot.engine.turn import Turn, worded
from bot.errors import Sentence
from bot.record import record

OTHER = "lain"


@record(kw_only=True)
class AskSubtopic(Offered):
    """Asks which part of its topic a report is about; a topic that is not divided asks nothing."""

    kind: ClassVar[str] = "ask-subtopic"
    finer: Mapping[str, tuple[Finer, ...]]
    """topic -> what it divides into."""

    @classmethod
    def build(cls, form: Form) -> Nodes:
        options = form.options()
        if [option.key for option in options] != [OTHER]:
            what = Sentence("`choices` pertanyaan subtopik hanya `{other}`", other=OTHER)
            form.fail(what, Sentence("tulis `{other}: Lainnya`", other=OTHER), "choices")
        fields = offering(form, "", form.text("text"), options) | {"name": form.name}
        finer = {topic.slug: topic.finer for group in form.shop.groups for topic in group.topics if topic.finer}
        return [cls(**fields, next=form.target(), save="subtopic", voice=OTHER, finer=finer)]

    def among(self, answers: Mapping[str, object]) -> tuple[Finer, ...]:
        return self.finer.get(str(answers.get("topic")), ())

    @override
    def settled(self, turn: Turn) -> bool:
        """True when nothing is left to ask: the topic has no sub-topics, or the words have named one. One of another topic, or one
        that the words before a correction named, is forgotten."""
        among = self.among(turn.answers)
        if str(turn.answers.get(self.save) or "") not in (OTHER, *(each.slug for each in among)):
            turn.answers.pop(self.save, None)
        if not among or self.save in turn.answers:
            return True
        story = worded([str(turn.answers.get("details") or ""), *turn.extra])
        if found := said(among, story):
            turn.answers[self.save] = found
        return bool(found) or not story

    @override
    def enter(self, turn: Turn) -> Next:
        if not turn.fix and self.settled(turn):
            return self.next
        among = self.among(turn.answers)
        if not among:
            return turn.fix
        turn.offered = [(each.slug, each.label[turn.lang]) for each in among]
        return Offered.enter(self, turn)

    @override
    def home(self, turn: Turn) -> Next:
        return self.next

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        """Whatever else is said here is one more line of the story: nobody is asked a second time."""
        turn.keep(turn.piece())
        if found := said(self.among(turn.answers), turn.said.text):
            turn.answers[self.save] = found
        return self.next

    @override
    def label(self, key: str, label: str, lang: str) -> str:
        return next((each.label[lang] for all_ in self.finer.values() for each in all_ if each.slug == key), label)

    @override
    def phrases(self, key: str, label: str) -> tuple[list[str], tuple[str, ...]]:
        found = next((each for all_ in self.finer.values() for each in all_ if each.slug == key), None)
        return ([*found.label.values()], found.words) if found else ([label], ())

    @override
    def chosen(self, turn: Turn, key: str) -> Next:
        turn.answers[self.save] = key
        return self.next

    @override
    def shown(self, answers: Mapping[str, object], lang: str) -> str:
        key = str(answers.get(self.save) or "")
        other = self.options[OTHER].label[lang] if key == OTHER else ""
        return next((each.label[lang] for each in self.among(answers) if each.slug == key), other)


def said(among: tuple[Finer, ...], text: str) -> str:
    """The one that a text names most; '' where it names none, or two alike."""
    words = f" {normalise(text)} "
    counted = sorted(((sum(f" {word} " in words for word in each.heard), each.slug) for each in among), reverse=True)
    best = counted[0] if counted else (0, "")
    return best[1] if best[0] and (len(counted) == 1 or best[0] > counted[1][0]) else ""
