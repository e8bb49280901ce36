"""WhatsApp's files: an id is asked for an address, which holds five minutes and wants the same token."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

import aiohttp
import yarl

from bot.channels import files
from bot.channels.http import loads
from bot.errors import Fault, FetchError, Unreadable

_ID = re.compile(r"[0-9A-Za-z_-]{1,256}")

# Graph error code -> what it means for a file; the rest is told by the HTTP status. 100/33: no such id, or older than 7 days.
_CODES: dict[int, Fault] = {
    100: Fault("expired"),
    131052: Fault("expired"),
    **dict.fromkeys((0, 3, 10, 190, 131005), Fault("auth", retryable=True, scope="account")),
    **dict.fromkeys((4, 613, 80007, 80008, 130429), Fault("throttled", retryable=True, scope="account")),
    **dict.fromkeys((1, 2, 131000, 131016), Fault("transient", retryable=True, scope="account")),
}


class Files:
    """`hosts`: where an address may lead besides the API itself. The token is shown to nobody else."""

    def __init__(self, base: str, token: str, hosts: tuple[str, ...]) -> None:
        self._base, self._origin, self._hosts = base, yarl.URL(base).origin(), frozenset(host.lower() for host in hosts)
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}

    async def fetch(self, http: aiohttp.ClientSession, number: str, ref: str) -> AsyncGenerator[bytes, None]:
        for again in (True, False):
            url = await self._address(http, number, ref)
            began = False
            try:
                async with aclosing(files.stream(http, url, self._headers)) as pieces:
                    async for piece in pieces:
                        began = True
                        yield piece
                return
            except FetchError as error:
                # an address that is over answers with any 4xx: a second one, just made, tells what is really the matter
                if began or not again or error.fault.name not in ("expired", "auth", "refused"):
                    raise

    async def _address(self, http: aiohttp.ClientSession, number: str, ref: str) -> yarl.URL:
        if not _ID.fullmatch(ref):
            raise FetchError(Fault("expired", "an id that is none"))
        asked = yarl.URL(self._base) / ref
        status, body, wait = await files.get(http, asked.with_query(phone_number_id=number), self._headers)
        try:
            answer = loads(body)
        except Unreadable:
            answer = None
        url = files.field(answer, "url")
        if status == 200 and isinstance(url, str):
            return self._trusted(url)
        code = files.field(answer, "error", "code")
        fault = (_CODES.get(code) if type(code) is int else None) or files.fault_of(status, wait)
        if status == 200:
            fault = Fault("garbled", "an answer without an address", retryable=True, scope="account")
        raise FetchError(
            Fault(
                fault.name, fault.text or f"HTTP {status}, code {code}", fault.retryable, wait=wait, scope=fault.scope
            )
        )

    def _trusted(self, text: str) -> yarl.URL:
        """Raises `FetchError` unless the address is the API's own or a known media host's over TLS."""
        try:
            url = yarl.URL(text, encoded=True)
            ours = url.origin() == self._origin
        except ValueError:
            raise FetchError(Fault("host", "an address that is none")) from None
        if url.user is not None or not (
            ours or (url.scheme == "https" and url.host in self._hosts and url.port == 443)
        ):
            raise FetchError(Fault("host", "an address of a host that is not on our list (WARGI_WHATSAPP_MEDIA_HOSTS)"))
        return url
