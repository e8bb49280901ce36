"""What leaves for Telegram besides words: files, reactions, new words for an old message, and the keyboards around a text."""

from typing import Any

import aiohttp

from bot.channels import upload
from bot.channels.http import GARBLED, dumps, loads, name_of, post
from bot.errors import Fault, SendError, Unreadable
from bot.message import File, Outbound, Receipt

CAPTION, BUTTON_LABEL, KEPT = 1024, 64, 10_000
MIB = 1024 * 1024
ASKS = {"location": ("📍 Kirim lokasi", "request_location"), "contact": ("📞 Kirim nomor", "request_contact")}
_JSON = {"Content-Type": "application/json", "Accept-Encoding": "identity"}

# (kind of ours, types that Telegram shows or plays in place, the most it takes as that, method, field)
METHODS: tuple[tuple[str, frozenset[str], int, str, str], ...] = (
    ("image", frozenset({"image/jpeg", "image/png", "image/webp"}), 10 * MIB, "sendPhoto", "photo"),
    ("voice", frozenset({"audio/ogg", "audio/mpeg", "audio/mp4"}), 50 * MIB, "sendVoice", "voice"),
    ("audio", frozenset({"audio/mpeg", "audio/mp4"}), 50 * MIB, "sendAudio", "audio"),
    ("audio", frozenset({"audio/ogg"}), 50 * MIB, "sendVoice", "voice"),
    ("video", frozenset({"video/mp4"}), 50 * MIB, "sendVideo", "video"),
)


def method_of(file: File) -> tuple[str, str]:
    """Anything that Telegram does not show in place travels as a document."""
    for kind, types, most, method, field in METHODS:
        if file.kind == kind and file.mime in types and file.size <= most:
            return method, field
    return "sendDocument", "document"


def caption(file: File) -> int | None:
    return CAPTION


class Keyboards:
    """Chats before which a keyboard of ours lies: who types instead of pressing keeps it over their letters, so the next plain words
    take it away. In memory, for a message that takes one away cannot be edited any more, and most have none to take."""

    def __init__(self) -> None:
        self._chats: dict[str, None] = {}

    def left(self, out: Outbound, more: dict[str, Any]) -> None:
        """Notes what `more` puts up, and adds what takes an older one away."""
        markup = more.get("reply_markup", {})
        if "keyboard" in markup:
            self._chats[out.address] = None
            if len(self._chats) > KEPT:
                self._chats.pop(next(iter(self._chats)))
        elif not markup and not out.choices and out.address in self._chats:
            del self._chats[out.address]
            more["reply_markup"] = {"remove_keyboard": True}

    def still(self, out: Outbound, more: dict[str, Any]) -> None:
        """It did not arrive: the keyboard is there as it was."""
        if "remove_keyboard" in more.get("reply_markup", {}):
            self._chats[out.address] = None


def extras(out: Outbound) -> dict[str, Any]:
    """What Telegram takes beside text and answer buttons. A keyboard that shares something works in private chats only."""
    more: dict[str, Any] = {}
    number = message_of(out.reply_to)
    if number is not None:
        more["reply_parameters"] = {"message_id": number, "allow_sending_without_reply": True}
    if out.choices:
        return more
    if out.ask and not out.address.startswith("-"):
        label, field = ASKS[out.ask]
        keyboard = [[{"text": label, field: True}]]
        more["reply_markup"] = {"keyboard": keyboard, "resize_keyboard": True, "one_time_keyboard": True}
    elif out.link and out.link[0].strip() and out.link[1].startswith("https://"):
        more["reply_markup"] = {"inline_keyboard": [[{"text": out.link[0][:BUTTON_LABEL], "url": out.link[1]}]]}
    return more


def message_of(external_id: str) -> int | None:
    """Ours are `chat:message`."""
    number = external_id.rpartition(":")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 16 else None


class Calls:
    """Methods of the bot that python-telegram-bot would make objects for; the words of a refusal are read in one place."""

    def __init__(self, url: str, http: aiohttp.ClientSession, shelf: upload.Shelf | None) -> None:
        self._url, self._http, self._shelf = url, http, shelf

    async def send(self, out: Outbound) -> Receipt:
        if out.react:
            return await self._react(out)
        return await self._edit(out) if out.edit else await self._file(out)

    async def _file(self, out: Outbound) -> Receipt:
        assert out.file is not None
        if len(out.text) > CAPTION:
            raise SendError(Fault("payload", f"{len(out.text)} characters under a file; Telegram takes {CAPTION}"))
        method, field = method_of(out.file)
        fields = {"chat_id": out.address} | ({"caption": out.text} if out.text else {})
        fields |= {key: dumps(value).decode() for key, value in extras(out).items()}
        async with upload.turn():
            kind, body = await upload.form(self._shelf, fields, field, out.file)
            result = await self._call(method, kind, body, upload.PATIENCE)
        return _receipt(out, result)

    async def _react(self, out: Outbound) -> Receipt:
        reaction = [{"type": "emoji", "emoji": out.react}]
        data = {"chat_id": int(out.address), "message_id": message_of(out.reply_to), "reaction": reaction}
        if await self._json("setMessageReaction", data) is not True:
            raise SendError(GARBLED)
        return Receipt(name_of(f"{out.address}:{message_of(out.reply_to)}:{out.ref}", b""))

    async def _edit(self, out: Outbound) -> Receipt:
        number = message_of(out.edit)
        data = {"chat_id": int(out.address), "message_id": number, "text": out.text}
        try:
            await self._json("editMessageText", data | {"link_preview_options": {"is_disabled": True}})
        except SendError as error:
            if "not modified" not in error.fault.text.lower():
                raise
        return Receipt(name_of(f"{out.address}:{number}", b""))

    async def attend(self, chat: str) -> None:
        await self._json("sendChatAction", {"chat_id": int(chat), "action": "typing"})

    async def _json(self, method: str, data: dict[str, Any]) -> object:
        return await self._call(method, _JSON["Content-Type"], dumps(data))

    async def _call(self, method: str, kind: str, body: bytes, patience: float = 0.0) -> object:
        from bot.channels.telegram import fault_of

        url, headers = f"{self._url}/{method}", {**_JSON, "Content-Type": kind}
        status, raw, _ = await post(self._http, url, headers, body, patience=patience)
        try:
            answer = loads(raw)
        except Unreadable:
            answer = None
        if status != 200 or not isinstance(answer, dict) or answer.get("ok") is not True:
            raise SendError(fault_of(status, raw))
        return answer.get("result")


def _receipt(out: Outbound, result: object) -> Receipt:
    number = result.get("message_id") if isinstance(result, dict) else None
    if type(number) is not int:
        raise SendError(GARBLED)
    return Receipt(name_of(f"{out.address}:{number}", b""))
