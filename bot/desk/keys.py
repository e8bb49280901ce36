"""What the desk keeps in its own application and in a request: typed keys."""

import asyncio

import jinja2
from aiohttp import web

from bot.desk.assets import Assets
from bot.desk.passwords import Passwords
from bot.store.people import SignedIn

ASSETS = web.AppKey("desk_assets", Assets)
PASSWORDS = web.AppKey("desk_passwords", Passwords)
TEMPLATES = web.AppKey("desk_templates", jinja2.Environment)
STOPPING = web.AppKey("desk_stopping", asyncio.Event)
"""Set when the server stops: live streams end at once instead of holding it up."""

SIGNED_IN = web.RequestKey("desk_signed_in", SignedIn)
