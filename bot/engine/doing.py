"""Kinds of step that speak or act: they ask nothing, and lead on or end the flow."""

from datetime import timedelta
from typing import ClassVar

from typing_extensions import override

from bot.engine.build import asked, at, spoken, table
from bot.engine.effects import Count, Later
from bot.engine.fill import names
from bot.engine.forms import Form, near
from bot.engine.nodes import STAY, Next, Node, Nodes, Question
from bot.engine.turn import CARRIED, Turn
from bot.errors import Sentence
from bot.i18n import SOURCE
from bot.models.states import State
from bot.record import record
from bot.wib import WIB


@record(kw_only=True)
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


@record(kw_only=True)
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


@record(kw_only=True)
class Go(Node):
    """`go`: begins another flow, with no answers yet. With `next` it is a part of this one: its `return` leads back, with answers."""

    kind: ClassVar[str] = "go"
    after: str = STAY
    given: tuple[str, ...] = ()
    """Answers that go along."""

    @classmethod
    def build(cls, form: Form) -> Nodes:
        after = form.target() if form.has("next") else STAY
        return [cls(**at(form), next=form.target("to"), after=after, given=form.words("with"))]

    @override
    def enter(self, turn: Turn) -> Next:
        given = {key: turn.answers[key] for key in (*CARRIED, *self.given) if key in turn.answers}
        if self.after and not turn.descend(self.after):
            return turn.flows.officer
        if not self.after:
            turn.frames = []
        turn.answers, turn.fix = given, ""
        return self.next

    @override
    def exits(self) -> frozenset[str]:
        return frozenset({self.next, self.after} - {STAY})


@record(kw_only=True)
class Back(Node):
    """`return`: the end of a flow that is a part of others. `give`: which of its answers come back; all, where none is named."""

    kind: ClassVar[str] = "return"
    ends: ClassVar[bool] = True
    give: tuple[str, ...] = ()

    @classmethod
    def build(cls, form: Form) -> Nodes:
        return [cls(**at(form), give=form.words("give"))]

    @override
    def enter(self, turn: Turn) -> Next:
        return turn.ascend(self.give) or turn.flows.home


@record(kw_only=True)
class Finish(Node):
    """`end`: a last bubble, and the flow is over."""

    kind: ClassVar[str] = "end"
    ends: ClassVar[bool] = True

    @classmethod
    def build(cls, form: Form) -> Nodes:
        return [cls(**at(form), **spoken(form.text("text")))]

    @override
    def enter(self, turn: Turn) -> Next:
        turn.say(self.bubble(turn))
        turn.over = True
        return STAY


@record(kw_only=True)
class OpensTicket(Node):
    """`open-ticket`: makes the ticket, then says its `{number}` and `{link}`. The flow is over, unless it has a `next`."""

    kind: ClassVar[str] = "open-ticket"
    ends: ClassVar[bool] = True

    @classmethod
    def build(cls, form: Form) -> Nodes:
        following = form.target() if form.has("next") else STAY
        return [cls(**at(form), **spoken(form.text("text"), notice=True), next=following)]

    @override
    def enter(self, turn: Turn) -> Next:
        turn.open_ticket()
        turn.say(self.bubble(turn))
        turn.over = not self.next
        return self.next


@record(kw_only=True)
class HandsOff(Node):
    """`hand-off`: to an officer, with everything gathered so far."""

    kind: ClassVar[str] = "hand-off"
    ends: ClassVar[bool] = True

    @classmethod
    def build(cls, form: Form) -> Nodes:
        return [cls(**at(form), **spoken(form.text("text"), notice=True))]

    @override
    def enter(self, turn: Turn) -> Next:
        turn.hand_off()
        turn.say(self.bubble(turn))
        turn.over = True
        return STAY


CHANGED = "changed"
"""The event of any move of the citizen's report."""
EVENTS = (CHANGED, *(state.value for state in State))


@record(kw_only=True)
class Rest(Node):
    """`wait`: goes on by itself after `for`, or at `until` o'clock (WIB). `on_message`: the way if the citizen writes first.

    With `event` it goes on when a report of this conversation comes to that state; `for` or `until` is then the longest, and `late`
    the way where nothing has happened."""

    kind: ClassVar[str] = "wait"
    waits: ClassVar[bool] = True
    seconds: float = 0.0
    until: str = ""
    on_message: str = STAY
    event: str = ""
    late: str = STAY

    @classmethod
    def build(cls, form: Form) -> Nodes:
        says = spoken(form.text("text")) if form.has("text") else {}
        if form.has("for") == form.has("until"):
            what = Sentence("waktu tunggu hanya punya satu akhir")
            form.fail(what, Sentence("tulis `for: 2h` atau `until: 08:00`, salah satu"))
        seconds = form.duration("for").total_seconds() if form.has("for") else 0.0
        until = form.clock("until") if form.has("until") else ""
        heard = form.target("on_message") if form.has("on_message") else STAY
        event = form.string("event", "")
        if event and event not in EVENTS:
            what = Sentence("`event: {event}` bukan keadaan laporan", event=event)
            form.fail(what, near(event, EVENTS), "event")
        if not event and form.has("late"):
            what = Sentence("`late` perlu sesuatu yang ditunggu")
            remedy = Sentence("tulis `event: resolved`, atau hapus `late`")
            form.fail(what, remedy, "late")
        late = form.target("late") if event else STAY
        return [
            cls(
                **at(form), **says, next=form.target(), seconds=seconds, until=until, on_message=heard, event=event, late=late
            )
        ]  # fmt: skip

    @override
    def enter(self, turn: Turn) -> Next:
        if self.says:
            turn.say(self.bubble(turn))
        turn.held = [turn.facts.now.isoformat()] if self.event and turn.facts.now else []
        turn.effects.append(Later(self.left(turn), self.event))
        return STAY

    @override
    def happened(self, turn: Turn, event: str) -> Next:
        if event and event != self.event and not (self.event == CHANGED and event in EVENTS):
            return None
        turn.held = []
        if event or not self.event:
            return self.next
        turn.seen.add(f"{self.id}/late")
        return self.late

    def left(self, turn: Turn) -> float:
        if not self.until or turn.facts.now is None:
            return self.seconds
        now = turn.facts.now.astimezone(WIB)
        hour, minute = map(int, self.until.split(":"))
        at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return ((at if at > now else at + timedelta(days=1)) - now).total_seconds()

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        turn.keep(turn.piece())
        if self.on_message:
            return self.on_message
        turn.say(self.bubble(turn), turn.text("kept"))
        return STAY

    @override
    def exits(self) -> frozenset[str]:
        return frozenset({self.next, self.on_message, self.late} - {STAY})

    @override
    def ways(self) -> frozenset[str]:
        return frozenset({"late"} if self.event else ())


@record(kw_only=True)
class AskScore(Question):
    """`survey`: how the citizen liked it, 1-5, inside a flow. The choices are those of flows/texts.yaml."""

    kind: ClassVar[str] = "survey"

    @classmethod
    def build(cls, form: Form) -> Nodes:
        text, options, save = form.text("text"), form.shop.scores, form.string("save", "score")
        return [
            cls(
                **at(form), says=asked(form.id, text, options, form.shop.menu), used=names(text[SOURCE]), save=save,
                options={option.key: option for option in options}, table=table(form, options, parts=False),
                next=form.target(),
            )
        ]  # fmt: skip

    @override
    def press(self, turn: Turn, key: str) -> Next:
        turn.effects.append(Count("rated", key))
        return Question.press(self, turn, key)
