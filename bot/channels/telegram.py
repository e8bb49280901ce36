"""Telegram Bot API: updates in, text with inline buttons out. What needs python-telegram-bot waits in `telegram_ptb`
and `telegram_read` until a Telegram channel starts: the library costs 0.2 s and 13 MiB that others need not pay."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import yarl

from bot.channels import files
from bot.channels.http import GARBLED, REFUSED, dumps, header, loads, name_of, post, same, seconds
from bot.channels.kit import Adapter, Asked, Finding
from bot.channels.telegram_send import BUTTON_LABEL, Calls, Keyboards, caption, extras
from bot.channels.upload import Shelf
from bot.config import Setting
from bot.errors import ConfigError, Fault, FetchError, SendError, Unauthorised, Unreadable
from bot.message import Choice, Hook, Inbound, Item, Limits, Outbound, Pace, Receipt, Status, clean

if TYPE_CHECKING:
    from bot.channels.telegram_ptb import Library

TEXT, BUTTON_DATA, BUTTONS = 4096, 64, 100
CHAT, GROUP = Pace(rate=1.0, burst=20), Pace(rate=20 / 60, burst=20)
"""Telegram names one message a second and chat, lets short bursts pass, and counts all topics of a group together."""

# (error code, words of the description, what it means); the first row that fits. 0 = any code.
ERRORS: tuple[tuple[int, str, Fault], ...] = (
    (429, "", Fault("throttled", retryable=True, scope="account", wait=1.0)),
    (401, "", Fault("auth", retryable=True, scope="account")),
    (404, "", Fault("auth", retryable=True, scope="account")),
    (409, "", Fault("account", retryable=True, scope="account")),
    (403, "bot was blocked", Fault("blocked")),
    (403, "", Fault("undeliverable")),
    (400, "chat not found", Fault("undeliverable")),
    (400, "peer_id_invalid", Fault("undeliverable")),
    (400, "user not found", Fault("undeliverable")),
    (400, "deactivated", Fault("undeliverable")),
    (400, "upgraded to a supergroup", Fault("undeliverable")),
    (400, "", Fault("payload")),
    (413, "", Fault("media")),
    (504, "", Fault("timeout", retryable=True, ambiguous=True)),
)
# What a refused getFile means, as above. Bots are given 20 MB at most.
FILE_ERRORS: tuple[tuple[int, str, Fault], ...] = (
    (400, "too big", Fault("too_big")),
    (400, "temporarily unavailable", Fault("unavailable", retryable=True)),  # or a wrong id: it does not say which
    (400, "file", Fault("expired")),
)
_JSON = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
_FILE_PATH = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_.-]+)+")
_TRANSIENT = Fault("transient", retryable=True)
_MOVED = Fault("moved", retryable=True, wait=0.0, most=3)
_OTHER = Fault("refused")

# The update kinds that a citizen makes, and where their chat and time are.
_SAID = ("message", "edited_message", "callback_query", "message_reaction", "my_chat_member")

# Messages that Telegram writes itself: news about the chat, to which nobody expects an answer.
_SERVICE = re.compile(
    r"new_chat_(members|title|photo)|left_chat_member|delete_chat_photo|(group|supergroup|channel)_chat_created"
    r"|message_auto_delete_timer_changed|migrate_(to|from)_chat_id|pinned_message|write_access_allowed|boost_added"
    r"|chat_background_set|(general_)?forum_topic_\w+|video_chat_\w+|giveaway\w*|users_shared|chat_shared"
    r"|proximity_alert_triggered|successful_payment|refunded_payment|connected_website|passport_data"
)


class Telegram:
    name = "telegram"
    hooks: tuple[Hook, ...] = (Hook(),)

    def __init__(
        self,
        token: str,
        secret_token: str,
        api_url: str = "https://api.telegram.org",
        rate: float = 30.0,
        shelf: Shelf | None = None,
    ) -> None:
        bot_id = token.partition(":")[0]
        if not (bot_id.isdigit() and ":" in token and secret_token):
            raise ConfigError("telegram: a token like 123456:ABC and a secret token are both needed")
        self.account = f"telegram:{bot_id}"
        self.limits = Limits(
            TEXT, rate, False, CHAT if rate else None, GROUP if rate else None,
            caption=caption, signs=True, quotes=True, reacts=True, edits=True,
        )  # fmt: skip
        self._shelf = shelf
        self._token, self._api_url = token, api_url.rstrip("/")
        self._secret = secret_token.encode()
        self._library: Library | None = None
        self._calls: Calls | None = None
        self._keyboards = Keyboards()
        self._http: aiohttp.ClientSession | None = None

    # -- in ----------------------------------------------------------------------------------------

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        same((self._secret,), header(headers, "X-Telegram-Bot-Api-Secret-Token"))

    def challenge(self, query: Mapping[str, str]) -> str:
        raise Unauthorised(REFUSED)

    def split(self, body: bytes) -> list[Item]:
        """One update is one item, and its body the raw item."""
        data = loads(body)
        if not isinstance(data, dict):
            raise Unreadable("not a Telegram update: not an object")
        number = data.get("update_id")
        external_id = name_of(str(number) if type(number) is int else None, body)
        for key in _SAID:
            if isinstance(said := data.get(key), dict):
                chat = _private_chat(key, said)
                stamp = said.get("edit_date") if key == "edited_message" else said.get("date")
                # A pressed button has no time of its own, and its message's time may be 0.
                hour = 0 if key == "callback_query" else seconds(stamp) // 3600
                if key == "message" and (ends := moved(said)):  # said in both chats; it is one thing
                    return [Item(self.account, "message", "migrated:{}:{}".format(*ends), str(ends[0]), body, hour)]
                if chat is not None and not any(map(_SERVICE.fullmatch, said)):
                    return [Item(self.account, "message", external_id, chat, body, hour)]
                return [Item(self.account, "event", external_id, None, body, hour)]
        return [Item(self.account, "event", external_id, None, body)]

    def parse(self, kind: str, raw: bytes) -> Inbound | Status | None:
        if kind == "event":
            return None
        data = loads(raw)
        if not isinstance(data, dict):
            raise Unreadable("not a Telegram update: not an object")
        from bot.channels.telegram_read import read_update

        return read_update(data)

    async def acknowledge(self, kind: str, raw: bytes) -> None:
        if kind != "message" or self._library is None or b'"callback_query"' not in raw:
            return
        try:
            query = loads(raw)["callback_query"]["id"]
        except (Unreadable, KeyError, TypeError):
            return
        if isinstance(query, str):
            await self._library.answer(query)

    # -- out ---------------------------------------------------------------------------------------

    async def start(self, http: aiohttp.ClientSession) -> None:
        from bot.channels.telegram_ptb import Library

        self._library, self._http = Library(self._token, self._api_url, http), http
        self._calls = Calls(f"{self._api_url}/bot{self._token}", http, self._shelf)

    async def send(self, out: Outbound) -> Receipt:
        assert self._library is not None and self._calls is not None, "start() comes first"
        if not out.address.lstrip("-").isdigit():
            raise SendError(Fault("payload", "not a Telegram chat"))
        if out.file is not None or out.react:
            return await self._calls.send(out)
        if not 0 < len(out.text) <= TEXT:
            raise SendError(Fault("payload", f"a text of {len(out.text)} characters; Telegram takes 1 to {TEXT}"))
        if out.edit:
            return await self._calls.send(out)
        buttons = out.choices if _fits(out.choices) else ()
        out = replace(out, choices=buttons)
        more = extras(out)
        self._keyboards.left(out, more)
        try:
            return await self._library.send(int(out.address), out.text, buttons, more)
        except SendError:
            self._keyboards.still(out, more)
            raise

    async def attend(self, account: str, address: str, external_id: str, typing: bool) -> None:
        """A bot cannot mark as read; that it is typing shows for five seconds."""
        if typing and self._calls is not None:
            with suppress(SendError):
                await self._calls.attend(address)

    # -- files -------------------------------------------------------------------------------------

    async def fetch(self, account: str, ref: str) -> AsyncGenerator[bytes, None]:
        assert self._http is not None, "start() comes first"
        for again in (True, False):
            path = await self._file_path(ref)
            url = yarl.URL(f"{self._api_url}/file/bot{self._token}/{path}", encoded=True)
            began = False
            try:
                async with aclosing(files.stream(self._http, url, {"Accept-Encoding": "identity"})) as pieces:
                    async for piece in pieces:
                        began = True
                        yield piece
                return
            except FetchError as error:
                if began or not again or error.fault.name != "expired":  # a path holds an hour: one is asked for anew
                    raise

    async def _file_path(self, ref: str) -> str:
        assert self._http is not None, "start() comes first"
        url = f"{self._api_url}/bot{self._token}/getFile"
        try:
            status, body, _ = await post(self._http, url, _JSON, dumps({"file_id": ref}))
        except SendError as error:  # asking may be repeated, whatever became of the first time
            fault = error.fault
            raise FetchError(Fault(fault.name, fault.text, retryable=True, scope="account")) from None
        try:
            answer = loads(body)
        except Unreadable:
            answer = None
        path = files.field(answer, "result", "file_path")
        if status == 200 and isinstance(path, str) and _FILE_PATH.fullmatch(path) and ".." not in path:
            return path
        fault = fault_of(status, body)
        named = next((it for code, part, it in FILE_ERRORS if code == status and part in fault.text.lower()), fault)
        scope = "account" if status >= 500 or named.name == "garbled" else named.scope
        raise FetchError(Fault(named.name, fault.text, named.retryable, wait=named.wait, scope=scope))


def _private_chat(key: str, said: dict[str, Any]) -> str | None:
    """The citizen's own chat; None in a group, where others read along, and where no chat can be made out."""
    holder = said.get("message") if key == "callback_query" else said
    chat = holder.get("chat") if isinstance(holder, dict) else None
    if not isinstance(chat, dict) or chat.get("type") != "private":
        return None
    number = chat.get("id")
    return str(number) if type(number) is int and number > 0 else None


def moved(said: dict[str, Any]) -> tuple[int, int] | None:
    """The number of a chat before and after: a group that has become a supergroup is told so in both."""
    chat = said.get("chat")
    here = chat.get("id") if isinstance(chat, dict) else None
    for ends in ((here, said.get("migrate_to_chat_id")), (said.get("migrate_from_chat_id"), here)):
        if all(type(each) is int and each for each in ends) and ends[0] != ends[1]:
            return ends  # type: ignore[return-value]
    return None


def _fits(choices: tuple[Choice, ...]) -> bool:
    return len(choices) <= BUTTONS and all(
        one.label.strip() and len(one.label) <= BUTTON_LABEL and 0 < len(one.id.encode()) <= BUTTON_DATA
        for one in choices
    )


def fault_of(status: int, body: bytes) -> Fault:
    """What an answer that is not a plain success means."""
    try:
        answer = loads(body)
    except Unreadable:
        answer = None
    answer = answer if isinstance(answer, dict) else {}
    if status == 200 and answer.get("ok") is not False:
        return GARBLED
    code = answer.get("error_code")
    code = code if type(code) is int else status
    words = clean(answer.get("description"), 500)
    parameters = answer.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    chat, wait = parameters.get("migrate_to_chat_id"), parameters.get("retry_after")
    if code == 400 and type(chat) is int and chat:
        return replace(_MOVED, text=words, moved=str(chat))
    fault = next((it for number, part, it in ERRORS if number == code and part in words.lower()), None)
    if fault is None:
        fault = _TRANSIENT if code >= 500 else _OTHER
    asked = (
        min(float(wait), 3600.0)
        if isinstance(wait, int | float) and type(wait) is not bool and wait > 0
        else fault.wait
    )
    return Fault(fault.name, words or f"HTTP {status}", fault.retryable, fault.ambiguous, asked, fault.scope)


async def _look(asked: Asked) -> list[Finding]:
    from bot.channels import telegram_check

    return await telegram_check.look(asked)


async def _connect(asked: Asked) -> str:
    from bot.channels import telegram_check

    return await telegram_check.connect(asked)


ADAPTER = Adapter(
    "telegram",
    "Telegram",
    (
        Setting("token", secret=True, needed=True),
        Setting("secret_token", secret=True, needed=True),
        Setting("api_url", "https://api.telegram.org"),
        Setting("rate", 30.0),
    ),
    build=lambda own, place: Telegram(**own, shelf=place.shelf),
    look=_look,
    connect=_connect,
)
