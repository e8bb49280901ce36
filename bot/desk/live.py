"""One stream of hints a page: "the queue changed", "this conversation changed". Never what; the page fetches that itself."""

import asyncio
from contextlib import suppress

from aiohttp import ClientConnectionResetError, web
from aiohttp_sse import EventSourceResponse, sse_response

from bot import clock
from bot.desk import page, sessions
from bot.desk.keys import STOPPING
from bot.errors import NotFound
from bot.hints import EVERYTHING, Ear
from bot.models.ref import Ref
from bot.policy import number
from bot.store import desk, notices
from bot.web import keys

EVENTS = {"queue": "antrean", "alarm": "alarm"}
"""Topic -> what the page is told; any other topic is the conversation it shows."""
PING = 15.0
"""Seconds: below every proxy's patience, and the page takes three silent ones for a dead line."""


async def stream(request: web.Request) -> web.StreamResponse:
    """Ends when the page leaves, the session ends or the server stops. The page fetches all it shows at every connection,
    so a hint that fell into a gap is not missed."""
    conversation = await _conversation(request)
    me = page.signed_in(request).officer
    topics = ["queue", "alarm", sessions.officer_topic(me.id), notices.topic(me.id or 0)]
    topics += [f"c:{conversation}"] if conversation else []
    # heard before the first byte goes out: what changes after that is told
    with request.config_dict[keys.HINTS].subscribe(*topics) as ear:
        async with sse_response(request, headers={"X-Accel-Buffering": "no"}) as response:
            with suppress(ClientConnectionResetError):
                await response.send("", event="halo", retry=1000)
                await _tell(request, response, ear, topics[2])
    return response


async def _conversation(request: web.Request) -> Ref | None:
    asked = request.query.get("tiket", "")
    if not asked:
        return None
    shown, part = number.read(asked)
    async with request.config_dict[keys.DB].read() as conn:
        ticket = await desk.case(conn, shown, part)
    if ticket is None:
        raise NotFound("unknown ticket number")
    return Ref(ticket["conversation_id"], part)


async def _tell(request: web.Request, response: EventSourceResponse, ear: Ear, own: str) -> None:
    news = notices.topic(page.signed_in(request).officer.id or 0)  # stands in the same banner
    stopping = asyncio.ensure_future(request.config_dict[STOPPING].wait())
    try:
        while not stopping.done():
            hearing = asyncio.ensure_future(ear.next(PING))
            await asyncio.wait({hearing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not hearing.done():
                hearing.cancel()
                return
            heard = hearing.result()
            await sessions.present(request.config_dict[keys.DB], page.signed_in(request).officer, clock.now())
            if (not heard or own in heard or EVERYTHING in heard) and await sessions.find(request) is None:
                await response.send("", event="keluar")
                return
            names = {"alarm" if topic == news else EVENTS.get(topic, "kasus") for topic in heard - {own}}
            for name in sorted({"antrean", "kasus", "alarm"} if EVERYTHING in heard else names) or ["ping"]:
                await response.send("", event=name)
    finally:
        stopping.cancel()
