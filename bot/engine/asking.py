"""Questions with an answer of a common form: yes or no, and a spot on the map."""

from typing import Any, ClassVar

from typing_extensions import override

from bot.engine.build import at, spoken
from bot.engine.forms import Form, Option
from bot.engine.nodes import STAY, AskChoice, AskText, Next, Nodes, voice_choice
from bot.engine.place import CODE, NAME, SPOT
from bot.engine.turn import Turn, shorten, worded
from bot.errors import Sentence

YES, NO = "ya", "tidak"
WORDS = {
    YES: "ya sudah udah udh sdh pernah ada atos tos parantos kantos aya".split(),
    NO: [
        "tidak",
        "belum",
        "blm",
        "tidak pernah",
        "belum pernah",
        "tidak ada",
        "belum ada",
        "teu acan",
        "teu kantos",
        "teu aya",
    ],
}
"""Besides the words of flows/data/words.yaml: "sudah …?" is answered by "sudah" or "belum"."""


class AskYesNo(AskChoice):
    """`ask-yes-no`: saved as `ya` or `tidak`. `yes` and `no` are the ways; what is not written goes on to `next`."""

    kind: ClassVar[str] = "ask-yes-no"
    __slots__ = ()

    @classmethod
    def build(cls, form: Form) -> Nodes:
        following = form.target() if form.has("next") else STAY
        options = []
        for key, field in ((YES, "yes"), (NO, "no")):
            label = form.shop.texts[f"answer_{field}"]
            target = form.target(field) if form.has(field) else None
            if not (target or following):
                what = Sentence("jawaban `{key}` tidak menuju ke mana pun", key=key)
                form.fail(what, Sentence("tulis `{field}: …`, atau `next: …` untuk keduanya", field=field))
            options.append(Option(key, label, label, tuple(WORDS[key]), target))
        save = form.string("save", form.name)
        return [
            cls.made(form, form.name, form.text("text"), options, following, save, voice=voice_choice(form, options))
        ]


class AskLocation(AskText):
    """`ask-location`: a spot on the map. Who cannot send one writes or says where it is: nobody is held up here."""

    kind: ClassVar[str] = "ask-location"
    __slots__ = ()

    @classmethod
    def build(cls, form: Form) -> Nodes:
        fields: dict[str, Any] = {"save": form.string("save", "place")}
        return [cls(**at(form), **spoken(form.text("text"), ask="location"), **fields, next=form.target())]

    def settle(self, turn: Turn) -> Next:
        lines, turn.lines = turn.lines, []
        for name in (CODE, NAME, SPOT):
            turn.answers.pop(name, None)
        turn.answers[self.save] = "\n".join(lines)
        places, location = turn.facts.places, turn.said.location
        found = None
        if location is not None:
            turn.answers[SPOT] = [location.latitude, location.longitude]
            found = places.near(location.latitude, location.longitude) if places is not None else None
        elif places is not None and (words := worded(lines)):
            found = places.find(words, asked=True).unique
        if found is not None and found.level != "province":
            turn.answers[CODE], turn.answers[NAME] = found.code, found.shown
        return self.next

    @override
    def shown(self, answers: Any, lang: str) -> str:
        name, words = str(answers.get(NAME) or ""), shorten(str(answers.get(self.save) or "-"))
        return f"{name} ({words})" if name and name != words else words
