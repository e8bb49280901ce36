"""`numbers`: says a text with the emergency numbers of the region that was named, the country's where none was."""

from dataclasses import replace
from typing import ClassVar

from typing_extensions import override

from bot.engine.doing import Speak
from bot.engine.fill import names
from bot.engine.forms import Form
from bot.engine.nodes import Next, Nodes
from bot.engine.place import CODE
from bot.engine.turn import Turn
from bot.errors import Sentence
from bot.i18n import SOURCE


class Numbers(Speak):
    kind: ClassVar[str] = "numbers"
    __slots__ = ()

    @classmethod
    @override
    def build(cls, form: Form) -> Nodes:
        if "numbers" not in names(form.text("text")[SOURCE]):
            what = Sentence("teksnya tidak menyebut nomor-nomornya")
            remedy = Sentence("tulis `{field}` di tempat nomornya", field="{numbers}")
            form.fail(what, remedy, "text")
        return Speak.build.__func__(cls, form)  # type: ignore[attr-defined,no-any-return]

    @override
    def enter(self, turn: Turn) -> Next:
        region = str(turn.answers.get(CODE) or "")[:5]
        found = turn.facts.numbers(region, turn.lang) if turn.facts.numbers else ""
        say = self.bubble(turn)
        turn.say(replace(say, notice=True, values={**say.values, "numbers": found}) if found else say)
        return self.next
