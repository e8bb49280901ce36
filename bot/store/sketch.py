"""How many different people, without keeping who: each sets one of some bits, and the bits that are set tell about how many there
were (linear counting, Whang and others 1990). Pure."""

import zlib
from collections.abc import Iterable
from math import log1p

BITS = 63
"""A signed integer of eight bytes in both databases. One such mask tells some 260 people apart at most; where people are spread over
256 parts, that is 66,000, and a thousand are counted to within a few."""


def bit(who: bytes) -> int:
    """The bit of one person."""
    return 1 << zlib.crc32(who) % BITS


def people(masks: Iterable[int]) -> int:
    """Of masks whose people differ."""
    return round(sum(_one(mask.bit_count()) for mask in masks))


def _one(set_: int) -> float:
    """So many people that this many bits are to be expected; a full mask may hold any number, and says the least."""
    return log1p(-min(set_, BITS - 0.5) / BITS) / log1p(-1 / BITS)
