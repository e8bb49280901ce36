"""A fake Telegram Bot API, and the people who write to the bot. Refuses what the real one refuses; breaks on demand."""

import asyncio
import itertools
import json
import random
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.serve import Server
from tests.files import samples

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


REACTIONS = set("👍👎❤🔥🥰👏😁🤔🎉🙏👌😢💔🤝")
"""Of Telegram's list, those that may be of use here."""
_ID = {"file_id": "F", "file_unique_id": "U"}
FILES: dict[str, dict[str, Any]] = {
    "photo": {"photo": [{**_ID, "width": 90, "height": 90}]},
    "voice": {"voice": {**_ID, "duration": 1}},
    "audio": {"audio": {**_ID, "duration": 1}},
    "video": {"video": {**_ID, "width": 90, "height": 90, "duration": 1}},
    "document": {"document": _ID},
}
"""How a message that holds one comes back."""


@dataclass(frozen=True)
class Sent:
    """One message that the server took from the bot."""

    chat: int
    message_id: int
    text: str
    payload: dict[str, Any]
    at: float
    """Monotonic seconds."""
    field: str = ""
    """What kind of file it is, by the name of its parameter."""

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """(data, label) of what can be pressed, in order."""
        rows = self.payload.get("reply_markup", {}).get("inline_keyboard", ())
        return [(one.get("callback_data", ""), one["text"]) for row in rows for one in row]


@dataclass(frozen=True)
class Failure:
    status: int
    description: str = "Injected by the test"
    parameters: dict[str, Any] | None = None
    body: str | None = None


class Refused(Exception):
    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        self.failure = Failure(status, description, parameters)


class FakeTelegram(Server):
    def __init__(
        self, token: str = "7000:AAtoken", secret: str = "tg-secret", webhook: str = "", seed: int = 1
    ) -> None:
        super().__init__()
        self.token, self.secret, self.webhook = token, secret, webhook
        self.random = random.Random(seed)
        self.sent: list[Sent] = []
        self.answered: list[str] = []
        self.reactions: dict[tuple[int, int], list[str]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.chats: dict[int, dict[str, Any]] = {}
        """People who have written to the bot: it may write to nobody else."""
        self.blocked: set[int] = set()
        self.migrated: dict[int, int] = {}
        """Chats that have got another number."""
        self.kinds: list[str] | None = None
        """What was asked for by name, by the last setWebhook."""
        self.pending = 0
        self.trouble: dict[str, Any] = {}
        """`last_error_date` and `last_error_message`."""
        self.ambiguous = 0
        # Knobs.
        self.fail_next: deque[Failure] = deque()
        self.down = False
        """Every call fails, as in an outage."""
        self.delay = 0.0
        self.hang_next = 0
        """Accept this many messages, then never answer."""
        self.drop_next = 0
        """Accept this many messages, then cut the connection."""
        self.files: dict[str, bytes] = {
            **{f"photo-{side}": samples.photo((side, side)) for side in (90, 320, 800)},
            "voice-1": samples.voice(),
        }
        self.file_fail: deque[int] = deque()
        """HTTP statuses that a file's address answers instead of the file."""
        self._ids = itertools.count(1000)
        self._updates = itertools.count(500_000)
        self._queries: set[str] = set()
        self._new = asyncio.Event()
        self._stopping = asyncio.Event()

    def routes(self) -> list[web.AbstractRouteDef]:
        file = web.get("/file/bot{token}/{path:.+}", self._file)
        return [file, web.route("*", "/bot{token}/{method}", self._call), web.route("*", "/{tail:.*}", self._elsewhere)]

    async def stop(self) -> None:
        self._stopping.set()
        await super().stop()

    def to(self, chat: int) -> list[Sent]:
        return [one for one in self.sent if one.chat == chat]

    async def wait_for(self, chat: int, count: int = 1, seconds: float = 30.0) -> list[Sent]:
        """Until this chat has got `count` messages."""
        async with asyncio.timeout(seconds):
            while len(self.to(chat)) < count:
                self._new.clear()
                await self._new.wait()
        return self.to(chat)

    # -- the API -------------------------------------------------------------------------------------

    async def _elsewhere(self, request: web.Request) -> web.Response:
        return _refusal(Failure(404, "Not Found"))

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if self.delay:
            await asyncio.sleep(self.delay)
        token, method = request.match_info["token"], request.match_info["method"]
        if token != self.token:
            return _refusal(Failure(401, "Unauthorized") if ":" in token else Failure(404, "Not Found"))
        if self.down:
            return _refusal(Failure(502, "Bad Gateway"))
        if self.fail_next:
            return _refusal(self.fail_next.popleft())
        try:
            data = await _parameters(request)
            self.calls.append((method, data))
            action = getattr(self, f"_do_{method.lower()}", None)
            if action is None:
                raise Refused(404, "Not Found")
            result = action(data)
        except Refused as refusal:
            return _refusal(refusal.failure)
        if method.lower().startswith("send") and method.lower() != "sendchataction":
            await self._break(request)
        return web.json_response({"ok": True, "result": result})

    async def _file(self, request: web.Request) -> web.Response:
        """Only under the path that getFile named."""
        name = request.match_info["path"].removeprefix("documents/file_").removesuffix(".bin")
        if self.file_fail:
            return web.Response(status=self.file_fail.popleft(), text="")
        if request.match_info["token"] != self.token or bytes.fromhex(name).decode() not in self.files:
            return _refusal(Failure(404, "Not Found"))
        return web.Response(body=self.files[bytes.fromhex(name).decode()], content_type="application/octet-stream")

    def _do_getfile(self, data: dict[str, Any]) -> dict[str, Any]:
        name = str(data.get("file_id", ""))
        if name not in self.files:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable" if not name
                          else "Bad Request: invalid file_id")  # fmt: skip
        if len(self.files[name]) > 20 * 1024 * 1024:
            raise Refused(400, "Bad Request: file is too big")
        path = f"documents/file_{name.encode().hex()}.bin"
        return {"file_id": name, "file_unique_id": "u", "file_size": len(self.files[name]), "file_path": path}

    async def _break(self, request: web.Request) -> None:
        if self.hang_next > 0:
            self.hang_next -= 1
            self.ambiguous += 1
            await self._stopping.wait()
        elif self.drop_next > 0:
            self.drop_next -= 1
            self.ambiguous += 1
            assert request.transport is not None
            request.transport.abort()

    @property
    def me(self) -> dict[str, Any]:
        return {"id": int(self.token.partition(":")[0]), "is_bot": True, "first_name": "Wargi", "username": "wargi_bot"}

    def _do_getme(self, data: dict[str, Any]) -> dict[str, Any]:
        return self.me | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def _do_sendmessage(self, data: dict[str, Any]) -> dict[str, Any]:
        chat, text = self._chat(data), data.get("text")
        if not isinstance(text, str) or not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if len(text) > 4096:
            raise Refused(400, "Bad Request: message is too long")
        markup = data.get("reply_markup")
        if markup is not None:
            _keyboard(markup)
        one = Sent(chat, next(self._ids), text, data, time.monotonic())
        self.sent.append(one)
        self._new.set()
        return self._message(one)

    def _send_file(self, data: dict[str, Any], field: str, most: int, types: tuple[str, ...]) -> dict[str, Any]:
        chat, file, caption = self._chat(data), data.get(field), data.get("caption", "")
        if not isinstance(file, web.FileField):
            raise Refused(400, f"Bad Request: there is no {field} in the request")
        with file.file as stream:
            body = stream.read()
        if len(body) > most:
            raise Refused(413, "Request Entity Too Large")
        if types and not any(file.content_type.startswith(each) for each in types):
            raise Refused(
                400, "Bad Request: PHOTO_INVALID_DIMENSIONS" if field == "photo" else "Bad Request: wrong type"
            )
        if len(caption) > 1024:
            raise Refused(400, "Bad Request: message caption is too long")
        if (markup := data.get("reply_markup")) is not None:
            _keyboard(markup)
        kept = {**data, field: body, "filename": file.filename}
        one = Sent(chat, next(self._ids), caption, kept, time.monotonic(), field)
        self.sent.append(one)
        self._new.set()
        return self._message(one)

    def _do_sendphoto(self, data: dict[str, Any]) -> dict[str, Any]:
        return self._send_file(data, "photo", 10 * 2**20, ("image/",))

    def _do_sendvoice(self, data: dict[str, Any]) -> dict[str, Any]:
        return self._send_file(data, "voice", 50 * 2**20, ("audio/",))

    def _do_sendaudio(self, data: dict[str, Any]) -> dict[str, Any]:
        return self._send_file(data, "audio", 50 * 2**20, ("audio/mpeg", "audio/mp4"))

    def _do_sendvideo(self, data: dict[str, Any]) -> dict[str, Any]:
        return self._send_file(data, "video", 50 * 2**20, ("video/",))

    def _do_senddocument(self, data: dict[str, Any]) -> dict[str, Any]:
        return self._send_file(data, "document", 50 * 2**20, ())

    def _do_sendchataction(self, data: dict[str, Any]) -> bool:
        self._chat(data)
        if data.get("action") != "typing":
            raise Refused(400, "Bad Request: wrong parameter action in request")
        return True

    def _do_setmessagereaction(self, data: dict[str, Any]) -> bool:
        chat = self._chat(data)
        emoji = [one.get("emoji") for one in data.get("reaction") or ()]
        if not str(data.get("message_id", "")).isdigit():
            raise Refused(400, "Bad Request: message to react not found")
        if len(emoji) > 1 or any(one not in REACTIONS for one in emoji):
            raise Refused(400, "Bad Request: REACTION_INVALID")
        self.reactions[(chat, int(data["message_id"]))] = emoji
        return True

    def _do_editmessagetext(self, data: dict[str, Any]) -> dict[str, Any]:
        chat, text = self._chat(data), str(data.get("text", ""))
        one = next((it for it in self.to(chat) if str(it.message_id) == str(data.get("message_id"))), None)
        if one is None:
            raise Refused(400, "Bad Request: message to edit not found")
        markup = one.payload.get("reply_markup", {})
        if {"keyboard", "remove_keyboard"} & set(markup) or one.field:
            raise Refused(400, "Bad Request: message can't be edited")
        if not text.strip() or len(text) > 4096:
            raise Refused(
                400, "Bad Request: message text is empty" if not text.strip() else "Bad Request: MESSAGE_TOO_LONG"
            )
        if one.text == text:
            raise Refused(
                400, "Bad Request: message is not modified: specified new message content is exactly the same"
            )
        new = Sent(chat, one.message_id, text, one.payload, one.at)
        self.sent[self.sent.index(one)] = new
        self._new.set()
        return self._message(new) | {"edit_date": int(time.time())}

    def _message(self, one: Sent) -> dict[str, Any]:
        markup = {"reply_markup": one.payload["reply_markup"]} if one.buttons else {}
        head = {"message_id": one.message_id, "from": self.me, "chat": self.chats[one.chat], "date": int(time.time())}
        if one.field:
            return head | FILES[one.field] | ({"caption": one.text} if one.text else {}) | markup
        return head | {"text": one.text} | markup

    def _chat(self, data: dict[str, Any]) -> int:
        try:
            chat = int(data["chat_id"])
        except KeyError:
            raise Refused(400, "Bad Request: chat_id is empty") from None
        except (TypeError, ValueError):
            raise Refused(400, "Bad Request: chat not found") from None
        if (now := self.migrated.get(chat)) is not None:
            raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": now})
        if chat in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if chat not in self.chats:
            raise Refused(400, "Bad Request: chat not found")
        return chat

    def _do_answercallbackquery(self, data: dict[str, Any]) -> bool:
        query = str(data.get("callback_query_id"))
        if query not in self._queries:
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.answered.append(query)
        return True

    def _do_editmessagereplymarkup(self, data: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(data)
        one = next((it for it in self.to(chat) if it.message_id == int(data.get("message_id", 0))), None)
        if one is None:
            raise Refused(400, "Bad Request: message to edit not found")
        if one.payload.get("reply_markup") == data.get("reply_markup"):
            raise Refused(400, "Bad Request: message is not modified")
        one.payload.pop("reply_markup", None)
        if markup := data.get("reply_markup"):
            one.payload["reply_markup"] = markup
        return self._message(one)

    def _do_setwebhook(self, data: dict[str, Any]) -> bool:
        url = data.get("url", "")
        if not url.startswith(("https://", "http://127.0.0.1:")):
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook, self.secret, self.kinds = url, data.get("secret_token", ""), data.get("allowed_updates")
        return True

    def _do_getwebhookinfo(self, data: dict[str, Any]) -> dict[str, Any]:
        head = {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": self.pending}
        kinds = {"allowed_updates": self.kinds} if self.kinds else {}
        return head | {"max_connections": 40} | kinds | self.trouble

    # -- updates -------------------------------------------------------------------------------------

    def update(self, **body: Any) -> dict[str, Any]:
        return {"update_id": next(self._updates), **body}

    async def post(
        self, http: aiohttp.ClientSession, update: dict[str, Any], tries: int = 1, secret: str | None = None
    ) -> int:
        """Posts an update to the webhook as Telegram does; repeats until a 2xx; the last HTTP status, 0 for none."""
        status = 0
        headers = {SECRET_HEADER: self.secret if secret is None else secret}
        for attempt in range(tries):
            if attempt:
                await asyncio.sleep(0.05 * 2**attempt)
            try:
                async with http.post(self.webhook, json=update, headers=headers) as answer:
                    status = answer.status
                    await answer.read()
            except (aiohttp.ClientError, TimeoutError):
                status = 0
            if 200 <= status < 300:
                break
        return status


class Person:
    """Somebody who writes to the bot in a private chat."""

    def __init__(self, fake: FakeTelegram, id_: int = 3527065, name: str = "Euis Komariah") -> None:
        self.fake, self.id = fake, id_
        first, _, last = name.partition(" ")
        known = {"first_name": first} | ({"last_name": last} if last else {})
        self.user = {"id": id_, "is_bot": False, **known, "language_code": "id"}
        self.chat = {"id": id_, "type": "private", **known}
        fake.chats[id_] = self.chat

    def message(self, **content: Any) -> dict[str, Any]:
        head = {"message_id": next(self.fake._ids), "from": self.user, "chat": self.chat, "date": int(time.time())}
        return head | content

    def says(self, **content: Any) -> dict[str, Any]:
        return self.fake.update(message=self.message(**content))

    def text(self, text: str) -> dict[str, Any]:
        return self.says(text=text)

    def document(self, file_id: str, name: str = "surat.pdf", mime: str = "application/pdf") -> dict[str, Any]:
        return self.says(document={"file_id": file_id, "file_unique_id": "u2", "file_name": name, "mime_type": mime})

    def photo(self, caption: str | None = None) -> dict[str, Any]:
        sizes = [
            {"file_id": f"photo-{side}", "file_unique_id": f"u{side}", "width": side, "height": side, "file_size": side}
            for side in (90, 320, 800)
        ]
        return self.says(photo=sizes, **({"caption": caption} if caption is not None else {}))

    def voice(self) -> dict[str, Any]:
        voice = {"file_id": "voice-1", "file_unique_id": "u1", "duration": 3, "mime_type": "audio/ogg", "file_size": 99}
        return self.says(voice=voice)

    def location(self, latitude: float = -6.9025, longitude: float = 107.6188) -> dict[str, Any]:
        return self.says(location={"latitude": latitude, "longitude": longitude})

    def edited(self, text: str) -> dict[str, Any]:
        return self.fake.update(edited_message=self.message(text=text, edit_date=int(time.time())))

    def blocks(self) -> dict[str, Any]:
        """The bot is blocked; the update that says so."""
        self.fake.blocked.add(self.id)
        old, new = ({"user": self.fake.me, "status": state} for state in ("member", "kicked"))
        change = {"chat": self.chat, "from": self.user, "date": int(time.time())}
        return self.fake.update(
            my_chat_member=change | {"old_chat_member": old, "new_chat_member": new | {"until_date": 0}}
        )

    def migrates(self, now: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Their chat gets another number; what Telegram says of it in the old chat and in the new one."""
        before, chat = self.id, self.chat
        self.fake.migrated[before] = now
        told = self.says(migrate_to_chat_id=now)
        self.id, self.chat = now, {**chat, "id": now}
        self.fake.chats[now] = self.chat
        return told, self.says(migrate_from_chat_id=before)

    def presses(self, data: str, message: Sent | None = None) -> dict[str, Any]:
        """A button that the bot really sent to this person; the newest message that has it."""
        messages = [message] if message else reversed(self.fake.to(self.id))
        sent = next(one for one in messages if data in dict(one.buttons))
        query = str(next(self.fake._ids) * 10**12)
        self.fake._queries.add(query)
        return self.fake.update(
            callback_query={
                "id": query,
                "from": self.user,
                "message": self.fake._message(sent),
                "chat_instance": "-42",
                "data": data,
            }
        )


async def _parameters(request: web.Request) -> dict[str, Any]:
    """Query, form, multipart or JSON; nested objects may be JSON in a string."""
    data: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            data |= await request.json()
        except (ValueError, TypeError):
            raise Refused(400, "Bad Request: can't parse JSON object") from None
    else:
        data |= dict(await request.post())
    for key in ("reply_markup", "link_preview_options", "entities", "allowed_updates", "reply_parameters", "reaction"):
        if isinstance(data.get(key), str):
            try:
                data[key] = json.loads(data[key])
            except ValueError:
                raise Refused(400, f"Bad Request: can't parse {key} JSON object") from None
    return data


def _keyboard(markup: dict[str, Any]) -> None:
    if markup.get("remove_keyboard") is True:
        return
    if isinstance(keys := markup.get("keyboard"), list):
        if not all(str(key.get("text", "")).strip() for key in itertools.chain.from_iterable(keys)):
            raise Refused(400, "Bad Request: keyboard button text must be non-empty")
        return
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list):
        raise Refused(400, "Bad Request: object expected as reply markup")
    for button in itertools.chain.from_iterable(rows):
        if not str(button.get("text", "")).strip():
            raise Refused(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        data = button.get("callback_data")
        if data is not None and not 1 <= len(data.encode()) <= 64:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")


def _refusal(failure: Failure) -> web.Response:
    if failure.body is not None:
        return web.Response(status=failure.status, text=failure.body)
    data = {"ok": False, "error_code": failure.status, "description": failure.description}
    if failure.parameters:
        data["parameters"] = failure.parameters
    return web.json_response(data, status=failure.status)
