"""What the lead's wall shows without counting a table: counts of days, the backlog as it was, and ratings that a lead looks at."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot, Row, partial
from bot.models.types import Bytes, UtcDateTime

_OPEN = "settled_at IS NULL"


class DayCount(Row, table=True):
    """How often something happened on one day of West Java; `name` as `policy.measures` spells it. `part`: one that the writing
    process holds, so that two processes never wait for each other's row."""

    __tablename__ = "day_count"
    __table_args__ = (CLUSTERED,)
    day: date = Field(primary_key=True)
    name: str = Field(primary_key=True)
    part: int = Field(primary_key=True, sa_type=sa.SmallInteger, sa_column_kwargs={"autoincrement": False})
    n: int = Field(sa_type=sa.BigInteger)


class Backlog(Row, table=True):
    """How many tickets waited, were held and lay with agencies at one moment: noted every quarter of an hour."""

    __tablename__ = "backlog"
    at: datetime = Field(primary_key=True, sa_type=UtcDateTime, sa_column_kwargs={"autoincrement": False})
    waiting: int
    held: int
    agency: int


class Review(Hot, table=True):
    """A citizen was not satisfied: a lead looks at the case. In the part of its ticket; one a rating."""

    __tablename__ = "review"
    __table_args__ = (
        sa.UniqueConstraint("survey_id", "part"),
        partial("ix_review_open", "id", where=_OPEN),
        CLUSTERED,
    )
    ticket_id: bytes = Field(sa_type=Bytes)
    survey_id: bytes = Field(sa_type=Bytes)
    number: str
    score: int
    opened_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: int | None = None
    outcome: str = ""
    """'' while it is open, `reopened` or `kept`."""
    note: str = ""
