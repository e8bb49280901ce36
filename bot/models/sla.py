"""Deadlines: a ticket's clocks, their pauses, who was warned; and counts that are kept instead of computed."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot, Row, partial
from bot.models.states import PageState
from bot.models.types import Bytes, UtcDateTime

_RUNS = "stopped_at IS NULL AND due_at IS NOT NULL"
_UNSEEN = "seen_at IS NULL"
_DUE = "next_at IS NOT NULL"


class SlaClock(Hot, table=True):
    """One clock of a ticket, as `policy.sla` has worked it out from the ticket's history. What has stopped never changes again."""

    __tablename__ = "sla_clock"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "kind", "round", "part"),
        partial("ix_sla_clock_due", "due_at", "id", "part", where=_RUNS),
        CLUSTERED,
    )
    ticket_id: bytes = Field(sa_type=Bytes)
    kind: str
    """`first_answer`, `next_answer`, `verify`, `solution`, `agency_accept` or `agency_solution`."""
    round: int = 1
    party: str
    """`ours` or `agency`: the two are reported apart."""
    calendar: str
    budget: int = Field(sa_type=sa.BigInteger)
    """Seconds of the calendar's open time."""
    urgency: str
    topic: str = ""
    started_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the budget ends, or ended; null while the clock is paused in time, and for what stopped in time."""
    warn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when somebody else has the ball."""
    paused_for: str = ""
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = ""
    """'' while it runs, then `met`, `late` or `void`."""
    used: int = Field(default=0, sa_type=sa.BigInteger)
    """Seconds of open time that it ran, when it had stopped or was last looked at."""
    warned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    breached_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When somebody was told that it is late."""


class SlaPause(Hot, table=True):
    """A stretch in which a clock stood still, and who had the ball."""

    __tablename__ = "sla_pause"
    __table_args__ = (sa.UniqueConstraint("clock_id", "n", "part"), CLUSTERED)
    clock_id: bytes = Field(sa_type=Bytes)
    n: int
    ball: str
    """`citizen`, `agency`, `ours`, `date` (postponed) or `outside` (forwarded)."""
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    why: str


class SlaNotice(Hot, table=True):
    """One person who was told that a deadline is near or over, over one way."""

    __tablename__ = "sla_notice"
    __table_args__ = (
        partial("ix_sla_notice_mine", "officer_id", "id", where=_UNSEEN),
        sa.Index("ix_sla_notice_ticket", "ticket_id", "part"),
        partial("ix_sla_notice_due", "next_at", "id", where=_DUE),
        CLUSTERED,
    )
    ticket_id: bytes = Field(sa_type=Bytes)
    number: str
    kind: str
    """Which clock."""
    what: str
    """`warn` or `breach`."""
    at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    officer_id: int
    name: str
    via: str
    """`desk`, `telegram`, `whatsapp` or `email`."""
    target: str = ""
    state: str = PageState.READY
    attempts: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WaitTold(Hot, table=True):
    """What a citizen in the queue was last told about the wait; its id is its ticket's."""

    __tablename__ = "wait_told"
    __table_args__ = (CLUSTERED,)
    klass: str
    place: int
    told_at: datetime = Field(sa_type=UtcDateTime)


class Tally(Row, table=True):
    """How many tickets of a part are in a state: counted where they change, so that nobody ever counts the table."""

    __tablename__ = "tally"
    __table_args__ = (CLUSTERED,)
    name: str = Field(primary_key=True)
    part: int = Field(primary_key=True, sa_type=sa.SmallInteger, sa_column_kwargs={"autoincrement": False})
    n: int = Field(default=0, sa_type=sa.BigInteger)
