"""The only doors to time, ids and chance, so that a test can freeze all three at once."""

import os
import random
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import uuid_utils

PARTS = 256
"""How many parts the hot tables are cut into; see docs/decisions.md."""

_now: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731 - replaced as a whole by `freeze`
_random: random.Random = random.SystemRandom()


def now() -> datetime:
    """The wall clock, aware, UTC. Never for time-outs: those use `monotonic`."""
    return _now()


def milliseconds() -> int:
    """The wall clock as a page counts it."""
    return int(now().timestamp() * 1000)


def monotonic() -> float:
    """Seconds that never jump; for time-outs inside this process only."""
    return time.monotonic()


def new_id() -> bytes:
    """A UUIDv7 as 16 bytes: new rows stay together in every index."""
    return uuid_utils.uuid7().bytes if _frozen is None else _frozen_id()


def random_bits(n: int) -> int:
    """`n` unpredictable bits."""
    return _random.getrandbits(n)


def jitter(seconds: float) -> float:
    """Full jitter: a random wait between 0 and `seconds`."""
    return _random.random() * seconds


def token() -> str:
    """256 unpredictable bits as text that fits a URL."""
    return f"{_random.getrandbits(256):064x}"


def part_of(channel: str, address: str) -> int:
    """The part of an address: stable over releases, so crc32 and not hash()."""
    return zlib.crc32(f"{channel}:{address}".encode("utf-8", "replace")) % PARTS


# -- a clock of one's own: for tests, and for `wargi demo` -----------------------------------------

_frozen: random.Random | None = None


def _frozen_id() -> bytes:
    assert _frozen is not None
    millis = int(_now().timestamp() * 1000)
    rest = _frozen.getrandbits(80)
    value = (millis << 80) | rest
    value = (value & ~(0xF << 76)) | (7 << 76)
    value = (value & ~(0x3 << 62)) | (2 << 62)
    return value.to_bytes(16, "big")


def freeze(at: datetime | Callable[[], datetime], seed: int = 1) -> Callable[[], None]:
    """Fix time, ids and chance at once; returns what undoes it. For tests, and for `wargi demo`,
    which moves it through a month."""
    global _now, _random, _frozen
    before = (_now, _random, _frozen)
    _now = at if callable(at) else lambda: at
    _random = _frozen = random.Random(seed)

    def undo() -> None:
        global _now, _random, _frozen
        _now, _random, _frozen = before

    return undo


def process_name() -> str:
    """Names this process among others, for leases and logs: changes with every start."""
    return f"{os.getpid()}-{_random.getrandbits(32):08x}"
