"""Structured logs, one JSON line each, that never show a phone number, a NIK, a citizen's text or a secret."""

import logging
import re
import sys
import traceback
from pathlib import Path
from typing import Any

import orjson

from bot import clock

SECRET_KEYS = frozenset(
    {"text", "body", "raw", "token", "password", "secret", "authorization", "cookie", "phone", "name", "address", "url"}
)
"""Values under these names are never written."""
_GAP = r"[\s().\-\u2010-\u2015/\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]"
_PHONE = (
    rf"(?<!\d)(?:\+?(?:00)?62|0){_GAP}{{0,4}}(?:0?8|2)(?:{_GAP}{{0,3}}\d){{6,11}}(?!\d)|(?<!\d)8[1-9]\d{{7,10}}(?!\d)"
)
_NIK = rf"(?<!\d)\d(?:{_GAP}{{0,3}}\d){{15}}(?!\d)|(?<!\w)(?=\d{{4}})[\dOoIl|]{{16}}(?!\w)"
_FOREIGN = r"(?=[^\x00-\x7f])\d{9,16}"
_DIGITS = re.compile(f"{_NIK}|{_PHONE}|{_FOREIGN}")
"""However people group them: 0812-3456-7890, +62 812 …, (022) 730…, 3273 0145 … Generous, unlike `triage.identity`, which shows texts
to people: a log line loses nothing by one number less."""
_BEARER = re.compile(r"(?i)bearer\s+\S+|bot\d+:[\w-]{20,}|EAA\w{20,}")
_HERE = Path(__file__).parent.parent


def mask(text: str) -> str:
    """`text` without Indonesian phone numbers, 16-digit identity numbers and access tokens; UTF-8 can hold the result."""
    return _BEARER.sub("[rahasia]", _DIGITS.sub("[nomor]", text)).encode("utf-8", "replace").decode()


def fault(error: BaseException) -> str:
    """What kind of error and where, as `IntegrityError 23505 at bot/turn/intake.py:12`. Never its message: errors quote what they
    choked on (`int("…")`, a driver's parameters, PostgreSQL's DETAIL), and that is what a citizen wrote."""
    raised = getattr(error, "orig", None) or error
    code = getattr(raised, "sqlstate", None) or getattr(raised, "sqlite_errorname", None)
    name = f"{type(error).__name__} {code}" if code else type(error).__name__
    if raised is error and error.__cause__ not in (None, error):
        return f"{name} from {fault(error.__cause__)}"
    return f"{name} at {_place(error)}"


def _place(error: BaseException) -> str:
    """Our own innermost line, else the innermost."""
    lines = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [(path.relative_to(_HERE), line) for path, line in lines if path.is_relative_to(_HERE / "bot")]
    path, line = (ours or lines or [(Path("?"), 0)])[-1]
    return f"{path}:{line}"


class Log:
    """The log of one room: `log.info("event", key=value)`."""

    def __init__(self, room: str) -> None:
        self._logger = logging.getLogger(f"wargi.{room}")

    def info(self, event: str, **fields: object) -> None:
        self._logger.info(event, extra={"fields": fields})

    def warning(self, event: str, **fields: object) -> None:
        self._logger.warning(event, extra={"fields": fields})

    def error(self, event: str, **fields: object) -> None:
        self._logger.error(event, extra={"fields": fields})


class _Json(logging.Formatter):
    """Lines of libraries go the same way as ours, but the first line only: asyncio shows whole errors in the next ones."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        line = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name.removeprefix("wargi."),
            "event": mask(record.getMessage().partition("\n")[0]),
            **{key: "[…]" if key in SECRET_KEYS else _safe(value) for key, value in fields.items()},
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = fault(record.exc_info[1])
            line["trace"] = [f"{frame.f_code.co_filename}:{at}" for frame, at in traceback.walk_tb(record.exc_info[2])]
        return orjson.dumps(line).decode()


def _safe(value: object) -> object:
    if isinstance(value, bool | float) or value is None:
        return value
    shown = mask(str(value))
    return value if isinstance(value, int) and shown == str(value) else shown


def setup(level: str = "info", quiet: bool = False) -> None:
    """Logs go to standard error; libraries speak up from warnings on (their debug lines show addresses with tokens)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json())
    logging.basicConfig(level=logging.ERROR if quiet else logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("wargi").setLevel(logging.ERROR if quiet else level.upper())


def get(room: str) -> Log:
    """The log of a room."""
    return Log(room)
