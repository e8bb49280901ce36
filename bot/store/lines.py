"""The queue as lines: cases of one language, matter and urgency stand behind each other, the longest waiting first.

Whoever may not take the first of a line may take none of it, so a choice for anybody needs the heads alone: one descent of an
index for each line there is, however many wait in it.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Conversation, Ticket
from bot.models.base import table
from bot.store.boxes import Row

TICKET, TALK = table(Ticket), table(Conversation)
NEXT = 16
"""So many of one line are read when its head has gone."""
_WAITING = sa.text("ticket.state IN ('queued', 'reopened')")  # literal: a partial index is not matched with parameters
_KEPT = (
    "id", "part", "language", "line", "urgency", "rank", "number", "topic", "subtopic", "account", "opened_at",
    "address_id", "conversation_id",
)  # fmt: skip


def _kept(of: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    return [of.c[name] for name in _KEPT]


_LINE = ("language", "line", "urgency")
_ORDER = (*_LINE, "rank", "id")


def _first(name: str) -> tuple[sa.FromClause, sa.Select[Any]]:
    t = TICKET.alias(name)
    query = sa.select(*_kept(t)).where(sa.text(f"{name}.state IN ('queued', 'reopened')"))
    return t, query.order_by(*(t.c[field] for field in _ORDER)).limit(1)


def _following(head: sa.CTE, depth: int) -> sa.ScalarSelect[Any]:
    """The first case of the next line that shares the first `depth` columns with this one: a range of the index."""
    t, query = _first(f"t{depth}")
    same = [t.c[name] == head.c[name] for name in _LINE[:depth]]
    beyond = t.c[_LINE[depth]] > head.c[_LINE[depth]]
    return query.with_only_columns(t.c.id).where(*same, beyond).correlate(head).scalar_subquery()


def _heads() -> sa.Select[Any]:
    """A walk that descends the index anew for each line. Comparing whole rows is shorter, but there SQLite walks past everybody of
    the language."""
    head = sa.select(_first("first")[1].subquery()).cte("head", recursive=True)
    n, following = TICKET.alias("n"), sa.func.coalesce(*(_following(head, depth) for depth in (2, 1, 0)))
    return _talked(head.union_all(sa.select(*_kept(n)).select_from(head.join(n, n.c.id == following))))


def _talked(cases: sa.FromClause) -> sa.Select[Any]:
    """With who talks to its citizen."""
    talk = (TALK.c.id == cases.c.conversation_id) & (TALK.c.part == cases.c.part)
    return sa.select(*cases.c, TALK.c.owner, TALK.c.officer_id.label("talks_with")).select_from(
        cases.outerjoin(TALK, talk)
    )


def _compared_heads() -> sa.Select[Any]:
    """The same walk for PostgreSQL, which compares whole rows within its index: a third of the planning."""
    head = sa.select(_first("first")[1].subquery()).cte("head", recursive=True)
    t, query = _first("t")
    beyond = sa.tuple_(*(t.c[name] for name in _LINE)) > sa.tuple_(*(head.c[name] for name in _LINE))
    following = query.where(beyond).correlate(head).lateral("following")
    return _talked(head.union_all(sa.select(*following.c).select_from(head.join(following, sa.true()))))


_HEADS = {"sqlite": _heads(), "postgresql": _compared_heads()}


async def heads(conn: AsyncConnection) -> list[Row]:
    """The first of each line, with who talks to its citizen; the one that is next at all comes first."""
    return sorted(await conn.execute(_HEADS[conn.dialect.name]), key=lambda row: (row.rank, row.id))


async def behind(conn: AsyncConnection, row: Row) -> Sequence[Row]:
    """Those that stand behind this one in its line."""
    place = sa.tuple_(sa.literal(row.rank, sa.BigInteger), sa.literal(row.id, TICKET.c.id.type))
    some = (
        sa.select(*_kept(TICKET))
        .where(_WAITING, TICKET.c.language == row.language, TICKET.c.line == row.line, TICKET.c.urgency == row.urgency)
        .where(sa.tuple_(TICKET.c.rank, TICKET.c.id) > place)
        .order_by(TICKET.c.rank, TICKET.c.id)
        .limit(NEXT)
        .subquery("some")
    )
    rows: Sequence[Row] = (await conn.execute(_talked(some).order_by(some.c.rank, some.c.id))).all()
    return rows


async def settle(conn: AsyncConnection, row: Row, line: str) -> None:
    """What waits in this one's line and is of its very matter stands in `line` from now on. What somebody else is writing is left
    out: whoever waits for nobody stands in no circle of those who wait."""
    mine = (
        sa.select(TICKET.c.id, TICKET.c.part)
        .where(
            _WAITING, TICKET.c.language == row.language, TICKET.c.line == row.line,
            TICKET.c.topic == row.topic, TICKET.c.subtopic == row.subtopic,
        )
        .with_for_update(skip_locked=True)
    )  # fmt: skip
    await conn.execute(sa.update(TICKET).where(sa.tuple_(TICKET.c.id, TICKET.c.part).in_(mine)).values(line=line))
