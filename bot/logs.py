"""Structured logs, one JSON line each, that never show a phone number, a NIK, a citizen's text or a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_KEYS = frozenset(
    {"text", "body", "raw", "token", "password", "secret", "authorization", "cookie", "phone", "name", "address", "url"}
)
"""Values under these names are never written."""
_DIGITS = re.compile(r"(?<!\d)(?:\+?62|0)8\d{7,11}(?!\d)|(?<!\d)\d{16}(?!\d)")
_BEARER = re.compile(r"(?i)bearer\s+\S+|bot\d+:[\w-]{20,}|EAA\w{20,}")


def mask(text: str) -> str:
    """`text` without Indonesian phone numbers, 16-digit identity numbers and access tokens."""
    return _BEARER.sub("[rahasia]", _DIGITS.sub("[nomor]", text))


def _redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key in SECRET_KEYS:
            event[key] = "[…]"
        elif isinstance(value, str):
            event[key] = mask(value)
    return event


class _Mask(logging.Formatter):
    """Lines of libraries go the same way."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


def setup(level: str = "info", quiet: bool = False) -> None:
    """Logs go to standard error; `quiet` keeps only errors (terminal chat)."""
    number = logging.ERROR if quiet else getattr(logging, level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Mask('{"logger":"%(name)s","level":"%(levelname)s","event":"%(message)s"}'))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def get(name: str) -> Any:
    """The logger of a room."""
    return structlog.get_logger(room=name)
