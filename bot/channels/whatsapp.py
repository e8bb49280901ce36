"""WhatsApp Cloud API: signed webhooks in, text, reply buttons and lists out."""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import yarl

from bot import clock
from bot.channels.http import GARBLED, REFUSED, dumps, header, loads, name_of, post, same, seconds
from bot.channels.whatsapp_read import address_of, read_message, read_status, words_of
from bot.channels.whatsapp_templates import NEWS, fetch
from bot.errors import ConfigError, Fault, SendError, Unauthorised, Unreadable
from bot.message import Approved, Choice, Inbound, Item, Limits, Outbound, Pace, Receipt, Status, Template

TEXT, BODY = 4096, 1024
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
ROWS, ROW_TITLE, ROW_ID = 10, 24, 200
MENU = "Pilih"
PAIR = Pace(rate=1 / 6, burst=45)
"""One message in six seconds to the same person; up to 45 at once are lent and must be waited for afterwards."""
WINDOW = 24.0

# Graph error code -> what it means. The code decides, not the HTTP status: 131056 has been seen with 400 and 403.
_ERRORS: tuple[tuple[tuple[int, ...], Fault], ...] = (
    ((0, 3, 10, 190, *range(200, 300), 131005), Fault("auth", retryable=True, scope="account")),
    ((1,), Fault("transient", retryable=True, most=3)),  # also what Graph says to a request it does not understand
    ((2, 131000, 131016, 132069, 133004), Fault("transient", retryable=True)),
    ((4, 613, 80007, 80008, 130429, 133016), Fault("throttled", retryable=True, scope="account")),
    ((131057,), Fault("throttled", retryable=True, scope="account", wait=60.0)),
    ((131056,), Fault("throttled_pair", retryable=True, scope="address")),
    ((131048,), Fault("quality", retryable=True, scope="account", wait=300.0)),
    ((131049, 131050), Fault("marketing")),
    ((131047,), Fault("window_closed")),
    ((131026, 130403, 130472, 130497), Fault("undeliverable")),
    (
        (33, 100, 131008, 131009, 131021, 131030, 131051, 131062, 131063, 131064, 135000),
        Fault("payload"),
    ),
    ((131052, 131053), Fault("media")),
    (
        (368, 131031, 131037, 131042, 131045, 133005, 133006, 133008, 133009, 133010),
        Fault("account", retryable=True, scope="account"),
    ),
    (
        (132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068),
        Fault("template"),
    ),
)
ERRORS: dict[int, Fault] = {code: fault for codes, fault in _ERRORS for code in codes}

# Where no code could be read, the HTTP status is all there is. 504: a proxy gave up, Graph may still have taken it.
STATUSES: dict[int, Fault] = {
    401: ERRORS[190],
    403: ERRORS[190],
    200: GARBLED,
    429: ERRORS[130429],
    504: Fault("timeout", retryable=True, ambiguous=True),
}

_REFUSED = Fault("refused")

_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")
_REF = re.compile(r"[0-9a-f]{32}\.([0-9]{1,3})")


class WhatsApp:
    name = "whatsapp"

    def __init__(
        self,
        phone_number_id: str,
        access_token: str,
        app_secrets: tuple[str, ...],
        verify_token: str,
        api_url: str = "https://graph.facebook.com",
        api_version: str = "v26.0",
        rate: float = 80.0,
        business_account_id: str = "",
    ) -> None:
        if not (phone_number_id and access_token and app_secrets and all(app_secrets) and verify_token):
            raise ConfigError("whatsapp: a number, an access token, an app secret and a verify token are all needed")
        self.account = f"whatsapp:{phone_number_id}"
        self.limits = Limits(TEXT, rate, confirms=True, pair=PAIR if rate else None, window=WINDOW)
        self._secrets = tuple(secret.encode() for secret in app_secrets)
        self._verify_token = verify_token.encode()
        self._base = f"{api_url.rstrip('/')}/{api_version}"
        self._templates_url = f"{self._base}/{business_account_id}/message_templates" if business_account_id else ""
        self._urls: dict[str, yarl.URL] = {}
        self._headers = {
            "Authorization": f"Bearer {access_token}",
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
        }
        self._http: aiohttp.ClientSession | None = None

    # -- in ----------------------------------------------------------------------------------------

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        given = header(headers, "X-Hub-Signature-256")
        # Meta never compresses: what was unpacked on the way is not what was signed.
        if not _SIGNATURE.fullmatch(given) or headers.get("Content-Encoding", "identity") != "identity":
            raise Unauthorised(REFUSED)
        same(tuple(hmac.digest(secret, body, "sha256").hex().encode() for secret in self._secrets), given[7:])

    def challenge(self, query: Mapping[str, str]) -> str:
        if query.get("hub.mode") != "subscribe":
            raise Unauthorised(REFUSED)
        same((self._verify_token,), query.get("hub.verify_token", ""))
        return query.get("hub.challenge", "")

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
            number = out.account.partition(":")[2]
            url = self._urls[out.account] = yarl.URL(f"{self._base}/{number}/messages")
        status, body, wait = await post(self._http, url, self._headers, dumps(payload(out)))
        try:
            answer = loads(body)
        except Unreadable:
            answer = None
        if not isinstance(answer, dict):
            answer = {}
        if status == 200 and "error" not in answer:
            return _receipt(answer)
        raise SendError(_fault(status, answer.get("error"), wait))

    async def templates(self) -> list[Approved]:
        assert self._http is not None, "start() comes first"
        return await fetch(self._http, self._templates_url, self._headers, _fault)

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
    return Item(
        account, "message", external_id, address_of(message.get("from_user_id"), message.get("from")), raw, hour
    )


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


# -- sending ---------------------------------------------------------------------------------------


def payload(out: Outbound) -> dict[str, Any]:
    """What Graph is given. Buttons only where everything fits: their numbered twin is in the text already."""
    choices, text = out.choices, out.text
    data: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to" if out.address.isdigit() else "recipient": out.address,
        "biz_opaque_callback_data": out.ref,
    }
    if out.reply_to:
        data["context"] = {"message_id": out.reply_to}
    if out.template is not None:
        data["type"], data["template"] = "template", _template(out.template)
    elif choices and len(text) <= BODY and len(choices) <= BUTTONS and _fits(choices, BUTTON_TITLE, BUTTON_ID):
        buttons = [{"type": "reply", "reply": {"id": one.id, "title": one.label}} for one in choices]
        data["type"] = "interactive"
        data["interactive"] = {"type": "button", "body": {"text": text}, "action": {"buttons": buttons}}
    elif BUTTONS < len(choices) <= ROWS and len(text) <= BODY and _fits(choices, ROW_TITLE, ROW_ID):
        rows = [{"id": one.id, "title": one.label} for one in choices]
        action = {"button": (out.menu or MENU)[:BUTTON_TITLE], "sections": [{"rows": rows}]}
        data["type"] = "interactive"
        data["interactive"] = {"type": "list", "body": {"text": text}, "action": action}
    elif (asked := _asks(out)) is not None:
        data["type"], data["interactive"] = "interactive", asked
    elif 0 < len(text) <= TEXT:
        data["type"] = "text"
        data["text"] = {"body": text}
    else:
        raise SendError(Fault("payload", f"a text of {len(text)} characters; WhatsApp takes 1 to {TEXT}"))
    return data


def _asks(out: Outbound) -> dict[str, Any] | None:
    """One button that shares or opens something; None where there is none or the text is too long beside it."""
    if not 0 < len(out.text) <= BODY or out.choices:
        return None
    body = {"text": out.text}
    if out.ask == "location":
        return {"type": "location_request_message", "body": body, "action": {"name": "send_location"}}
    if out.ask == "contact":
        return {"type": "request_contact_info", "body": body, "action": {"name": "request_contact_info"}}
    if out.link and 0 < len(out.link[0]) <= BUTTON_TITLE and out.link[1].startswith("https://"):
        parameters = {"display_text": out.link[0], "url": out.link[1]}
        return {"type": "cta_url", "body": body, "action": {"name": "cta_url", "parameters": parameters}}
    return None


def _template(template: Template) -> dict[str, Any]:
    """Graph takes no line break, tab or run of blanks in a variable, and none that is empty."""
    node: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    if template.body:
        parameters = [{"type": "text", "text": " ".join(each.split()) or "-"} for each in template.body]
        node["components"] = [{"type": "body", "parameters": parameters}]
    return node


def _fits(choices: tuple[Choice, ...], title: int, id_: int) -> bool:
    """Titles and ids must be there, short enough and distinct, or Graph refuses the whole message."""
    if len({one.label for one in choices}) < len(choices) or len({one.id for one in choices}) < len(choices):
        return False
    return all(0 < len(one.label) <= title and 0 < len(one.id) <= id_ for one in choices)


def _receipt(answer: dict[str, Any]) -> Receipt:
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    wamid = first.get("id") if isinstance(first, dict) else None
    if not isinstance(wamid, str) or not wamid:
        raise SendError(GARBLED)
    return Receipt(name_of(wamid, b""))  # as its statuses will be named


def _fault(status: int, error: Any, wait: float | None) -> Fault:
    code = error.get("code") if isinstance(error, dict) else None
    fault = ERRORS.get(code) if type(code) is int else None
    if fault is None:
        fault = STATUSES.get(status) or (ERRORS[131000] if status >= 500 else _REFUSED)
    text = words_of(error) or fault.text or f"HTTP {status}"
    return replace(fault, text=text, wait=wait or fault.wait)
