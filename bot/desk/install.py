"""The desk as an app of its own: manifest, service worker, a page for when there is no line, and news while it is closed."""

from aiohttp import web

from bot import clock
from bot.desk import page, speech
from bot.desk.keys import ASSETS, SIGNED_IN, TEMPLATES
from bot.errors import NotFound, WargiError
from bot.message import clean
from bot.push import Device
from bot.store import push
from bot.web import keys

COLOUR = "#0b6b4f"
OFFLINE = "/desk/luring"


async def manifest(request: web.Request) -> web.Response:
    icon = request.config_dict[ASSETS].url("icon.svg")
    return web.json_response(
        {
            "name": "Wargi · Meja petugas", "short_name": "Wargi", "lang": "id", "id": "/desk", "start_url": "/desk",
            "scope": "/desk", "display": "standalone", "background_color": "#ffffff", "theme_color": COLOUR,
            "icons": [{"src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        },
        content_type="application/manifest+json",
    )  # fmt: skip


async def worker(request: web.Request) -> web.Response:
    """Keeps one page that holds nothing of anybody, and shows news. No answer of the desk is ever kept."""
    assets = request.config_dict[ASSETS]
    script = (
        request.config_dict[TEMPLATES]
        .get_template("sw.js")
        .render(
            offline=OFFLINE, kept=[OFFLINE, assets.url("desk.css"), assets.url("icon.svg")], icon=assets.url("icon.svg")
        )
    )
    # at /desk, not only at /desk/…
    return web.Response(text=script, content_type="text/javascript", headers={"Service-Worker-Allowed": "/desk"})


async def offline(request: web.Request) -> web.Response:
    """The same for everybody: it is kept in browsers after they have signed out."""
    if SIGNED_IN in request:
        del request[SIGNED_IN]
    return page.render(request, "offline.html")


async def subscribe(request: web.Request) -> web.Response:
    """This browser wants news of this officer's. Answers 204: a script has asked."""
    ours = request.config_dict[keys.HOUSE].push
    if ours is None:
        raise NotFound("no key for push")
    form = await request.post()
    endpoint, p256dh, auth = (clean(form.get(name), 1000) for name in ("endpoint", "p256dh", "auth"))
    if not ours.takes(Device(endpoint, p256dh, auth)):
        raise WargiError("Layanan pemberitahuan peramban ini tidak dikenal.")
    me = page.signed_in(request).officer.id or 0
    async with request.config_dict[keys.DB].unit() as unit:
        await push.add(unit.conn, me, endpoint, p256dh, auth, speech.of(request), clock.now())
    return web.Response(status=204)


async def unsubscribe(request: web.Request) -> web.Response:
    endpoint = clean((await request.post()).get("endpoint"), 1000)
    async with request.config_dict[keys.DB].unit() as unit:
        await push.drop(unit.conn, endpoint, page.signed_in(request).officer.id or 0)
    return web.Response(status=204)
