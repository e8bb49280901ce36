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
        self._paced: dict[str, set[Paced]] = defaultdict(set)

    def committed(self, unit: Unit) -> None:
        """A `Db.after_commit` listener (SQLite; on PostgreSQL hints come back over LISTEN)."""
        self.publish(unit.hints)

    def publish(self, topics: Iterable[str]) -> None:
        for topic in topics:
            everybody = chain.from_iterable(self._queues.values())
            for queue in list(everybody if topic == EVERYTHING else self._queues.get(topic, ())):
                with suppress(asyncio.QueueFull):  # a full queue will make its reader fetch anyway
                    queue.put_nowait(topic)
            for pace in self._paced.get(topic, ()):
                pace.missed = True

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
                self._drop(topic, queue)

    def _drop(self, topic: str, queue: asyncio.Queue[str]) -> None:
        self._queues[topic].discard(queue)
        if not self._queues[topic]:
            del self._queues[topic]

    @contextmanager
    def paced(self, topic: str, ear: "Ear") -> Iterator["Paced"]:
        """This topic, too, but with rests in which nobody wakes: for what many pages hear and each then asks the database about."""
        pace = Paced(self, topic, ear)
        self._paced[topic].add(pace)
        self._queues[topic].add(ear.queue)
        try:
            yield pace
        finally:
            self._drop(topic, ear.queue)
            self._paced[topic].discard(pace)

    def rest(self, topic: str, queue: asyncio.Queue[str], resting: bool) -> None:
        if resting:
            self._drop(topic, queue)
        else:
            self._queues[topic].add(queue)

    def listeners(self, topic: str) -> int:
        """How many hear a topic with rests, resting ones included."""
        return len(self._paced.get(topic, ()))


class Paced:
    """One listener's rests from one topic. What changes meanwhile is not forgotten: the rest ends with it."""

    def __init__(self, hints: Hints, topic: str, ear: "Ear") -> None:
        self._hints, self._topic, self._ear = hints, topic, ear
        self.missed = False
        self.until: float | None = None
        """The end of the rest; None: awake."""

    def rest(self, until: float) -> None:
        self.missed, self.until = False, until
        self._hints.rest(self._topic, self._ear.queue, True)

    def ended(self, now: float) -> bool:
        """True once, when a rest is over in which something has changed. One in which nothing has leaves the listener awake."""
        if self.until is None or now < self.until:
            return False
        self.until = None
        self._hints.rest(self._topic, self._ear.queue, False)
        return self.missed


class Ear:
    """One listener's queue."""

    def __init__(self, queue: asyncio.Queue[str]) -> None:
        self.queue = queue

    async def next(self, timeout: float) -> set[str]:
        """The topics that changed, merged; empty after `timeout` seconds of silence."""
        try:
            async with asyncio.timeout(timeout):
                heard = {await self.queue.get()}
        except TimeoutError:
            return set()
        while not self.queue.empty():
            heard.add(self.queue.get_nowait())
        return heard

    async def __aiter__(self) -> AsyncIterator[set[str]]:
        while True:
            yield await self.next(3600)
