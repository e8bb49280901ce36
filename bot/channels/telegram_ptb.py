"""Sending by python-telegram-bot: its `Bot` over our one aiohttp client."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import orjson
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels.http import GARBLED, name_of, post
from bot.channels.telegram import fault_of
from bot.errors import Fault, SendError
from bot.message import Choice, Receipt

_HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
_NO_PREVIEW = {"is_disabled": True}


class _Refused(TelegramError):
    """Carries our own verdict through the library, which would keep the words and lose the rest."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.name)
        self.fault = fault


class _Request(BaseRequest):
    __slots__ = ("_http",)

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    @property
    def read_timeout(self) -> float | None:
        return 10.0

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: object, **__: object
    ) -> tuple[int, bytes]:
        body = orjson.dumps(request_data.parameters if request_data else {})
        try:
            status, answer, _wait = await post(self._http, url, _HEADERS, body)
        except SendError as error:
            raise _Refused(error.fault) from error
        if status != 200:
            raise _Refused(fault_of(status, answer))
        return status, answer

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = orjson.loads(payload)
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            raise _Refused(fault_of(200, payload))
        return answer


class Library:
    """The bot, as far as this channel uses it."""

    def __init__(self, token: str, api_url: str, http: aiohttp.ClientSession) -> None:
        request = _Request(http)
        self._bot = Bot(token, base_url=f"{api_url}/bot", request=request, get_updates_request=request)

    async def send(
        self, chat: int, text: str, buttons: Sequence[Choice], extras: Mapping[str, Any] | None = None
    ) -> Receipt:
        """One button a row: labels are sentences, and a phone is narrow. Plain dicts, for each object of the
        library costs as much time as the request."""
        more: dict[str, Any] = {"link_preview_options": _NO_PREVIEW, **(extras or {})}
        if buttons:
            rows = [[{"text": one.label, "callback_data": one.id}] for one in buttons]
            more["reply_markup"] = {"inline_keyboard": rows}
        try:
            sent = await self._bot.send_message(chat, text, api_kwargs=more)
        except _Refused as refused:
            raise SendError(refused.fault) from refused
        except (TelegramError, LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise SendError(GARBLED) from error  # it said 200, then something that is no message
        return Receipt(name_of(f"{chat}:{sent.message_id}", b""))

    async def answer(self, query: str) -> None:
        with contextlib.suppress(TelegramError):  # too old, or pressed twice: the spinner ends by itself
            await self._bot.answer_callback_query(query)
