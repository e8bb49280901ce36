"""Structured logs, one JSON line each, that never show a phone number, a NIK, a citizen's text or a secret."""

import logging
import re
import sys
from typing import Any

import orjson

from bot import clock

SECRET_KEYS = frozenset(
    {"text", "body", "raw", "token", "password", "secret", "authorization", "cookie", "phone", "name", "address", "url"}
)
"""Values under these names are never written."""
_DIGITS = re.compile(r"(?<!\d)(?:\+?62|0)8\d{7,11}(?!\d)|(?<!\d)\d{16}(?!\d)")
_BEARER = re.compile(r"(?i)bearer\s+\S+|bot\d+:[\w-]{20,}|EAA\w{20,}")


def mask(text: str) -> str:
    """`text` without Indonesian phone numbers, 16-digit identity numbers and access tokens."""
    return _BEARER.sub("[rahasia]", _DIGITS.sub("[nomor]", text))


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
    """Lines of libraries go the same way as ours."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        line = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name.removeprefix("wargi."),
            "event": mask(record.getMessage()),
            **{key: "[…]" if key in SECRET_KEYS else _safe(value) for key, value in fields.items()},
        }
        if record.exc_info:
            line["error"] = mask(self.formatException(record.exc_info))
        return orjson.dumps(line).decode()


def _safe(value: object) -> object:
    return value if isinstance(value, bool | int | float) or value is None else mask(str(value))


def setup(level: str = "info", quiet: bool = False) -> None:
    """Logs go to standard error; libraries speak up from warnings on (their debug lines show addresses with tokens)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json())
    logging.basicConfig(level=logging.ERROR if quiet else logging.WARNING, handlers=[handler], force=True)
    ours = logging.ERROR if quiet else getattr(logging, level.upper(), logging.INFO)
    logging.getLogger("wargi").setLevel(ours)


def get(room: str) -> Log:
    """The log of a room."""
    return Log(room)
