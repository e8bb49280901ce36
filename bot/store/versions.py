"""What was published, newest last. Each row is an act; the newest is what the bot says."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models.base import table
from bot.models.flows import FlowVersion
from bot.store.boxes import Row

VERSION = table(FlowVersion)
HINT = "flows"
"""Said when something was published."""
STARTED = ""
"""Nobody published this: it is what a server was started with, kept so that it can be compared and gone back to."""
_ABOUT = (VERSION.c.id, VERSION.c.version, VERSION.c.by, VERSION.c.note, VERSION.c.at)


async def newest(conn: AsyncConnection, beyond: int = 0, any_: bool = False) -> Row | None:
    """The act that counts, with its content; None where nothing was published after act `beyond`. `any_`: what a server was
    started with counts, too."""
    query = sa.select(VERSION).where(VERSION.c.id > beyond).order_by(VERSION.c.id.desc()).limit(1)
    return (await conn.execute(query if any_ else query.where(VERSION.c.by != STARTED))).first()


async def acts(conn: AsyncConnection, limit: int = 50) -> list[Row]:
    """The newest first, without their content."""
    return list((await conn.execute(sa.select(*_ABOUT).order_by(VERSION.c.id.desc()).limit(limit))).all())


async def of(conn: AsyncConnection, version: str) -> Row | None:
    """The newest act that published this version, by the beginning of its name."""
    query = sa.select(VERSION).where(VERSION.c.version.startswith(version, autoescape=True))
    return (await conn.execute(query.order_by(VERSION.c.id.desc()).limit(1))).first()


async def add(conn: AsyncConnection, version: str, content: bytes, by: str, note: str, at: datetime) -> None:
    row: dict[str, Any] = {"version": version, "content": content, "by": by, "note": note, "at": at}
    await conn.execute(sa.insert(VERSION).values(row))
