"""The 27 regencies and cities of West Java as a map of tiles: each as large as the others, about where it lies. Own work: it needs no
borders of anybody, prints, and can be read aloud."""

from collections.abc import Mapping, Sequence

from bot.record import record

TILES: dict[str, tuple[str, str, int, int]] = {
    "32.76": ("Kota Depok", "Depok", 1, 0),
    "32.75": ("Kota Bekasi", "K. Bekasi", 2, 0),
    "32.16": ("Kabupaten Bekasi", "Bekasi", 3, 0),
    "32.15": ("Kabupaten Karawang", "Karawang", 4, 0),
    "32.13": ("Kabupaten Subang", "Subang", 5, 0),
    "32.12": ("Kabupaten Indramayu", "Indramayu", 6, 0),
    "32.01": ("Kabupaten Bogor", "Bogor", 0, 1),
    "32.71": ("Kota Bogor", "K. Bogor", 1, 1),
    "32.03": ("Kabupaten Cianjur", "Cianjur", 2, 1),
    "32.14": ("Kabupaten Purwakarta", "Purwakarta", 3, 1),
    "32.11": ("Kabupaten Sumedang", "Sumedang", 5, 1),
    "32.10": ("Kabupaten Majalengka", "Majalengka", 6, 1),
    "32.09": ("Kabupaten Cirebon", "Cirebon", 7, 1),
    "32.74": ("Kota Cirebon", "K. Cirebon", 8, 1),
    "32.02": ("Kabupaten Sukabumi", "Sukabumi", 0, 2),
    "32.72": ("Kota Sukabumi", "K. Sukabumi", 1, 2),
    "32.17": ("Kabupaten Bandung Barat", "Bandung Brt", 3, 2),
    "32.77": ("Kota Cimahi", "Cimahi", 4, 2),
    "32.73": ("Kota Bandung", "K. Bandung", 5, 2),
    "32.08": ("Kabupaten Kuningan", "Kuningan", 8, 2),
    "32.04": ("Kabupaten Bandung", "Bandung", 4, 3),
    "32.05": ("Kabupaten Garut", "Garut", 5, 3),
    "32.78": ("Kota Tasikmalaya", "K. Tasik", 6, 3),
    "32.07": ("Kabupaten Ciamis", "Ciamis", 7, 3),
    "32.79": ("Kota Banjar", "Banjar", 8, 3),
    "32.06": ("Kabupaten Tasikmalaya", "Tasikmalaya", 6, 4),
    "32.18": ("Kabupaten Pangandaran", "Pangandaran", 7, 4),
}
"""Code of Kemendagri -> name, name that fits, column, row."""
WIDE, HIGH = 92, 62
SIZE = (9 * WIDE, 5 * HIGH)
SHADES = 4


@record
class Tile:
    code: str
    name: str
    short: str
    x: int
    y: int
    n: int
    shade: int
    """0 for none, else 1 … SHADES by its share of the largest."""
    topics: Sequence[tuple[str, int]]
    """The most frequent ones."""


def tiles(places: Mapping[str, Mapping[str, int]]) -> list[Tile]:
    """`places`: regency -> topic -> tickets. Also those with none: their silence can be a fault."""
    sums = {code: sum(places.get(code, {}).values()) for code in TILES}
    most = max(sums.values())
    return [
        Tile(
            code, name, short, column * WIDE, row * HIGH, sums[code],
            -(-SHADES * sums[code] // most) if sums[code] else 0,
            sorted(places.get(code, {}).items(), key=lambda pair: (-pair[1], pair[0]))[:3],
        )
        for code, (name, short, column, row) in TILES.items()
    ]  # fmt: skip


def elsewhere(places: Mapping[str, Mapping[str, int]]) -> int:
    """Tickets whose place is not known, or outside."""
    return sum(sum(topics.values()) for code, topics in places.items() if code not in TILES)
