"""Second factors: a secret an officer, sealed; a code opens once, also where two come at the same moment."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import OfficerFactor
from bot.models.base import table
from bot.store.boxes import Row
from bot.store.many import insert_into

FACTOR = table(OfficerFactor)


async def factor(conn: AsyncConnection, officer_id: int, lock: bool = False) -> Row | None:
    query = sa.select(FACTOR).where(FACTOR.c.officer_id == officer_id)
    return (await conn.execute(query.with_for_update() if lock else query)).first()


async def begin(conn: AsyncConnection, officer_id: int, secret: str) -> None:
    """A new secret that still waits for its first code; one that is in use is never replaced."""
    row = {"officer_id": officer_id, "secret": secret, "confirmed_at": None, "last_step": 0, "codes": []}
    insert = insert_into(conn.dialect.name, FACTOR).values(row)
    open_ = FACTOR.c.confirmed_at.is_(None)
    await conn.execute(
        insert.on_conflict_do_update(index_elements=["officer_id"], set_={"secret": secret}, where=open_)
    )


async def use(conn: AsyncConnection, officer_id: int, step: int) -> bool:
    """Takes the code of this step; False for whoever comes second."""
    mine = (FACTOR.c.officer_id == officer_id) & (FACTOR.c.last_step < step)
    return (await conn.execute(sa.update(FACTOR).where(mine).values(last_step=step))).rowcount == 1


async def confirm(conn: AsyncConnection, officer_id: int, at: datetime, codes: list[str]) -> None:
    """In use from now on, with these recovery codes."""
    mine = FACTOR.c.officer_id == officer_id
    kept = sa.func.coalesce(FACTOR.c.confirmed_at, sa.literal(at, FACTOR.c.confirmed_at.type))
    await conn.execute(sa.update(FACTOR).where(mine).values(confirmed_at=kept, codes=codes))


async def spend(conn: AsyncConnection, officer_id: int, code: str) -> bool:
    """Takes a recovery code away. The row is locked, so one code opens once."""
    row = await factor(conn, officer_id, lock=True)
    if row is None or code not in row.codes:
        return False
    left = [each for each in row.codes if each != code]
    await conn.execute(sa.update(FACTOR).where(FACTOR.c.officer_id == officer_id).values(codes=left))
    return True


async def forget(conn: AsyncConnection, officer_id: int) -> None:
    await conn.execute(sa.delete(FACTOR).where(FACTOR.c.officer_id == officer_id))
