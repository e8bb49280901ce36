"""The texts of one page of the editors: a flow's, step by step, or those of a file that is no flow (what the bot says outside of
flows, topics, knowledge), entry by entry; what is wrong stands beside the text it is wrong about."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from bot.desk.keys import Look
from bot.desk.show import N_
from bot.engine import show
from bot.engine.flow import Flows
from bot.errors import Problem
from bot.i18n import SOURCE

SHEETS: Mapping[str, str] = {
    "texts": N_("Teks di luar alur"),
    "topics": N_("Topik dan rinciannya"),
    "knowledge": N_("Jawaban pengetahuan"),
    "comfort": N_("Kalimat penghiburan"),
    "programmes": N_("Program bantuan"),
}
"""First words of the places of texts that are in no flow, as editors call them."""


@dataclass(slots=True)
class Text:
    """One text of a step in each language, as the form shows it."""

    context: str
    label: str
    key: str
    says: Mapping[str, str]
    changed: frozenset[str]
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return min(max(2, *(text.count("\n") + len(text) // 60 + 1 for text in self.says.values())), 12)


@dataclass(slots=True)
class Step:
    name: str
    kind: str
    texts: list[Text]
    problems: list[Problem]


def is_flow(flows: Flows, name: str) -> bool:
    return name in flows.names and any(node.flow == name for node in flows.nodes.values())


def sheets(flows: Flows) -> dict[str, int]:
    """Those that this content has, with how many texts stand in each."""
    counts = {name: sum(context.startswith(f"{name}.") for context in flows.written) for name in SHEETS}
    return {name: count for name, count in counts.items() if count}


def title(flows: Flows, name: str) -> str:
    return SHEETS.get(name) or flows.titles.get(name, name)


def files(flows: Flows, name: str) -> frozenset[str]:
    """Where the texts of a page are written."""
    nodes = {node.file for node in flows.nodes.values() if node.flow == name}
    return frozenset(nodes | {item.file for place, item in flows.written.items() if place.startswith(f"{name}.")})


def yaml(look: Look, name: str) -> dict[str, str]:
    """The same as it is written, for who wants to see it; structure is changed there, not here."""
    with zipfile.ZipFile(BytesIO(look.raw)) as packed:
        have = set(packed.namelist())
        return {file: packed.read(file).decode() for file in sorted(files(look.flows, name)) if file in have}


def steps(
    now: Flows, new: Flows, name: str, given: Mapping[tuple[str, str], str], problems: Sequence[Problem]
) -> tuple[list[Step], list[Problem]]:
    """Each step with its texts; and what is wrong but has no place on this page. `given`: what an editor wrote that was refused."""
    found: dict[str, Step] = {}
    for node in show.steps(new, name) if is_flow(new, name) else ():
        found.setdefault(node.name.partition(".")[0], Step(node.name.partition(".")[0], node.kind, [], []))
    for context, written in new.written.items():
        flow, _, rest = context.partition(".")
        step, _, part = rest.partition(".")
        if flow != name or (step not in found and is_flow(new, name)):
            continue
        says = {lang: given.get((context, lang), says_of(new, context, lang)) for lang in new.languages}
        changed = frozenset(lang for lang in says if says[lang] != says_of(now, context, lang))
        label, _, key = (part or "text").partition(".")
        about = [
            each for each in problems if each.step == rest or (each.line, each.file) == (written.line, written.file)
        ]
        found.setdefault(step, Step(step, "", [], [])).texts.append(Text(context, label, key, says, changed, about))
    placed = {each for step in found.values() for text in step.texts for each in text.problems}
    others = list[Problem]()
    for each in problems:
        if each in placed:
            continue
        spot = found.get(each.step.removeprefix(f"{name}/").partition(".")[0])
        (spot.problems if spot else others).append(each)
    return list(found.values()), others


def says_of(flows: Flows, context: str, language: str) -> str:
    """As written; '' where there is no translation."""
    if context not in flows.written:
        return ""
    if language == SOURCE:
        return flows.written[context].text.strip()
    entry = flows.catalogues.entry(language, context)
    return entry.text if entry else ""
