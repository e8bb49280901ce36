"""What was published, newest last. Each row is an act; the newest is what the bot says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models.base import table
from bot.models.flows import FlowEdit, FlowVersion
from bot.store.boxes import Row

VERSION, EDIT = table(FlowVersion), table(FlowEdit)
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


async def act(conn: AsyncConnection, id_: int) -> Row | None:
    """One act, with its content."""
    return (await conn.execute(sa.select(VERSION).where(VERSION.c.id == id_))).first()


async def add(conn: AsyncConnection, version: str, content: bytes, by: str, note: str, at: datetime) -> None:
    row: dict[str, Any] = {"version": version, "content": content, "by": by, "note": note, "at": at}
    await conn.execute(sa.insert(VERSION).values(row))


# -- the draft of the desk -------------------------------------------------------------------------


async def edits(conn: AsyncConnection) -> list[Row]:
    return list((await conn.execute(sa.select(EDIT).order_by(EDIT.c.context, EDIT.c.language))).all())


async def edit(conn: AsyncConnection, context: str, language: str, text: str | None, by: str, at: datetime) -> None:
    """How a text reads in the draft from now on; None: as it is said now."""
    await conn.execute(sa.delete(EDIT).where(EDIT.c.context == context, EDIT.c.language == language))
    if text is not None:
        row: dict[str, Any] = {"context": context, "language": language, "text": text, "by": by, "at": at}
        await conn.execute(sa.insert(EDIT).values(row))


async def forget(conn: AsyncConnection, rows: Sequence[Row]) -> None:
    """These edits are published, or thrown away; what somebody has written over one meanwhile stays."""
    for row in rows:
        where = (EDIT.c.context == row.context, EDIT.c.language == row.language, EDIT.c.text == row.text)
        await conn.execute(sa.delete(EDIT).where(*where))
