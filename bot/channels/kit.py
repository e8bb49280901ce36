"""What the file of a channel declares about itself: everything that the house must know before the channel is built."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.config import Group
from bot.message import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter(Group):
    """One kind of channel. Its `name` is the word before the colon of every account and the end of its webhook's address."""

    build: Callable[[Mapping[str, Any], str], Channel]
    """Given its settings and the public address of this server."""
    by_phone: bool = False
    """An address is a phone number, so the desk masks it."""
