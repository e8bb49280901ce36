"""What lies in the outbox and not in memory: what earlier processes left, what others wrote, and what found no room."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any

from bot import logs
from bot.store import boxes
from bot.store.db import Db

PAGE = 1_000
"""Rows of the table that are read at once."""

Rows = Iterable[Mapping[str, Any]]


class Backlog:
    """`parts`: those that are ours, in order (None: all); `knows`: this bubble is in memory; `offer`: takes rows into memory, as many
    as there is room for: what does not fit waits in the table, and nothing newer passes it."""

    def __init__(
        self, db: Db, parts: Callable[[], Sequence[int] | None], knows: Callable[[bytes], bool],
        offer: Callable[[Rows, bool], bool],
    ) -> None:  # fmt: skip
        self._db, self._parts, self._knows, self._offer = db, parts, knows, offer
        self._wanted: set[int | None] = set()
        """Parts whose rows must be read again; None = all that are ours."""
        self._asked = asyncio.Event()
        self._loading = asyncio.Lock()
        self._aside: list[Mapping[str, Any]] | None = None
        """While the table is being read, what is new waits behind it."""
        self._left: set[bytes] = set()
        """Bubbles whose rows went while a load was reading: what it read of them is old."""
        self._overflow = False

    def take(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """What this process has just written, into memory; or behind what is there."""
        if self._aside is not None:
            self._aside += rows
        elif not self._overflow:
            self._into_memory(rows, fresh=True)

    def ask(self, parts: Iterable[int | None]) -> None:
        """Has these parts read again, None for all; what is new waits in the table until they are."""
        self._wanted |= set(parts)
        if self._wanted:
            self._asked.set()

    def fallen_behind(self) -> None:
        """Something could not be taken: it waits in the table, and all of that is read again."""
        self._overflow = True
        self.ask([None])

    def forget(self, id_: bytes) -> None:
        """This bubble's row is gone."""
        if self._loading.locked():
            self._left.add(id_)

    async def load(self, wanted: Set[int | None]) -> None:
        """One load at a time; new bubbles stand aside meanwhile, so that the backlog goes first."""
        parts = self._parts() if None in wanted else sorted(part for part in wanted if part is not None)
        async with self._loading:
            self._aside, self._overflow = [], False
            try:
                await self._read(parts)
            finally:
                aside, self._aside = self._aside, None
                if not self._overflow:
                    self._into_memory(aside)
                self._left.clear()

    async def _read(self, parts: Sequence[int] | None) -> None:
        after = b""
        while not self._overflow:
            async with self._db.read() as conn:
                ids = await boxes.unsent_ids(conn, parts, after, PAGE)
                if not all(id_ in self._left or self._knows(id_) for id_ in ids):
                    self._into_memory(await boxes.unsent(conn, parts, after, PAGE))
            if len(ids) < PAGE:
                break
            after = ids[-1]

    def _into_memory(self, rows: Rows, fresh: bool = False) -> None:
        if not self._offer((row for row in rows if row["id"] not in self._left), fresh):
            self._overflow = True

    async def run(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            wanted, self._wanted = self._wanted, set()
            try:
                await self.load(wanted)
            except Exception as error:
                logs.get("delivery").warning("outbox not read", error=logs.fault(error))
                self._wanted |= wanted
                await asyncio.sleep(1)
                self._asked.set()
