"""Weights packed side by side, and a trained model as bytes.

A feature's weights for all labels lie in one large integer, 32 bits apart. To add up a message's features is then one `sum`
in C for all labels together, which is seven times as fast as one sum a label.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from bot.triage.calibrate import Calibration, Line
from bot.triage.space import Space

FORMAT = "wargi-triage-2"
"""Raise when the meaning of the bytes, of features or of scores changes."""
MAX_BYTES = 64 * 1024 * 1024
TOP = 127
"""A weight is a byte from -127 to 127, stored 127 higher, so that lanes never borrow from each other."""


def small(weights: Sequence[float]) -> tuple[bytes, float]:
    """One byte a weight: what is lost is far below the difference that one word makes. Returns what a 1 is worth as well."""
    most = max(map(abs, weights), default=0.0) or 1.0
    return bytes(round(weight / most * TOP) + TOP for weight in weights), most / TOP


def lanes(table: bytes, labels: int) -> list[int]:
    """`table` holds for each feature one byte a label."""
    if not labels:
        return []
    layout = struct.Struct(f"<{labels}I")
    return [int.from_bytes(layout.pack(*table[at : at + labels]), "little") for at in range(0, len(table), labels)]


def totals(summed: int, labels: int, count: int) -> list[int]:
    """The sums of `count` features for each label."""
    return [each - TOP * count for each in struct.unpack(f"<{labels}I", summed.to_bytes(4 * labels, "little"))]


def total(summed: int, label: int, count: int) -> int:
    """The same for one label."""
    return (summed >> 32 * label & 0xFFFFFFFF) - TOP * count


def dump(labels: Sequence[str], space: Space, table: bytes, scales: Sequence[float], how: Calibration) -> bytes:
    head = {
        "format": FORMAT,
        "labels": labels,
        "features": list(space.ids),
        "unknown": space.unknown,
        "scales": scales,
        "calibration": astuple(how),
    }
    squares = struct.pack(f"<{len(space.squares)}H", *space.squares)
    text = json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return zlib.compress(b"".join([text, b"\n", squares, table]), 6)


def load(raw: bytes) -> tuple[Any, ...]:
    """The fields of a model. Raises ValueError for anything that `dump` did not write."""
    try:
        opened = zlib.decompressobj()
        body = opened.decompress(raw, MAX_BYTES)
        if not opened.eof:
            raise ValueError("cut off or too large")
        text, _, numbers = body.partition(b"\n")
        head = json.loads(text.decode("utf-8", "surrogatepass"))
        if head["format"] != FORMAT:
            raise ValueError(f"format {head['format']}")
        labels, features, count = head["labels"], head["features"], len(head["features"]) + 1
        if len(numbers) != count * (2 + len(labels)) or len(head["scales"]) != len(labels):
            raise ValueError("sizes differ")
        squares = list(struct.unpack_from(f"<{count}H", numbers))
        right, among, alone = head["calibration"]
        space = Space({feature: at for at, feature in enumerate(features, 1)}, squares, int(head["unknown"]))
        how = Calibration(_line(right), _line(among), float(alone))
        return tuple(labels), space, numbers[2 * count :], tuple(map(float, head["scales"])), how
    except (zlib.error, KeyError, TypeError, AttributeError, struct.error) as error:
        raise ValueError(f"not a trained model ({error})") from error


def _line(numbers: Sequence[float]) -> Line:
    constant, margin, best = numbers
    return float(constant), float(margin), float(best)
