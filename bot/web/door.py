"""T1: raw items are stored before the 200. Webhooks that arrive while a commit runs share the next one."""

import asyncio
from collections.abc import Callable
from typing import Any

from bot import clock, logs
from bot.errors import StoreDown
from bot.message import Item, clean
from bot.store import boxes
from bot.store.db import Db

MOST = 1000
"""Rows in one commit."""
HEARD = 100
"""Messages of one webhook that are listened to before the 200; a longer one is a backlog, whose turns will listen."""


class Door:
    """The group commit of this process's inbox."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self.ear: Callable[[Item], bool] | None = None
        """Tells whether a message speaks of danger, so that the critical lane takes it ahead of all others."""
        self._waiting: list[tuple[list[dict[str, Any]], asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, items: list[Item]) -> None:
        """Returns when the items are safe. Raises `StoreDown`: then nothing was promised and the platform must send again."""
        if not items:
            return
        now = clock.now()
        rows = [boxes.inbox_row(item, now) for item in items]
        for item, row in zip(items[:HEARD], rows, strict=False):
            row["urgent"] = self._hear(item)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._commit())
        await future

    def _hear(self, item: Item) -> int | None:
        """Content must not fail before the 200: what cannot be heard here is heard in its turn."""
        if self.ear is None or item.kind != "message":
            return None
        try:
            return int(self.ear(item))
        except Exception:
            return None

    async def _commit(self) -> None:
        while self._waiting:
            count = size = 0
            while count < len(self._waiting) and (size == 0 or size + len(self._waiting[count][0]) <= MOST):
                size += len(self._waiting[count][0])
                count += 1
            taken, self._waiting = self._waiting[:count], self._waiting[count:]
            rows = [row for group, _ in taken for row in group]
            error = await self._store(rows)
            for _, future in taken:
                if not future.done():
                    if error is None:
                        future.set_result(None)
                    else:
                        future.set_exception(error)

    async def _store(self, rows: list[dict[str, Any]]) -> StoreDown | None:
        try:
            await self._write(rows)
        except StoreDown as error:
            return error
        except Exception as error:
            logs.get("door").error("commit failed, row by row", error=logs.fault(error), rows=len(rows))
            return await self._one_by_one(rows)
        return None

    async def _write(self, rows: list[dict[str, Any]]) -> None:
        hints = ["inbox", "urgent"] if any(row["urgent"] for row in rows) else ["inbox"]
        await self._db.write([boxes.put(rows, self._db.dialect)], hints)

    async def _one_by_one(self, rows: list[dict[str, Any]]) -> StoreDown | None:
        """One poison row never harms its neighbours: it is stored bare, parked."""
        for row in rows:
            try:
                await self._write([row])
            except StoreDown as error:
                return error
            except Exception as error:
                bare = {"kind": "raw", "state": "parked", "address": None, "error": type(error).__name__, "hour": 0}
                named = {"external_id": clean(str(row["external_id"]))[:200], "account": clean(row["account"])}
                try:
                    await self._write([row | bare | named])
                except Exception as worse:
                    return StoreDown(f"an item could not be stored: {type(worse).__name__}")
        return None
