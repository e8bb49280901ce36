"""How much two reports of one topic are about the same thing: where, in which words, and how long ago."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from bot.record import record

RECENT = timedelta(days=14)
MOST = 3
NEAR = 1.0
"""Kilometres between two shared locations that may be one spot."""
ENOUGH = 2.0
"""The same village within two weeks is enough; the same district needs words in common."""
VILLAGE, DISTRICT, WORDS = 3.0, 1.2, 3.0
_WORD = re.compile(r"[a-z]{4,}")
_EMPTY = frozenset(
    "yang dengan untuk sudah belum tidak saya kami kita pada dari sejak karena juga sangat sekali tolong mohon segera banyak "
    "masih lagi kalau seperti dalam depan dekat jalan desa kampung warga lapor laporan nggak enggak bisa sama tapi kemarin hari "
    "minggu bulan tahun lalu sareng parantos teu acan henteu pisan kanggo abdi kuring urang ieu anu payuneun caket lembur dinten "
    "kamari minggon sasih taun terang punten aya loba seueur".split()
)
"""Words that most reports have."""


@record
class Report:
    key: str
    place_code: str
    words: str
    at: datetime
    spot: tuple[float, float] | None = None


def alike(new: Report, others: Sequence[Report], both_ways: bool = False) -> list[Report]:
    """The most alike, the best first. `both_ways`: also those that came after it."""
    scored = [
        (score(new, other) if other.at <= new.at or not both_ways else score(other, new), other) for other in others
    ]
    best = sorted((pair for pair in scored if pair[0] >= ENOUGH), key=lambda pair: (-pair[0], pair[1].key))
    return [other for _, other in best[:MOST]]


def score(new: Report, other: Report) -> float:
    age = (new.at - other.at) / RECENT
    where = _where(new, other)
    if not 0 <= age <= 1 or not where:
        return 0.0
    ours, theirs = _content(new.words), _content(other.words)
    shared = len(ours & theirs) / min(len(ours), len(theirs)) if ours and theirs else 0.0
    return where + WORDS * shared - age / 2


def _where(new: Report, other: Report) -> float:
    if new.spot and other.spot:  # two points say more than two names
        return VILLAGE if kilometres(new.spot, other.spot) <= NEAR else 0.0
    if min(len(new.place_code), len(other.place_code)) < 8 or new.place_code[:8] != other.place_code[:8]:
        return 0.0
    if len(new.place_code) > 8 and len(other.place_code) > 8:
        return VILLAGE if new.place_code == other.place_code else 0.0
    return DISTRICT


def within(code: str, regions: Sequence[str]) -> bool:
    """A place lies in one of these regions, by their codes (`32.04.05` holds `32.04.05.2001`)."""
    return any(code == region or code.startswith(f"{region}.") for region in regions)


def _content(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())) - _EMPTY


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    north, east = radians(other[0] - one[0]) / 2, radians(other[1] - one[1]) / 2
    sphere = sin(north) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(east) ** 2
    return 12742 * asin(min(1.0, sqrt(sphere)))
