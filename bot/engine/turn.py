"""One turn while it is being worked out: the session opened, what has been said so far, and the session closed again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.engine.effects import Effect, End, Facts, HandOff, OpenTicket, Remember, Said, Say
from bot.engine.fill import fill
from bot.i18n import SOURCE
from bot.message import Location

if TYPE_CHECKING:
    from bot.engine.flow import Flows
    from bot.engine.nodes import Node

EMPTY: Mapping[str, str] = MappingProxyType({})
ROOM = 600
"""Bubbles are joined up to this many characters: one message is read aloud in one go, and costs one send."""
MAX_SAYS = 2
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
        "answers", "back", "begun", "effects", "extra", "facts", "fix", "flows", "fresh", "guessed", "held", "lang", "lines",
        "memories", "misses", "node", "note", "noted", "offered", "over", "reason", "resume", "said", "says", "switched",
        "was_switched",
    )  # fmt: skip

    def __init__(self, flows: "Flows", session: Mapping[str, object] | None, said: Said, facts: Facts) -> None:
        self.flows, self.said, self.facts = flows, said, facts
        self.lang = facts.language if facts.language in flows.languages else SOURCE
        self.effects: list[Effect] = []
        self.memories: list[Effect] = []
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
        if self.node is None:  # a step that is gone: what was written is kept, the way there is not
            kept = {"extra": kept.get("extra"), "guessed": kept.get("guessed")}
        self.back = _strings(kept.get("back"))
        self.lines = _strings(kept.get("lines"))
        self.extra = _strings(kept.get("extra"))
        self.fix = _string(kept.get("fix"), flows)
        self.resume = _string(kept.get("resume"), flows)
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
        if isinstance(last, Say) and not (last.choices or last.ask or last.link) and not last.notice and not say.notice:
            joined = f"{last.text}\n\n{text}"
            if len(joined) <= ROOM or self.says >= MAX_SAYS:
                values = {**last.values, **say.values}
                self.effects[-1] = replace(say, text=joined, notice=False, values=values)
                return
        self.effects.append(replace(say, text=text) if prefix else say)
        self.says += 1

    def ask(self, say: Say) -> None:
        note, self.note = self.note, ""
        named, self.noted = self.noted, {}
        self.say(say, self.text(note) if note else "", named if note else EMPTY)

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

    def told(self) -> str:
        """The words among what was kept: marks of files and coordinates are about nothing."""
        return worded(self.extra)

    # -- ends

    def gathered(self) -> dict[str, object]:
        """The fields of a ticket or hand-off, from the answers that carry their names."""
        answers = self.answers
        details = [str(answers["details"])] if answers.get("details") else []
        fields: dict[str, object] = {name: str(answers.get(name) or "") for name in ("topic", "subtopic", "place")}
        return {**fields, "details": "\n".join([*details, *self.extra]), "answers": answers}

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
        for name in ("lines", "extra", "fix", "resume", "guessed", "held", "fresh", "switched"):
            if value := getattr(self, name):
                session[name] = value
        if self.offered:
            session["offered"] = [list(pair) for pair in self.offered]
        return session, effects

    def values(self, names: frozenset[str]) -> dict[str, str]:
        """Answers that a text names. They travel beside the text: what a citizen wrote is never read as a placeholder."""
        return {name: shorten(str(self.answers[name])) for name in names if name in self.answers}


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


def filled(say: Say) -> str:
    return fill(say.text, say.values)


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _pairs(value: object) -> list[tuple[str, str]]:
    rows = value if isinstance(value, list) else []
    return [(row[0], row[1]) for row in rows if isinstance(row, list) and len(row) == 2 and all(map(_is_text, row))]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _mapping(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _string(value: object, flows: "Flows") -> str:
    return value if isinstance(value, str) and value in flows.nodes else ""
