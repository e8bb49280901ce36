"""The words that cross between rooms: frozen types that know no platform, no table and no flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

import aiohttp


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a webhook, as the door sees it: only what names it, and the raw bytes."""

    account: str
    """`channel:number-or-bot`, for example `whatsapp:100200300`."""
    kind: str
    """`message`, `status`, `event` (a platform's own news) or `raw` (could not be split)."""
    external_id: str
    address: str | None
    raw: bytes
    hour: int = 0
    """Hours since 1970 of the platform's own timestamp, 0 where unusable: part of the unique key."""
    part: int | None = None
    """Known already (a status that carries our reference); else computed from the address."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that stays with the platform until it is fetched; never a public address."""

    kind: Literal["image", "video", "audio", "voice", "document", "sticker"]
    ref: str
    mime: str = ""
    name: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Location:
    latitude: float
    longitude: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A citizen's message, clean: no NUL, no lone surrogate, text at most 65,536 characters."""

    address: str
    external_id: str
    kind: str = "text"
    """`text`, `choice`, an attachment's kind, `location`, `contact`, `reaction`, `unsupported` …"""
    text: str = ""
    choice: str = ""
    """The id of the button that was pressed: checked against the session, never believed."""
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    name: str = ""
    phone: str = ""
    sent_at: datetime | None = None
    silent: bool = False
    """Stored but never answered (a reaction, a service message)."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the platform says became of a message of ours."""

    external_id: str
    state: Literal["sent", "delivered", "read", "played", "failed"]
    at: datetime
    address: str = ""
    ref: str = ""
    """Our own reference (`Outbound.ref`) where the platform echoes it."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a question. `label` is in the citizen's language; `id` at most 64 bytes (Telegram's callback_data)."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text that the platform has approved, for whoever is outside the 24-hour window (WhatsApp)."""

    name: str
    language: str = "id"
    body: tuple[str, ...] = ()
    """The values of its variables, in order."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """One bubble to one address. `text` holds the numbered twin of `choices` already, so a channel may leave buttons out."""

    ref: str
    """`<message id hex>.<part>`: given to platforms that echo it in their statuses."""
    account: str
    address: str
    text: str
    choices: tuple[Choice, ...] = ()
    menu: str = ""
    """Label of the button that opens a list, in the citizen's language, at most 20 characters."""
    template: Template | None = None
    ask: Literal["", "location", "contact"] = ""
    """A button that shares where one is, or one's own number; where a platform has none, the text asks in words."""
    link: tuple[str, str] | None = None
    """(label, https address) of a button; the address stands in the text as well."""
    reply_to: str = ""
    """The platform's id of the message that this one answers."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform took it. `state` is `accepted`, or `delivered` where sending is delivering (web chat)."""

    external_id: str = ""
    state: Literal["accepted", "delivered"] = "accepted"


@dataclass(frozen=True, slots=True)
class Pace:
    """Towards one address: so many at once, and `rate` a second in the long run."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform allows, in characters; `rate` in sends a second and account (0 = unlimited)."""

    text: int
    rate: float = 0.0
    confirms: bool = False
    """Statuses echo our reference, so an ambiguous send is first waited for."""
    pair: Pace | None = None
    """Towards one person."""
    group: Pace | None = None
    """Towards a group (an address that begins with `-`)."""
    window: float = 0.0
    """Hours after a citizen's last message in which free text is taken; 0 = always."""


class Channel(Protocol):
    """One platform. Nothing in it decides about retry, and nothing in it touches the database."""

    name: str
    account: str
    """The configured account; items of other accounts of the same platform keep their own."""
    limits: Limits

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises `Unauthorised` unless the bytes are the platform's."""

    def challenge(self, query: Mapping[str, str]) -> str:
        """The answer to a platform's GET; raises `Unauthorised`."""

    def split(self, body: bytes) -> list[Item]:
        """The items of a verified body. Raises `Unreadable` when it cannot be split at all; one odd item becomes one odd `Item`."""

    def parse(self, kind: str, raw: bytes) -> Inbound | Status | None:
        """What an item says; None for platform news that no citizen wrote. Raises `Unreadable`."""

    async def start(self, http: aiohttp.ClientSession) -> None:
        """Receives the process's one HTTP client."""

    async def send(self, out: Outbound) -> Receipt:
        """Posts once. Raises `SendError`."""

    async def acknowledge(self, kind: str, raw: bytes) -> None:
        """Best effort, after the turn committed: ends a pressed button's spinner where a platform has one. Never raises."""


@dataclass(frozen=True, slots=True)
class Approved:
    """One template as the platform has it."""

    name: str
    language: str
    status: str
    category: str
    components: tuple[object, ...] = ()
    quality: str = ""
    error: str = ""


@runtime_checkable
class Templated(Protocol):
    """A channel whose platform approves templates."""

    account: str

    async def templates(self) -> list[Approved]:
        """All of them. Raises `SendError`."""

    def is_template_news(self, raw: bytes) -> bool:
        """Whether an `event` item says that one has changed."""


def templated(channel: object) -> Templated | None:
    """The channel, if its platform approves templates."""
    return channel if isinstance(channel, Templated) else None


def clean(text: object, limit: int = 65_536) -> str:
    """Text that both databases take: no NUL, no lone surrogates, at most `limit` characters; anything but a string is ''."""
    if not isinstance(text, str):
        return ""
    if len(text) > limit:
        text = text[:limit]
    if "\0" in text:
        text = text.replace("\0", "")
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text
