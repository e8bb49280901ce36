"""The words that cross between rooms: frozen types that know no platform, no table and no flow."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

import aiohttp

from bot.record import record


@record
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


@record
class Attachment:
    """A file that stays with the platform until it is fetched; never a public address."""

    kind: Literal["image", "video", "audio", "voice", "document", "sticker"]
    ref: str
    mime: str = ""
    name: str = ""
    size: int = 0


@record
class Location:
    latitude: float
    longitude: float
    name: str = ""


@record
class Card:
    """One contact card. Anybody can send anybody's card: only `proof` says that the number is the sender's own."""

    name: str = ""
    phones: tuple[str, ...] = ()
    proof: bool = False
    """The platform itself vouches that this is the sender's own number."""


@record
class Inbound:
    """A citizen's message, clean: no NUL, no lone surrogate, text at most 65,536 characters."""

    address: str
    external_id: str
    kind: str = "text"
    """What is said: `text`, `choice`, `flow` (a form), an attachment's kind, `location`, `contact`, `order`, `lost` (a file that the
    platform could not fetch), `unsupported`. What is done to an older message: `edited`, `deleted`, `reaction`. News about the
    citizen: `number_changed`, `id_changed`, `chat_moved`, `identity_changed`, `blocked`, `unblocked`, `system`."""
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
    reply_to: str = ""
    """External id of the message that this one answers; it may be one that we no longer have."""
    forwarded: int = 0
    """1: forwarded, 2: forwarded many times, as the platform marks it."""
    target: str = ""
    """External id of the message that this one edits, deletes or reacts to."""
    emoji: str = ""
    """Of a reaction; '' takes it back."""
    cards: tuple[Card, ...] = ()
    details: Mapping[str, object] = field(default_factory=dict)
    """For the officer, short and bounded: `what` (of an unsupported kind), `referral`, `flow`, `order`, `live` …"""
    album: str = ""
    """What the files of one album share."""
    aliases: tuple[tuple[str, str], ...] = ()
    """Other names of the sender that the platform itself gives: `phone`, `user_id`, `parent`, `username`."""
    moved_from: tuple[str, ...] = ()
    """Names that the sender had before (`number_changed`, `id_changed`, `chat_moved`); the new ones are in `aliases`."""


@record
class Status:
    """What the platform says became of a message of ours."""

    external_id: str
    state: Literal["sent", "delivered", "read", "played", "failed"]
    at: datetime
    address: str = ""
    ref: str = ""
    """Our own reference (`Outbound.ref`) where the platform echoes it."""
    error: str = ""
    until: datetime | None = None
    """Instead of an id: it is said of everything that we had sent to this address by then."""
    code: int = 0
    """The platform's number of the error."""
    category: str = ""
    """What the platform bills it as (`service`, `utility` …)."""
    billable: bool = False


@record
class Choice:
    """One answer of a question. `label` is in the citizen's language; `id` at most 64 bytes (Telegram's callback_data)."""

    id: str
    label: str


@record
class Template:
    """A text that the platform has approved, for whoever is outside the 24-hour window (WhatsApp)."""

    name: str
    language: str = "id"
    body: tuple[str, ...] = ()
    """The values of its variables, in order."""
    header: str = ""
    """The value of the variable in its header, where that is a text with one."""
    buttons: tuple[tuple[str, str], ...] = ()
    """(`quick_reply` or `url`, payload or end of the address), in the order of its buttons."""


@record
class File:
    """A file of ours, by the hash under which the shelf holds it. What it is stands fixed by its bytes."""

    kind: Literal["image", "video", "audio", "voice", "document"]
    sha256: str
    mime: str
    name: str
    size: int


@record
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
    file: File | None = None
    """Leaves with `text` as its caption, which may be empty. Only where `Limits.caption` takes it."""
    react: str = ""
    """An emoji under the message `reply_to` instead of words. Only where `Limits.reacts`."""
    edit: str = ""
    """The platform's id of our own message whose words are replaced. Only where `Limits.edits`."""


@record
class Receipt:
    """The platform took it. `state` is `accepted`, or `delivered` where sending is delivering (web chat)."""

    external_id: str = ""
    state: Literal["accepted", "delivered"] = "accepted"
    aliases: tuple[tuple[str, str], ...] = ()
    """Other names of whom it went to, as `Inbound.aliases`, where the answer gives some."""


@record
class Pace:
    """Towards one address: so many at once, and `rate` a second in the long run."""

    rate: float
    burst: int


def units(text: str) -> int:
    """UTF-16 units, as Telegram and most others count: an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def no_files(file: File) -> int | None:
    return None


@record
class Limits:
    """What a platform allows, in characters; `rate` in sends a second and account (0 = unlimited)."""

    text: int
    """Longer ones are cut between words before they are queued."""
    rate: float = 0.0
    confirms: bool = False
    """Statuses echo our reference, so an ambiguous send is first waited for."""
    pair: Pace | None = None
    """Towards one person."""
    group: Pace | None = None
    """Towards a group (an address that begins with `-`)."""
    size: Callable[[str], int] = units
    """How the platform counts a text against `text`."""
    caption: Callable[[File], int | None] = no_files
    """How long the words under a file may be; None: it is not taken, and words say where it can be seen."""
    signs: bool = False
    """A citizen can be shown that we have read, or are typing."""
    quotes: bool = False
    """A message can answer a given one."""
    reacts: bool = False
    edits: bool = False
    """Our own words can be replaced after they were sent."""
    window: timedelta | None = None
    """So long after the citizen's last message free text is taken; None = always."""


@record
class Hook:
    """One way in which a platform knocks at `/webhooks/<name>`."""

    method: Literal["GET", "POST"] = "POST"
    challenge: bool = False
    """Asks only whether we are who we say: `Channel.challenge` answers, nothing is stored."""
    query: bool = False
    """What the address holds after its `?` is said too: it stands before the body, as one more line of a form."""


class Channel(Protocol):
    """One platform. Nothing in it decides about retry, and nothing in it touches the database."""

    name: str
    account: str
    """The configured account; items of other accounts of the same platform keep their own."""
    limits: Limits
    hooks: tuple[Hook, ...]

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

    async def attend(self, account: str, address: str, external_id: str, typing: bool) -> None:
        """Best effort: shows a citizen that their message was read, and (`typing`) that an answer is on its way. Asked for only where
        `Limits.signs`. Never raises, and nothing depends on it."""

    def fetch(self, account: str, ref: str) -> AsyncGenerator[bytes, None]:
        """The bytes of a citizen's file (`Attachment.ref`), read from the platform as they are asked for. Raises `FetchError`."""


@record
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
    lists_templates: bool
    """False: we were not told where to look, so what the house wants to send is believed."""

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
