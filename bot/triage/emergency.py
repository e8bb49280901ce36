"""Emergency numbers, as data with a source and a date (flows/data/emergency.yaml). Never a constant in code: 112 exists only
in some regencies, and a number that nobody answers is worse than none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NoReturn

from bot.engine.check import Problem
from bot.engine.read import Tree, read_all
from bot.errors import FlowError
from bot.triage.urgency import KINDS

MAX_AGE = 400
"""Days after which a number must be checked again: a year, and some weeks to do it in."""
OWN = "daerah"
"""In `kinds`: here stand the region's own numbers."""
_DIGITS = re.compile(r"[0-9]{3,15}")
_FIELDS = ("label", "digits", "checked", "source")


@dataclass(frozen=True, slots=True)
class Number:
    label: str
    digits: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One number as it is written."""

    number: Number
    checked: date
    file: str
    line: int
    where: str


@dataclass(frozen=True, slots=True)
class Emergencies:
    national: Mapping[str, Entry]
    order: Mapping[str, tuple[str, ...]]
    """kind of danger -> names of numbers, most useful first."""
    regions: Mapping[str, tuple[Entry, ...]]
    """Kemendagri code of a regency or city -> its own numbers."""
    names: Mapping[str, str]

    def numbers(self, regency_code: str, kind: str) -> tuple[Number, ...]:
        """What to call in this region for this kind of danger. An unknown region gets what holds everywhere."""
        own = self.regions.get(_code(regency_code), ())
        found: list[Number] = []
        for name in self.order.get(kind, self.order["medical"]):
            found += [entry.number for entry in own] if name == OWN else [self.national[name].number]
        return tuple(dict.fromkeys(found))

    def stale(self, today: date) -> list[Problem]:
        """Numbers that nobody has checked for too long, or whose date lies in the future."""
        entries = [*self.national.values(), *(entry for own in self.regions.values() for entry in own)]
        remedy = "call it or ask the agency, then write today's date at `checked`"
        found = []
        for entry in entries:
            days = (today - entry.checked).days
            if days > MAX_AGE:
                what = f"{entry.number.digits} was checked {days} days ago (at most {MAX_AGE})"
                found.append(Problem(entry.file, entry.line, entry.where, what, remedy))
            elif days < 0:
                what = f"`checked: {entry.checked}` lies in the future"
                found.append(Problem(entry.file, entry.line, entry.where, what, remedy))
        return found


def texts(found: Emergencies) -> dict[str, tuple[str, int]]:
    """What citizens read of it: each label once, with the place where it is written first."""
    entries = [*found.national.values(), *(entry for own in found.regions.values() for entry in own)]
    labels: dict[str, tuple[str, int]] = {}
    for entry in entries:
        labels.setdefault(entry.number.label, (entry.file, entry.line))
    return labels


def bubble(numbers: tuple[Number, ...]) -> str:
    """One number a line, digits first: a thumb finds them, a screen reader says them."""
    return "\n".join(f"{number.digits} – {number.label}" for number in numbers)


def _code(code: str) -> str:
    digits = code.replace(".", "")[:4]
    return f"{digits[:2]}.{digits[2:]}"


def read(flows_dir: Path) -> Emergencies:
    """Reads flows/data/emergency.yaml. Raises `FlowError`: `file:line: entry: what is wrong; what to write instead`."""
    source = read_all([flows_dir / "data" / "emergency.yaml"], flows_dir, "emergency")[0]
    file = source.name
    top = _mapping(file, "file", source.tree)
    for key in ("numbers", "kinds", "regions"):
        if key not in top:
            _fail(file, source.tree.line, key, "is missing", f"write `{key}:`")
    for key, tree in top.items():
        if key not in ("numbers", "kinds", "regions"):
            _fail(file, tree.line, key, "is not known here", "known are numbers, kinds, regions")
    national = {name: _entry(file, name, tree) for name, tree in _mapping(file, "numbers", top["numbers"]).items()}
    order = _order(file, top["kinds"], national)
    regions: dict[str, tuple[Entry, ...]] = {}
    names: dict[str, str] = {}
    for code, tree in _mapping(file, "regions", top["regions"]).items():
        if not re.fullmatch(r"\d\d\.\d\d", code):
            _fail(file, tree.line, code, "is no code of a regency or city", 'write it like `"32.73":`')
        fields = _mapping(file, code, tree)
        if unknown := fields.keys() - {"name", "numbers"}:
            _fail(file, tree.line, code, f"`{min(unknown)}` is not known here", "known are name, numbers")
        names[code] = _text(file, code, tree, "name")
        own = _mapping(file, code, fields["numbers"]) if "numbers" in fields else {}
        regions[code] = tuple(_entry(file, f"{code}.{name}", entry) for name, entry in own.items())
    return Emergencies(national, order, regions, names)


def _order(file: str, tree: Tree, national: Mapping[str, Entry]) -> dict[str, tuple[str, ...]]:
    found = {}
    for kind, listed in _mapping(file, "kinds", tree).items():
        if kind not in KINDS:
            _fail(file, listed.line, kind, "is not a kind of danger", f"known are {', '.join(KINDS)}")
        names = tuple(str(item.value) for item in listed.value) if isinstance(listed.value, list) else ()
        if not set(names) - {OWN}:
            _fail(file, listed.line, kind, "names no number that holds everywhere", "write `[daerah, ambulans]`")
        for name in names:
            if name != OWN and name not in national:
                _fail(file, listed.line, kind, f"`{name}` is no number", f"known are {OWN}, {', '.join(national)}")
        found[kind] = names
    for kind in KINDS:
        if kind not in found:
            _fail(file, tree.line, kind, "is missing", f"write `{kind}: [daerah, ambulans]`")
    return found


def _entry(file: str, where: str, tree: Tree) -> Entry:
    fields = _mapping(file, where, tree)
    if unknown := fields.keys() - set(_FIELDS):
        _fail(file, tree.line, where, f"`{min(unknown)}` is not known here", f"known are {', '.join(_FIELDS)}")
    label, digits, checked, _ = (_text(file, where, tree, field) for field in _FIELDS)
    if not _DIGITS.fullmatch(digits):
        _fail(file, fields["digits"].line, where, f"`digits: {digits}` are not digits only", "write `digits: 119`")
    try:
        day = date.fromisoformat(checked)
    except ValueError:
        _fail(file, fields["checked"].line, where, f"`checked: {checked}` is no date", "write it like 2026-01-31")
    return Entry(Number(label, digits), day, file, fields["digits"].line, where)


def _text(file: str, where: str, tree: Tree, key: str) -> str:
    fields = _mapping(file, where, tree)
    if key not in fields:
        _fail(file, tree.line, where, f"`{key}` is missing", f"write `{key}: …`")
    value = fields[key].value
    if not isinstance(value, str) or not value.strip():
        _fail(file, fields[key].line, where, f"`{key}` must be text", f"write `{key}: …`")
    return str(value).strip()


def _mapping(file: str, where: str, tree: Tree) -> dict[str, Tree]:
    if not isinstance(tree.value, dict):
        _fail(file, tree.line, where, "is no mapping", "write `name: …` lines under it, two spaces further in")
    return tree.value


def _fail(file: str, line: int, where: str, what: str, remedy: str) -> NoReturn:
    raise FlowError(f"{file}:{line}: {where}: {what}; {remedy}.")
