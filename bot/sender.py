"""One account's lanes: how many sends at a time, how many a second, and the pause that a platform asked for."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot import clock
from bot.errors import Fault, SendError
from bot.message import Channel, Receipt

if TYPE_CHECKING:
    from bot.delivery import Bubble

LANES = 512
"""Sends in flight: an API that takes 80 ms still lets 6,000 a second through."""


class Sender:
    """Lanes are made when there is work and live on; a thousand idle ones cost nothing."""

    def __init__(
        self,
        channel: Channel,
        sent: Callable[["Bubble", Receipt], None],
        failed: Callable[["Bubble", SendError], None],
    ) -> None:
        self._channel = channel
        self._sent, self._failed = sent, failed
        self._queue: asyncio.Queue[Bubble] = asyncio.Queue()
        self._lanes: list[asyncio.Task[None]] = []
        self._idle = 0
        self._rate = channel.limits.rate
        self._tokens = self._rate
        self._filled = clock.monotonic()
        self._pause_until = 0.0
        self._throttled = 0
        self.busy = 0
        """Sends in flight just now."""

    def put(self, bubble: "Bubble") -> None:
        self._queue.put_nowait(bubble)
        if self._idle == 0 and len(self._lanes) < LANES:
            self._lanes.append(asyncio.create_task(self._lane()))
        elif self._idle:
            self._idle -= 1

    def stop(self) -> None:
        for lane in self._lanes:
            lane.cancel()

    async def _lane(self) -> None:
        while True:
            bubble = await self._queue.get()
            await self._turn()
            if not bubble.gone:
                await self._send(bubble)
            if self._queue.empty():
                self._idle += 1

    async def _send(self, bubble: "Bubble") -> None:
        self.busy += 1
        try:
            receipt = await self._channel.send(bubble.outbound())
        except SendError as error:
            self._slow_down(error.fault)
            self._failed(bubble, error)
        except Exception as error:  # a bug in a channel must not stop the lane, and may have sent
            self._failed(bubble, SendError(Fault("bug", type(error).__name__, ambiguous=True)))
        else:
            self._throttled = 0
            self._sent(bubble, receipt)
        finally:
            self.busy -= 1

    async def _turn(self) -> None:
        """Waits for the pause to end and for a token of the account's rate."""
        while (wait := self._pause_until - clock.monotonic()) > 0:  # noqa: ASYNC110 - it may grow meanwhile
            await asyncio.sleep(wait)
        if not self._rate:
            return
        while True:
            now = clock.monotonic()
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
        self._throttled += 1
        wait = fault.wait if fault.wait is not None else min(60.0, 0.1 * 2.0 ** min(self._throttled, 10))
        self._pause_until = max(self._pause_until, clock.monotonic() + wait)
