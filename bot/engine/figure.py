"""A number as people write it in an answer: `3`, `1.500`, `2,5`, `dua puluh lima`, `1,5 juta`, `500rb`, `teu aya`."""

import re

_ONES = {
    word: value
    for value, words in enumerate(
        "nol kosong|satu hiji|dua|tiga tilu|empat opat|lima|enam genep|tujuh|delapan dalapan lapan|sembilan salapan".split("|")
    )
    for word in words.split()
}  # fmt: skip
_WHOLE = {"sepuluh": 10, "sapuluh": 10, "sebelas": 11, "sabelas": 11, "seratus": 100, "saratus": 100, "seribu": 1000,
          "sarebu": 1000, "sejuta": 1_000_000, "sajuta": 1_000_000, "salawe": 25}  # fmt: skip
_TIMES = {"puluh": 10, "ratus": 100, "ribu": 1000, "rebu": 1000, "rb": 1000, "juta": 1_000_000, "jt": 1_000_000,
          "miliar": 1_000_000_000, "milyar": 1_000_000_000}  # fmt: skip
NONE = frozenset(
    "tidak ada|tak ada|gak ada|ga ada|nggak ada|belum ada|teu aya|henteu aya|euweuh|teu acan aya|kosong".split("|")
)
_DIGITS = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?|\d+\.\d{1,2}")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
BESIDE = frozenset(
    "ada aya nomor nomer no sekitar sakitar kira kurang lebih langkung leuwih hampir ampir kurleb cuma hanya mung ngan totalnya total jumlahnya "
    "semua sadayana sadayana orang jiwa jalmi jalma urang tahun taun thn bulan sasih hari dinten poe minggu jam menit kali rumah imah "
    "bumi kk keluarga kulawarga buah hiji siji ekor batang kg kilo gram liter meter m km hektar ha rp rupiah rupia perak persen "
    "anak budak lansia warga wargi".split()
)
"""Words that may stand beside the number and change nothing about it."""


def read(text: str, beside: frozenset[str] = frozenset()) -> float | None:
    """The number that a whole answer consists of; None for none, for more than one, and for a sentence that only holds one."""
    plain = " ".join(text.lower().split()).strip(" .!?")
    if plain in NONE:
        return 0.0
    values: list[float] = []
    run: list[str] = []
    for token in [*_TOKEN.findall(plain), ""]:
        if token[:1].isdigit() or token in _ONES or token in _WHOLE or token in _TIMES or token in ("belas", "welas"):
            run.append(token)
            continue
        if run:
            value = _run(run)
            if value is None:
                return None
            values.append(value)
            run = []
        if token and token not in BESIDE and token not in beside:
            return None
    return values[0] if len(set(values)) == 1 else None


_AFTER = {
    "digit": ("start", "times"), "ones": ("start", "tens", "hundreds", "times"), "teen": ("ones",), "tens": ("ones", "digit"),
    "hundreds": ("ones", "digit"), "times": ("digit", "ones", "teen", "tens", "hundreds"),
}  # fmt: skip
"""What may stand before each kind of word; anything else is two numbers."""


def _run(words: list[str]) -> float | None:
    """`dua puluh lima` | `1,5 juta` | `1.500`; None where the words are more than one number."""
    total = part = unit = 0.0
    before = "start"
    for word in words:
        kind, value = _word(word)
        whole = word in _WHOLE  # it stands for two words: "seratus" is "satu ratus"
        if value is None or before not in (_AFTER["ones"] if whole else _AFTER[kind]):
            return None
        if whole and kind == "times":
            total += value
        elif whole or kind in ("digit", "ones"):
            part, unit = part + value, value
        elif kind == "teen":
            part += 10
        elif kind in ("tens", "hundreds"):
            part = part - unit + unit * value
        else:
            total, part = total + part * value, 0.0
        before = kind
    return total + part


def _word(word: str) -> tuple[str, float | None]:
    """Its kind in a number, and what it is worth."""
    if word[:1].isdigit():
        if not _DIGITS.fullmatch(word):
            return "digit", None
        decimal = re.fullmatch(r"\d+\.\d{1,2}", word)
        return "digit", float(word) if decimal else float(word.replace(".", "").replace(",", "."))
    if word in _WHOLE:
        value = _WHOLE[word]
        return "teen" if value < 100 else "hundreds" if value == 100 else "times", float(value)
    if word in _ONES:
        return "ones", float(_ONES[word])
    if word in ("belas", "welas"):
        return "teen", 10.0
    times = _TIMES[word]
    return "tens" if times == 10 else "hundreds" if times == 100 else "times", float(times)


def written(value: float) -> str:
    """As it is stored: `3`, `2.5`."""
    return str(int(value)) if value == int(value) else str(value)
