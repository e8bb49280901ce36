"""The public ticket number: short, speakable, not to be guessed, and a typing mistake never names another ticket.

`XXXX-XXXX`: seven symbols carry 35 bits (which part of the tables the ticket lies in, and 27 random bits), the eighth
checks them. Numbers are written on paper and told over the phone, so nothing in this file may ever change its meaning.
"""

import re
import unicodedata

from bot.errors import NotFound

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No I, L, O (read as 1, 1, 0) and no U (looks like V): whoever writes by hand or reads aloud mixes those up."""
PART_BITS, RANDOM_BITS = 8, 27
_SPOKEN = (
    "nol satu dua tiga empat lima enam tujuh delapan sembilan Ambon Bandung Cirebon Demak Ende Flores Garut Halmahera "
    "Jakarta Kudus Medan Nias Padang Quran Rembang Solo Tegal Vitamin Wonosobo Xilofon Yogya Zamrud"
)
SPOKEN = dict(zip(ALPHABET, re.findall(r"\w+", _SPOKEN), strict=True))

_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_BITS = PART_BITS + RANDOM_BITS
_MASK = (1 << _BITS) - 1
_START = 0x4A3D71C59  # keeps 0000-0000, the first thing anyone tries, from being a number of the first part
_HALF = 18  # x ^ (x >> 18) undoes itself on 35 bits
_FACTORS = (0x5DEECE66D, 0x2545F4913)  # odd, so each has an inverse modulo 2^35
_INVERSES = tuple(pow(factor, -1, 1 << _BITS) for factor in _FACTORS)

_JUNK = re.compile(r"[\s\-.‐-―−_#]+")
_SYMBOL = "[0-9A-TV-Za-tv-z]"
_DASH = "[-‐-―−]"
_SPOT = re.compile(
    rf"(?<![0-9A-Za-z])(?<![0-9]-){_SYMBOL}{{4}}(?: ?{_DASH} ?|[ .])?{_SYMBOL}{{4}}(?!{_DASH}?[0-9]|[A-Za-z])"
    rf"|(?<![0-9A-Za-z]){_SYMBOL}(?:[ \-.]{_SYMBOL}){{7}}(?![0-9A-Za-z])"
)


def _powers_of_two() -> tuple[int, ...]:
    """1, 2, 4, … in GF(32) (modulus x^5 + x^2 + 1): 31 different values, then from the start."""
    powers = [1]
    while len(powers) < 31:
        doubled = powers[-1] << 1
        powers.append(doubled ^ 0b100101 if doubled & 32 else doubled)
    return tuple(powers)


_POWER = _powers_of_two()
_LOG = {value: exponent for exponent, value in enumerate(_POWER)}


def _sum(values: list[int]) -> int:
    """Each value times the weight of its place. Weights differ and none is zero: so one changed symbol changes the sum
    by weight × change, a swap of neighbours by (difference of weights) × (that of symbols), and neither is zero."""
    total = 0
    for place, value in enumerate(values):
        if value:
            total ^= _POWER[(_LOG[value] + place) % 31]
    return total


def make(part: int, bits: int) -> str:
    """The number of a ticket in `part`, from 27 random `bits`."""
    if not 0 <= part < 1 << PART_BITS or not 0 <= bits < 1 << RANDOM_BITS:
        raise ValueError("part or bits out of range")
    mixed = _mix(bits << PART_BITS | part)
    values = [mixed >> shift & 31 for shift in range(_BITS - 5, -1, -5)]
    values.append(_POWER[(_LOG[rest] - 7) % 31] if (rest := _sum(values)) else 0)
    text = "".join(ALPHABET[value] for value in values)
    return f"{text[:4]}-{text[4:]}"


def read(text: str) -> tuple[str, int]:
    """The canonical number and its part, from whatever a person typed. Raises `NotFound` for what cannot be one."""
    typed = _JUNK.sub("", unicodedata.normalize("NFKC", text[:100])).upper()
    values = [_VALUE.get(symbol, -1) for symbol in typed]
    if len(values) != 8 or -1 in values or _sum(values):
        raise NotFound("unknown ticket number")
    mixed = 0
    for value in values[:7]:
        mixed = mixed << 5 | value
    symbols = "".join(ALPHABET[value] for value in values)
    return f"{symbols[:4]}-{symbols[4:]}", _unmix(mixed) & (1 << PART_BITS) - 1


def find(text: str) -> str | None:
    """The first number in a sentence, or None. One in 32 ordinary eight-letter stretches passes the check ("anak-anak"
    has the very form), so words alone do not count: it takes a letter and a digit, or the dash and different halves."""
    for match in _SPOT.finditer(unicodedata.normalize("NFKC", text)):
        spot = match.group()
        dashed = re.fullmatch(rf"(.{{4}}) ?{_DASH} ?(.{{4}})", spot)
        mixed = any(c.isdigit() for c in spot) and any(c.isalpha() for c in spot)
        if mixed or (dashed and dashed[1].upper() != dashed[2].upper()):
            try:
                return read(spot)[0]
            except NotFound:
                continue
    return None


def spell(number: str) -> str:
    """For reading aloud: digits as words, letters by the names of known places and things."""
    first, _, last = number.partition("-")
    return ", ".join([*(SPOKEN[symbol] for symbol in first), *(SPOKEN[symbol] for symbol in last)])


def _mix(value: int) -> int:
    """Spreads part and chance over all symbols, so that numbers of one part look as different as any. No secret."""
    value ^= _START
    for factor in _FACTORS:
        value = value * factor & _MASK
        value ^= value >> _HALF
    return value


def _unmix(value: int) -> int:
    for inverse in reversed(_INVERSES):
        value ^= value >> _HALF
        value = value * inverse & _MASK
    return value ^ _START
