"""Alarms: a life may be in danger, and somebody must say that they have taken it up."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot, partial
from bot.models.states import AlarmState, PageState
from bot.models.types import Bytes, UtcDateTime

_DUE = "next_at IS NOT NULL"


class Alarm(Hot, table=True):
    """One danger in one conversation (or a drill, which has none), from the citizen's words to a human's acknowledgement."""

    __tablename__ = "alarm"
    __table_args__ = (
        partial("ix_alarm_due", "next_at", "id", where=_DUE),
        sa.Index("ix_alarm_ticket", "ticket_id", "part"),
        CLUSTERED,
    )
    conversation_id: bytes | None = Field(default=None, sa_type=Bytes)
    ticket_id: bytes | None = Field(default=None, sa_type=Bytes)
    number: str = ""
    """The ticket's number, for those who are paged."""
    kind: str
    """What danger: a kind of flows/data/urgency.yaml."""
    words: str = ""
    """What in the citizen's message said so."""
    language: str = "id"
    agency: str = ""
    state: str = AlarmState.PAGING
    confirmed: str = ""
    """`yes`, `no` or `silence` (counts as yes) to "is it happening now?"; '' while the question is open."""
    raised_at: datetime = Field(sa_type=UtcDateTime)
    answer_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Silence counts as an answer from then on; null when the question is answered."""
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_by: int | None = None
    acknowledged_via: str = ""
    round: int = 1
    """Rises when the citizen sends more after somebody had acknowledged."""
    step: int = 0
    """How many steps of the escalation have been taken in this round."""
    round_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When something is to be done next: a step, or the end of the wait for an answer."""
    nobody: bool = False
    """Nobody was on duty when it was raised: an alarm by itself."""
    drill: bool = False


class Page(Hot, table=True):
    """One call to one person over one way. The person is an officer, or somebody of an agency."""

    __tablename__ = "page"
    __table_args__ = (
        partial("ix_page_due", "next_at", "id", where=_DUE),
        sa.Index("ix_page_alarm", "alarm_id", "part"),
        CLUSTERED,
    )
    alarm_id: bytes = Field(sa_type=Bytes)
    at: datetime = Field(sa_type=UtcDateTime)
    round: int = 1
    step: int
    officer_id: int | None = None
    name: str
    via: str
    """`desk`, `telegram`, `whatsapp`, `email` or `webhook`."""
    target: str = ""
    state: str = PageState.READY
    attempts: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""
