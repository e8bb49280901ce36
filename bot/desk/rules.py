"""What the rules of one content say, value by value, and what another content says instead."""

import zipfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import BytesIO

from bot import values
from bot.desk.knob_table import CALENDARS, GROUPS, REGISTER, Group, Trees
from bot.desk.knobs import Knob
from bot.desk.show import N_
from bot.desk.speech import tr
from bot.engine import read
from bot.engine.read import Tree
from bot.errors import FlowError
from bot.record import record

FILES = frozenset({REGISTER, *(file for group in GROUPS for file in group.files)})
HOLIDAY = {"nasional": N_("nasional"), "bersama": N_("cuti bersama"), "daerah": N_("daerah")}


@record
class Said:
    """One value as a content has it."""

    group: Group
    knob: Knob
    value: str

    @property
    def called(self) -> str:
        return " · ".join(tr(each) for each in (self.group.title, self.knob.of, self.knob.label) if each)

    @property
    def words(self) -> str:
        """As people read it."""
        return tr(dict(self.knob.choices).get(self.value, self.value)) or "–"


def trees(raw: bytes) -> Trees:
    """The files that hold rules. One that cannot be read is left out: who changes it is told elsewhere."""
    found = dict[str, Tree]()
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        for full in archive.namelist():
            name = full.removeprefix("flows/")
            top = full.startswith("flows/") and full.endswith(".yaml") and "/" not in name
            if name not in FILES and not top:
                continue
            text = archive.read(full)
            if (name in FILES or b"\nsleep:" in text) and (tree := _tree(text, full)) is not None:
                found[name] = tree
    return found


@lru_cache(maxsize=64)
def _tree(text: bytes, name: str) -> Tree | None:
    """The scanner takes 5 ms a kilobyte, and these files change seldom."""
    try:
        return read.parse(text, name)
    except FlowError:
        return None


def said(found: Trees) -> dict[str, Said]:
    return {
        knob.context: Said(group, knob, knob.read(found[knob.file]))
        for group in GROUPS
        for knob in group.knobs(found)
        if knob.file in found
    }


def differences(old: Trees, new: Trees) -> Iterator[str]:
    """For people, as the other lines of a preview are."""
    before, after = said(old), said(new)
    for context in before.keys() | after.keys():
        was, now = before.get(context), after.get(context)
        if (was and was.value) != (now and now.value):
            yield f"~ {((now or was) or after[context]).called}"
            yield from (f"  {mark} {each.words}" for mark, each in (("-", was), ("+", now)) if each)
    gone, come = holidays(old).items() - holidays(new).items(), holidays(new).items() - holidays(old).items()
    day = tr(N_("Hari libur"))
    for mark, days in (("-", gone), ("+", come)):
        yield from (f"{mark} {day} {day_of(name)} {called}" for name, called in sorted(days))


def day_of(name: str) -> str:
    """Of a holiday, by the name under which it is found."""
    return name.removeprefix("date=").partition("&")[0]


def holidays(found: Trees) -> Mapping[str, str]:
    """The name by which a holiday is found -> what it is called, in the order of the file."""
    rows = values.find(found.get(CALENDARS), ("holidays",))
    listed = rows.value if rows is not None and isinstance(rows.value, list) else []
    return {values.name(row): values.read(row, ("name",)) or "" for row in listed}
