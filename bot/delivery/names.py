"""What platforms call the citizens to whom we have written: noted beside the sends. Nothing waits for it, and a name that gets lost
here comes with the next answer again."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from bot import logs
from bot.delivery.bubble import Bubble
from bot.models.ref import Ref
from bot.store.db import Db
from bot.turn import learnt

KEPT = 10_000
LINGER = 0.25
"""Seconds in which more may come: one look at the table answers for all of them."""
MOST = 1_000
"""Waiting at once; an answer beyond that is not listened to."""


class Heard(NamedTuple):
    conversation: Ref
    aliases: tuple[tuple[str, str], ...]


class Names:
    """Most answers say again what an earlier one has said: those cost a look into a dictionary."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._known: dict[Heard, None] = {}
        self._waiting: asyncio.Queue[Heard] = asyncio.Queue(MOST)

    def heard(self, bubble: Bubble, aliases: tuple[tuple[str, str], ...]) -> None:
        what = Heard(bubble.ref, aliases)
        if what in self._known or self._waiting.full():
            return
        self._known[what] = None
        if len(self._known) > KEPT:
            self._known.pop(next(iter(self._known)))
        self._waiting.put_nowait(what)

    async def run(self) -> None:
        while True:
            heard = [await self._waiting.get()]
            await asyncio.sleep(LINGER)
            while not self._waiting.empty():
                heard.append(self._waiting.get_nowait())
            try:
                unknown = await learnt.unknown(self._db, heard)
            except Exception as error:
                self._lost(heard, error)
                continue
            for conversation, aliases in unknown:
                try:
                    await learnt.names(self._db, conversation, aliases)
                except Exception as error:
                    self._lost([Heard(conversation, aliases)], error)

    def _lost(self, heard: Iterable[Heard], error: Exception) -> None:
        for each in heard:
            self._known.pop(each, None)
        logs.get("delivery").warning("names not noted", error=logs.fault(error))
