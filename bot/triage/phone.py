"""Indonesian telephone numbers: read into one spelling (`+62…`), and recognised inside free text."""

import re
import unicodedata

MOBILE = re.compile(r"(?:00?62|62|0)?0?(8[1-9]\d{7,10})")
"""8, a digit of the operator, and seven to ten more; zero, 62, +62 or 0062 before it, or +62 (0)8… as business cards have it."""
LANDLINE = re.compile(r"(?:00?62|62|0)0?((?:2[12]|23[1-4]|251|26[0-7])[1-9]\d{4,7})")
"""The area codes of Jawa Barat and of Jakarta, whose 021 also serves Bekasi and Depok. They need their zero or 62."""
_DRESS = re.compile(
    r"[\s().\-\u2010-\u2015/\u200b-\u200f\u202a-\u202e\u2060-\u2069]+|^\+|^(?:tel|wa)[.:]", re.IGNORECASE
)


def phone(text: str) -> str | None:
    """`+6281234567890`, or None for what is no number of a person: 112, 119, other countries, letters among the digits."""
    plain = unicodedata.normalize("NFKC", text).strip()
    abroad = plain.startswith("+") and not plain.startswith("+62")
    digits = _DRESS.sub("", _DRESS.sub("", plain))
    if abroad or not digits.isascii() or not digits.isdigit():
        return None
    found = MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits)
    return f"+62{found[1]}" if found else None
