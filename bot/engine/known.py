"""`ask-known`: before a ticket is made, reports of the same thing that are open already. Who follows one hears when it is done."""

from typing import ClassVar

from typing_extensions import override

from bot.engine.effects import Follow, Say
from bot.engine.forms import Form
from bot.engine.nodes import STAY, Next, Nodes
from bot.engine.offer import Offered, offering
from bot.engine.turn import Turn
from bot.errors import Sentence

OTHER = "lain"


class AskKnown(Offered):
    kind: ClassVar[str] = "ask-known"
    __slots__ = ()

    @classmethod
    def build(cls, form: Form) -> Nodes:
        options = form.options()
        if [option.key for option in options] != [OTHER]:
            what = Sentence("`choices` laporan yang sudah ada hanya `{other}`", other=OTHER)
            form.fail(what, Sentence("tulis `{other}: Bukan, ini lain`", other=OTHER), "choices")
        fields = offering(form, "", form.text("text"), options) | {"name": form.name}
        return [cls(**fields, next=form.target(), voice=OTHER)]

    @override
    def enter(self, turn: Turn) -> Next:
        turn.offered = [(known.key, known.label) for known in turn.facts.known]
        return Offered.enter(self, turn)

    @override
    def chosen(self, turn: Turn, key: str) -> Next:
        turn.effects.append(Follow(key))
        turn.say(Say(turn.text("followed")))
        turn.over = True
        return STAY
