"""One turn while it is being worked out: the session opened, what has been said so far, and the session closed again."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.engine import calendar
from bot.engine.effects import Effect, End, Facts, Guess, HandOff, OpenTicket, Remember, Said, Say
from bot.engine.fill import SYSTEM, fill
from bot.i18n import SOURCE
from bot.message import Location

if TYPE_CHECKING:
    from bot.engine.flow import Flows
    from bot.engine.nodes import Node

EMPTY: Mapping[str, str] = MappingProxyType({})
ROOM = 600
"""Bubbles are joined up to this many characters: one message is read aloud in one go, and costs one send."""
MAX_SAYS = 2
MAX_FRAMES = 5
"""Flows that lie in each other."""
CARRIED: Sequence[str] = ("attachments", "to_hear")
"""Answers that belong to the whole talk, whichever flow it is in."""
MAX_BACK = 20
"""Steps that "0" goes back at most."""
KEEP = 200
"""Lines a session holds; a session must stay small, and every message is stored in the conversation anyway."""

MARKS = {
    "voice": "[pesan suara]",
    "audio": "[rekaman suara]",
    "image": "[foto]",
    "video": "[video]",
    "document": "[berkas]",
}
"""How an answer that is not text stands in the answers. In Indonesian: officers read it."""


_NO_WORDS = re.compile(r"\[[^\]]*\]|-?\d+\.\d+, -?\d+\.\d+")


class Turn:
    """The engine's workbench. Nodes change it; nobody outside the engine sees it."""

    __slots__ = (
        "answers", "back", "begun", "effects", "expired", "extra", "facts", "fix", "flows", "frames", "fresh",
        "guessed", "guesses", "held", "lang", "lines", "memories", "misses", "moved", "node", "note", "noted", "offered", "over",
        "pending", "reason", "resume", "said", "says", "sealed", "seen", "switched", "was_switched",
    )  # fmt: skip

    def __init__(self, flows: "Flows", session: Mapping[str, object] | None, said: Said, facts: Facts) -> None:
        self.flows, self.said, self.facts = flows, said, facts
        self.lang = facts.language if facts.language in flows.languages else SOURCE
        self.effects: list[Effect] = []
        self.memories: list[Effect] = []
        self.seen: set[str] = set()
        """Steps that this turn came to, and the ways it took out of those that decide: what transcripts cover."""
        self.says = 0
        self.over = False
        self.reason = "asked"
        self.note = ""
        """Name of a text to say right before the next question."""
        self.noted: dict[str, str] = {}
        """What that text names."""
        self.fresh = False
        """This turn's words began the flow by themselves: more of them may be on their way."""
        kept = session or {}
        self.node: Node | None = flows.nodes.get(f"{kept.get('flow')}/{kept.get('node')}") if kept else None
        self.answers = _mapping(kept.get("answers"))
        self.moved = bool(kept.get("node")) and self.node is None
        """The step where the conversation stood is gone: a newer version of the flow has none of that name."""
        if self.moved:
            self.node, kept = _nearest(flows, kept)
        if self.node is None:  # what was written is kept, the way there is not
            kept = {"extra": kept.get("extra"), "guessed": kept.get("guessed")}
        self.expired = (session or {}).get("expired") is True
        """The flow has ended for want of an answer, where nothing could be said any more."""
        self.back = _strings(kept.get("back"))
        self.lines = _strings(kept.get("lines"))
        self.extra = _strings(kept.get("extra"))
        self.fix = _string(kept.get("fix"), flows)
        self.resume = _string(kept.get("resume"), flows)
        self.frames = _frames(kept.get("frames"), flows)
        """The flows that this one is a part of, outermost first: where to go on, with which answers."""
        self.sealed = set(_strings(kept.get("sealed")))
        """Names of answers that are stored unreadable."""
        self.pending = str(kept.get("pending") or "")
        """What an answer from outside must name to be heard."""
        misses = kept.get("misses")
        self.guessed = kept.get("guessed") is True
        """The topic has been guessed once; whoever comes back to the question wants to choose."""
        self.offered = _pairs(kept.get("offered"))
        """Key and label of each choice that was made for this talk: what a button may say is what was offered here."""
        self.held = _strings(kept.get("held"))
        """What those choices are made of, as the step that asks needs it."""
        self.begun = kept.get("fresh") is True
        """The turn before has begun the flow by the citizen's own words."""
        self.switched, self.was_switched = False, kept.get("switched") is True
        """The language has changed by itself in this turn, in the one before."""
        self.guesses: dict[tuple[str, str], Guess] = {}
        self.misses = misses if type(misses) is int and 0 <= misses < 9 else 0

    # -- speaking

    def text(self, name: str) -> str:
        return self.flows.texts[name][self.lang]

    def say(self, say: Say, prefix: str = "", named: Mapping[str, str] = EMPTY) -> None:
        """Adds a bubble, joined to the one before it where the two still are one message that reads well."""
        if named:
            say = replace(say, values={**say.values, **named})
        text = f"{prefix}\n\n{say.text}" if prefix else say.text
        last = self.effects[-1] if self.effects else None
        if isinstance(last, Say) and not (last.choices or last.ask or last.link):
            joined, notice = f"{last.text}\n\n{text}", last.notice or say.notice
            if (len(joined) <= ROOM and not notice) or self.says >= MAX_SAYS:
                values = {**last.values, **say.values}
                self.effects[-1] = replace(say, text=joined, notice=notice, values=values)
                return
        self.effects.append(replace(say, text=text) if prefix else say)
        self.says += 1

    def ask(self, say: Say) -> None:
        note, self.note = self.note, ""
        named, self.noted = self.noted, {}
        self.say(say, self.text(note) if note else "", named if note else EMPTY)

    @property
    def voice(self) -> bool:
        """Whether something was spoken."""
        return any(file.kind in ("voice", "audio") for file in self.said.attachments)

    def topic(self, text: str) -> Guess | None:
        """What a text is about; None while no model is loaded. A model is asked once a text: that is most of what a step costs."""
        return self._guess("topic", text, self.facts.guess)

    def intent(self, text: str) -> Guess | None:
        return self._guess("intent", text, self.facts.intent)

    def _guess(self, kind: str, text: str, model: Callable[[str], Guess] | None) -> Guess | None:
        if model is None:
            return None
        if (kind, text) not in self.guesses:
            self.guesses[kind, text] = model(text)
        return self.guesses[kind, text]

    def remember(self, name: str, value: str) -> None:
        self.memories.append(Remember(name, value))

    # -- what the citizen gave

    def piece(self) -> str:
        """This message as an answer: its words, marks for what is not words. Files are listed in the answers."""
        said = self.said
        parts = [MARKS[file.kind] for file in said.attachments if self.attach(file)]
        if said.location is not None:
            parts.append(place(said.location))
        text = said.text.strip() if said.kind != "choice" else ""
        if text and (parts or any(map(str.isalnum, text))):
            parts.append(text)
        return " ".join(parts)

    def attach(self, file: object) -> bool:
        kind = getattr(file, "kind", "")
        if kind not in MARKS:  # a sticker is a mood, not an answer
            return False
        found = self.answers.get("attachments")
        files = list(found) if isinstance(found, list) else []
        row = {name: getattr(file, name, "") for name in ("kind", "ref", "mime", "name")}
        if row not in files and len(files) < KEEP:
            files.append(row)
        self.answers["attachments"] = files
        return True

    def keep(self, line: str) -> None:
        """What was written beside the question goes to the officer with the rest."""
        if line and len(self.extra) < KEEP:
            self.extra.append(line)

    def hear_later(self, node: "Node", mark: bool = True) -> None:
        """A voice note answers this question: the file is listed, and the ticket says which questions are answered so."""
        self.piece()
        if mark:
            self.mark(node)
        self.note = "voice_later"

    def mark(self, node: "Node") -> None:
        """For the officer: this answer is to be listened to."""
        found, name = _strings(self.answers.get("to_hear")), node.save or node.part
        if name not in found:
            self.answers["to_hear"] = [*found, name]

    def unmark(self, node: "Node") -> None:
        """Written after all: nothing is left to listen to."""
        left = [name for name in _strings(self.answers.get("to_hear")) if name != (node.save or node.part)]
        if left:
            self.answers["to_hear"] = left
        else:
            self.answers.pop("to_hear", None)

    def heard_later(self, node: "Node") -> bool:
        return (node.save or node.part) in _strings(self.answers.get("to_hear"))

    def told(self) -> str:
        """The words among what was kept: marks of files and coordinates are about nothing."""
        return worded(self.extra)

    # -- ends

    def gathered(self) -> dict[str, object]:
        """The fields of a ticket or hand-off, from the answers that carry their names."""
        answers = self.answers
        details = [str(answers["details"])] if answers.get("details") else []
        fields: dict[str, object] = {name: str(answers.get(name) or "") for name in ("topic", "subtopic", "place")}
        sealed = tuple(sorted(self.sealed & answers.keys()))
        return {**fields, "details": "\n".join([*details, *self.extra]), "answers": answers, "sealed": sealed}

    # -- flows that are parts of others

    def descend(self, after: str) -> bool:
        """False where flows lie in each other too deep: they go in a circle."""
        if len(self.frames) >= MAX_FRAMES:
            return False
        self.frames.append({"to": after, "answers": self.answers, "back": self.back, "fix": self.fix})
        self.back = []
        return True

    def ascend(self, give: Sequence[str] = ()) -> str:
        """Back to the flow around this one, with these answers (all, where none is named); where to go on, '' if there is none."""
        if not self.frames:
            return ""
        frame, own = self.frames.pop(), self.answers
        given = {name: own[name] for name in (give or own) if name in own}
        carried = {name: own[name] for name in CARRIED if name in own}
        self.answers = {**_mapping(frame["answers"]), **given, **carried}
        self.back, self.fix = _strings(frame["back"]), _string(frame["fix"], self.flows)
        return str(frame["to"])

    def open_ticket(self) -> None:
        self.effects.append(OpenTicket(**self.gathered()))  # type: ignore[arg-type]

    def hand_off(self) -> None:
        self.effects.append(HandOff(self.reason, **self.gathered()))  # type: ignore[arg-type]

    def close(self) -> tuple[dict[str, object] | None, list[Effect]]:
        effects = self.memories + self.effects if self.memories else self.effects
        if self.over or self.node is None:
            effects.append(End())
            return None, effects
        session: dict[str, object] = {
            "flow": self.node.flow,
            "node": self.node.name,
            "version": self.flows.version,
            "answers": self.answers,
            "misses": self.misses,
            "back": self.back,
        }
        for name in ("lines", "extra", "fix", "resume", "guessed", "held", "fresh", "switched", "frames", "pending"):
            if value := getattr(self, name):
                session[name] = value
        if self.sealed:
            session["sealed"] = sorted(self.sealed)
        if self.offered:
            session["offered"] = [list(pair) for pair in self.offered]
        return session, effects

    def values(self, names: frozenset[str]) -> dict[str, str]:
        """Answers that a text names. They travel beside the text: what a citizen wrote is never read as a placeholder."""
        return {name: self.readable(name) for name in names if name in self.answers or name not in SYSTEM}

    def readable(self, name: str) -> str:
        """An answer as the citizen may read it back."""
        text = str(self.answers.get(name) or "-")
        if name == "topic" and text in self.flows.topics:
            return self.flows.topics[text].label[self.lang]
        return masked(text) if name in self.sealed else calendar.spelt(shorten(text), self.lang)


def worded(lines: Sequence[str]) -> str:
    """What in these lines is words."""
    return "\n".join(filter(None, (_NO_WORDS.sub("", line).strip() for line in lines)))


def place(location: Location) -> str:
    spot = f"{location.latitude:.6f}, {location.longitude:.6f}"
    return f"{location.name} ({spot})" if location.name else spot


def shorten(text: str, limit: int = 200) -> str:
    """For showing back: the whole text stays in the answers."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def masked(text: str) -> str:
    """Enough to recognise one's own number, too little for anybody else."""
    return text[:4] + "*" * (len(text) - 8) + text[-4:] if len(text) > 8 else "*" * len(text)


def filled(say: Say) -> str:
    return fill(say.text, say.values)


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _pairs(value: object) -> list[tuple[str, str]]:
    rows = value if isinstance(value, list) else []
    return [(row[0], row[1]) for row in rows if isinstance(row, list) and len(row) == 2 and all(map(_is_text, row))]


def _frames(value: object, flows: "Flows") -> list[dict[str, object]]:
    rows = value if isinstance(value, list) else []
    return [dict(row) for row in rows if isinstance(row, dict) and row.get("to") in flows.nodes][:MAX_FRAMES]


def _nearest(flows: "Flows", kept: Mapping[str, object]) -> "tuple[Node | None, Mapping[str, object]]":
    """The last question before a step that is gone, with all answers; lines that were being gathered are kept for the officer."""
    back = _strings(kept.get("back"))
    while back:
        node = flows.nodes.get(back.pop())
        if node is not None and node.asks and node.flow == kept.get("flow"):
            extra = [*_strings(kept.get("extra")), *_strings(kept.get("lines"))]
            return node, {
                **kept,
                "back": back,
                "extra": extra,
                "lines": [],
                "fix": "",
                "pending": "",
                "held": [],
                "offered": [],
            }
    return None, kept


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _mapping(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _string(value: object, flows: "Flows") -> str:
    return value if isinstance(value, str) and value in flows.nodes else ""
