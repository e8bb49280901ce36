"""WhatsApp Cloud API: signed webhooks in, text, reply buttons and lists out."""

import hashlib
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import aiohttp
import yarl

from bot import clock
from bot.channels import meta, meta_check
from bot.channels.http import dumps, loads, name_of, post, seconds
from bot.channels.kit import Adapter, Place
from bot.channels.upload import Shelf
from bot.channels.whatsapp_kinds import address_of
from bot.channels.whatsapp_media import Files
from bot.channels.whatsapp_read import read_message, read_status, sender_of
from bot.channels.whatsapp_send import PAIR, TEXT, caption, fault, payload, receipt
from bot.channels.whatsapp_templates import NEWS, fetch
from bot.channels.whatsapp_upload import Uploads
from bot.config import Setting
from bot.errors import ConfigError, SendError, Unreadable
from bot.message import Approved, Inbound, Item, Limits, Outbound, Receipt, Status

WINDOW = timedelta(hours=24)
_REF = re.compile(r"[0-9a-f]{32}\.([0-9]{1,3})")


class WhatsApp:
    name = "whatsapp"
    hooks = meta.HOOKS

    def __init__(
        self,
        phone_number_id: str,
        access_token: str,
        app_secrets: tuple[str, ...],
        verify_token: str,
        api_url: str = "https://graph.facebook.com",
        api_version: str = "v26.0",
        rate: float = 80.0,
        media_hosts: tuple[str, ...] = ("lookaside.fbsbx.com",),
        business_account_id: str = "",
        shelf: Shelf | None = None,
    ) -> None:
        if not (phone_number_id and access_token and app_secrets and all(app_secrets) and verify_token):
            raise ConfigError("whatsapp: a number, an access token, an app secret and a verify token are all needed")
        self.account = f"whatsapp:{phone_number_id}"
        self.limits = Limits(
            TEXT,
            rate,
            True,
            PAIR if rate else None,
            caption=caption,
            signs=True,
            quotes=True,
            reacts=True,
            window=WINDOW,
        )
        self._secrets = tuple(secret.encode() for secret in app_secrets)
        self._verify_token = verify_token.encode()
        self._base = f"{api_url.rstrip('/')}/{api_version}"
        self.lists_templates = bool(business_account_id)
        self._templates_url = f"{self._base}/{business_account_id}/message_templates" if business_account_id else ""
        self._urls: dict[str, yarl.URL] = {}
        self._headers = {
            "Authorization": f"Bearer {access_token}",
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
        }
        self._http: aiohttp.ClientSession | None = None
        self._files = Files(self._base, access_token, media_hosts)
        self._uploads = Uploads(self._base, self._headers, shelf)

    # -- in ----------------------------------------------------------------------------------------

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        meta.verify(self._secrets, headers, body)

    def challenge(self, query: Mapping[str, str]) -> str:
        return meta.challenge(self._verify_token, query)

    def split(self, body: bytes) -> list[Item]:
        data = loads(body)
        entries = data.get("entry") if isinstance(data, dict) else None
        if not isinstance(entries, list):
            raise Unreadable("not a WhatsApp webhook: no list of entries")
        items: list[Item] = []
        for entry in entries:
            changes = entry.get("changes") if isinstance(entry, dict) else None
            if not isinstance(changes, list):
                items.append(self._event(self.account, {"entry": entry}))
                continue
            for change in changes:
                items.extend(self._change(entry, change))
        return items

    def _change(self, entry: dict[str, Any], change: Any) -> Iterator[Item]:
        value = change.get("value") if isinstance(change, dict) else None
        metadata = value.get("metadata") if isinstance(value, dict) else None
        number = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
        ours = isinstance(number, str) and number.isascii() and number.isdigit() and len(number) <= 32
        account = f"whatsapp:{number}" if ours else self.account
        news = {"entry": entry.get("id"), "time": entry.get("time"), "change": change}
        if not isinstance(value, dict) or change.get("field", "messages") != "messages":
            yield self._event(account, news)
            return
        messages, statuses = value.get("messages", ()), value.get("statuses", ())
        odd = not (isinstance(messages, list | tuple) and isinstance(statuses, list | tuple))
        if odd or value.get("errors") or not (messages or statuses):
            yield self._event(account, {**news, "change": {**change, "value": _without_items(value)}})
        if isinstance(messages, list) and messages:
            find = _finder(value.get("contacts"), len(messages))
            for message in messages:
                yield _message(account, number, message, find)
        if isinstance(statuses, list):
            for status in statuses:
                yield _status(account, status)

    def _event(self, account: str, news: dict[str, Any]) -> Item:
        raw = dumps(news)
        hour = seconds(news.get("time")) // 3600
        return Item(account, "event", hashlib.sha256(raw).hexdigest(), None, raw, hour)

    def parse(self, kind: str, raw: bytes) -> Inbound | Status | None:
        if kind == "event":
            return None
        data = loads(raw)
        inner = data.get(kind) if isinstance(data, dict) else None
        if not isinstance(inner, dict):
            raise Unreadable(f"a WhatsApp {kind} that is not an object")
        return read_status(inner) if kind == "status" else read_message(inner, data.get("contact"), raw)

    async def acknowledge(self, kind: str, raw: bytes) -> None:
        """Nothing: WhatsApp expects no word after a button."""

    # -- out ---------------------------------------------------------------------------------------

    async def start(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def send(self, out: Outbound) -> Receipt:
        assert self._http is not None, "start() comes first"
        url = self._urls.get(out.account)
        if url is None:
            url = self._urls[out.account] = yarl.URL(f"{self._base}/{out.account.partition(':')[2]}/messages")
        media = ""
        if out.file is not None and out.template is None:
            media = await self._uploads.id_of(self._http, out.account.partition(":")[2], out.file)
        status, body, wait = await post(self._http, url, self._headers, dumps(payload(out, media)))
        try:
            answer = loads(body)
        except Unreadable:
            answer = None
        if not isinstance(answer, dict):
            answer = {}
        if status == 200 and "error" not in answer:
            return receipt(answer, out.address)
        raise SendError(fault(status, answer.get("error"), wait))

    def fetch(self, account: str, ref: str) -> AsyncGenerator[bytes, None]:
        assert self._http is not None, "start() comes first"
        return self._files.fetch(self._http, account.partition(":")[2], ref)

    async def attend(self, account: str, address: str, external_id: str, typing: bool) -> None:
        """One request for both. It shows for 25 seconds or until our answer, and marks all that came before as read too."""
        assert self._http is not None, "start() comes first"
        data = {"messaging_product": "whatsapp", "status": "read", "message_id": external_id}
        shown = {"typing_indicator": {"type": "text"}} if typing else {}
        url = yarl.URL(f"{self._base}/{account.partition(':')[2]}/messages")
        with suppress(SendError):
            await post(self._http, url, self._headers, dumps({**data, **shown}))

    async def templates(self) -> list[Approved]:
        assert self._http is not None, "start() comes first"
        return await fetch(self._http, self._templates_url, self._headers, fault)

    def is_template_news(self, raw: bytes) -> bool:
        return any(field in raw for field in NEWS)


# -- splitting -------------------------------------------------------------------------------------

Finder = Callable[[dict[str, Any]], Any]


def _finder(contacts: Any, messages: int) -> Finder:
    """Finds a message's contact by its ids, for their order proves nothing; a pair of one and one needs no search."""
    if not isinstance(contacts, list) or not contacts:
        return lambda message: None
    if len(contacts) == messages == 1:
        return lambda message: contacts[0]
    by_id = {}
    for contact in contacts:
        if isinstance(contact, dict):
            for key in (contact.get("user_id"), contact.get("wa_id")):
                if isinstance(key, str):
                    by_id[key] = contact

    def find(message: dict[str, Any]) -> Any:
        for key in (message.get("from_user_id"), message.get("from")):
            if isinstance(key, str) and key in by_id:
                return by_id[key]
        return None

    return find


def _without_items(value: dict[str, Any]) -> dict[str, Any]:
    return {
        key: it for key, it in value.items() if key not in ("contacts", "messages", "statuses") or type(it) is not list
    }


def _message(account: str, number: Any, message: Any, find: Finder) -> Item:
    if not isinstance(message, dict):
        raw = dumps({"phone_number_id": number, "message": message})
        return Item(account, "message", hashlib.sha256(raw).hexdigest(), None, raw)
    raw = dumps({"phone_number_id": number, "contact": find(message), "message": message})
    external_id = name_of(message.get("id"), raw)
    hour = seconds(message.get("timestamp")) // 3600
    if "group_id" in message:  # said in a group, to others: not a citizen's line to us
        return Item(account, "event", external_id, None, raw, hour)
    return Item(account, "message", external_id, sender_of(message), raw, hour)


def _status(account: str, status: Any) -> Item:
    raw = dumps({"status": status})
    if not isinstance(status, dict):
        return Item(account, "status", hashlib.sha256(raw).hexdigest(), None, raw)
    wamid, state, stamp = status.get("id"), status.get("status"), status.get("timestamp")
    ref, part = status.get("biz_opaque_callback_data"), None
    if isinstance(ref, str) and (ours := _REF.fullmatch(ref)) and int(ours[1]) < clock.PARTS:
        part = int(ours[1])
    named = isinstance(wamid, str) and wamid and isinstance(state, str)
    external_id = name_of(f"{wamid}|{state}|{stamp}" if named else None, raw)
    address = address_of(status.get("recipient_user_id"), status.get("recipient_id"))
    return Item(account, "status", external_id, address, raw, seconds(stamp) // 3600, part)


def _build(own: Mapping[str, Any], place: Place) -> WhatsApp:
    return WhatsApp(
        phone_number_id=own["phone_number_id"],
        access_token=own["access_token"],
        app_secrets=meta.secrets(own["app_secret"]),
        verify_token=own["verify_token"],
        api_url=own["api_url"],
        api_version=own["api_version"],
        rate=own["rate"],
        business_account_id=own["business_account_id"],
        shelf=place.shelf,
        media_hosts=tuple(own["media_hosts"].replace(",", " ").split()),
    )


ADAPTER = Adapter(
    "whatsapp",
    "WhatsApp",
    (
        Setting("phone_number_id", needed=True),
        Setting("access_token", secret=True, needed=True),
        Setting("app_secret", secret=True, needed=True),
        Setting("verify_token", secret=True, needed=True),
        Setting("business_account_id"),
        Setting("api_url", "https://graph.facebook.com"),
        Setting("api_version", "v26.0"),
        Setting("rate", 80.0),
        # Where a media address may lead beside the API itself: only these are shown the access token.
        Setting("media_hosts", "lookaside.fbsbx.com"),
    ),
    build=_build,
    look=meta_check.look_whatsapp,
    connect=meta_check.connect("whatsapp"),
    by_phone=True,
)
