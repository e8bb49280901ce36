"""Links that end: a path, the moment until which it holds, and a signature over both. Pure; the time comes in."""

import hmac
from collections.abc import Mapping, Sequence
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


# -- passes: a whole sentence that somebody without an account holds --------------------------------


def make_pass(key: bytes, shown: Sequence[str], bound: Sequence[str], now: datetime, lasts: int) -> str:
    """`shown` can be read in it, `bound` must be known to whoever checks it: when that has changed, the pass is over."""
    until = str(int(now.timestamp()) + lasts)
    return ".".join((*shown, until, _stamp(key, (*shown, *bound, until))))


def read_pass(text: str, count: int) -> tuple[str, ...] | None:
    """The shown words of something that looks like a pass; nothing is checked yet."""
    words = tuple(text.split("."))
    return words[:count] if len(words) == count + 2 and len(text) < 300 and text.isascii() else None


def valid_pass(key: bytes, text: str, bound: Sequence[str], now: datetime) -> bool:
    *shown, until, stamp = text.split(".")
    if not (until.isdigit() and len(until) <= 12):
        return False
    return hmac.compare_digest(_stamp(key, (*shown, *bound, until)), stamp) and now.timestamp() <= int(until)


def _stamp(key: bytes, words: Sequence[str]) -> str:
    purpose = hmac.digest(key, b"wargi pass v1", "sha256")
    return hmac.digest(purpose, "\x1f".join(words).encode(), "sha256").hex()
