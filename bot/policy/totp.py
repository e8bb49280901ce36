"""Codes that change every half minute (RFC 6238: HMAC-SHA-1, 30 seconds), and recovery codes. Pure: the time comes in.

Twenty lines of hmac and no library: the algorithm is fixed for ever, and the RFC brings its own test vectors.
"""

import base64
import hashlib
import hmac
from urllib.parse import quote

STEP = 30
"""Seconds of one code."""
DIGITS = 6
AROUND = 1
"""Steps before and after now that are taken too: clocks of telephones are a little off."""
SPARE = 8
"""Recovery codes."""
ISSUER = "Wargi"


def code(secret: bytes, step: int, digits: int = DIGITS) -> str:
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def right(secret: bytes, typed: str, seconds: float, last: int) -> int | None:
    """The step of a code that is right now and newer than the last one that was taken; None for any other."""
    now, plain = int(seconds) // STEP, "".join(typed.split())
    found = None
    for step in range(now - AROUND, now + AROUND + 1):  # all are compared: the time it takes tells nothing
        if hmac.compare_digest(code(secret, step).encode(), plain.encode("utf-8", "replace")) and step > last:
            found = step
    return found


def shown(secret: bytes) -> str:
    """As it is typed into a telephone: `ABCD EFGH …`."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, login: str) -> str:
    """What a telephone's app opens by itself."""
    key = base64.b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{ISSUER}:{quote(login)}?secret={key}&issuer={ISSUER}&digits={DIGITS}&period={STEP}"


def spare(bits: int) -> str:
    """A recovery code out of 50 random bits: `abcde-fghij`, without letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz234567890"
    text = "".join(letters[bits >> (5 * at) & 31] for at in range(10))
    return f"{text[:5]}-{text[5:]}"


def hashed(typed: str) -> str:
    """Of a recovery code, however it was typed. Fifty random bits need no slow hash."""
    return hashlib.sha256("".join(typed.lower().replace("-", "").split()).encode("utf-8", "replace")).hexdigest()
