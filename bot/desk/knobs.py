"""One value of the service's rules as the desk sets it: its place in a file, meaning, unit and limits, and how what is typed is written.

The limits are those of the readers (`bot.policy`, `bot.engine`), which have the last word: what is written here only says earlier, and
beside the field, what they would refuse.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from bot import values
from bot.edits import VALUE
from bot.engine.read import Tree
from bot.errors import WargiError
from bot.record import record

_CLOCK = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")
_SPAN = re.compile(r"([01]?\d|2[0-4])[.:][0-5]\d ?[-–] ?([01]?\d|2[0-4])[.:][0-5]\d")
_LASTS = re.compile(r"\d{1,4}[mhd]")
_WORD = re.compile(r"[\w.-]{1,40}")
_VERSION = re.compile(r"[\w.-]{1,20}")
DAY = 24 * 60


@record
class Knob:
    """One value."""

    file: str
    """In `flows/`: `data/sla.yaml`."""
    path: tuple[str, ...]
    label: str
    about: str = ""
    unit: str = ""
    kind: str = "whole"
    """`whole` and `number` (from `low` to `high`), `choice`, `some` (of the choices), `words`, `time`, `spans`, `lasts`, `date`,
    `version`."""
    low: float = 0
    high: float = DAY
    choices: tuple[tuple[str, str], ...] = ()
    usual: str = ""
    """What holds where the file does not say it."""
    of: str = ""
    """Values that belong together under one heading."""

    @property
    def context(self) -> str:
        return f"{VALUE}{self.file}/{'/'.join(self.path)}"

    def read(self, tree: Tree) -> str:
        found = values.read(tree, self.path)
        return self.usual if found is None else found


def written(knob: Knob, typed: str) -> str:
    """As it stands in the file. Raises `WargiError` with what to type instead."""
    typed = " ".join(typed.split())
    return _WRITERS[knob.kind](knob, typed)


def _number(knob: Knob, typed: str) -> str:
    try:
        found = float(typed.replace(",", "."))
    except ValueError:
        found = knob.low - 1
    if not knob.low <= found <= knob.high or (knob.kind == "whole" and found != int(found)):
        low, high = f"{knob.low:g}", f"{knob.high:g}"
        if knob.kind == "whole":
            raise WargiError("Tulis bilangan bulat dari {low} sampai {high}.", low=low, high=high)
        raise WargiError("Tulis angka dari {low} sampai {high}.", low=low, high=high)
    return f"{found:g}" if found < 1e6 else str(int(found))


def _choice(knob: Knob, typed: str) -> str:
    if typed not in (value for value, _ in knob.choices):
        raise WargiError("Pilih salah satu yang ada.")
    return typed


def _some(knob: Knob, typed: str) -> str:
    found = _split(typed)
    if any(each not in (value for value, _ in knob.choices) for each in found):
        raise WargiError("Yang dikenal: {known}.", known=", ".join(value for value, _ in knob.choices))
    return _list(found)


def _words(knob: Knob, typed: str) -> str:
    found = _split(typed)
    if any(not _WORD.fullmatch(each) for each in found):
        raise WargiError("Tulis kata-kata dengan koma di antaranya.")
    return _list(found)


def _time(knob: Knob, typed: str) -> str:
    found = _CLOCK.fullmatch(typed)
    if not found:
        raise WargiError("Tulis jam seperti 07.00.")
    return f'"{int(found[1]):02}.{found[2]}"'


def _spans(knob: Knob, typed: str) -> str:
    found = _split(typed)
    if any(not _SPAN.fullmatch(each) for each in found):
        raise WargiError("Tulis jam seperti 07.30-12.00, 12.30-16.00. Kosong berarti tutup.")
    return _list([each.replace(" ", "").replace("–", "-").replace(":", ".") for each in found])


def _lasts(knob: Knob, typed: str) -> str:
    if not _LASTS.fullmatch(typed):
        raise WargiError("Tulis lama seperti 30m, 3h, atau 2d: menit, jam, hari.")
    return typed


def _date(knob: Knob, typed: str) -> str:
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise WargiError("Tulis tanggal seperti 2027-01-31.") from None


def _version(knob: Knob, typed: str) -> str:
    if not _VERSION.fullmatch(typed):
        raise WargiError("Tulis huruf dan angka saja, paling banyak 20.")
    return json.dumps(typed)


_WRITERS: Mapping[str, Callable[[Knob, str], str]] = {
    "whole": _number, "number": _number, "choice": _choice, "some": _some, "words": _words, "time": _time, "spans": _spans,
    "lasts": _lasts, "date": _date, "version": _version,
}  # fmt: skip


def _split(typed: str) -> list[str]:
    return [each for part in typed.split(",") if (each := part.strip())]


def _list(found: Sequence[str]) -> str:
    return f"[{', '.join(found)}]"
