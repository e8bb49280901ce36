"""Questions for one thing of a kind: a number, a day, a telephone number, an identity number. What can be read is taken as it
was meant, what cannot is asked again with what was wrong; a voice note is an answer that an officer hears."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from typing_extensions import override

from bot.engine import calendar, figure
from bot.engine.build import at, spoken
from bot.engine.effects import Say
from bot.engine.forms import Form, Text
from bot.engine.nodes import STAY, Next, Node, Nodes
from bot.engine.turn import Turn, masked
from bot.errors import Sentence
from bot.record import record
from bot.triage.identity import nik
from bot.triage.phone import phone
from bot.wib import WIB

TALK = 4
"""Words from which an answer has more in it than what was asked: the officer reads the rest."""
Judged = tuple[str, str]
"""(value, '') or ('', what is wrong)."""


@record(kw_only=True)
class Typed(Node):
    asks: ClassVar[bool] = True
    first: ClassVar[bool] = True
    wrong: Text | None = None
    """Said instead of what the system says about a wrong answer."""

    @classmethod
    def fields(cls, form: Form) -> dict[str, Any]:
        wrong = form.text("wrong") if form.has("wrong") else None
        return {
            **at(form), **spoken(form.text("text")), "save": form.string("save", form.name), "next": form.target(),
            "wrong": wrong,
        }  # fmt: skip

    def judge(self, turn: Turn, text: str) -> Judged:
        raise NotImplementedError

    @override
    def enter(self, turn: Turn) -> Next:
        turn.ask(self.bubble(turn))
        return STAY

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        said = turn.said
        if not plain or said.attachments or said.location is not None:
            return None
        value, _ = self.judge(turn, said.text)
        if not value:
            return None
        turn.answers[self.save] = value
        return self.next

    @override
    def voiced(self, turn: Turn) -> Next:
        turn.hear_later(self)
        turn.answers[self.save] = turn.piece()
        return self.next

    @override
    def correction(self, turn: Turn) -> str:
        text = turn.said.text
        if not text.strip() or turn.said.attachments:
            return ""
        return self.wrong[turn.lang] if self.wrong else self.judge(turn, text)[1]

    @override
    def shown(self, answers: Mapping[str, object], lang: str) -> str:
        return calendar.spelt(Node.shown(self, answers, lang), lang)


@record(kw_only=True)
class AskNumber(Typed):
    """`ask-number`: how many, how much. In digits or in words."""

    kind: ClassVar[str] = "ask-number"
    low: float
    high: float
    whole: bool
    beside: frozenset[str]

    @classmethod
    def build(cls, form: Form) -> Nodes:
        low, high = form.number("min", 0, -1e12, 1e12), form.number("max", 1e12, -1e12, 1e12)
        if low > high:
            form.fail(Sentence("`min` lebih besar dari `max`"), Sentence("ubah salah satunya"), "min")
        words = frozenset(word.lower() for word in form.words("words"))
        return [cls(**cls.fields(form), low=low, high=high, whole=not form.flag("parts"), beside=words)]

    @override
    def judge(self, turn: Turn, text: str) -> Judged:
        value = figure.read(text, self.beside)
        if value is None or (self.whole and value != int(value)):
            return "", turn.text("wrong_number")
        if not self.low <= value <= self.high:
            least, most = figure.written(self.low), figure.written(self.high)
            if self.high >= 1e12:
                return "", turn.text("wrong_low").replace("{low}", least)
            return "", turn.text("wrong_range").replace("{low}", least).replace("{high}", most)
        return figure.written(value), ""

    @override
    def shown(self, answers: Mapping[str, object], lang: str) -> str:
        found = Node.shown(self, answers, lang)
        return found.replace(".", ",") if found.replace(".", "").isdigit() else found


@record(kw_only=True)
class AskDate(Typed):
    """`ask-date`: which day. "lusa", "tgl 5", "3 hari yang lalu". `past` or `future`: only such a day can be one."""

    kind: ClassVar[str] = "ask-date"
    past: bool
    future: bool

    @classmethod
    def build(cls, form: Form) -> Nodes:
        past, future = form.flag("past"), form.flag("future")
        if past and future:
            what = Sentence("tanggal itu sudah lewat atau akan datang")
            form.fail(what, Sentence("hapus salah satunya"), "future")
        return [cls(**cls.fields(form), past=past, future=future)]

    @override
    def judge(self, turn: Turn, text: str) -> Judged:
        from bot.triage.dates import (
            when,
        )  # its many patterns cost each start ten milliseconds, and few flows ask for a day

        now = turn.facts.now
        if now is None:
            return text.strip(), ""
        local, bare = now.astimezone(WIB), text.strip().rstrip(".")
        found = when(f"tanggal {bare}" if bare.isdecimal() and len(bare) <= 2 else text, local)
        day: date | None = found.date if found else None
        if day is None:
            return "", turn.text("wrong_date")
        if self.past and day > local.date():
            return "", turn.text("wrong_past")
        if self.future and day < local.date():
            return "", turn.text("wrong_future")
        return day.isoformat(), ""

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        found = Typed.hear(self, turn, plain)
        if found is not None and plain.count(" ") >= TALK:
            turn.keep(turn.piece())
        return found


@record(kw_only=True)
class AskPhone(Typed):
    """`ask-phone`: a telephone number of this country, typed or shared with a button where the platform has one."""

    kind: ClassVar[str] = "ask-phone"

    @classmethod
    def build(cls, form: Form) -> Nodes:
        fields = cls.fields(form)
        says = {lang: replace(say, ask="contact") for lang, say in fields["says"].items()}
        return [cls(**{**fields, "says": says})]

    @override
    def judge(self, turn: Turn, text: str) -> Judged:
        found = phone(text)
        return (found, "") if found else ("", turn.text("wrong_phone"))


AGAIN = "again"


@record(kw_only=True)
class AskNik(Typed):
    """`ask-nik`: an identity number, kept sealed and shown masked. One that looks wrong is asked once more, then taken."""

    kind: ClassVar[str] = "ask-nik"
    sealed: ClassVar[bool] = True

    @classmethod
    def build(cls, form: Form) -> Nodes:
        return [cls(**cls.fields(form))]

    @override
    def judge(self, turn: Turn, text: str) -> Judged:
        found = nik(text, _today(turn))
        return (found.digits, "") if found else ("", turn.text("wrong_nik"))

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        before = turn.answers.get(self.save) if AGAIN in turn.held else None
        following = Typed.hear(self, turn, plain)
        if following is None:
            return None
        digits = str(turn.answers[self.save])
        turn.sealed.add(self.save)
        found = nik(digits, _today(turn))
        problems = () if found is None or found.ok else found.problems
        if problems and before != digits:
            turn.held = [AGAIN]
            turn.say(self.bubble(turn), turn.text("doubtful_nik").replace("{masked}", masked(digits)))
            return STAY
        turn.held = []
        turn.answers.pop(f"{self.save}_check", None)
        if problems:
            turn.answers[f"{self.save}_check"] = ", ".join(problems)
        turn.say(Say(turn.text("nik_noted"), values={"masked": masked(digits)}))
        return following

    @override
    def voiced(self, turn: Turn) -> Next:
        turn.sealed.discard(self.save)
        return Typed.voiced(self, turn)

    @override
    def shown(self, answers: Mapping[str, object], lang: str) -> str:
        found = str(answers.get(self.save) or "-")
        return masked(found) if found.isdigit() else found


def _today(turn: Turn) -> date:
    """Without a clock nobody is too young for an identity card."""
    return turn.facts.now.astimezone(WIB).date() if turn.facts.now else date(2100, 1, 1)
