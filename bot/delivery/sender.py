"""One account's lanes: how many sends at a time, how many a second, and the pause that a platform asked for."""

import asyncio
from collections.abc import Awaitable, Callable

from bot import clock
from bot.delivery.bubble import Bubble
from bot.errors import Fault, SendError
from bot.message import Channel, Receipt

LANES = 512
"""Sends in flight: an API that takes 80 ms still lets 6,000 a second through."""


class Sender:
    """Lanes are made when there is work and live on; a thousand idle ones cost nothing."""

    def __init__(
        self,
        channel: Channel,
        may: Callable[[Bubble], Awaitable[bool]],
        sent: Callable[[Bubble, Receipt], None],
        failed: Callable[[Bubble, SendError], None],
    ) -> None:
        self._channel = channel
        self._may, self._sent, self._failed = may, sent, failed
        self._queue: asyncio.Queue[Bubble] = asyncio.Queue()
        self._lanes: list[asyncio.Task[None]] = []
        self._idle = 0
        self._rate = channel.limits.rate
        self._tokens = self._rate
        self._filled = clock.monotonic()
        self._pause_until = 0.0
        self._throttled = 0
        self._stopping = False
        self.busy = 0
        """Sends in flight just now."""

    def put(self, bubble: Bubble) -> None:
        self._queue.put_nowait(bubble)
        if self._idle == 0 and len(self._lanes) < LANES:
            self._lanes.append(asyncio.create_task(self._lane()))
        elif self._idle:
            self._idle -= 1

    def close(self) -> None:
        """No send begins any more; those in flight go on."""
        self._stopping = True

    async def cut(self) -> None:
        """Ends the lanes; what is in flight ends as unknown."""
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)

    async def _lane(self) -> None:
        while True:
            bubble = await self._queue.get()
            await self._turn()
            if self._stopping:
                return
            if not bubble.gone and await self._may(bubble):
                await self._send(bubble)
            if self._queue.empty():
                self._idle += 1

    async def _send(self, bubble: Bubble) -> None:
        self.busy += 1
        try:
            receipt = await self._channel.send(bubble.outbound())
        except SendError as error:
            self._slow_down(error.fault)
            self._failed(bubble, error)
        except asyncio.CancelledError:
            self._failed(bubble, SendError(Fault("stopped", "server berhenti saat mengirim", ambiguous=True)))
            raise
        except Exception as error:  # a bug in a channel must not stop the lane, and may have sent
            self._failed(bubble, SendError(Fault("bug", type(error).__name__, ambiguous=True)))
        else:
            self._throttled = 0
            self._sent(bubble, receipt)
        finally:
            self.busy -= 1

    async def _turn(self) -> None:
        """Waits for the pause to end and for a token of the account's rate; a pause that begins meanwhile counts too."""
        while True:
            now = clock.monotonic()
            if now < self._pause_until:
                await asyncio.sleep(self._pause_until - now)
                continue
            if not self._rate:
                return
            self._tokens = min(self._rate, self._tokens + (now - self._filled) * self._rate)
            self._filled = now
            if self._tokens >= 1:
                self._tokens -= 1
                return
            await asyncio.sleep((1 - self._tokens) / self._rate)

    def _slow_down(self, fault: Fault) -> None:
        """A platform that says 'too fast' or 'not you' about the whole number is left alone, longer each time."""
        if fault.scope != "account":
            return
        now = clock.monotonic()
        if now >= self._pause_until:  # refusals of sends that were in flight together are one refusal
            self._throttled += 1
        wait = fault.wait if fault.wait is not None else min(60.0, 0.1 * 2.0 ** min(self._throttled, 10))
        self._pause_until = max(self._pause_until, now + wait)
