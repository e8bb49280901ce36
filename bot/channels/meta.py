"""What Meta's webhooks have in common, whichever app they are of: the signature, the first call, the words of an error."""

import hmac
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bot.channels.http import REFUSED, header, same
from bot.errors import Unauthorised
from bot.message import Hook, clean

HOOKS: tuple[Hook, ...] = (Hook(), Hook("GET", challenge=True))
_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")


def secrets(setting: str) -> tuple[str, ...]:
    """Two, separated by a comma, while one replaces the other."""
    return tuple(part.strip() for part in setting.split(",") if part.strip())


def verify(keys: tuple[bytes, ...], headers: Mapping[str, str], body: bytes) -> None:
    """Raises `Unauthorised` unless one of the app's secrets signed these bytes."""
    given = header(headers, "X-Hub-Signature-256")
    # Meta never compresses: what was unpacked on the way is not what was signed.
    if not _SIGNATURE.fullmatch(given) or headers.get("Content-Encoding", "identity") != "identity":
        raise Unauthorised(REFUSED)
    same(tuple(_signature(key, body) for key in keys), given[7:])


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")


def _signature(key: bytes, body: bytes) -> bytes:
    """From a copy: `hmac.digest` lets go of the interpreter for each webhook, and must wait to get it back from the database's thread."""
    signed = _keyed(key).copy()
    signed.update(body)
    return signed.hexdigest().encode()


def challenge(token: bytes, query: Mapping[str, str]) -> str:
    """The answer to the call with which an app's owner proves that the address is theirs."""
    if query.get("hub.mode") != "subscribe":
        raise Unauthorised(REFUSED)
    same((token,), query.get("hub.verify_token", ""))
    return query.get("hub.challenge", "")


def words(error: Any) -> str:
    """A Graph error for a person: what it says, and the code to search for."""
    error = error if isinstance(error, dict) else {}
    said = re.sub(r"^\(#\d+\) ", "", clean(error.get("error_user_msg") or error.get("message"), 400))
    code, sub = error.get("code"), error.get("error_subcode")
    number = "/".join(str(one) for one in (code, sub) if type(one) is int)
    return f"{said} ({number})".strip() if number else said
