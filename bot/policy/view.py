"""What a page showed of a conversation: its newest message, and which of the citizen's older words had been changed by then. Pure."""

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from bot.record import record

LONGEST = 8000
"""Letters of a page's list of changes: every message of a long page, changed."""


@record
class View:
    until: int
    since: int = 0
    """0: a page that does not say what it had seen of changes; then they are not looked at."""
    changes: str = ""


def read(until: object, changes: object) -> View | None:
    """From a form's two fields; None where there is no sign of what was seen."""
    last, (first, colon, found) = str(until or ""), str(changes or "")[:LONGEST].partition(":")
    if not _number(last):
        return None
    return View(int(last), int(first), found) if colon and _number(first) else View(int(last))


def shown(since: int, messages: Iterable[Mapping[str, Any]]) -> str:
    """What a page's form sends along of the citizen's messages that it shows."""
    return f"{since}:{changes(messages)}"


def changes(messages: Iterable[Mapping[str, Any]]) -> str:
    """`3-1f2e.7-…`: each of the citizen's messages that has been edited or deleted, with a mark of its last change."""
    return ".".join(f"{row['seq']}-{_mark(row['data'])}" for row in messages if row["data"] and _mark(row["data"]))


def differ(before: str, now: str) -> list[int]:
    """The messages whose last change is not the one that was seen."""
    known = set(before.split("."))
    return [int(each.partition("-")[0]) for each in now.split(".") if each and each not in known]


def _mark(data: Mapping[str, Any]) -> str:
    said = f"{data.get('edited_at', '')}{data.get('deleted', '')}"
    return f"{zlib.crc32(said.encode()) & 0xFFFF:04x}" if said else ""


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
