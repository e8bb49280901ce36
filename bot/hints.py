"""'This changed': told after the commit to whoever looks at it. Hints carry names, never data, so losing one costs a moment, not a word."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain

from bot.store.db import Unit

EVERYTHING = "*"
"""Sent when hints may have been lost: whoever hears it looks at everything."""


class Hints:
    """Topics of one process: `queue`, `c:<conversation ref>`, `inbox`, `outbox`."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[str]]] = defaultdict(set)

    def committed(self, unit: Unit) -> None:
        """A `Db.after_commit` listener (SQLite; on PostgreSQL hints come back over LISTEN)."""
        self.publish(unit.hints)

    def publish(self, topics: Iterable[str]) -> None:
        for topic in topics:
            everybody = chain.from_iterable(self._queues.values())
            for queue in list(everybody if topic == EVERYTHING else self._queues.get(topic, ())):
                with suppress(asyncio.QueueFull):  # a full queue will make its reader fetch anyway
                    queue.put_nowait(topic)

    @contextmanager
    def subscribe(self, *topics: str) -> Iterator["Ear"]:
        """Hear these topics until the block ends."""
        queue: asyncio.Queue[str] = asyncio.Queue(100)
        for topic in topics:
            self._queues[topic].add(queue)
        try:
            yield Ear(queue)
        finally:
            for topic in topics:
                self._queues[topic].discard(queue)
                if not self._queues[topic]:
                    del self._queues[topic]


class Ear:
    """One listener's queue."""

    def __init__(self, queue: asyncio.Queue[str]) -> None:
        self._queue = queue

    async def next(self, timeout: float) -> set[str]:
        """The topics that changed, merged; empty after `timeout` seconds of silence."""
        try:
            async with asyncio.timeout(timeout):
                heard = {await self._queue.get()}
        except TimeoutError:
            return set()
        while not self._queue.empty():
            heard.add(self._queue.get_nowait())
        return heard

    async def __aiter__(self) -> AsyncIterator[set[str]]:
        while True:
            yield await self.next(3600)
