"""What the desk keeps in its own application and in a request: typed keys."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from bot.desk.assets import Assets
from bot.desk.context import Pages
from bot.desk.passwords import Passwords
from bot.desk.shared import Shared
from bot.engine.flow import Flows
from bot.engine.read import Tree
from bot.errors import Problem
from bot.models import Officer
from bot.record import record
from bot.store.people import SignedIn


@record
class Look:
    """Content ready to be shown, played and published."""

    flows: Flows
    raw: bytes
    problems: Sequence[Problem]
    """What forbids publishing it."""
    pity: Sequence[Problem]


class Room(Protocol):
    """Where one officer practises; see `bot.pretend.rooms`."""

    session: str

    @property
    def url(self) -> str: ...


class Rooms(Protocol):
    def find(self, token: str, owner: str) -> Room | None: ...
    async def open(self, officer: Officer, owner: str, agent: str = "") -> str: ...
    async def end(self, token: str) -> None: ...


class Invent(Protocol):
    async def __call__(self) -> None: ...


ASSETS = web.AppKey("desk_assets", Assets)
PASSWORDS = web.AppKey("desk_passwords", Passwords)
TEMPLATES = web.AppKey("desk_templates", Pages)
STOPPING = web.AppKey("desk_stopping", asyncio.Event)
"""Set when the server stops: live streams end at once instead of holding it up."""

DRAFTS = web.AppKey("desk_drafts", dict[str, Look])
"""What editors look at, by what it was made of; a few, the newest last."""

WALL = web.AppKey("desk_wall", list[tuple[float, Any]])
"""The wall's sums of days, and when they were made; one or none."""
NUMBERS = web.AppKey("desk_numbers", dict[Any, tuple[datetime, Any]])
"""Numbers of long periods, and when they were made; a few."""
LOOKED = web.AppKey("desk_looked", OrderedDict[tuple[int, str, str], datetime])
"""Looks that were written down lately: officer, ticket, what."""
SHARED = web.AppKey("desk_shared", Shared)
"""Answers that many desks ask for at once."""
PRACTICE = web.AppKey("desk_practice", Rooms)
"""Where officers practise; not in the server of such a room itself."""
INVENT = web.AppKey("desk_invent", Invent)
"""In such a room: one more invented citizen."""

RULED = web.AppKey("desk_ruled", dict[int, Mapping[str, Tree]])
"""The rules of acts of publishing, by act."""

SIGNED_IN = web.RequestKey("desk_signed_in", SignedIn)
