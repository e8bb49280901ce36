"""`wargi flow play`: a conversation from a text file, as one would paste it from a phone. The tests are such files.

    # a remark
    warga: halo
    bot: Sampurasun! …
         1. Bahasa Indonesia
    -- tiket dibuat: jalan

Lines of the citizen may say what is not text: `(foto)`, `(suara)`, `(stiker)`, `(lokasi -6.9 107.6)`, `(tekan Kirim laporan)` for
a button (its label, or the id of an old one), and `(cepat) …` for a line within three seconds of the one before.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.engine.effects import (
    CHOSEN,
    Count,
    Effect,
    End,
    Facts,
    Follow,
    HandOff,
    Known,
    Link,
    Look,
    OpenTicket,
    Remember,
    Said,
    Say,
    Wait,
)
from bot.engine.fill import fill
from bot.engine.flow import Flows
from bot.engine.forms import Option
from bot.engine.match import choose
from bot.engine.nodes import Node, Question
from bot.engine.reports import AskMedia
from bot.engine.step import step
from bot.engine.turn import Turn
from bot.message import Attachment, Choice, Location

CITIZEN, BOT, NOTE = "warga: ", "bot: ", "-- "
KNOWN = "# serupa:"
"""A remark that tells which report is known already."""
SAMPLE: Mapping[str, str] = {
    "number": "K7M2-9QXH",
    "link": "https://aduan.example/lacak/K7M2-9QXH",
    "track": "https://aduan.example/lacak",
}
"""Stands for what the system fills in."""
Listen = Callable[[Facts, str], Facts]
"""What triage knows besides, after one more line: `Triage.listen`."""
_MARK = re.compile(r"\((foto|suara|stiker|lokasi|tekan|cepat)(?: ([^)]*))?\) ?")


@dataclass(slots=True)
class Played:
    """What a transcript became, and where it has been."""

    text: str = ""
    script: str = ""
    name: str = ""
    steps: set[str] = field(default_factory=set)
    choices: set[str] = field(default_factory=set)
    """`flow/step/key`."""
    effects: list[Effect] = field(default_factory=list)
    session: dict[str, object] | None = None

    @property
    def differs(self) -> bool:
        return self.text != self.script

    @property
    def difference(self) -> str:
        """What the transcript says, and what is said now, line by line."""
        lines = difflib.unified_diff(
            self.script.splitlines(), self.text.splitlines(), self.name, f"{self.name} (now)", lineterm="", n=4
        )
        return "\n".join(lines)


class Player:
    """Plays one conversation; also good for a prompt in a terminal."""

    def __init__(self, flows: Flows, facts: Facts | None = None, listen: Listen | None = None) -> None:
        self.flows, self.facts, self.listen = flows, facts or Facts(), listen
        self.session: dict[str, object] | None = None
        self.buttons: tuple[Choice, ...] = ()
        self.waiting = False
        self.played = Played()

    def hear(self, line: str) -> list[Effect]:
        said = self.said(line)
        effects = self.rest() if self.waiting and not said.quick else []
        return effects + self.step(said)

    def rest(self) -> list[Effect]:
        """The quiet that a `Wait` asked for."""
        return self.step(Said(kind="quiet")) if self.waiting else []

    def step(self, said: Said) -> list[Effect]:
        before = self.session
        if self.listen is not None:
            self.facts = self.listen(self.facts, said.text)
        self.session, effects = step(self.flows, self.session, said, self.facts)
        self.waiting = any(isinstance(effect, Wait) for effect in effects)
        for effect in effects:
            if isinstance(effect, Remember) and effect.name == "language":
                self.facts = replace(self.facts, language=effect.value, memory=CHOSEN.get(effect.value, 0.0))
            elif isinstance(effect, Remember):
                self.facts = replace(self.facts, notice=effect.value)
            elif isinstance(effect, Say) and effect.choices:
                self.buttons = effect.choices
        self.cover(before, said)
        self.played.effects += effects
        self.played.session = self.session
        return effects

    def cover(self, before: dict[str, object] | None, said: Said) -> None:
        for session in (before, self.session):
            if session:
                self.played.steps.add(f"{session['flow']}/{session['node']}")
        node = self.flows.nodes.get(f"{before['flow']}/{before['node']}") if before else None
        question = node.skip if isinstance(node, AskMedia) else node
        if not isinstance(question, Question) or node is None:
            return
        where, _, key = said.choice.rpartition("/")
        if not said.choice:
            key = choose(question.answers(Turn(self.flows, before, said, self.facts)), said.text) or ""
        if key in question.options and (not said.choice or where == node.id):
            self.played.choices.add(f"{node.id}/{key}")

    def said(self, line: str) -> Said:
        """A citizen's line as it would come in."""
        text, quick, choice = line, False, ""
        files: list[Attachment] = []
        location = None
        while found := _MARK.match(text):
            word, rest = found[1], found[2] or ""
            text = text[found.end() :]
            if word == "cepat":
                quick = True
            elif word == "tekan":
                choice = next((button.id for button in self.buttons if button.label == rest), rest)
            elif word == "lokasi":
                north, east = (float(part) for part in rest.split()[:2])
                location = Location(north, east)
            else:
                kind = {"foto": "image", "suara": "voice", "stiker": "sticker"}[word]
                files.append(Attachment(kind, rest or f"{word}-{len(self.played.effects)}-{len(files)}"))  # type: ignore[arg-type]
        kind = "choice" if choice else files[0].kind if files else "location" if location else "text"
        return Said(text, choice, kind, tuple(files), location, quick)


def play(flows: Flows, script: str, facts: Facts | None = None, listen: Listen | None = None) -> Played:
    """The transcript of a script: its citizen's lines and remarks, with what the bot says now."""
    player = Player(flows, facts, listen)
    player.played.script = script
    out: list[str] = []
    for line in inputs(script):
        if line.startswith(CITIZEN):
            said = player.said(line.removeprefix(CITIZEN))
            if player.waiting and not said.quick:
                out += written(player.rest())
            out.append(line)
            out += written(player.step(player.said(line.removeprefix(CITIZEN))))
        else:
            out += written(player.rest())
            out.append(line)
            if line.startswith(KNOWN):
                label = line.removeprefix(KNOWN).strip()
                player.facts = replace(player.facts, known=(Known("laporan", label),) if label else ())
    out += written(player.rest())
    player.played.text = "\n".join(out).strip() + "\n"
    return player.played


def play_file(flows: Flows, path: Path, listen: Listen | None = None) -> Played:
    played = play(flows, path.read_text("utf-8"), listen=listen)
    played.name = str(path)
    return played


def inputs(script: str) -> Iterator[str]:
    """What the script gives: the citizen's lines, remarks and empty lines. What the bot said then is left out."""
    kept = True
    for line in script.splitlines():
        if line.startswith(CITIZEN) or line.startswith("#"):
            kept = True
            yield line.rstrip()
        elif line.startswith((BOT.strip(), NOTE)):
            kept = False
        elif not line.strip() and kept:
            yield ""


def written(effects: list[Effect]) -> list[str]:
    """Effects as lines of a transcript."""
    lines: list[str] = []
    for effect in effects:
        if isinstance(effect, Say):
            body = fill(effect.text, {**SAMPLE, **effect.values}).split("\n")
            lines += [BOT + body[0], *(("     " + line).rstrip() for line in body[1:])]
        elif isinstance(effect, OpenTicket):
            lines.append(f"{NOTE}tiket dibuat: {_fields(effect)}".rstrip(": "))
        elif isinstance(effect, HandOff):
            lines.append(f"{NOTE}petugas ({effect.reason}): {_fields(effect)}".rstrip(": "))
        elif isinstance(effect, Remember):
            lines.append(f"{NOTE}diingat: {effect.name} {effect.value}")
        elif isinstance(effect, Link):
            lines.append(f"{NOTE}kode penghubung kanal dibuat")
        elif isinstance(effect, Look):
            lines.append(f"{NOTE}laporan warga ini disebutkan")
        elif isinstance(effect, Count):
            lines.append(f"{NOTE}dihitung: {effect.what} {effect.about}".rstrip())
        elif isinstance(effect, Follow):
            lines.append(f"{NOTE}mengikuti: {effect.ticket}")
        elif isinstance(effect, End):
            lines.append(NOTE + "selesai")
    return lines


def _fields(effect: OpenTicket | HandOff) -> str:
    files = effect.answers.get("attachments")
    parts = [
        effect.topic,
        effect.place,
        effect.details.replace("\n", " / "),
        f"{len(files)} berkas" if isinstance(files, list) else "",
    ]
    return " | ".join(part for part in parts if part)


def coverage(flows: Flows, played: list[Played]) -> list[str]:
    """Steps and choices of the flows that no transcript came to."""
    steps: set[str] = set().union(*(item.steps for item in played))
    choices: set[str] = set().union(*(item.choices for item in played))
    missing = []
    for node in flows.nodes.values():
        for key, option in _options(node).items():
            chosen = f"{node.id}/{key}" in choices
            if not chosen:
                missing.append(f"{node.id}/{key}")
            steps |= _after(flows, option.next or node.next) if chosen else set()
        if node.id in steps:
            steps |= _after(flows, node.next)
    return [node.id for node in flows.nodes.values() if node.id not in steps] + missing


def _options(node: Node) -> Mapping[str, Option]:
    question = node.skip if isinstance(node, AskMedia) else node
    return question.options if isinstance(question, Question) else {}


def _after(flows: Flows, target: str) -> set[str]:
    """The steps that are passed without asking."""
    found: set[str] = set()
    while (node := flows.nodes.get(target)) and not node.asks and node.id not in found:
        found.add(node.id)
        target = node.next
    return found
