"""All that needs python-telegram-bot: its `Bot` over our one aiohttp client, and its `Update` to read by."""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp
import orjson
from telegram import Bot, Message, Update, User
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels.http import GARBLED, name_of, post
from bot.channels.telegram import fault_of
from bot.errors import Fault, SendError, Unreadable
from bot.message import Attachment, Choice, Inbound, Location, Receipt, clean

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


# -- reading ---------------------------------------------------------------------------------------


def read_update(data: dict[str, Any]) -> Inbound | None:
    try:
        update = Update.de_json(data, None)
        if update.edited_message is not None:
            return _message(update.edited_message, edited=True)
        if update.message is not None:
            return _message(update.message)
        return _pressed(update) or _reaction(update)
    except Exception as error:  # the library trusts Telegram's shapes and fails with whatever comes first
        raise Unreadable(f"not an update as Telegram documents it: {type(error).__name__}") from error


def _message(message: Message, edited: bool = False) -> Inbound:
    said: dict[str, Any] = _said(message)
    if edited:
        said |= {"kind": "edited", "silent": True}
    own_card = message.contact is not None and message.from_user and message.contact.user_id == message.from_user.id
    return Inbound(
        address=str(message.chat.id),
        external_id=clean(f"{message.chat.id}:{message.message_id}", 512),
        name=_name(message.from_user),
        phone=clean(message.contact.phone_number, 32).lstrip("+") if message.contact and own_card else "",
        sent_at=_time(message.edit_date if edited else message.date),
        **said,
    )


def _said(message: Message) -> dict[str, Any]:
    if message.text is not None:
        return {"kind": "text", "text": clean(message.text)}
    if message.venue is not None:
        name = ", ".join(filter(None, (clean(message.venue.title, 256), clean(message.venue.address, 512))))
        return {"kind": "location", "location": _location(message.venue.location, name)}
    if message.location is not None:
        return {"kind": "location", "location": _location(message.location)}
    if message.contact is not None:
        card = message.contact
        words = (card.first_name, card.last_name, card.phone_number)
        return {"kind": "contact", "text": " ".join(clean(word, 256) for word in words if word)}
    if (file := _file(message)) is not None:
        return {"kind": file.kind, "text": clean(message.caption), "attachments": (file,)}
    return {"kind": "unsupported", "text": clean(message.caption)}


def _file(message: Message) -> Attachment | None:
    if message.photo:
        largest = message.photo[-1]
        return Attachment("image", clean(largest.file_id), "image/jpeg", size=largest.file_size or 0)
    if message.sticker:
        return Attachment("sticker", clean(message.sticker.file_id), size=message.sticker.file_size or 0)
    if message.video_note:
        return Attachment("video", clean(message.video_note.file_id), size=message.video_note.file_size or 0)
    if message.voice:
        mime = clean(message.voice.mime_type, 128)
        return Attachment("voice", clean(message.voice.file_id), mime, size=message.voice.file_size or 0)
    named = message.animation or message.video or message.audio or message.document
    if named is None:
        return None
    kind: Any = "audio" if named is message.audio else "document" if named is message.document else "video"
    mime, name = clean(named.mime_type, 128), clean(named.file_name, 256)
    return Attachment(kind, clean(named.file_id), mime, name, named.file_size or 0)


def _pressed(update: Update) -> Inbound | None:
    query = update.callback_query
    if query is None or query.message is None:
        return None
    label = ""
    if isinstance(query.message, Message) and query.message.reply_markup is not None:
        for row in query.message.reply_markup.inline_keyboard:
            label = next((one.text for one in row if one.callback_data == query.data), label)
    return Inbound(
        address=str(query.message.chat.id),
        external_id=clean(f"callback:{query.id}", 512),
        kind="choice" if query.data else "unsupported",
        text=clean(label),
        choice=clean(query.data, 256),
        name=_name(query.from_user),
    )


def _reaction(update: Update) -> Inbound | None:
    event = update.message_reaction
    if event is None:
        return None
    emoji = "".join(clean(getattr(one, "emoji", "")) for one in event.new_reaction)
    return Inbound(
        address=str(event.chat.id),
        external_id=clean(f"{event.chat.id}:{event.message_id}:reaction:{update.update_id}", 512),
        kind="reaction",
        text=emoji,
        name=_name(event.user),
        sent_at=_time(event.date),
        silent=True,
    )


def _location(point: Any, name: str = "") -> Location:
    return Location(float(point.latitude), float(point.longitude), name)


def _name(user: User | None) -> str:
    return clean(user.full_name, 256).strip() if user is not None else ""


def _time(at: datetime | None) -> datetime | None:
    return at if at is not None and at.timestamp() > 0 else None
