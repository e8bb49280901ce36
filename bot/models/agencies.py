"""What is sent to agencies, and leaders' instructions that group tickets."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot, Row, partial
from bot.models.states import DeliveryState
from bot.models.types import Bytes, UtcDateTime

_DUE, _STUCK = "next_at IS NOT NULL", "state = 'stuck'"


class AgencyDelivery(Hot, table=True):
    """One mail or webhook call to an agency (or a mail about stuck ones to a lead, or about expired answers to their owner).
    Lies in the part of its ticket, or in part 0."""

    __tablename__ = "agency_delivery"
    __table_args__ = (
        partial("ix_agency_delivery_due", "next_at", "id", where=_DUE),
        partial("ix_agency_delivery_stuck", "id", where=_STUCK),
        sa.Index("ix_agency_delivery_ticket", "ticket_id", "part"),
        CLUSTERED,
    )
    ticket_id: bytes | None = Field(default=None, sa_type=Bytes)
    number: str = ""
    agency: str = ""
    """Slug; '' for a mail to a lead."""
    kind: str
    """`dispatched`, `answered`, `not_yet`, `resumed`, `recalled`, `joined`, `cancelled`, `reopened`, `stuck` or `renew`."""
    via: str
    """`mail`, `webhook`, or the channel of a chat."""
    target: str
    text: str
    link: str = ""
    state: str = DeliveryState.READY
    attempts: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""


class Instruction(Row, table=True):
    """A leader's one instruction with a deadline for many tickets (*instruksi*)."""

    __tablename__ = "instruction"
    id: int | None = Field(default=None, primary_key=True)
    title: str
    text: str = ""
    deadline: datetime = Field(sa_type=UtcDateTime)
    officer_id: int = Field(foreign_key="officer.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
