"""PostgreSQL's NOTIFY, heard on a direct connection (it does not survive transaction pooling). Polling is the fallback."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bot import logs

CHANNEL = "wargi"
EVERYTHING = "*"
HEARTBEAT = 30.0


async def listen(dsn: str, heard: Callable[[set[str]], None], life: tuple[int, int] | None = None) -> None:
    """Calls `heard` with the topics of each notification, for ever; with `*` every three seconds while there is no connection.
    `life`: an advisory lock to hold as long as this process lives (see bot.store.leases)."""
    import asyncpg  # an extra: SQLite installations do not have it

    log = logs.get("listen")
    while True:
        try:
            connection: Any = await asyncpg.connect(dsn, timeout=10)
            try:
                if life is not None:
                    await connection.execute("SELECT pg_advisory_lock($1, $2)", *life)
                await _hear(connection, heard)
            finally:
                if not connection.is_closed():
                    await connection.close(timeout=2)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            log.warning("not listening, polling", error=type(error).__name__)
        heard({EVERYTHING})
        await asyncio.sleep(3)


async def _hear(connection: Any, heard: Callable[[set[str]], None]) -> None:
    """Until the connection is lost."""
    lost = asyncio.Event()
    connection.add_termination_listener(lambda *_: lost.set())
    await connection.add_listener(CHANNEL, lambda _c, _p, _n, payload: heard(set(payload.split())))
    heard({EVERYTHING})
    while not lost.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT):
                await lost.wait()
            return
        await connection.execute("SELECT 1", timeout=10)  # a server that vanished without a word is noticed by this
