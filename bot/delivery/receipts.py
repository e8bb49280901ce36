"""T3: what became of sends, many in one commit."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot import clock, failpoint, logs
from bot.delivery.bubble import Bubble
from bot.errors import StoreDown
from bot.message import clean
from bot.models.ref import Ref
from bot.store import boxes
from bot.store.db import Db

LINGER = 0.005
"""Receipts wait so long for company: a commit for each would cost more than the send."""


class Receipts:
    """A bubble stays known to its delivery until its receipt is in the table: `written` is told then."""

    def __init__(self, db: Db, written: Callable[[Bubble], None]) -> None:
        self._db, self._written = db, written
        self._waiting: list[tuple[Bubble, dict[str, Any]]] = []
        self._wake = asyncio.Event()
        self._busy = False

    @property
    def idle(self) -> bool:
        """Everything is committed."""
        return not self._waiting and not self._busy

    def add(self, bubble: Bubble, state: str, external_id: str | None, error: str, wait: float | None) -> None:
        """`wait`: seconds until it is tried again; None when this is the end of it."""
        row = {
            "b_id": bubble.id,
            "b_part": bubble.part,
            "b_delivery": state,
            "b_external_id": external_id,
            "b_error": clean(error, 1000),
            "b_state": state,
            "b_attempts": bubble.attempts,
            "b_next_at": None if wait is None else clock.now() + timedelta(seconds=wait),
        }
        bubble.unwritten += 1
        self._waiting.append((bubble, row))
        self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(LINGER)
            self._wake.clear()
            taken, self._waiting = self._waiting, []
            self._busy = True
            try:
                await self._write(taken)
            finally:
                self._busy = False

    async def _write(self, taken: list[tuple[Bubble, dict[str, Any]]]) -> None:
        try:
            await self._commit(taken)
        except StoreDown:
            self._waiting[:0] = taken
            await asyncio.sleep(0.5)
            self._wake.set()
        except Exception as error:
            # one that the database refuses must not hold up the others, nor itself: without its words it fits
            logs.get("delivery").error("receipts one by one", error=logs.fault(error), rows=len(taken))
            for bubble, row in taken:
                await self._alone(bubble, row)

    async def _alone(self, bubble: Bubble, row: dict[str, Any]) -> None:
        for attempt in (row, row | {"b_external_id": None, "b_error": ""}):
            try:
                await self._commit([(bubble, attempt)])
                return
            except StoreDown:
                self._waiting.append((bubble, row))
                self._wake.set()
                return
            except Exception as error:
                logs.get("delivery").error("receipt refused", message=bubble.id.hex(), error=logs.fault(error))

    async def _commit(self, taken: list[tuple[Bubble, dict[str, Any]]]) -> None:
        hints = set()
        for bubble, _ in taken:
            hints.add(f"c:{Ref(bubble.conversation_id, bubble.part)}")
            if bubble.account.startswith("web:"):
                hints.add(f"w:{bubble.address}")
        failpoint.here("receipt.before_commit")
        await self._db.write(boxes.settle([row for _, row in taken]), hints)
        failpoint.here("receipt.committed")
        for bubble, _ in taken:
            bubble.unwritten -= 1
            self._written(bubble)
