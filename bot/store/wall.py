"""What the lead's wall asks of the database now: each answer from an index or a kept count, the same number of statements always."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Conversation, Officer, Review, SlaClock, Survey, Ticket, Urgency
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import lines
from bot.store.boxes import Row
from bot.store.measures import first_id

TICKET, TALK, CLOCK = table(Ticket), table(Conversation), table(SlaClock)
REVIEW, SURVEY, OFFICER = table(Review), table(Survey), table(Officer)
COUNTED = 99
"""A number above this is shown as "99+": it costs a hundred rows of an index at most."""
PAGE = 50
_RUNS = sa.text("sla_clock.stopped_at IS NULL AND sla_clock.due_at IS NOT NULL")
_OPEN = sa.text("review.settled_at IS NULL")


async def oldest(conn: AsyncConnection) -> list[Row]:
    """Who waits longest of each urgency, with its `urgency`, `number` and `opened_at`: among the heads of the lines, for a search of
    the queue would walk past everybody where nobody of an urgency waits, as is the rule with critical cases."""
    found: dict[str, Row] = {}
    for row in await lines.heads(conn):  # by rank, which within an urgency is by age
        found.setdefault(row.urgency, row)
    return [found[urgency] for urgency in Urgency if urgency in found]


async def pressing(conn: AsyncConnection, now: datetime) -> tuple[int, int]:
    """How many deadlines have passed and still run, and how many low ratings wait for a lead; both stop at COUNTED + 1."""
    late = sa.select(sa.literal(1)).select_from(CLOCK).where(_RUNS, CLOCK.c.due_at <= now).limit(COUNTED + 1).subquery()
    open_ = sa.select(sa.literal(1)).select_from(REVIEW).where(_OPEN).limit(COUNTED + 1).subquery()
    counts = [sa.select(sa.func.count()).select_from(each).scalar_subquery() for each in (late, open_)]
    row = (await conn.execute(sa.select(*counts))).one()
    return int(row[0]), int(row[1])


async def contained(conn: AsyncConnection, since: datetime, until: datetime) -> tuple[int, int]:
    """Conversations that began in this time: how many are over without a ticket, and how many got one."""
    ticket = (
        sa.select(sa.literal(1)).where(TICKET.c.conversation_id == TALK.c.id, TICKET.c.part == TALK.c.part).exists()
    )
    over = sa.and_(TALK.c.owner == "bot", TALK.c.session.is_(None))
    kind = sa.case((ticket, "human"), (over, "bot"), else_="open").label("kind")
    begun = (
        sa.select(kind)
        .where(
            TALK.c.id >= first_id(since), TALK.c.id < first_id(until),
            TALK.c.created_at >= since, TALK.c.created_at < until,
        )
        .subquery()
    )  # fmt: skip
    found = {
        row[0]: int(row[1])
        for row in await conn.execute(sa.select(begun.c.kind, sa.func.count()).group_by(begun.c.kind))
    }
    return found.get("bot", 0), found.get("human", 0)


# -- low ratings -----------------------------------------------------------------------------------


async def reviews(conn: AsyncConnection, done: bool, after: bytes | None) -> Sequence[sa.RowMapping]:
    """Low ratings with what the citizen wrote: open ones oldest first, settled ones newest first. One more than a page."""
    query = (
        sa.select(
            REVIEW, SURVEY.c.comment, TICKET.c.topic, TICKET.c.state, OFFICER.c.name.label("lead")
        )
        .join(SURVEY, (SURVEY.c.id == REVIEW.c.survey_id) & (SURVEY.c.part == REVIEW.c.part))
        .join(TICKET, (TICKET.c.id == REVIEW.c.ticket_id) & (TICKET.c.part == REVIEW.c.part))
        .outerjoin(OFFICER, OFFICER.c.id == REVIEW.c.settled_by)
        .limit(PAGE + 1)
    )  # fmt: skip
    if done:
        query = query.where(REVIEW.c.settled_at.is_not(None)).order_by(REVIEW.c.id.desc())
        return (await conn.execute(query.where(REVIEW.c.id < after) if after else query)).mappings().all()
    query = query.where(_OPEN).order_by(REVIEW.c.id)
    return (await conn.execute(query.where(REVIEW.c.id > after) if after else query)).mappings().all()


async def review(conn: AsyncConnection, ref: Ref) -> Row | None:
    """One low rating, locked until the end."""
    query = sa.select(REVIEW).where(REVIEW.c.id == ref.id, REVIEW.c.part == ref.part).with_for_update()
    return (await conn.execute(query)).first()


async def settle(conn: AsyncConnection, ref: Ref, values: dict[str, Any]) -> bool:
    """False when somebody was first."""
    target = (REVIEW.c.id == ref.id) & (REVIEW.c.part == ref.part) & REVIEW.c.settled_at.is_(None)
    return (await conn.execute(sa.update(REVIEW).where(target).values(values))).rowcount == 1
