"""Incidents that leads have declared. All lie in part 0: there are few at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Incident, Officer
from bot.models.base import table
from bot.models.ref import Ref

INCIDENT, OFFICER = table(Incident), table(Officer)
PART = 0
PAGE = 50


async def declare(conn: AsyncConnection, row: dict[str, Any]) -> None:
    await conn.execute(sa.insert(INCIDENT).values(**row, part=PART))


async def going_on(conn: AsyncConnection, now: datetime) -> Sequence[RowMapping]:
    """What citizens may be told about, the newest first."""
    query = sa.select(INCIDENT).where(INCIDENT.c.ended_at.is_(None), INCIDENT.c.valid_until > now)
    return (await conn.execute(query.order_by(INCIDENT.c.id.desc()).limit(PAGE))).mappings().all()


async def end(conn: AsyncConnection, incident: Ref, now: datetime, officer_id: int | None) -> bool:
    """False when it is over already, or is none."""
    done = await conn.execute(
        sa.update(INCIDENT)
        .where(INCIDENT.c.id == incident.id, INCIDENT.c.part == incident.part, INCIDENT.c.ended_at.is_(None))
        .values(ended_at=now, ended_by=officer_id)
    )
    return bool(done.rowcount == 1)


async def listed(conn: AsyncConnection) -> Sequence[RowMapping]:
    """Those that go on first, then the last ones that are over."""
    query = sa.select(INCIDENT, OFFICER.c.name.label("officer")).outerjoin(
        OFFICER, OFFICER.c.id == INCIDENT.c.declared_by
    )
    order = (INCIDENT.c.ended_at.is_not(None), INCIDENT.c.id.desc())
    return (await conn.execute(query.order_by(*order).limit(PAGE))).mappings().all()
