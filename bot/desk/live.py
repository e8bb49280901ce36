"""One stream of hints a page: "the queue changed", "this conversation changed". Never what; the page fetches that itself."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from aiohttp import ClientConnectionResetError, web
from aiohttp_sse import EventSourceResponse, sse_response

from bot import clock
from bot.desk import page, sessions
from bot.desk.keys import STOPPING
from bot.errors import NotFound, StoreDown
from bot.hints import EVERYTHING, Ear, Paced
from bot.models.ref import Ref
from bot.policy import number
from bot.store import composing, desk, notices
from bot.web import keys

EVENTS = {"queue": "antrean", "alarm": "alarm"}
"""Topic -> what the page is told; any other topic is the conversation it shows."""
QUEUE = "queue"
LOOKS, LONGEST = 7.5, 30.0
"""Looks at a queue in motion that all pages of this process take in a second together, at least; seconds that none waits longer than."""
GLANCE = 2.0
"""Seconds: aiohttp tells nobody that a page was closed, so we look; colleagues need not see it there any longer."""
RENEW = timedelta(seconds=20)
"""So often a page says that it is still there."""
PING = 15.0
"""Seconds: below every proxy's patience, and the page takes three silent ones for a dead line."""


async def stream(request: web.Request) -> web.StreamResponse:
    """Ends when the page leaves, the session ends or the server stops. The page fetches all it shows at every connection,
    so a hint that fell into a gap is not missed."""
    conversation, page_id = await _conversation(request), clock.token()[:12]
    me = page.signed_in(request).officer
    topics = ["alarm", sessions.officer_topic(me.id), notices.topic(me.id or 0)]
    topics += [f"c:{conversation}", composing.topic(conversation)] if conversation else []
    # heard before the first byte goes out: what changes after that is told
    await _watch(request, conversation, page_id)
    hints = request.config_dict[keys.HINTS]
    with hints.subscribe(*topics) as ear, hints.paced(QUEUE, ear) as pace:
        async with sse_response(request, headers={"X-Accel-Buffering": "no"}) as response:
            with suppress(ClientConnectionResetError):
                await response.send("", event="halo", retry=1000)
                await _tell(request, response, ear, pace, topics[1], conversation, page_id)
    return response


async def _watch(
    request: web.Request, conversation: Ref | None, page_id: str, here: bool = True, tell: bool = True
) -> None:
    """Colleagues see who has this conversation open, and who has closed it."""
    if conversation is None:
        return
    async with request.config_dict[keys.DB].unit() as unit:
        if here:
            who = page.signed_in(request).officer.id or 0
            await composing.watch(unit.conn, conversation, who, page_id, clock.now())
        else:
            await composing.leave(unit.conn, page_id, clock.now())
        if tell:
            unit.hints.add(composing.topic(conversation))


async def _conversation(request: web.Request) -> Ref | None:
    asked = request.query.get("tiket", "")
    if not asked:
        return None
    shown, part = number.read(asked)
    async with request.config_dict[keys.DB].read() as conn:
        conversation = await desk.conversation(conn, shown, part, page.sight(request))
    if conversation is None:
        raise NotFound("unknown ticket number")
    return conversation


async def _tell(
    request: web.Request,
    response: EventSourceResponse,
    ear: Ear,
    pace: Paced,
    own: str,
    conversation: Ref | None,
    page_id: str,
) -> None:
    news = notices.topic(page.signed_in(request).officer.id or 0)  # stands in the same banner
    stopping = asyncio.create_task(request.config_dict[STOPPING].wait())
    hearing: asyncio.Task[set[str]] | None = None
    renewed = clock.now()
    try:
        while not stopping.done() and request.protocol.transport is not None:
            if (now := clock.now()) - renewed >= RENEW:
                await _watch(request, conversation, page_id, tell=False)
                renewed = now
            hearing = hearing or asyncio.create_task(ear.next(PING))
            left = GLANCE if pace.until is None else max(0.0, min(GLANCE, pace.until - clock.monotonic()))
            await asyncio.wait((hearing, stopping), timeout=left, return_when=asyncio.FIRST_COMPLETED)
            heard = {QUEUE} if pace.ended(clock.monotonic()) else set()
            if hearing.done():
                heard, hearing = heard | hearing.result(), None
            elif not heard:
                continue
            if heard & {QUEUE, EVERYTHING}:
                pace.rest(clock.monotonic() + rest(request.config_dict[keys.HINTS].listeners(QUEUE)))
            await sessions.present(request.config_dict[keys.DB], page.signed_in(request).officer, clock.now())
            if (not heard or own in heard or EVERYTHING in heard) and await sessions.find(request) is None:
                await response.send("", event="keluar")
                return
            names = {_name(topic, news) for topic in heard - {own}}
            for name in sorted({"antrean", "kasus", "alarm"} if EVERYTHING in heard else names) or ["ping"]:
                await response.send("", event=name)
    finally:
        stopping.cancel()
        if hearing is not None:
            hearing.cancel()
        with suppress(StoreDown):  # the row grows old by itself
            await _watch(request, conversation, page_id, here=False)


def rest(pages: int) -> float:
    """Seconds between two looks at the queue of one page. A few pages see every change at once; where hundreds are open the queue moves
    faster than anybody reads, and each look costs what an answer to a citizen does. Their own cases, alarms and news do not wait.
    Who was told in the same moment comes back one by one: twenty pages made in a row are what a webhook's 200 would wait for."""
    most = min(LONGEST, pages / LOOKS)
    return most / 2 + clock.jitter(most / 2)


def _name(topic: str, news: str) -> str:
    """What the page is told."""
    if topic.startswith("who:"):
        return "siapa"
    return "alarm" if topic == news else EVENTS.get(topic, "kasus")
