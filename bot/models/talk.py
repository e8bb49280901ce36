"""Persons and what was said."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot, partial
from bot.models.states import Delivery, Owner
from bot.models.types import Bytes, Json, UtcDateTime

_EMPTY = {"server_default": ""}
_SAME = "same_id IS NOT NULL"
_QUARANTINED = "quarantine <> ''"


class Contact(Hot, table=True):
    """A person. Takes the part of its first address."""

    __tablename__ = "contact"
    __table_args__ = (
        partial("ix_contact_same", "same_id", "same_part", where=_SAME),
        partial("ix_contact_quarantine", "quarantine", "id", where=_QUARANTINED),
        CLUSTERED,
    )
    name: str = ""
    phone: str = ""
    username: str = Field(default="", sa_column_kwargs=_EMPTY)
    """For reading only: it changes, and somebody else may take it over."""
    language: str | None = None
    notice: str = ""
    """Version of the data notice that was shown (UU PDP 27/2022 Art. 21: proof of what was told)."""
    notice_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    same_id: bytes | None = Field(default=None, sa_type=Bytes)
    """The contact that this one was joined to by an explicit act (`Joining`); nothing else ever sets it, and undoing clears it."""
    same_part: int | None = Field(default=None, sa_type=sa.SmallInteger)
    memory: float = 0.0
    """What all their messages say about their language: log-odds, positive is Sundanese."""
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
        sa.Index("ix_address_contact", "contact_id", "contact_part"),
        CLUSTERED,
    )
    account: str
    address: str
    contact_id: bytes = Field(sa_type=Bytes)
    contact_part: int = Field(sa_type=sa.SmallInteger)
    """Set once, with the row: who an address belongs to never changes."""
    conversation_id: bytes = Field(sa_type=Bytes)
    """The conversation of now; older ones stay closed."""
    names: str = Field(default="", sa_column_kwargs=_EMPTY)
    """The names that its platform has given for it, a line each (`phone=62…`): what stands here need not be looked up again."""
    send_to: str = Field(default="", sa_column_kwargs=_EMPTY)
    """Where the citizen is reached now, when the platform has said that this address was given up."""
    tries: int = Field(default=0, sa_type=sa.SmallInteger, sa_column_kwargs={"server_default": "0"})
    """Codes for linking that were asked for or guessed wrong since `tries_at`."""
    tries_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Conversation(Hot, table=True):
    """One thread with one address. `epoch` rises at claim, hand-back and close; `seq` counts its messages without gaps."""

    __tablename__ = "conversation"
    __table_args__ = (sa.Index("ix_conversation_address", "address_id", "part"), CLUSTERED)
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
    pace: dict[str, object] | None = Field(default=None, sa_type=Json)
    """How much and what its citizen wrote lately; see `policy.patience`."""
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


class MessageStatus(Hot, table=True):
    """One thing that the platform said about a message of ours. Only ever added to; what counts now is in `Message.delivery`."""

    __tablename__ = "message_status"
    __table_args__ = (sa.Index("ix_message_status_message", "message_id", "part"), CLUSTERED)
    message_id: bytes = Field(sa_type=Bytes)
    state: str
    at: datetime = Field(sa_type=UtcDateTime)
    """By the platform's clock."""
    received_at: datetime = Field(sa_type=UtcDateTime)
    code: int = 0
    """The platform's number of the error; 0 for none."""
    error: str = ""
    category: str = ""
    """What the platform bills it as."""
    billable: bool = False
