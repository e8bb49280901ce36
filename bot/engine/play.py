"""`wargi flow play`: a conversation from a text file, as one would paste it from a phone. The tests are such files.

    # a remark
    warga: halo
    bot: Sampurasun! …
         1. Bahasa Indonesia
    -- tiket dibuat: jalan

Lines of the citizen may say what is not text: `(foto)`, `(suara)`, `(stiker)`, `(lokasi -6.9 107.6)`, `(tekan Kirim laporan)` for
a button (its label, or the id of an old one), and `(cepat) …` for a line within three seconds of the one before.

Remarks may say what happens besides: `# alur: uji` begins a flow, `# laporan: …` is what a look-up finds, `# balasan: a=1, b=2` or
`# gagal` what a call brings, `# waktu` lets the time pass that a step waits for, `# peristiwa: resolved` is what it waits
for, `# diam` and `# diam lama` are long silences.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.engine.effects import (
    CHOSEN,
    Call,
    Count,
    Effect,
    End,
    Facts,
    Follow,
    HandOff,
    Known,
    Later,
    Link,
    LookUp,
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
SAMPLE: Mapping[str, str] = {
    "number": "K7M2-9QXH",
    "link": "https://aduan.example/lacak/K7M2-9QXH",
    "track": "https://aduan.example/lacak",
}
"""Stands for what the system fills in."""
PLAYED_AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
"""A Friday, ten in the morning in West Java: "kemarin" is the same day in every play."""
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
        self.flows, self.facts, self.listen = flows, replace(facts or Facts(), now=PLAYED_AT), listen
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
        self.session, effects = step(self.flows, self.session, said, self.facts, self.played.steps)
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
        node = self.flows.nodes.get(f"{before['flow']}/{before['node']}") if before else None
        question = node.skip if isinstance(node, AskMedia) else node
        if not isinstance(question, Question) or node is None:
            return
        where, _, key = said.choice.rpartition("/")
        if not said.choice:
            key = choose(question.answers(Turn(self.flows, before, said, self.facts)), said.text) or ""
        if key in question.options and (not said.choice or where == node.id):
            self.played.choices.add(f"{node.id}/{key}")

    def happen(self, remark: str) -> list[Effect]:
        """What a remark says has happened; most remarks only explain."""
        word, _, rest = remark.removeprefix("#").strip().partition(":")
        rest, token = rest.strip(), str((self.session or {}).get("pending") or "")
        match word.strip():
            case "alur":
                self.session = None
                return self.step(Said(kind="begin", choice=rest))
            case "laporan":
                return self.step(Said(kind="result", result={"reports": rest.replace(" / ", "\n")}, token=token))
            case "balasan":
                values = dict(pair.strip().split("=", 1) for pair in rest.split(",") if "=" in pair)
                return self.step(Said(kind="result", result={"ok": True, "values": values}, token=token))
            case "peristiwa":
                return self.step(Said(kind="event", choice=rest))
            case "gagal" | "waktu" | "diam" | "diam lama" as kind if not rest:
                kinds = {"gagal": "result", "waktu": "time", "diam": "remind", "diam lama": "expire"}
                return self.step(Said(kind=kinds[kind], token=token))
            case "hari":
                self.facts = replace(self.facts, now=datetime.fromisoformat(rest).replace(hour=3, tzinfo=UTC))
            case "serupa":
                self.facts = replace(self.facts, known=(Known("laporan", rest),) if rest else ())
        return []

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
            out += written(player.happen(line)) if line.startswith("#") else []
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
        elif isinstance(effect, LookUp):
            lines.append(f"{NOTE}laporan dicari: {effect.number or 'milik warga'}")
        elif isinstance(effect, Call):
            lines.append(f"{NOTE}memanggil: {effect.method} {effect.url}")
        elif isinstance(effect, Later):
            lines.append(f"{NOTE}menunggu: {f'{effect.event}, ' if effect.event else ''}{effect.seconds / 60:g} menit")
        elif isinstance(effect, Link):
            lines.append(f"{NOTE}kode penghubung kanal dibuat")
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
        f"perlu didengar: {', '.join(heard)}" if isinstance(heard := effect.answers.get("to_hear"), list) else "",
        f"tersegel: {', '.join(effect.sealed)}" if effect.sealed else "",
    ]
    return " | ".join(part for part in parts if part)


def coverage(flows: Flows, played: list[Played]) -> list[str]:
    """Steps of the flows, choices and ways out of them that no transcript came to."""
    seen: set[str] = set().union(*(item.steps | item.choices for item in played))
    return [name for name in places(flows) if name not in seen]


def places(flows: Flows) -> list[str]:
    """Everything that a transcript can come to."""
    return [
        name
        for node in flows.nodes.values()
        for name in (node.id, *(f"{node.id}/{way}" for way in (*_options(node), *sorted(node.ways()))))
    ]


def _options(node: Node) -> Mapping[str, Option]:
    question = node.skip if isinstance(node, AskMedia) else node
    return question.options if isinstance(question, Question) else {}
