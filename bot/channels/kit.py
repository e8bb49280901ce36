"""What the file of a channel declares about itself: everything that the house must know before the channel is built."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from bot.config import Group
from bot.message import Channel
from bot.record import record


@record
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool | None
    """None: cannot be known, or is only worth reading."""
    says: str
    remedy: str = ""
    """What to do about it, where something is wrong."""


@record
class Asked:
    """With what a platform is asked about an account: its settings, our webhook's public address ('' = not known), the client."""

    own: Mapping[str, Any]
    webhook: str
    http: aiohttp.ClientSession


@record
class Place:
    """Where a channel is built: what it may need beside its own settings."""

    url: str = ""
    """The public address of this server."""
    shelf: Callable[[str], AsyncGenerator[bytes, None]] | None = None
    """Reads a file that lies in the house already."""


@record(kw_only=True)
class Adapter(Group):
    """One kind of channel. Its `name` is the word before the colon of every account and the end of its webhook's address."""

    build: Callable[[Mapping[str, Any], Place], Channel]
    """Given its settings."""
    by_phone: bool = False
    """An address is a phone number, so the desk masks it."""
    look: Callable[[Asked], Awaitable[list[Finding]]] | None = None
    """Asks the platform how the account is. Raises `SendError` where it does not answer; changes nothing."""
    connect: Callable[[Asked], Awaitable[str]] | None = None
    """Tells the platform where our webhook is; a sentence of what was done. Raises `SendError`."""
