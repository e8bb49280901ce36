"""Links that end: a path, the moment until which it holds, and a signature over both. Pure; the time comes in."""

import hmac
from collections.abc import Mapping
from datetime import datetime

LASTS = 300
"""Seconds."""


def sign(key: bytes, path: str, now: datetime, lasts: int = LASTS) -> str:
    """`path` with what makes it valid until then."""
    until = int(now.timestamp()) + lasts
    return f"{path}?sampai={until}&tanda={_seal(key, path, until)}"


def valid(key: bytes, path: str, query: Mapping[str, str], now: datetime) -> bool:
    """Was this path signed by us, and is its time not over?"""
    until = query.get("sampai", "")
    if not (until.isascii() and until.isdigit() and len(until) <= 12):
        return False
    right = hmac.compare_digest(
        _seal(key, path, int(until)), query.get("tanda", "").encode("ascii", "replace").decode()
    )
    return right and now.timestamp() <= int(until)


def _seal(key: bytes, path: str, until: int) -> str:
    purpose = hmac.digest(key, b"wargi links v1", "sha256")  # one key, one purpose: a seal is nothing anywhere else
    return hmac.digest(purpose, f"{until} {path}".encode(), "sha256").hex()
