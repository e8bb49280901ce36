"""Platforms knock here: verify the raw bytes, split, store, 200. Nothing that can fail for a reason of content happens before the 200."""

import hashlib

from aiohttp import web

from bot import failpoint, logs
from bot.errors import StoreDown, Unauthorised, Unreadable
from bot.message import Channel, Item
from bot.web.keys import DOOR, METRICS

LIMIT = 4 * 1024 * 1024
"""WhatsApp sends up to 3 MB."""


def setup(app: web.Application, channel: Channel) -> None:
    """The routes of one platform, as its channel declares them."""

    async def challenge(request: web.Request) -> web.Response:
        try:
            answer = channel.challenge(request.query)
        except Unauthorised:
            app[METRICS].webhooks.labels(channel.name, "403").inc()
            return web.Response(status=403, text="forbidden")
        return web.Response(text=answer)

    for answer in (
        "401",
        "503",
    ):  # at 0 from the start: an alarm about an increase does not see the first of a new series
        app[METRICS].webhooks.labels(channel.name, answer)
    ok = app[METRICS].webhooks.labels(channel.name, "200")
    stored = app[METRICS].items.labels(channel.name)
    door = app[DOOR]

    async def receive(request: web.Request) -> web.Response:
        body = await _said(request)
        try:
            channel.verify(request.headers, body)
        except Unauthorised:
            app[METRICS].webhooks.labels(channel.name, "401").inc()
            return web.Response(status=401, text="unauthorised")
        failpoint.here("webhook.verified")
        items = _split(channel, body)
        try:
            await door.put(items)
        except StoreDown:
            app[METRICS].webhooks.labels(channel.name, "503").inc()
            return web.Response(status=503, text="try again", headers={"Retry-After": "5"})
        ok.inc()
        stored.inc(len(items))
        return web.Response()

    with_query = {hook.method for hook in channel.hooks if hook.query}

    async def _said(request: web.Request) -> bytes:
        body = await request.read()
        if request.method not in with_query:
            return body
        return b"&".join(filter(None, (request.rel_url.raw_query_string.encode(), body)))

    for hook in channel.hooks:
        app.router.add_route(hook.method, f"/webhooks/{channel.name}", challenge if hook.challenge else receive)


def _split(channel: Channel, body: bytes) -> list[Item]:
    """A body that cannot be split becomes one raw row; a bug in a parser does the same, because the 200 must not depend on content."""
    try:
        return channel.split(body)
    except Unreadable:
        pass
    except Exception as error:
        logs.get("webhooks").error("split failed", channel=channel.name, error=type(error).__name__)
    return [Item(channel.account, "raw", hashlib.sha256(body).hexdigest(), None, body)]
