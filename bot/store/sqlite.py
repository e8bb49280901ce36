"""SQLite in a thread of its own, with one crossing for a whole statement.

aiosqlite crosses to its thread to make a cursor, to execute, to fetch and to close. Two switches of a thread cost more than most of
our statements, and everything is fetched at once anyhow.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

import aiosqlite

CHUNK = 64


class Cursor:
    """What SQLAlchemy asks of a cursor; it holds its rows."""

    __slots__ = ("_on", "_rows", "arraysize", "description", "lastrowid", "rowcount")

    def __init__(self, on: "Connection") -> None:
        self._on = on
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount, self.arraysize = -1, 1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, sql: str, parameters: Any = ()) -> "Cursor":
        await self._on.cross(self._run, False, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Any) -> "Cursor":
        await self._on.cross(self._run, True, sql, parameters)
        return self

    def _run(self, many: bool, sql: str, parameters: Any) -> None:
        cursor = self._on._conn.cursor()
        try:
            (cursor.executemany if many else cursor.execute)(sql, parameters)
            self._rows = cursor.fetchall() if cursor.description else []
            self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []


class Connection(aiosqlite.Connection):
    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    async def cross(self, what: Callable[..., None], *given: Any) -> None:
        """Done in the thread; raises what it raises."""
        await self._execute(what, *given)  # type: ignore[no-untyped-call]

    async def commit(self) -> None:
        if self._conn.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Also at the end of everything that was only read. What was cut off may still be on its way to the thread."""
        task = asyncio.current_task()
        if self._conn.in_transaction or (task and task.cancelling()):
            await super().rollback()


def connect(database: str, **options: Any) -> Connection:
    """A connection to be awaited. Its thread never keeps the process alive."""
    connection = Connection(lambda: sqlite3.connect(database, **options), CHUNK)
    connection._thread.daemon = True
    return connection
