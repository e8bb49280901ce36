"""What the house hands to its doors: typed keys of the aiohttp application."""

from aiohttp import web

from bot.config import Config
from bot.files.shelf import Shelf
from bot.hints import Hints
from bot.i18n import Catalogues
from bot.metrics import Metrics
from bot.store.db import Db
from bot.turn import House
from bot.web.door import Door

ROLES: web.AppKey[frozenset[str]] = web.AppKey("roles", frozenset)
CONFIG = web.AppKey("config", Config)
DB = web.AppKey("db", Db)
HINTS = web.AppKey("hints", Hints)
CATALOGUES = web.AppKey("catalogues", Catalogues)
HOUSE = web.AppKey("house", House)
"""What the verbs of `bot.turn` are given."""
DOOR = web.AppKey("door", Door)
METRICS = web.AppKey("metrics", Metrics)
SHELF = web.AppKey("shelf", Shelf)
"""Where citizens' files lie."""
LINK_KEY = web.AppKey("link_key", bytes)
