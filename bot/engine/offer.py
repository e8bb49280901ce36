"""Questions whose choices are made in the talk: topics that may be meant, districts, reports that are known already.

What was offered stands in the session, so an old button or a number is checked against that and nothing else.
"""

from collections.abc import Sequence
from typing import Any

from typing_extensions import override

from bot.engine.build import spoken, table
from bot.engine.effects import Say
from bot.engine.forms import Form, Option, Text
from bot.engine.match import Table
from bot.engine.nodes import STAY, Next, Question
from bot.engine.turn import Turn, shorten
from bot.i18n import SOURCE
from bot.message import Choice
from bot.record import record

BUTTONS, BUTTON, ROW = 3, 20, 24
"""WhatsApp: so many choices are buttons with shorter labels, more are rows of a list."""


def offering(form: Form, name: str, text: Text, options: Sequence[Option]) -> dict[str, Any]:
    """The fields of such a question; `options` are the choices that it always has, last."""
    return {
        "flow": form.flow, "name": f"{form.name}.{name}", "file": form.file, "line": form.line, **spoken(text),
        "options": {option.key: option for option in options}, "table": table(form, options), "menu": form.shop.menu,
    }  # fmt: skip


@record(kw_only=True)
class Offered(Question):
    menu: Text

    def chosen(self, turn: Turn, key: str) -> Next:
        """One of what was offered."""
        raise NotImplementedError

    def phrases(self, key: str, label: str) -> tuple[list[str], tuple[str, ...]]:
        """What may be typed for an offered choice: labels and synonyms."""
        return [label], ()

    def label(self, key: str, label: str, lang: str) -> str:
        """What stands on an offered choice, in the language of now."""
        return label

    def home(self, turn: Turn) -> Next:
        """Where the question leads when nothing is on offer any more (an older session)."""
        return next((option.next for option in self.options.values() if option.next), self.next)

    @override
    def enter(self, turn: Turn) -> Next:
        if not turn.offered:
            return self.home(turn)
        turn.ask(self.bubble(turn))
        return STAY

    @override
    def bubble(self, turn: Turn) -> Say:
        lang = turn.lang if turn.lang in self.menu else SOURCE
        rows = [(key, found, found) for key, label in turn.offered if (found := self.label(key, label, lang))]
        rows += [(option.key, option.label[lang], option.short[lang]) for option in self.options.values()]
        limit = BUTTON if len(rows) <= BUTTONS else ROW
        twin = "\n".join(f"{number}. {label}" for number, (_, label, _) in enumerate(rows, 1))
        choices = tuple(Choice(f"{self.id}/{key}", shorten(short, limit)) for key, _, short in rows)
        say = self.says[turn.lang]
        return Say(f"{say.text}\n\n{twin}", choices, self.menu[lang], False, turn.values(self.used))

    @override
    def answers(self, turn: Turn) -> Table:
        shown = {key: self.phrases(key, label) for key, label in turn.offered}
        for option in self.options.values():
            shown[option.key] = ([*option.label.values(), *option.short.values()], option.words)
        return Table.build(turn.flows.lexicon, shown)

    @override
    def stands(self, turn: Turn, key: str) -> bool:
        return key in self.options or any(key == offered for offered, _ in turn.offered)

    @override
    def press(self, turn: Turn, key: str) -> Next:
        if any(key == offered for offered, _ in turn.offered):
            return self.chosen(turn, key)
        return Question.press(self, turn, key)
