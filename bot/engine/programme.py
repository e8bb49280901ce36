"""Programmes that open and close: flows/data/programmes.yaml says how it stands, `gate` says it to the citizen before anything is asked.

A promotion that runs before the back office is ready makes people wait for nothing; a programme that has ended in silence does too.
"""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from typing_extensions import override

from bot.engine.build import at
from bot.engine.effects import Count, Say
from bot.engine.forms import Form, Text, Workshop, near
from bot.engine.knowledge import day, written_day
from bot.engine.nodes import Next, Node, Nodes
from bot.engine.read import Source
from bot.engine.turn import Turn
from bot.errors import Sentence
from bot.record import record

FLOW = "programmes"
"""The first word of their translation contexts."""
OPEN, SOON, PAUSED, CLOSED = "open", "soon", "paused", "closed"
SHUT = (SOON, PAUSED, CLOSED)


@record
class Programme:
    slug: str
    title: str
    owner: str
    mail: str
    state: str
    opens: date
    closes: date
    """The last day."""
    texts: Mapping[str, Text]

    def stands(self, today: date | None) -> str:
        """The state of this day: the calendar can only shut a gate, never open one that somebody has shut."""
        if self.state != OPEN or today is None:
            return self.state
        return SOON if today < self.opens else CLOSED if today > self.closes else OPEN


def build(shop: Workshop, source: Source) -> dict[str, Programme]:
    whole = Form(shop, source.name, FLOW, FLOW, source.tree)
    found = {}
    for slug, tree in whole.sub(FLOW).items():
        form = Form(shop, source.name, FLOW, slug, tree)
        state = form.string("state")
        if state not in (OPEN, *SHUT):
            form.unknown("state", state, (OPEN, *SHUT))
        opens, closes = written_day(form, "opens"), written_day(form, "closes")
        if closes < opens:
            what = Sentence("tutup sebelum dibuka")
            form.fail(what, Sentence("ubah salah satu tanggalnya"), "closes")
        texts = {name: form.text(name) for name in SHUT}
        title, owner, mail = form.string("title"), form.string("owner"), form.string("mail")
        found[slug] = Programme(slug, title, owner, mail, state, opens, closes, texts)
        form.finish()
    whole.finish()
    return found


@record(kw_only=True)
class Gate(Node):
    """`gate`: on while the programme is open; else its truth is said, and `shut` is the way."""

    kind: ClassVar[str] = "gate"
    programme: Programme
    shut: str

    @classmethod
    def build(cls, form: Form) -> Nodes:
        slug = form.string("programme")
        if slug not in form.shop.programmes:
            what = Sentence("`programme: {slug}` tidak ada di flows/data/programmes.yaml", slug=slug)
            form.fail(what, near(slug, form.shop.programmes), "programme")
        return [cls(**at(form), programme=form.shop.programmes[slug], next=form.target(), shut=form.target("shut"))]

    @override
    def enter(self, turn: Turn) -> Next:
        state = self.programme.stands(day(turn.facts))
        if state == OPEN:
            return self.next
        turn.effects.append(Count("gate", f"{self.programme.slug}: {state}"))
        turn.say(Say(self.programme.texts[state][turn.lang]))
        return self.shut

    @override
    def exits(self) -> frozenset[str]:
        return frozenset({self.next, self.shut})
