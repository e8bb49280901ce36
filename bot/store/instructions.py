"""Leaders' instructions and how far their tickets are. Counts come from the index of one instruction, never from the whole table."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import OVER, Instruction, Officer, State, Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.record import record
from bot.store.sight import Sight

INSTRUCTION, TICKET, OFFICER = table(Instruction), table(Ticket), table(Officer)
MOST = 500
"""Tickets of one instruction: more cannot be looked after by one deadline."""
PAGE = 50
_GROUPED = sa.text("ticket.instruction_id IS NOT NULL")
DONE = (State.RESOLVED, State.CLOSED, State.MERGED)
DROPPED = (State.REJECTED, State.CANCELLED)
"""Neither done nor still to do."""


@record
class Progress:
    all: int = 0
    done: int = 0
    dropped: int = 0

    @property
    def left(self) -> int:
        return self.all - self.done - self.dropped

    def late(self, deadline: datetime, now: datetime) -> int:
        """How many are still to do although the time is over."""
        return self.left if now > deadline else 0


async def add(conn: AsyncConnection, title: str, text: str, deadline: datetime, officer_id: int, now: datetime) -> int:
    row = {"title": title, "text": text, "deadline": deadline, "officer_id": officer_id, "created_at": now}
    return int((await conn.execute(sa.insert(INSTRUCTION).values(row).returning(INSTRUCTION.c.id))).scalar_one())


async def one(conn: AsyncConnection, id_: int) -> RowMapping | None:
    query = sa.select(INSTRUCTION, OFFICER.c.name.label("officer")).join_from(
        INSTRUCTION, OFFICER, OFFICER.c.id == INSTRUCTION.c.officer_id
    )
    return (await conn.execute(query.where(INSTRUCTION.c.id == id_))).mappings().first()


async def newest(conn: AsyncConnection, before: int | None) -> list[RowMapping]:
    query = sa.select(INSTRUCTION, OFFICER.c.name.label("officer")).join_from(
        INSTRUCTION, OFFICER, OFFICER.c.id == INSTRUCTION.c.officer_id
    )
    if before is not None:
        query = query.where(INSTRUCTION.c.id < before)
    return list((await conn.execute(query.order_by(INSTRUCTION.c.id.desc()).limit(PAGE + 1))).mappings())


async def progress(conn: AsyncConnection, ids: Sequence[int]) -> dict[int, Progress]:
    found = {id_: Progress() for id_ in ids}
    if not ids:
        return found
    query = (
        sa.select(TICKET.c.instruction_id, TICKET.c.state, sa.func.count())
        .where(_GROUPED, TICKET.c.instruction_id.in_(list(ids)))
        .group_by(TICKET.c.instruction_id, TICKET.c.state)
    )
    for id_, state, count in await conn.execute(query):
        was = found[id_]
        found[id_] = Progress(
            was.all + count,
            was.done + (count if state in DONE else 0),
            was.dropped + (count if state in DROPPED else 0),
        )
    return found


async def tickets(conn: AsyncConnection, id_: int, sight: Sight) -> list[RowMapping]:
    """Those still to do first, the oldest first."""
    columns = (
        TICKET.c.number, TICKET.c.state, TICKET.c.topic, TICKET.c.place, TICKET.c.agency, TICKET.c.updated_at,
        TICKET.c.opened_at,
    )  # fmt: skip
    over = sa.case((TICKET.c.state.in_(OVER), 1), else_=0)
    query = (
        sa.select(*columns).where(_GROUPED, TICKET.c.instruction_id == id_, *sight.where()).order_by(over, TICKET.c.id)
    )
    return list((await conn.execute(query.limit(MOST))).mappings())


async def matching(conn: AsyncConnection, topic: str, region: str) -> list[Ref]:
    """Open tickets of a topic in a regency or province that stand under no instruction yet, the oldest first."""
    query = sa.select(TICKET.c.id, TICKET.c.part).where(
        TICKET.c.place_code >= region, TICKET.c.place_code < f"{region}~", TICKET.c.topic == topic,
        TICKET.c.state.not_in(OVER), TICKET.c.instruction_id.is_(None),
    )  # fmt: skip
    return [Ref(*row) for row in await conn.execute(query.order_by(TICKET.c.id).limit(MOST))]


async def numbered(conn: AsyncConnection, number: str, part: int) -> Ref | None:
    query = sa.select(TICKET.c.id, TICKET.c.part).where(TICKET.c.number == number, TICKET.c.part == part)
    row = (await conn.execute(query)).first()
    return Ref(*row) if row else None
