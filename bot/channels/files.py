"""Fetching a citizen's file from a platform: what each answer means, without a redirect followed or an address written down."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import aiohttp
import yarl

from bot.channels.http import retry_after
from bot.errors import Fault, FetchError

CHUNK = 64 * 1024
_SMALL = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=5, sock_read=20)
"""Each read may take so long; how long the whole may take is for the caller, who knows its size."""

# What an HTTP status says about a file; the rest of 4xx is the file's own fault, 5xx the server's.
STATUSES: dict[int, Fault] = {
    401: Fault("auth", "the platform refuses our token", retryable=True, scope="account"),
    403: Fault("auth", "the platform refuses our token", retryable=True, scope="account"),
    404: Fault("expired"),
    410: Fault("expired"),
    408: Fault("timeout", retryable=True),
    429: Fault("throttled", retryable=True, scope="account"),
}


def fault_of(status: int, wait: float | None = None) -> Fault:
    fault = STATUSES.get(status) or Fault("transient" if status >= 500 else "refused", retryable=status >= 500)
    scope = "account" if status >= 500 else fault.scope
    return Fault(fault.name, fault.text or f"HTTP {status}", fault.retryable, wait=wait, scope=scope)


async def get(
    http: aiohttp.ClientSession, url: yarl.URL, headers: Mapping[str, str]
) -> tuple[int, bytes, float | None]:
    """A small answer, whatever its status. Raises `FetchError`."""
    try:
        async with http.get(
            url, headers=headers, allow_redirects=False, timeout=_TIMEOUT, auto_decompress=False
        ) as answer:
            body = await answer.content.read(_SMALL)
            while len(body) < _SMALL and (more := await answer.content.read(_SMALL - len(body))):
                body += more
            return answer.status, body, retry_after(answer.headers.get("Retry-After"))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _unreached(error) from None


async def stream(http: aiohttp.ClientSession, url: yarl.URL, headers: Mapping[str, str]) -> AsyncGenerator[bytes, None]:
    """The file, piece by piece and as it was sent: what is packed stays packed. Raises `FetchError`."""
    began = False
    try:
        async with http.get(
            url, headers=headers, allow_redirects=False, timeout=_TIMEOUT, auto_decompress=False
        ) as answer:
            if answer.status != 200:
                raise FetchError(fault_of(answer.status, retry_after(answer.headers.get("Retry-After"))))
            began = True
            async for chunk in answer.content.iter_chunked(CHUNK):
                yield chunk
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        if began:  # this file's line was cut; others may do well
            raise FetchError(Fault("cut", type(error).__name__, retryable=True)) from None
        raise _unreached(error) from None


def _unreached(error: Exception) -> FetchError:
    """Without the error's text: it may hold the address, and Telegram's address holds the token."""
    return FetchError(Fault("unreachable", type(error).__name__, retryable=True, scope="account"))


def field(value: Any, *path: str) -> Any:
    """A value deep in an answer, None where the answer is otherwise."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
