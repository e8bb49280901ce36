"""Kinds of step that one written step makes several of: the topic in two levels, the optional photo, the summary."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, ClassVar

from typing_extensions import override

from bot.engine.build import asked, at, table
from bot.engine.effects import Say, Wait
from bot.engine.fill import names
from bot.engine.forms import Form, Option, Text
from bot.engine.nodes import STAY, AskChoice, AskText, Next, Node, Nodes, Question, linger
from bot.engine.offer import Offered, offering
from bot.engine.turn import MARKS, MAX_BACK, Turn
from bot.errors import Sentence
from bot.i18n import SOURCE
from bot.record import record

SEND, FIX, CANCEL = "send", "fix", "cancel"
SKIPPED = "-"
HIDDEN = "~"
"""Before a topic's key at the question for the group: a group and a topic may have one name."""
MEANT, NONE = "maksud", "lain"
COMING = "coming"
"""The words that announce a photo: the question waits on, and nothing was misunderstood."""
PICTURES = ("image", "video", "document")
WORDY = 3
"""From so many words on, what is written at the photo question is a remark for the officer, not a misspelt button."""


class AskTopic(AskChoice):
    """`ask-topic`: first the group, then the topic (flows/data/topics.yaml). Who names a topic at once skips the second, and who has
    said already what it is about may skip both: what the model is sure of is taken, what it hesitates over is offered."""

    kind: ClassVar[str] = "ask-topic"
    __slots__ = ()

    @classmethod
    @override
    def build(cls, form: Form) -> Nodes:
        text, detail, following = form.text("text"), form.text("detail"), form.target()
        save = form.string("save", "topic")
        groups: list[Option] = []
        topics: list[Option] = []
        nodes: list[Node] = []
        for group in form.shop.groups:
            name = f"{form.name}.{group.slug}"
            inside = [Option(topic.slug, topic.label, topic.label, topic.words) for topic in group.topics]
            groups.append(Option(group.slug, group.label, group.label, group.words, f"{form.flow}/{name}", saves=False))
            topics += [Option(HIDDEN + o.key, o.label, o.short, o.words, following, shown=False) for o in inside]
            nodes.append(AskChoice.made(form, name, detail, inside, following, save))
        meant = Meant.build_for(form, topics, following, save)
        return [cls.made(form, form.name, text, groups + topics, following, save), *nodes, meant]

    @override
    def enter(self, turn: Turn) -> Next:
        if not turn.guessed and not turn.fix and (found := self.suggested(turn, turn.told())):
            turn.back = [*turn.back[1 - MAX_BACK :], self.id]
            return found
        turn.ask(self.bubble(turn))
        return STAY

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        said = turn.said
        if turn.guessed or said.quick or not plain:
            return None
        found = self.suggested(turn, f"{turn.told()}\n{said.text}".strip())
        if found:
            turn.keep(turn.piece())
        return found

    def suggested(self, turn: Turn, text: str) -> Next:
        """Where the guess leads; None where it is none."""
        guess = turn.topic(text) if text.strip() else None
        if guess is None:
            return None
        known = [slug for slug, _ in guess.ranked if HIDDEN + slug in self.options]
        if guess.verdict == "sure" and known[:1] == [guess.label]:
            turn.guessed, turn.answers[self.save] = True, guess.label
            turn.note, turn.noted = "topic_taken", {"topic_name": self.shown(turn.answers, turn.lang)}
            return self.next
        if guess.verdict == "ask" and len(known) > 1:
            turn.guessed = True
            turn.offered = [(slug, self.options[HIDDEN + slug].label[turn.lang]) for slug in known[:3]]
            return f"{self.id}.{MEANT}"
        return None

    @override
    def exits(self) -> frozenset[str]:
        return AskChoice.exits(self) | {f"{self.id}.{MEANT}"}

    @override
    def press(self, turn: Turn, key: str) -> Next:
        if key.startswith(HIDDEN):
            turn.answers[self.save] = key.removeprefix(HIDDEN)
        return self.options[key].next

    @override
    def shown(self, answers: Mapping[str, object], lang: str) -> str:
        option = self.options.get(f"{HIDDEN}{answers.get(self.save)}")
        return option.label[lang] if option else "-"


@record(kw_only=True)
class Meant(Offered):
    """Made by `ask-topic`: "Maksudnya yang mana?", with the topics that the citizen's words may be about."""

    kind: ClassVar[str] = "meant"
    topics: Mapping[str, Option]

    @classmethod
    def build_for(cls, form: Form, topics: Sequence[Option], following: str, save: str) -> "Meant":
        label = form.text("none", "Bukan itu")
        none = Option(NONE, label, label, form.words("none_words"), form.id, saves=False)
        keyed = {topic.key.removeprefix(HIDDEN): topic for topic in topics}
        text = form.text("meant", "Maksudnya yang mana?")
        return cls(**offering(form, MEANT, text, [none]), next=following, save=save, topics=keyed)

    @override
    def label(self, key: str, label: str, lang: str) -> str:
        return self.topics[key].label[lang] if key in self.topics else label

    @override
    def phrases(self, key: str, label: str) -> tuple[list[str], tuple[str, ...]]:
        topic = self.topics.get(key)
        return ([*topic.label.values()], topic.words) if topic else ([label], ())

    @override
    def voiced(self, turn: Turn) -> Next:
        turn.hear_later(self)
        return self.next

    @override
    def chosen(self, turn: Turn, key: str) -> Next:
        turn.answers[self.save] = key
        return self.next

    @override
    def shown(self, answers: Mapping[str, object], lang: str) -> str:
        topic = self.topics.get(str(answers.get(self.save)))
        return topic.label[lang] if topic else "-"


@record(kw_only=True)
class AskMedia(AskText):
    """`ask-media`: a photo if there is one. Never a condition: skipping is a choice with a number."""

    kind: ClassVar[str] = "ask-media"
    skip: Question

    @classmethod
    @override
    def build(cls, form: Form) -> Nodes:
        text, options = form.text("text"), form.options()
        if [option.key for option in options] != ["skip"]:
            what = Sentence("`choices` pertanyaan foto hanya `skip`")
            form.fail(what, Sentence("tulis `skip: Lewati`"), "choices")
        fields: dict[str, Any] = {
            "save": form.string("save", form.name),
            "gather": form.number("gather", 0, 0, 30),
            "next": form.target(),
        }
        says = asked(form.id, text, options, form.shop.menu)
        coming = Option(COMING, {}, {}, form.words("words"), shown=False)
        # Whole phrases only: "foto" alone announces one, though "Tanpa foto" has the word.
        answers = table(form, [*options, coming], parts=False)
        skip = Question(**at(form), table=answers, options={"skip": options[0], COMING: coming})
        return [cls(**at(form), **fields, says=says, used=names(text[SOURCE]), skip=skip)]

    @override
    def press(self, turn: Turn, key: str) -> Next:
        if key == COMING:
            turn.say(self.bubble(turn))
            return STAY
        if not turn.lines:
            turn.lines.append(SKIPPED)
        return self.settle(turn)

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        if turn.said.attachments or turn.said.location is not None:
            piece = turn.piece()
            if not piece:
                return linger(turn, self.gather)
            turn.lines.append(piece)
            if self.gather:
                turn.effects.append(Wait(self.gather))
                return STAY
            return self.settle(turn)
        if plain.count(" ") + 1 >= WORDY or (turn.lines and plain):
            turn.keep(turn.said.text.strip())
            if turn.lines:
                turn.effects.append(Wait(self.gather))
                return STAY
            turn.lines.append(SKIPPED)
            return self.settle(turn)
        return None

    @override
    def shown(self, answers: Mapping[str, object], lang: str) -> str:
        # Counted from the files, not from this answer: a picture may come late, while the summary is being read.
        files = answers.get("attachments")
        count = (
            sum(row.get("kind") in PICTURES for row in files if isinstance(row, dict)) if isinstance(files, list) else 0
        )
        return f"{count} foto" if count else self.skip.options["skip"].label[lang]


@record(kw_only=True)
class Summary(Question):
    """`summary`: everything read back; send, correct one answer, or cancel."""

    kind: ClassVar[str] = "summary"
    rows: Mapping[str, Text] = field(default_factory=dict)
    """step -> its heading."""
    nodes: Mapping[str, Node] = field(default_factory=dict)
    """Filled when the whole flow is built."""

    @classmethod
    def build(cls, form: Form) -> Nodes:
        text, which, options = form.text("text"), form.text("which"), form.options()
        if [option.key for option in options] != [SEND, FIX, CANCEL]:
            what = Sentence("`choices` ringkasan ialah `send`, `fix`, dan `cancel`")
            form.fail(what, Sentence("tulis ketiganya, dengan urutan ini"), "choices")
        rows = {name: form.shop.text(f"{form.flow}.{form.name}.show.{name}", _heading(form, name, tree.value), form.file, tree.line)
                for name, tree in form.sub("show").items()}  # fmt: skip
        for name in rows:
            if name not in form.shop.steps[form.flow]:
                what = Sentence("`show` menyebut `{name}`, yang bukan langkah alur ini", name=name)
                form.fail(what, Sentence("sebut langkah yang bertanya"), "show")
        following, fix = form.target(), f"{form.name}.{FIX}"
        by_key = {option.key: option for option in options}
        keyed = {key: Option(key, o.label, o.short, o.words, f"{form.flow}/{fix}" if key == FIX else None, saves=False)
                 for key, o in by_key.items()}  # fmt: skip
        body = {lang: f"{body}\n\n{{answers}}" for lang, body in text.items()}
        says = asked(form.id, body, options, form.shop.menu)
        summary = cls(
            **at(form), says=says, used=frozenset({"answers"}), options=keyed, table=table(form, options),
            rows=rows, next=following, nodes=form.shop.built, voice=SEND,
        )  # fmt: skip
        items = [Option(name, label, label, (), f"{form.flow}/{name}", saves=False) for name, label in rows.items()]
        return [summary, Correct.made(form, fix, which, items, STAY, "")]

    @override
    def enter(self, turn: Turn) -> Next:
        turn.fix = ""
        for name in self.rows:
            self.nodes[f"{self.flow}/{name}"].settled(turn)
        turn.ask(self.bubble(turn))
        return STAY

    @override
    def bubble(self, turn: Turn) -> Say:
        say = self.says[turn.lang]
        read = [(heading, self._read_back(turn, name)) for name, heading in self.rows.items()]
        lines = [f"{heading[turn.lang]}: {answer}" for heading, answer in read if answer]
        return Say(say.text, say.choices, say.menu, False, {"answers": "\n".join(lines)})

    def _read_back(self, turn: Turn, name: str) -> str:
        node = self.nodes[f"{self.flow}/{name}"]
        shown = node.shown(turn.answers, turn.lang)
        return turn.text("voice_answer") if turn.heard_later(node) and shown in ("-", *MARKS.values()) else shown

    @override
    def press(self, turn: Turn, key: str) -> Next:
        if key == CANCEL:
            turn.say(Say(turn.text("cancelled")))
            turn.over = True
            return STAY
        return self.options[key].next or self.next


class Correct(AskChoice):
    """Made by a summary: which answer is to be corrected. Its step is asked again, and then the summary comes back."""

    kind: ClassVar[str] = "correct"
    __slots__ = ()

    @override
    def press(self, turn: Turn, key: str) -> Next:
        turn.fix = f"{self.flow}/{self.part}"
        return self.options[key].next


def _heading(form: Form, name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        what = Sentence("`show: {name}` perlu judul", name=name)
        form.fail(what, Sentence("tulis `{name}: Tempat`", name=name), "show")
    return value.strip()
