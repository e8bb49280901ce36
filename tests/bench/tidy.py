"""What a database does by itself minutes after much was written: done at once, so that it does not fall into the measuring."""

import asyncpg

from bot.store.db import Db


async def tidy(db: Db) -> None:
    """On PostgreSQL; SQLite has nothing to do."""
    if db.is_sqlite:
        return
    direct = await asyncpg.connect(db.url.render_as_string(hide_password=False))
    for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
        await direct.execute(statement)
    await direct.close()
