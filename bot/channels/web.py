"""The web chat page as a channel: the page writes its own items and fetches its messages; nothing leaves the house."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import get_args

import aiohttp

from bot import clock
from bot.channels.http import REFUSED, dumps, loads, name_of
from bot.channels.kit import Adapter
from bot.errors import Fault, FetchError, NotFound, Unauthorised, Unreadable
from bot.message import Attachment, Hook, Inbound, Item, Limits, Outbound, Receipt, Status, clean

ACCOUNT = "web:1"


class Web:
    name = "web"
    account = ACCOUNT
    hooks: tuple[Hook, ...] = ()

    def __init__(self, shelf: Callable[[str], AsyncGenerator[bytes, None]] | None = None) -> None:
        """`shelf` reads what a page has uploaded: it lies in the house before its message does."""
        self.limits = Limits(65_536, caption=lambda file: 65_536)
        self._shelf = shelf

    def item(self, address: str, external_id: str, text: str = "", choice: str = "", name: str = "") -> Item:
        """What the page stores when a citizen says or presses something; `external_id` is the page's own key of it."""
        at = int(clock.now().timestamp())
        said = {"id": external_id, "address": address, "text": clean(text), "choice": clean(choice, 256), "at": at}
        raw = dumps(said | {"name": clean(name, 256)})
        # Hour 0: the page repeats a send after any wait, and the key must be the same then.
        return Item(self.account, "message", name_of(external_id, raw), address, raw)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        raise Unauthorised(REFUSED)  # no public webhook: the page has its own cookie

    def challenge(self, query: Mapping[str, str]) -> str:
        raise Unauthorised(REFUSED)

    def split(self, body: bytes) -> list[Item]:
        raise Unreadable("the web chat has no webhook")

    def parse(self, kind: str, raw: bytes) -> Inbound | Status | None:
        if kind == "event":
            return None
        said = loads(raw)
        if not isinstance(said, dict):
            raise Unreadable("a web message that is not an object")
        file = _file(said.get("file"))
        text, choice, at = clean(said.get("text")), clean(said.get("choice"), 256), said.get("at")
        if not text and not choice and file is None:
            raise Unreadable("a web message that says nothing")
        return Inbound(
            address=clean(said.get("address"), 512),
            external_id=name_of(said.get("id"), raw),
            kind=file.kind if file else "choice" if choice else "text",
            text=text,
            choice=choice,
            attachments=(file,) if file else (),
            name=clean(said.get("name"), 256).strip(),
            sent_at=datetime.fromtimestamp(at, UTC) if type(at) is int and 0 < at < 10**11 else None,
        )

    async def start(self, http: aiohttp.ClientSession) -> None:
        """Nothing to open."""

    async def send(self, out: Outbound) -> Receipt:
        return Receipt(state="delivered")

    async def acknowledge(self, kind: str, raw: bytes) -> None:
        """Nothing: the page shows by itself that a button was pressed."""

    async def attend(self, account: str, address: str, external_id: str, typing: bool) -> None:
        """Nothing: the page looks for answers by itself."""

    async def fetch(self, account: str, ref: str) -> AsyncGenerator[bytes, None]:
        if self._shelf is None:
            raise FetchError(Fault("expired", "this house keeps no uploads"))
        try:
            async with aclosing(self._shelf(ref)) as pieces:
                async for piece in pieces:
                    yield piece
        except NotFound:
            raise FetchError(Fault("expired")) from None
        except OSError as error:
            raise FetchError(Fault("unreachable", type(error).__name__, retryable=True, scope="account")) from None


def _file(node: object) -> Attachment | None:
    """`{"sha256", "kind", "mime", "name", "size"}`, as the page's own upload wrote it."""
    if not isinstance(node, dict):
        return None
    kind, ref, size = node.get("kind"), clean(node.get("sha256"), 64), node.get("size")
    if kind not in get_args(Attachment.__annotations__["kind"]) or not ref:
        raise Unreadable("a web message with a file that is none")
    size = size if type(size) is int else 0
    return Attachment(kind, ref, clean(node.get("mime"), 128), clean(node.get("name"), 256), size)  # type: ignore[arg-type]


ADAPTER = Adapter("web", "Web", build=lambda own, place: Web(place.shelf))
