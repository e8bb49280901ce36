"""Persons and what was said."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot
from bot.models.states import Delivery, Owner
from bot.models.types import Bytes, Json, UtcDateTime

_QUARANTINED = sa.text("quarantine <> ''")


class Contact(Hot, table=True):
    """A person. Takes the part of its first address."""

    __tablename__ = "contact"
    __table_args__ = (
        sa.Index("ix_contact_quarantine", "quarantine", "id", sqlite_where=_QUARANTINED, postgresql_where=_QUARANTINED),
        CLUSTERED,
    )
    name: str = ""
    phone: str = ""
    language: str | None = None
    notice: str = ""
    """Version of the data notice that was shown (UU PDP 27/2022 Art. 21: proof of what was told)."""
    notice_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    quarantine: str = ""
    """'' | `suggested` (nothing changes yet) | `held` (stored, but nobody answers and nobody is called)."""
    quarantine_reason: str = ""
    quarantine_by: int | None = None
    """The officer who held them; null = the machine suggests it."""
    quarantine_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Address(Hot, table=True):
    """Where a contact is reached on one account; names its contact by a plain reference that may lie in another part."""

    __tablename__ = "address"
    __table_args__ = (
        sa.UniqueConstraint("account", "address", "part"),
        sa.Index("ix_address_contact", "contact_id"),
        CLUSTERED,
    )
    account: str
    address: str
    contact_id: bytes = Field(sa_type=Bytes)
    contact_part: int = Field(sa_type=sa.SmallInteger)
    conversation_id: bytes = Field(sa_type=Bytes)
    """The conversation of now; older ones stay closed."""


class Conversation(Hot, table=True):
    """One thread with one address. `epoch` rises at claim, hand-back and close; `seq` counts its messages without gaps."""

    __tablename__ = "conversation"
    __table_args__ = (CLUSTERED,)
    address_id: bytes = Field(sa_type=Bytes)
    contact_id: bytes = Field(sa_type=Bytes)
    contact_part: int = Field(sa_type=sa.SmallInteger)
    owner: str = Owner.BOT
    epoch: int = 0
    seq: int = 0
    officer_id: int | None = None
    ticket_id: bytes | None = Field(default=None, sa_type=Bytes)
    """The ticket that is being talked about."""
    session: dict[str, object] | None = Field(default=None, sa_type=Json)
    """The conversation's place in a flow; null between flows."""
    alarm_id: bytes | None = Field(default=None, sa_type=Bytes)
    """The danger that is being talked about."""
    urgency: str = ""
    """How urgent what was said is, until a ticket carries it."""
    last_inbound_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Message(Hot, table=True):
    __tablename__ = "message"
    __table_args__ = (sa.UniqueConstraint("conversation_id", "seq", "part"), CLUSTERED)
    conversation_id: bytes = Field(sa_type=Bytes)
    seq: int
    author: str
    """`citizen`, `bot`, `officer`, `note` or `system`."""
    officer_id: int | None = None
    kind: str = "text"
    body: str = ""
    data: dict[str, object] | None = Field(default=None, sa_type=Json)
    """Choices, attachments, location: what is not text."""
    at: datetime = Field(sa_type=UtcDateTime)
    external_id: str | None = None
    delivery: str = Delivery.NONE
    error: str = ""
    """The platform's own words where delivery failed."""
    key: str | None = None
    """The client key of an officer's or web citizen's send, echoed to the page that made it."""
