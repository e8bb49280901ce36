"""Emergency numbers, as data with a source and a date (flows/data/emergency.yaml). Never a constant in code: 112 exists only
in some regencies, and a number that nobody answers is worse than none."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NoReturn

from bot.engine.read import Tree, read_all
from bot.errors import FlowError, Problem, Sentence
from bot.record import record
from bot.triage.urgency import KINDS

MAX_AGE = 400
"""Days after which a number must be checked again: a year, and some weeks to do it in."""
OWN = "daerah"
"""In `kinds`: here stand the region's own numbers."""
_DIGITS = re.compile(r"[0-9]{3,15}")
_FIELDS = ("label", "digits", "checked", "source")


@record
class Number:
    label: str
    digits: str


@record
class Entry:
    """One number as it is written."""

    number: Number
    checked: date
    file: str
    line: int
    where: str


@record
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
        remedy = Sentence("telepon nomornya atau tanya instansinya, lalu tulis tanggal hari ini di `checked`")
        found = []
        for entry in entries:
            days = (today - entry.checked).days
            if days > MAX_AGE:
                what = Sentence(
                    "{number} diperiksa {days} hari lalu (paling lama {most})",
                    number=entry.number.digits,
                    days=days,
                    most=MAX_AGE,
                )
                found.append(Problem(entry.file, entry.line, entry.where, what, remedy))
            elif days < 0:
                what = Sentence("`checked: {day}` masih di masa depan", day=entry.checked)
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
            _fail(Sentence("tidak ditemukan"), Sentence("tulis `{key}:`", key=key), file, source.tree.line, key)
    for key, tree in top.items():
        if key not in ("numbers", "kinds", "regions"):
            remedy = Sentence("yang dikenal ialah {known}", known="numbers, kinds, regions")
            _fail(Sentence("tidak dikenal di sini"), remedy, file, tree.line, key)
    national = {name: _entry(file, name, tree) for name, tree in _mapping(file, "numbers", top["numbers"]).items()}
    order = _order(file, top["kinds"], national)
    regions: dict[str, tuple[Entry, ...]] = {}
    names: dict[str, str] = {}
    for code, tree in _mapping(file, "regions", top["regions"]).items():
        if not re.fullmatch(r"\d\d\.\d\d", code):
            what = Sentence("bukan kode kabupaten atau kota")
            _fail(what, Sentence('tulis seperti `"32.73":`'), file, tree.line, code)
        fields = _mapping(file, code, tree)
        if unknown := fields.keys() - {"name", "numbers"}:
            _strange(min(unknown), "name, numbers", file, tree.line, code)
        names[code] = _text(file, code, tree, "name")
        own = _mapping(file, code, fields["numbers"]) if "numbers" in fields else {}
        regions[code] = tuple(_entry(file, f"{code}.{name}", entry) for name, entry in own.items())
    return Emergencies(national, order, regions, names)


def _order(file: str, tree: Tree, national: Mapping[str, Entry]) -> dict[str, tuple[str, ...]]:
    found = {}
    for kind, listed in _mapping(file, "kinds", tree).items():
        if kind not in KINDS:
            remedy = Sentence("yang dikenal ialah {known}", known=", ".join(KINDS))
            _fail(Sentence("bukan jenis bahaya"), remedy, file, listed.line, kind)
        names = tuple(str(item.value) for item in listed.value) if isinstance(listed.value, list) else ()
        if not set(names) - {OWN}:
            what = Sentence("tidak menyebut nomor yang berlaku di mana saja")
            _fail(what, Sentence("tulis `[daerah, ambulans]`"), file, listed.line, kind)
        for name in names:
            if name != OWN and name not in national:
                what = Sentence("`{name}` bukan nomor", name=name)
                remedy = Sentence("yang dikenal ialah {known}", known=", ".join((OWN, *national)))
                _fail(what, remedy, file, listed.line, kind)
        found[kind] = names
    for kind in KINDS:
        if kind not in found:
            remedy = Sentence("tulis `{kind}: [daerah, ambulans]`", kind=kind)
            _fail(Sentence("tidak ditemukan"), remedy, file, tree.line, kind)
    return found


def _entry(file: str, where: str, tree: Tree) -> Entry:
    fields = _mapping(file, where, tree)
    if unknown := fields.keys() - set(_FIELDS):
        _strange(min(unknown), ", ".join(_FIELDS), file, tree.line, where)
    label, digits, checked, _ = (_text(file, where, tree, field) for field in _FIELDS)
    if not _DIGITS.fullmatch(digits):
        what = Sentence("`digits: {digits}` bukan angka saja", digits=digits)
        _fail(what, Sentence("tulis `digits: 119`"), file, fields["digits"].line, where)
    try:
        day = date.fromisoformat(checked)
    except ValueError:
        what = Sentence("`checked: {raw}` bukan tanggal", raw=checked)
        _fail(what, Sentence("tulis seperti 2026-01-31"), file, fields["checked"].line, where)
    return Entry(Number(label, digits), day, file, fields["digits"].line, where)


def _text(file: str, where: str, tree: Tree, key: str) -> str:
    fields, remedy = _mapping(file, where, tree), Sentence("tulis `{key}: …`", key=key)
    if key not in fields:
        _fail(Sentence("`{key}` tidak ada", key=key), remedy, file, tree.line, where)
    value = fields[key].value
    if not isinstance(value, str) or not value.strip():
        _fail(Sentence("`{key}` harus berupa teks", key=key), remedy, file, fields[key].line, where)
    return str(value).strip()


def _mapping(file: str, where: str, tree: Tree) -> dict[str, Tree]:
    if not isinstance(tree.value, dict):
        remedy = Sentence("tulis baris-baris `nama: …` di bawahnya, menjorok dua spasi")
        _fail(Sentence("tidak berisi baris `kata: …` di bawahnya"), remedy, file, tree.line, where)
    return tree.value


def _strange(key: str, known: str, file: str, line: int, where: str) -> NoReturn:
    remedy = Sentence("yang dikenal ialah {known}", known=known)
    _fail(Sentence("`{key}` tidak dikenal di sini", key=key), remedy, file, line, where)


def _fail(what: Sentence, remedy: Sentence, file: str, line: int, where: str) -> NoReturn:
    raise FlowError(Problem(file, line, where, what, remedy))
