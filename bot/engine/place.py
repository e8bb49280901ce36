"""`ask-place`: the citizen's own words for a place, understood as far as the names of regions go.

One meaning is taken, several are asked apart, none is kept as it was written. A place elsewhere leads to who can help there.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from typing_extensions import override

from bot.engine import tale
from bot.engine.build import asked, at, spoken, table
from bot.engine.effects import Count, Named, Place, Say, Wait
from bot.engine.fill import names
from bot.engine.forms import Form, Option, Text
from bot.engine.nodes import STAY, AskChoice, AskText, Next, Node, Nodes, linger
from bot.engine.offer import Offered, offering
from bot.engine.turn import Turn, shorten, worded
from bot.errors import Sentence
from bot.i18n import SOURCE
from bot.record import record

DISTRICT, REGENCY, OUTSIDE = "kecamatan", "kabupaten", "luar"
"""What the steps that one written step makes are called."""
CODE, NAME, ELSEWHERE, SPOT = "place_code", "place_name", "elsewhere", "spot"
"""Answers beside the citizen's own words."""
UNKNOWN, AGAIN, STILL, LEAVE = "lupa", "lain", "tetap", "selesai"
MOST = 6
"""Names that are offered at once; of more, the larger region is asked first or the name is typed."""
PAUSE = 2.0


class AskPlace(AskText):
    kind: ClassVar[str] = "ask-place"
    __slots__ = ()

    @classmethod
    @override
    def build(cls, form: Form) -> Nodes:
        save, following = form.string("save", "place"), form.target()
        label = form.text("unknown", "Tidak tahu")
        unknown = Option(UNKNOWN, label, label, form.words("unknown_words"), saves=False)
        which = [
            Which(**offering(form, name, form.text(name), [unknown]), next=following, save=save)
            for name in (DISTRICT, REGENCY)
        ]
        options = form.options()
        if [option.key for option in options] != [AGAIN, STILL, LEAVE]:
            what = Sentence(
                "`choices` pertanyaan tempat ialah {again}, {still}, dan {leave}", again=AGAIN, still=STILL, leave=LEAVE
            )
            form.fail(what, Sentence("tulis ketiganya, dengan urutan ini"), "choices")
        outside = Outside.made_for(form, form.text(OUTSIDE), options, following, save)
        return [
            cls(**at(form), **spoken(form.text("text"), ask="location"), next=following, save=save),
            *which,
            outside,
        ]

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        piece = turn.piece()
        if not piece:
            return linger(turn, PAUSE)
        said = turn.said
        alone = said.location is None and not said.attachments
        first = alone and not (turn.lines or turn.misses or said.quick)
        if first and not self.names(turn, [piece]) and tale.is_story(turn, plain):
            turn.keep(piece)
            turn.misses += 1  # asked once more, not for ever: the next answer is taken as it is
            turn.note = "kept"
            return self.enter(turn)
        turn.lines.append(piece)
        if turn.voice:
            turn.mark(self)
        # Who was telling a story when the question came may not have finished it: those lines are no place.
        if len(turn.lines) > 1 or (turn.begun and said.quick and alone and not self.names(turn, [piece])):
            turn.effects.append(Wait(PAUSE))
            return STAY
        return self.settle(turn)

    def names(self, turn: Turn, lines: Sequence[str]) -> bool:
        places = turn.facts.places
        found = places.find(worded(lines)) if places is not None else NOTHING
        return bool(found.candidates or found.elsewhere)

    @override
    def settle(self, turn: Turn) -> Next:
        lines, turn.lines = turn.lines, []
        if turn.said.kind == "quiet" and not self.names(turn, lines):
            for line in lines:
                turn.keep(line)
            turn.note = "kept"
            turn.ask(self.bubble(turn))
            return STAY
        for name in (CODE, NAME, ELSEWHERE, SPOT):
            turn.answers.pop(name, None)
        turn.answers[self.save] = "\n".join(lines)
        turn.held, turn.offered = [], []
        places, location = turn.facts.places, turn.said.location
        if location is not None:
            turn.answers[SPOT] = [location.latitude, location.longitude]
        if places is None:
            return self.next
        if location is not None:
            near = places.near(location.latitude, location.longitude)
            return put(turn, near, self.next) if near else self.next
        return decide(turn, self, places.find(worded(lines), asked=True))

    @override
    def exits(self) -> frozenset[str]:
        return AskText.exits(self) | {f"{self.id}.{name}" for name in (DISTRICT, REGENCY, OUTSIDE)}

    @override
    def shown(self, answers: Any, lang: str) -> str:
        name, words = str(answers.get(NAME) or ""), shorten(str(answers.get(self.save) or "-"))
        return f"{name} ({words})" if name else words


def put(turn: Turn, place: Place, following: str) -> str:
    turn.answers[CODE], turn.answers[NAME] = place.code, place.shown
    turn.held, turn.offered = [], []
    return following


def decide(turn: Turn, node: Node, found: Named) -> str:
    """Where a reading of the answer leads."""
    base = f"{node.flow}/{node.part}"
    if found.elsewhere:
        turn.answers[ELSEWHERE] = found.elsewhere
        turn.effects.append(Count("outside", found.elsewhere))
        return f"{base}.{OUTSIDE}"
    unique = found.unique
    if unique is not None and unique.level != "province":
        return put(turn, unique, node.next)
    left = [place for place in found.candidates if place.level != "province"]
    if not left or (turn.held and len(left) >= len(turn.held)):  # the question has not helped: it is not asked again
        return broad(turn, node)
    turn.held = [place.code for place in left]
    districts = {place.code[:8]: place.district for place in left if place.district}
    regencies = list(dict.fromkeys(place.regency for place in left if place.regency))
    apart = len(set(districts.values())) == len(districts) and all(place.district for place in left)
    if len(districts) == 1 and apart:
        return broad(turn, node)
    ask, offers = DISTRICT, list(districts.values())
    if len(regencies) > 1 and not (apart and len(districts) <= MOST):
        ask, offers = REGENCY, regencies
    turn.offered = [(str(number), name) for number, name in enumerate(offers if len(offers) <= MOST else [], 1)]
    return f"{base}.{ask}"


def broad(turn: Turn, node: Node) -> str:
    """The smallest region that all candidates lie in is what is known; the words stay as they are."""
    places, codes = turn.facts.places, turn.held
    for length in (8, 5) if places is not None and codes else ():
        shared = {code[:length] for code in codes}
        if len(shared) == 1 and places is not None:
            return put(turn, places.place(shared.pop()), node.next)
    turn.held, turn.offered = [], []
    return node.next


@record(kw_only=True)
class Which(Offered):
    """Made by `ask-place`: which of the regions of that name."""

    kind: ClassVar[str] = "which"

    @override
    def enter(self, turn: Turn) -> Next:
        if not turn.held or turn.facts.places is None:
            return self.next
        turn.ask(self.bubble(turn))
        return STAY

    def held(self, turn: Turn) -> list[Place]:
        places = turn.facts.places
        return [places.place(code) for code in turn.held] if places is not None else []

    @override
    def voiced(self, turn: Turn) -> Next:
        turn.hear_later(self)
        return broad(turn, self)

    @override
    def chosen(self, turn: Turn, key: str) -> Next:
        name = dict(turn.offered)[key]
        return decide(turn, self, Left([each for each in self.held(turn) if name in (each.district, each.regency)]))

    @override
    def press(self, turn: Turn, key: str) -> Next:
        return broad(turn, self) if key == UNKNOWN else Offered.press(self, turn, key)

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        """An answer that is not on the list narrows all the same; one that does not is kept beside the place."""
        said, places = turn.said, turn.facts.places
        if not plain or said.attachments or said.location is not None:
            return None
        before, text = len(turn.held), said.text.strip()
        found = places.narrow(self.held(turn), text) if places is not None else Left(())
        if places is None or (len(found.candidates) >= before and not found.elsewhere and plain.count(" ") >= 2):
            turn.keep(text)  # they have gone on with the story: no name is in it
            return broad(turn, self)
        turn.answers[self.save] = f"{turn.answers.get(self.save) or ''}, {text}".removeprefix(", ")
        return decide(turn, self, found)


@record
class Left:
    """What is left of the candidates after a choice."""

    candidates: Sequence[Place]
    elsewhere: str = ""

    @property
    def unique(self) -> Place | None:
        return self.candidates[0] if len(self.candidates) == 1 else None


NOTHING = Left(())


class Outside(AskChoice):
    """Made by `ask-place`: the place is not ours. Who can help there, another place, or a report all the same."""

    kind: ClassVar[str] = "outside"
    __slots__ = ()

    @classmethod
    def made_for(cls, form: Form, text: Text, options: Sequence[Option], following: str, save: str) -> "Outside":
        name = f"{form.name}.{OUTSIDE}"
        keyed = {
            option.key: Option(
                option.key,
                option.label,
                option.short,
                option.words,
                form.id if option.key == AGAIN else None,
                saves=False,
            )
            for option in options
        }
        return cls(
            **at(form) | {"name": name}, says=asked(f"{form.flow}/{name}", text, options, form.shop.menu),
            used=names(text[SOURCE]), options=keyed, table=table(form, options), next=following, save=save, voice=STILL,
        )  # fmt: skip

    @override
    def bubble(self, turn: Turn) -> Say:
        say, elsewhere = self.says[turn.lang], str(turn.answers.get(ELSEWHERE) or "-")
        values = {"elsewhere": elsewhere, "redirect": turn.flows.redirect(elsewhere, turn.lang)}
        return Say(say.text, say.choices, say.menu, False, values)

    @override
    def press(self, turn: Turn, key: str) -> Next:
        if key == LEAVE:
            turn.say(Say(turn.text("outside_left")))
            turn.over = True
            return STAY
        return AskChoice.press(self, turn, key)
