"""Facebook Messenger and Instagram messages: one family of signed webhooks and one Send API under two names."""

import hashlib
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import Any

import aiohttp
import yarl

from bot import clock
from bot.channels import files, meta, meta_check
from bot.channels.http import GARBLED, dumps, loads, name_of, post, seconds
from bot.channels.kit import Adapter, Place
from bot.channels.messenger_read import id_of, read_event, read_status
from bot.config import Setting
from bot.errors import ConfigError, Fault, FetchError, SendError, Unreadable
from bot.message import Choice, Inbound, Item, Limits, Outbound, Receipt, Status

TEXT = {"messenger": 2000, "instagram": 1000}
SIZE: dict[str, Callable[[str], int]] = {"messenger": len, "instagram": lambda text: len(text.encode())}
"""Messenger counts characters, Instagram the bytes of UTF-8."""
BUTTONS, BUTTON_TEXT = 3, 640
QUICK, TITLE, PAYLOAD = 13, 20, 1000
WINDOW = timedelta(hours=24)
_REF = re.compile(r"[0-9a-f]{32}\.([0-9]{1,3})")

_AUTH = Fault("auth", retryable=True, scope="account")
_THROTTLED = Fault("throttled", retryable=True, scope="account")
_TRANSIENT = Fault("transient", retryable=True)
_CLOSED, _NOBODY, _PAYLOAD = Fault("window_closed"), Fault("undeliverable"), Fault("payload")

# What a pair of code and subcode means; the subcode says more, so it is looked at first.
SUBCODES: dict[tuple[int, int], Fault] = {
    (10, 2018065): _CLOSED,
    (10, 2018278): _CLOSED,
    (10, 2534022): _CLOSED,
    (10, 2018108): _NOBODY,
    (100, 2018001): _NOBODY,
    (200, 1545041): _NOBODY,
    (200, 2018028): _NOBODY,  # an app in development writes to its testers only
    (100, 2018008): Fault("media"),
    (100, 2018047): Fault("media"),
    (100, 2018109): Fault("media"),
    (613, 1893016): Fault("quality", retryable=True, scope="account", wait=300.0),
}
_CODES: tuple[tuple[tuple[int, ...], Fault], ...] = (
    ((0, 3, 10, 102, 190, *range(200, 300)), _AUTH),
    ((1, 2, 1200), _TRANSIENT),
    ((4, 17, 32, 613, 80002, 80006), _THROTTLED),
    ((100, 105, 194, 2018), _PAYLOAD),
    ((551,), _NOBODY),
    ((546, 2022), Fault("media")),
    ((368, 1893063), Fault("account", retryable=True, scope="account")),
)
CODES: dict[int, Fault] = {code: fault for codes, fault in _CODES for code in codes}

# Where no code could be read, the HTTP status is all there is. 504: a proxy gave up, Graph may still have taken it.
STATUSES: dict[int, Fault] = {
    200: GARBLED,
    401: _AUTH,
    403: _AUTH,
    429: _THROTTLED,
    504: Fault("timeout", retryable=True, ambiguous=True),
}


class Messenger:
    """One page, or one Instagram account."""

    hooks = meta.HOOKS

    def __init__(
        self,
        name: str,
        account_id: str,
        access_token: str,
        app_secrets: tuple[str, ...],
        verify_token: str,
        api_url: str,
        api_version: str,
        rate: float,
        media_hosts: str = "",
    ) -> None:
        if not (account_id and access_token and app_secrets and verify_token):
            raise ConfigError(
                f"{name}: an account id, an access token, an app secret and a verify token are all needed"
            )
        self.name = name
        self.account = f"{name}:{account_id}"
        # Messenger echoes our reference in `message_echoes`; Instagram has nothing that carries it.
        self.limits = Limits(TEXT[name], rate, name == "messenger", size=SIZE[name], signs=True, window=WINDOW)
        self._secrets = tuple(secret.encode() for secret in app_secrets)
        self._verify_token = verify_token.encode()
        self._base = f"{api_url.rstrip('/')}/{api_version}"
        self._headers = {
            "Authorization": f"Bearer {access_token}",
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
        }
        self._hosts = tuple(f".{host}" for host in media_hosts.lower().replace(",", " ").split())
        self._http: aiohttp.ClientSession | None = None

    # -- in ----------------------------------------------------------------------------------------

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        meta.verify(self._secrets, headers, body)

    def challenge(self, query: Mapping[str, str]) -> str:
        return meta.challenge(self._verify_token, query)

    def split(self, body: bytes) -> list[Item]:
        data = loads(body)
        entries = data.get("entry") if isinstance(data, dict) else None
        if not isinstance(entries, list):
            raise Unreadable(f"not a webhook of {self.name}: no list of entries")
        items: list[Item] = []
        for entry in entries:
            owner = id_of(entry.get("id")) if isinstance(entry, dict) else None
            account = f"{self.name}:{owner}" if owner else self.account
            events = entry.get("messaging") if isinstance(entry, dict) else None
            if not isinstance(events, list):  # comments, the feed, another app's turn (`standby`)
                items.append(_news(account, entry))
                continue
            for event in events:
                items.extend(_items(account, event))
        return items

    def parse(self, kind: str, raw: bytes) -> Inbound | Status | None:
        if kind == "event":
            return None
        data = loads(raw)
        if not isinstance(data, dict):
            raise Unreadable(f"a {self.name} {kind} that is not an object")
        return read_status(data) if kind == "status" else read_event(data, raw)

    async def acknowledge(self, kind: str, raw: bytes) -> None:
        """Nothing: Messenger expects no word after a button."""

    async def attend(self, account: str, address: str, external_id: str, typing: bool) -> None:
        """What the citizen sees when somebody looks at the page's inbox."""
        assert self._http is not None, "start() comes first"
        url = yarl.URL(f"{self._base}/{account.partition(':')[2]}/messages")
        with suppress(SendError):
            for action in ("mark_seen", "typing_on") if typing else ("mark_seen",):
                body = dumps({"recipient": {"id": address}, "sender_action": action})
                await post(self._http, url, self._headers, body)

    async def fetch(self, account: str, ref: str) -> AsyncGenerator[bytes, None]:
        """A file's reference is its address for some days; it wants no token, and none is shown to it."""
        assert self._http is not None, "start() comes first"
        async with aclosing(files.stream(self._http, self._trusted(ref), {"Accept-Encoding": "identity"})) as pieces:
            async for piece in pieces:
                yield piece

    def _trusted(self, ref: str) -> yarl.URL:
        """Raises `FetchError` unless the address is the API's own or a known media host's over TLS."""
        try:
            url = yarl.URL(ref, encoded=True)
            ours = url.origin() == yarl.URL(self._base).origin()
        except ValueError:
            raise FetchError(Fault("host", "an address that is none")) from None
        known = url.scheme == "https" and url.port == 443 and f".{url.host}".endswith(self._hosts) and bool(self._hosts)
        if url.user is not None or not (ours or known):
            setting = f"WARGI_{self.name}_MEDIA_HOSTS".upper()
            raise FetchError(Fault("host", f"an address of a host that is not on our list ({setting})"))
        return url

    # -- out ---------------------------------------------------------------------------------------

    async def start(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def send(self, out: Outbound) -> Receipt:
        assert self._http is not None, "start() comes first"
        url = yarl.URL(f"{self._base}/{out.account.partition(':')[2]}/messages")
        status, body, wait = await post(self._http, url, self._headers, dumps(payload(self.name, out)))
        try:
            answer = loads(body)
        except Unreadable:
            answer = None
        if not isinstance(answer, dict):
            answer = {}
        mid = answer.get("message_id")
        if status == 200 and isinstance(mid, str) and mid and "error" not in answer:
            return Receipt(name_of(mid, b""))
        raise SendError(fault_of(status, answer.get("error"), wait))


# -- splitting -------------------------------------------------------------------------------------


def _news(account: str, said: Any) -> Item:
    raw = dumps(said)
    stamp = said.get("time") if isinstance(said, dict) else 0
    return Item(account, "event", hashlib.sha256(raw).hexdigest(), None, raw, seconds(stamp) // 3600)


def _items(account: str, event: Any) -> Iterator[Item]:
    """What a citizen did is a message, what became of ours a status; all else is news."""
    if not isinstance(event, dict):
        yield _news(account, {"event": event})
        return
    for key in ("message", "postback", "reaction", "message_edit"):
        if isinstance(said := event.get(key), dict):
            if said.get("is_echo"):
                yield _echo(account, event, said)
            else:
                yield _message(account, key, event, said)
            return
    for key, state in (("delivery", "delivered"), ("read", "read")):
        if isinstance(told := event.get(key), dict):
            yield from _reports(account, event, told, state)
            return
    yield _news(account, event)


def _message(account: str, key: str, event: dict[str, Any], said: dict[str, Any]) -> Item:
    raw = dumps(event)
    # A message, its edit, its reactions and its deletion share one id; only the first may be named by it alone.
    first = key in ("message", "postback") and not said.get("is_deleted")
    external_id = name_of(said.get("mid") if first else None, raw)
    sender = event.get("sender")
    address = id_of(sender.get("id")) if isinstance(sender, dict) else None
    return Item(account, "message", external_id, address, raw, seconds(event.get("timestamp")) // 3600)


def _echo(account: str, event: dict[str, Any], said: dict[str, Any]) -> Item:
    """Our own message comes back: with our reference it proves that it was sent, without it somebody wrote in the page's inbox."""
    mid, ref = said.get("mid"), said.get("metadata")
    ours = _REF.fullmatch(ref) if isinstance(ref, str) else None
    if ours is None or not isinstance(mid, str) or not mid or int(ours[1]) >= clock.PARTS:
        return _news(account, event)
    stamp = event.get("timestamp")
    raw = dumps({"mid": mid, "state": "sent", "at": stamp, "ref": ref})
    return Item(account, "status", name_of(f"{mid}|sent", raw), None, raw, seconds(stamp) // 3600, int(ours[1]))


def _reports(account: str, event: dict[str, Any], told: dict[str, Any], state: str) -> Iterator[Item]:
    """`delivery` lists ids, Instagram's `read` has one; Messenger's `read` has only the time up to which all was read."""
    sender = event.get("sender")
    address = id_of(sender.get("id")) if isinstance(sender, dict) else None
    watermark = told.get("watermark")
    stamp = watermark if seconds(watermark) else event.get("timestamp")
    mids = told.get("mids") if isinstance(told.get("mids"), list) else [told.get("mid")]
    named = [mid for mid in mids or () if isinstance(mid, str) and mid]
    for mid in named:
        raw = dumps({"mid": mid, "state": state, "at": stamp, "address": address})
        yield Item(account, "status", name_of(f"{mid}|{state}", raw), address, raw, seconds(stamp) // 3600)
    if not named and address and seconds(watermark):
        raw = dumps({"state": state, "at": stamp, "address": address, "until": watermark})
        yield Item(account, "status", name_of(f"{address}|{state}|{stamp}", raw), address, raw, seconds(stamp) // 3600)
    elif not named:
        yield _news(account, event)


# -- sending ---------------------------------------------------------------------------------------


def payload(name: str, out: Outbound) -> dict[str, Any]:
    """Up to three buttons that stay, or up to thirteen quick replies that go with the next message, where all fits; their
    numbered twin is in the text already."""
    text, choices = out.text, out.choices
    length = SIZE[name](text)
    if not 0 < length <= TEXT[name]:
        raise SendError(Fault("payload", f"a text of {length} characters; {name} takes 1 to {TEXT[name]}"))
    if id_of(out.address) is None:
        raise SendError(Fault("payload", f"not an address of {name}"))
    message: dict[str, Any] = {"text": text}
    fits = _fit(choices)
    if choices and len(choices) <= BUTTONS and fits and len(text) <= BUTTON_TEXT:
        buttons = [{"type": "postback", "title": one.label, "payload": one.id} for one in choices]
        template = {"template_type": "button", "text": text, "buttons": buttons}
        message = {"attachment": {"type": "template", "payload": template}}
    elif choices and len(choices) <= QUICK and fits:
        message["quick_replies"] = [
            {"content_type": "text", "title": one.label, "payload": one.id} for one in choices
        ]  # fmt: skip
    if name == "messenger":
        message["metadata"] = out.ref
    return {"recipient": {"id": out.address}, "messaging_type": "RESPONSE", "message": message}


def _fit(choices: tuple[Choice, ...]) -> bool:
    return all(0 < len(one.label) <= TITLE and 0 < len(one.id) <= PAYLOAD for one in choices)


def fault_of(status: int, error: Any, wait: float | None) -> Fault:
    error = error if isinstance(error, dict) else {}
    code, sub = error.get("code"), error.get("error_subcode")
    by_code = None
    if type(code) is int:
        by_code = (SUBCODES.get((code, sub)) if type(sub) is int else None) or CODES.get(code)
    by_status = None if error and status == 200 else STATUSES.get(status)
    fault = by_code or by_status or (_TRANSIENT if status >= 500 else Fault("refused"))
    text = meta.words(error) or fault.text or f"HTTP {status}"
    return Fault(fault.name, text, fault.retryable, fault.ambiguous, wait or fault.wait, fault.scope)


# -- what the house is told ------------------------------------------------------------------------


def _adapter(name: str, title: str, api_url: str, rate: float) -> Adapter:
    def build(own: Mapping[str, Any], place: Place) -> Messenger:
        more = {
            key: own[key]
            for key in ("account_id", "access_token", "verify_token", "api_url", "api_version", "rate", "media_hosts")
        }
        return Messenger(name, app_secrets=meta.secrets(own["app_secret"]), **more)

    return Adapter(
        name,
        title,
        (
            Setting("account_id", needed=True),
            Setting("access_token", secret=True, needed=True),
            Setting("app_secret", secret=True, needed=True),
            Setting("verify_token", secret=True, needed=True),
            Setting("api_url", api_url),
            Setting("api_version", "v26.0"),
            Setting("rate", rate),
            Setting("media_hosts", "fbcdn.net fbsbx.com cdninstagram.com"),
        ),
        build=build,
        look=meta_check.look(name),
        connect=meta_check.connect(name),
    )


MESSENGER = _adapter("messenger", "Messenger", "https://graph.facebook.com", 30.0)
INSTAGRAM = _adapter("instagram", "Instagram", "https://graph.instagram.com", 10.0)
