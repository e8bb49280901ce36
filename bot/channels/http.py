"""What the channels share about HTTP: reading JSON that strangers wrote, posting once, and naming what went wrong."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

from bot.errors import Fault, SendError, Unauthorised, Unreadable

REFUSED = "not signed by the platform"
"""The one text of every refusal: it tells a stranger nothing about what was expected."""

LONGEST_ID = 512
_CAP = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)

GARBLED = Fault("garbled", "the platform took the message but its answer is unreadable", retryable=True, ambiguous=True)


def header(headers: Mapping[str, str], name: str) -> str:
    """A header that must come exactly once; '' otherwise."""
    getall = getattr(headers, "getall", None)
    if getall is None:
        return headers.get(name, "")
    values = getall(name, ())
    return str(values[0]) if len(values) == 1 else ""


def same(expected: tuple[bytes, ...], given: str) -> None:
    """Raises `Unauthorised` unless `given` is one of `expected`; looks at all of them, in constant time."""
    raw = given.encode("utf-8", "replace")
    found = False
    for one in expected:
        found |= hmac.compare_digest(one, raw)
    if not found:
        raise Unauthorised(REFUSED)


def loads(raw: bytes) -> Any:
    """JSON as Python; what orjson is too strict for (lone surrogates, NaN, endless numbers) is mended, not refused."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        value = json.loads(
            raw.decode("utf-8", "replace"), parse_constant=lambda _: None, parse_float=_number, parse_int=_number
        )
        return orjson.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON, or nested too deeply") from error


def _number(text: str) -> float | int | None:
    if len(text) <= 18 and text.lstrip("-").isdigit():
        return int(text)
    value = float(text)
    return value if abs(value) < 1e300 else None


def dumps(value: object) -> bytes:
    """JSON of something that `loads` read; nesting that no encoder takes becomes a note of that."""
    try:
        return orjson.dumps(value)
    except TypeError:
        pass
    try:
        return json.dumps(value).encode()
    except RecursionError:
        return b'{"odd":"nested too deeply"}'


def name_of(external_id: object, raw: bytes) -> str:
    """An id that fits a key: the platform's own, or a hash where that is missing, too long or not plain text."""
    if isinstance(external_id, str) and external_id:
        if len(external_id) <= LONGEST_ID and external_id.isascii() and external_id.isprintable():
            return external_id
        return hashlib.sha256(external_id.encode("utf-8", "replace")).hexdigest()
    return hashlib.sha256(raw).hexdigest()


def seconds(value: object) -> int:
    """A platform's timestamp as Unix seconds (some send milliseconds); 0 where unusable."""
    if isinstance(value, str):
        if not value.isascii() or not value.isdigit() or len(value) > 16:
            return 0
        value = int(value)
    elif type(value) is not int:
        return 0
    if value >= 1_000_000_000_000:
        value //= 1000
    return value if 0 < value < 100_000_000_000 else 0


async def post(
    http: aiohttp.ClientSession, url: Any, headers: Mapping[str, str], body: bytes, method: str = "POST"
) -> tuple[int, bytes, float | None]:
    """Asks once, by POST as a rule: status, body (cut at 64 KiB), Retry-After. Follows no redirect: the headers may hold a token."""
    status = 0
    try:
        async with http.request(
            method,
            url,
            data=body or None,
            headers=headers,
            allow_redirects=False,
            timeout=_TIMEOUT,
            auto_decompress=False,
        ) as answer:
            status = answer.status
            if (answer.content_length or _CAP) < _CAP:
                return status, await answer.read(), retry_after(answer.headers.get("Retry-After"))
            return status, await _start_of(answer.content), retry_after(answer.headers.get("Retry-After"))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
        # Without the error itself: its text may hold the address, and Telegram's address holds the token.
        why = f"the platform could not be reached ({type(error).__name__})"
        raise SendError(Fault("unreachable", why, retryable=True)) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        if status >= 400:
            return status, b"", None
        why = f"the platform did not answer ({type(error).__name__})"
        raise SendError(Fault("timeout", why, retryable=True, ambiguous=True)) from None


async def get(
    http: aiohttp.ClientSession,
    url: str,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    cap: int = 8 * 1024 * 1024,
) -> tuple[int, bytes]:
    """Reads once: status and body. Follows no redirect: the headers hold a token."""
    try:
        async with http.get(
            url, params=query, headers=headers, allow_redirects=False, timeout=_TIMEOUT, auto_decompress=False
        ) as answer:
            body = bytearray()
            async for chunk in answer.content.iter_chunked(_CAP):
                body += chunk
                if len(body) > cap:
                    raise SendError(Fault("garbled", f"an answer of more than {cap} bytes"))
            return answer.status, bytes(body)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        why = f"the platform could not be reached ({type(error).__name__})"
        raise SendError(Fault("unreachable", why, retryable=True)) from None


async def _start_of(content: aiohttp.StreamReader) -> bytes:
    try:
        return await content.readexactly(_CAP)
    except asyncio.IncompleteReadError as error:
        return error.partial


def retry_after(value: str | None) -> float | None:
    """Seconds, an hour at most; None for what is no number of them."""
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 6:
        return None
    return min(float(value), 3600.0)
