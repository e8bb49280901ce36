"""Shifts, exchanges, handovers, and what officers are told. Small tables: plain keys."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import Row, partial
from bot.models.types import Bytes, Json, UtcDateTime

_WAITS = "next_at IS NOT NULL"
_OPEN = "settled_at IS NULL"


class ShiftState(StrEnum):
    PLANNED = "planned"
    SWAPPED = "swapped"
    """Somebody else works it: their row stands beside."""
    SICK = "sick"
    REMOVED = "removed"


class SwapState(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class HandoverState(StrEnum):
    DRAFT = "draft"
    """The shift still runs; notes are being written."""
    OPEN = "open"
    """Waits for somebody of the next shift."""
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    """Nobody accepted in time: everything went back to the queue."""


class Shift(Row, table=True):
    """One officer's turn of duty. Rows are never rewritten: who exchanges or falls sick leaves a row with that state behind."""

    __tablename__ = "shift"
    __table_args__ = (
        sa.Index("ix_shift_time", "starts_at", "id"),
        sa.Index("ix_shift_officer", "officer_id", "starts_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    officer_id: int = Field(foreign_key="officer.id")
    kind: str
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    state: str = ShiftState.PLANNED
    begun_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the rota put them on duty; once, so that it does not undo what they say themselves."""
    made_by: int | None = Field(default=None, foreign_key="officer.id")
    changed_by: int | None = Field(default=None, foreign_key="officer.id")
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Swap(Row, table=True):
    """Somebody asks a colleague to take a shift, or to exchange it for another."""

    __tablename__ = "swap"
    __table_args__ = (sa.Index("ix_swap_state", "state", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    shift_id: int = Field(foreign_key="shift.id")
    other_id: int | None = Field(default=None, foreign_key="shift.id")
    """What is given for it; null = nothing."""
    officer_id: int = Field(foreign_key="officer.id")
    """Who asks."""
    to_id: int = Field(foreign_key="officer.id")
    state: str = SwapState.ASKED
    asked_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a lead took note of it."""
    seen_by: int | None = Field(default=None, foreign_key="officer.id")


class RotaGap(Row, table=True):
    """A slot of the rota with too few people, told once."""

    __tablename__ = "rota_gap"
    __table_args__ = (sa.UniqueConstraint("kind", "starts_at"), sa.Index("ix_rota_gap_end", "ends_at"))
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    missing: int
    """0: it has been filled since."""
    told_at: datetime = Field(sa_type=UtcDateTime)


class Handover(Row, table=True):
    """What one officer leaves to the next shift. At most one that is not settled an officer."""

    __tablename__ = "handover"
    __table_args__ = (partial("uq_handover_open", "officer_id", unique=True, where=_OPEN),)
    id: int | None = Field(default=None, primary_key=True)
    officer_id: int = Field(foreign_key="officer.id")
    state: str = HandoverState.DRAFT
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: int | None = Field(default=None, foreign_key="officer.id")


class HandoverCase(Row, table=True):
    """One case of a handover, with what its officer wants to say about it."""

    __tablename__ = "handover_case"
    __table_args__ = (sa.UniqueConstraint("handover_id", "ticket_id"),)
    id: int | None = Field(default=None, primary_key=True)
    handover_id: int = Field(foreign_key="handover.id")
    ticket_id: bytes = Field(sa_type=Bytes)
    part: int = Field(sa_type=sa.SmallInteger)
    number: str
    note: str = ""
    outcome: str = ""
    """'' while it waits; `taken`, `queued`, or `left` when it was no longer theirs."""


class Notice(Row, table=True):
    """Something an officer is told at the desk, and with `next_at` also where they are reached away from it."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.Index("ix_notice_officer", "officer_id", "seen_at", "id"),
        partial("ix_notice_due", "next_at", "id", where=_WAITS),
    )
    id: int | None = Field(default=None, primary_key=True)
    officer_id: int = Field(foreign_key="officer.id")
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Which words; see `models.news`."""
    data: dict[str, object] | None = Field(default=None, sa_type=Json)
    """What stands in them."""
    text: str
    """The words themselves, in rows that were written before kinds were kept."""
    url: str = ""
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    quiet: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """Only in the browsers that they have asked for it, not over the ways by which they are called."""
    attempts: int = 0
    error: str = ""
