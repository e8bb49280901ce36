"""One account's way out: the best waiting bubble takes the next free place, and a channel that is down is only probed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from heapq import heapify, heappop, heappush
from itertools import count

from bot import clock, failpoint
from bot.delivery.bubble import Bubble
from bot.delivery.rate import Take
from bot.errors import Fault, SendError
from bot.message import Channel, Receipt
from bot.policy.crowd import TRICKLE
from bot.turn.say import NOTICE

LANES = 512
"""Sends in flight: an API that takes 80 ms still lets 6,000 a second through."""
BREATH = 24
"""Sends that begin without a pause: a batch's hundred together would keep webhooks waiting for 20 ms. Of four at a time each would
cost a seventh more, because everything around them comes in smaller groups, too."""
DOWN = ("auth", "account", "quality")
"""Faults that only a human can mend: a dead token, a locked number, too many citizens who block us."""
LONGEST_PAUSE = 60.0


class Sender:
    """One pump takes permission first and then the most urgent bubble; each send is a task of its own."""

    def __init__(
        self,
        channel: Channel,
        may: Callable[[Bubble], Awaitable[bool]],
        sent: Callable[[Bubble, Receipt], None],
        failed: Callable[[Bubble, SendError], None],
        take: Take | None,
        down: Callable[[Fault | None], None],
        crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        """`take` None: no limit. `down` hears the fault that closed the way, and None once it is open (again). `crowded`: what nobody
        waits for shall wait."""
        self._channel, self._take = channel, take
        self._may, self._sent, self._failed, self._down = may, sent, failed, down
        self._crowded, self._next_notice = crowded, 0.0
        self._wanted = asyncio.Event()
        """Something has come that somebody waits for."""
        self._waiting: list[tuple[int, int, Bubble]] = []
        self._order = count()
        self._some = asyncio.Event()
        self._places = asyncio.Semaphore(LANES)
        self._flights: set[asyncio.Task[None]] = set()
        self._pump = asyncio.create_task(self._run())
        self._granted = 0
        self._pause_until = 0.0
        self._throttled = 0
        self._broken = False
        """The breaker is open: one probe at a time."""
        self._known_up = False
        self._probed = asyncio.Event()
        self._stopping = False
        self.busy = 0
        """Sends in flight just now."""

    def put(self, bubble: Bubble, priority: int) -> None:
        """`priority`: the most urgent of what stands in the bubble's line, for all of that waits for it."""
        heappush(self._waiting, (priority, next(self._order), bubble))
        self._some.set()
        if priority < NOTICE:
            self._wanted.set()

    def hurry(self, bubble: Bubble, priority: int) -> None:
        """Something more urgent has come behind it; nothing happens when it is on its way already."""
        for place, (was, order, each) in enumerate(self._waiting):
            if each is bubble and priority < was:
                self._waiting[place] = (priority, order, each)
                heapify(self._waiting)
                if priority < NOTICE:
                    self._wanted.set()
                return

    def close(self) -> None:
        """No send begins any more; those in flight go on."""
        self._stopping = True

    async def cut(self) -> None:
        """Ends everything; what is in flight ends as unknown."""
        tasks = (self._pump, *self._flights)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        for n in count(1):
            if n % BREATH == 0:
                await asyncio.sleep(0)
            await self._some.wait()
            await self._worth()
            await self._places.acquire()
            await self._turn()
            if self._stopping:
                return
            _, _, bubble = heappop(self._waiting)
            if not self._waiting:
                self._some.clear()
            self._probed.clear()
            flight = asyncio.create_task(self._flight(bubble))
            self._flights.add(flight)
            flight.add_done_callback(self._landed)

    async def _worth(self) -> None:
        """While a crowd waits for answers, a notice leaves only now and then, so that none waits for ever."""
        while self._waiting[0][0] >= NOTICE and self._crowded():
            wait = self._next_notice - clock.monotonic()
            if wait <= 0:
                self._next_notice = clock.monotonic() + TRICKLE
                return
            self._wanted.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wanted.wait()

    def _landed(self, flight: asyncio.Task[None]) -> None:
        self._flights.discard(flight)
        self._places.release()
        self._probed.set()

    async def _flight(self, bubble: Bubble) -> None:
        if not bubble.gone and await self._may(bubble):
            await self._send(bubble)

    async def _send(self, bubble: Bubble) -> None:
        self.busy += 1
        try:
            failpoint.here("send.before_http")
            receipt = await self._channel.send(bubble.outbound())
            failpoint.here("send.after_http")
        except SendError as error:
            self._slow_down(error.fault)
            self._failed(bubble, error)
        except asyncio.CancelledError:
            self._failed(bubble, SendError(Fault("stopped", "server berhenti saat mengirim", ambiguous=True)))
            raise
        except Exception as error:  # a bug in a channel must not stop the others, and may have sent
            self._failed(bubble, SendError(Fault("bug", type(error).__name__, ambiguous=True)))
        else:
            self._throttled = 0
            self._up()
            self._sent(bubble, receipt)
        finally:
            self.busy -= 1

    def _up(self) -> None:
        if self._broken or not self._known_up:  # the first success also ends what an earlier process had found
            self._broken, self._known_up = False, True
            self._down(None)

    async def _turn(self) -> None:
        """Waits for a pause to end, for a probe to come back, and for a token of the rate; a pause that begins meanwhile counts too."""
        while True:
            wait = self._pause_until - clock.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            elif self._broken and self._flights:
                await self._probed.wait()
                self._probed.clear()
            elif self._take is None:
                return
            elif self._granted:
                self._granted -= 1
                return
            else:
                self._granted, wait = await self._take(len(self._waiting))
                if not self._granted:
                    await asyncio.sleep(wait)

    def _slow_down(self, fault: Fault) -> None:
        """A platform that says 'too fast' or 'not you' about the whole number is left alone, longer each time."""
        if fault.scope != "account":
            return
        if fault.name in DOWN and not self._broken:
            self._broken = True
            self._down(fault)
        now = clock.monotonic()
        if now >= self._pause_until:  # refusals of sends that were in flight together are one refusal
            self._throttled += 1
        most = min(LONGEST_PAUSE, 0.2 * 2.0 ** min(self._throttled, 10))
        wait = fault.wait if fault.wait is not None else most / 2 + clock.jitter(most / 2)
        self._pause_until = max(self._pause_until, now + wait)
