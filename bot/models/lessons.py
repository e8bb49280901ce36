"""What officers say against and for the machine, and against and for senders. Small tables: plain keys."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import Row
from bot.models.states import CorrectionState
from bot.models.types import Bytes, UtcDateTime

_ROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Correction(Row, table=True):
    """An officer's choice of a topic, with the words it was made on: an example once a lead has approved it."""

    __tablename__ = "correction"
    __table_args__ = (sa.Index("ix_correction_state", "state", "id"), sa.Index("ix_correction_ticket", "ticket_id"))
    id: int | None = Field(default=None, primary_key=True, sa_type=_ROW)
    at: datetime = Field(sa_type=UtcDateTime)
    officer_id: int = Field(foreign_key="officer.id")
    ticket_id: bytes = Field(sa_type=Bytes)
    part: int = Field(sa_type=sa.SmallInteger)
    number: str
    text: str
    """The report as it was then, with identity and telephone numbers masked."""
    language: str = "id"
    guessed: str = ""
    """'' when the machine had no guess."""
    sure: float = 0.0
    chosen: str
    state: str = CorrectionState.PENDING
    decided_by: int | None = Field(default=None, foreign_key="officer.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class QuarantineAct(Row, table=True):
    """Who suggested, held or released a sender, and why; never changed."""

    __tablename__ = "quarantine_act"
    id: int | None = Field(default=None, primary_key=True, sa_type=_ROW)
    at: datetime = Field(sa_type=UtcDateTime)
    contact_id: bytes = Field(sa_type=Bytes)
    contact_part: int = Field(sa_type=sa.SmallInteger)
    officer_id: int | None = Field(default=None, foreign_key="officer.id")
    """Null = the machine."""
    act: str
    """`suggested`, `held`, `dismissed` (a suggestion) or `lifted`."""
    reason: str = ""
