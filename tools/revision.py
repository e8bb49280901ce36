"""Write the next migration from what the models say beyond the newest schema: `python tools/revision.py "why"`. Read it before you commit it."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from bot.store import schema
from bot.store.db import Db


async def main(message: str) -> None:
    number = f"{int(schema.revisions()[-1] if schema.revisions() else 0) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        db = Db(f"sqlite:///{folder}/schema.db", Path(folder))
        await db.open()
        if schema.revisions():
            await schema.prepare(db)

        def write(connection: Any) -> None:
            from alembic import command

            config = schema.alembic_config(connection)
            command.revision(config, message=message, autogenerate=True, rev_id=number)

        async with db.unit() as unit:
            await unit.conn.run_sync(write)
        await db.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
