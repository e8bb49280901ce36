"""Tickets: what outlives a conversation."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot
from bot.models.states import State, SurveyState, Urgency
from bot.models.types import Bytes, Json, UtcDateTime

_WAITING = sa.text("state IN ('queued', 'reopened')")
_SAID = sa.text("kind = 'topic'")


class Ticket(Hot, table=True):
    __tablename__ = "ticket"
    __table_args__ = (
        sa.UniqueConstraint("number", "part"),
        sa.Index("ix_ticket_queue", "rank", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        sa.Index(
            "ix_ticket_queue_language", "language", "rank", "id", sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
        sa.Index("ix_ticket_queue_topic", "topic", "rank", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        sa.Index("ix_ticket_officer", "officer_id", "state", "rank"),
        sa.Index("ix_ticket_conversation", "conversation_id", "part"),
        sa.Index("ix_ticket_address", "address_id", "part"),
        sa.Index("ix_ticket_place", "place_code", "topic", "opened_at"),
        CLUSTERED,
    )
    number: str
    conversation_id: bytes = Field(sa_type=Bytes)
    address_id: bytes = Field(sa_type=Bytes)
    contact_id: bytes = Field(sa_type=Bytes)
    contact_part: int = Field(sa_type=sa.SmallInteger)
    account: str
    language: str = "id"
    state: str = State.QUEUED
    urgency: str = Urgency.NORMAL
    rank: int = Field(sa_type=sa.BigInteger)
    """Orders the queue by urgency, then age, with ageing; see policy.rank."""
    topic: str = ""
    subtopic: str = ""
    place: str = ""
    """As the citizen wrote it."""
    place_code: str = ""
    """Kemendagri's code of the village, district or regency that was understood; '' where none was."""
    details: str = ""
    answers: dict[str, object] | None = Field(default=None, sa_type=Json)
    """Everything the flow asked, as it was answered."""
    guess: dict[str, object] | None = Field(default=None, sa_type=Json)
    """What the machine took the details to be about when the ticket was opened (`ranked`, `sure`, `verdict`, `why`); never
    changed, so that it can be compared with what officers chose."""
    reason: str = ""
    """Why it came to a human: `flow`, `asked`, `misunderstood` …"""
    officer_id: int | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    first_answer_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    score: int | None = None
    """1-5, only ever written because the citizen gave it."""
    version: int = 0
    """Rises with every change; an officer's act on a stale view is refused by it."""


class TicketEvent(Hot, table=True):
    """One row of a ticket's history: who, when, why, from, to."""

    __tablename__ = "ticket_event"
    __table_args__ = (
        sa.Index("ix_ticket_event_ticket", "ticket_id", "id", "part"),
        sa.Index("ix_ticket_event_topic", "id", sqlite_where=_SAID, postgresql_where=_SAID),
        CLUSTERED,
    )
    ticket_id: bytes = Field(sa_type=Bytes)
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    """`opened`, `moved`, `urgency`, `rated` …"""
    actor: str
    """`citizen`, `bot`, `officer` or `clock`."""
    officer_id: int | None = None
    before: str = ""
    after: str = ""
    why: str = ""


class Assignment(Hot, table=True):
    """A stretch in which one officer held a ticket; `ended_at` null = now. At most one open a ticket."""

    __tablename__ = "assignment"
    __table_args__ = (
        sa.Index(
            "uq_assignment_open",
            "ticket_id",
            "part",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        CLUSTERED,
    )
    ticket_id: bytes = Field(sa_type=Bytes)
    officer_id: int
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Follow(Hot, table=True):
    """A citizen who follows a report of somebody else's; lies in the part of the follower's address."""

    __tablename__ = "follow"
    __table_args__ = (sa.Index("ix_follow_ticket", "ticket_id"), CLUSTERED)
    ticket_id: bytes = Field(sa_type=Bytes)
    ticket_part: int = Field(sa_type=sa.SmallInteger)
    address_id: bytes = Field(sa_type=Bytes)
    conversation_id: bytes = Field(sa_type=Bytes)
    """Where they told it in their own words."""
    at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When they heard that it is done."""


class Survey(Hot, table=True):
    """One question for a rating; one a closing of a ticket."""

    __tablename__ = "survey"
    __table_args__ = (sa.UniqueConstraint("ticket_id", "round", "part"), CLUSTERED)
    ticket_id: bytes = Field(sa_type=Bytes)
    conversation_id: bytes = Field(sa_type=Bytes)
    round: int = 1
    state: str = SurveyState.ASKED
    asked_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    score: int | None = None
    comment: str = ""
