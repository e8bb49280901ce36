"""One answer for all who ask the same in the same moment: twenty desks hear of a new case at once, and each fetches its queue."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Shared:
    """Whoever comes while an answer is being read waits for the next one, which begins later: it is as fresh as one of their own."""

    def __init__(self) -> None:
        self._reading: defaultdict[Hashable, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._next: dict[Hashable, asyncio.Task[Any]] = {}
        self._looks: set[asyncio.Task[Any]] = set()

    async def ask(self, what: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """Raises what `read` raises. `what` names everything that the answer depends on; there are few of them."""
        if what not in self._next:
            task = self._next[what] = asyncio.create_task(self._after(what, read))
            self._looks.add(task)
            task.add_done_callback(self._looks.discard)
        answer: T = await asyncio.shield(self._next[what])  # one visitor who leaves takes nothing from the others
        return answer

    async def _after(self, what: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        async with self._reading[what]:
            del self._next[what]
            return await read()

    async def close(self) -> None:
        """Whoever asked may have gone home; what is being read for them ends before the database is closed."""
        await asyncio.gather(*self._looks, return_exceptions=True)
