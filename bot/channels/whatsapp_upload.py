"""Files to WhatsApp: uploaded first, then sent by the id that Meta gave them, which holds thirty days for the number."""

import re
from collections.abc import Mapping

import aiohttp
import yarl

from bot import clock
from bot.channels import upload
from bot.channels.http import loads, post
from bot.channels.whatsapp_send import fault
from bot.errors import Fault, SendError, Unreadable
from bot.message import File

KEPT, LASTS = 500, 20 * 86_400.0
_ID = re.compile(r"[0-9A-Za-z_-]{1,256}")


class Uploads:
    """Remembers what lies at Meta, so that a second try of a send does not upload again."""

    def __init__(self, base: str, headers: Mapping[str, str], shelf: upload.Shelf | None) -> None:
        self._base, self._shelf = base, shelf
        self._headers = {name: value for name, value in headers.items() if name != "Content-Type"}
        self._known: dict[tuple[str, str], tuple[str, float]] = {}

    async def id_of(self, http: aiohttp.ClientSession, number: str, file: File) -> str:
        """Raises `SendError`, never an ambiguous one: a file that was uploaded twice reaches nobody twice."""
        known = self._known.get((number, file.sha256))
        if known is not None and known[1] > clock.monotonic():
            return known[0]
        async with upload.turn():
            fields = {"messaging_product": "whatsapp", "type": file.mime}
            kind, body = await upload.form(self._shelf, fields, "file", file)
            url = yarl.URL(f"{self._base}/{number}/media")
            try:
                status, raw, wait = await post(
                    http, url, {**self._headers, "Content-Type": kind}, body, patience=upload.PATIENCE
                )
            except SendError as error:
                raise SendError(Fault("unreachable", error.fault.text, retryable=True)) from None
        try:
            answer = loads(raw)
        except Unreadable:
            answer = None
        answer = answer if isinstance(answer, dict) else {}
        id_ = answer.get("id")
        if status != 200 or not isinstance(id_, str) or not _ID.fullmatch(id_):
            found = fault(status, answer.get("error"), wait)
            if found.ambiguous:
                found = Fault("transient", found.text, retryable=True, wait=found.wait, scope=found.scope)
            raise SendError(found)
        if len(self._known) >= KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[(number, file.sha256)] = (id_, clock.monotonic() + LASTS)
        return id_
