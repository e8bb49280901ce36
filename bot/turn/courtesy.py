"""Small signs for the citizen: this was read, an answer is being made. Nothing waits for them and nothing depends on them."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from bot.message import Channel

AT_ONCE = 32
"""More are left out: a sign that comes late says nothing, and a crowd wants answers first."""


class Courtesies:
    """Those of one process."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def room(self) -> int:
        return AT_ONCE - len(self._tasks)

    def begin(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def attend(
        self, channels: Mapping[str, Channel], account: str, address: str, external_id: str, typing: bool = False
    ) -> None:
        channel = channels.get(account.partition(":")[0])
        if channel is not None and channel.limits.signs and self.room > 0:
            self.begin(channel.attend(account, address, external_id, typing))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
