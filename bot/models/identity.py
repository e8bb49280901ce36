"""Who is who: the names that platforms give, contacts that may be one person, and what was joined by whom."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot
from bot.models.types import Bytes, UtcDateTime


class Alias(Hot, table=True):
    """A name that a platform has vouched for. Lies in the part of its own value, so that a look-up asks one part."""

    __tablename__ = "alias"
    __table_args__ = (sa.UniqueConstraint("value", "kind", "channel", "part"), CLUSTERED)
    channel: str
    kind: str
    """`user_id`, `parent` or `phone`."""
    value: str
    contact_id: bytes = Field(sa_type=Bytes)
    contact_part: int = Field(sa_type=sa.SmallInteger)
    at: datetime = Field(sa_type=UtcDateTime)


class Twin(Hot, table=True):
    """Two contacts that share a name and are perhaps one person; one row in the part of each. Only people decide."""

    __tablename__ = "twin"
    __table_args__ = (sa.UniqueConstraint("contact_id", "other_id", "part"), CLUSTERED)
    contact_id: bytes = Field(sa_type=Bytes)
    other_id: bytes = Field(sa_type=Bytes)
    other_part: int = Field(sa_type=sa.SmallInteger)
    why: str
    """The kind of name that they share."""
    at: datetime = Field(sa_type=UtcDateTime)


class Joining(Hot, table=True):
    """That a contact was joined to another: who did it, how, and whether it was undone. Rows are never removed."""

    __tablename__ = "joining"
    __table_args__ = (sa.Index("ix_joining_contact", "contact_id", "part"), CLUSTERED)
    contact_id: bytes = Field(sa_type=Bytes)
    into_id: bytes = Field(sa_type=Bytes)
    into_part: int = Field(sa_type=sa.SmallInteger)
    how: str
    """`code` (the citizen typed one) or `lead`."""
    officer_id: int | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: int | None = None


class LinkCode(Hot, table=True):
    """A code that joins another channel to this address's contact: only its keyed hash is kept, whose part it lies in."""

    __tablename__ = "link_code"
    __table_args__ = (sa.UniqueConstraint("hash", "part"), CLUSTERED)
    hash: str
    address_id: bytes = Field(sa_type=Bytes)
    address_part: int = Field(sa_type=sa.SmallInteger)
    contact_id: bytes = Field(sa_type=Bytes)
    contact_part: int = Field(sa_type=sa.SmallInteger)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
