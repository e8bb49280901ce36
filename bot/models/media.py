"""Citizens' files: what a message brought along, and how far we are with fetching it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot, Row, partial
from bot.models.types import Bytes, UtcDateTime

_PENDING = "state = 'pending'"


class MediaState(StrEnum):
    PENDING = "pending"
    STORED = "stored"
    EXPIRED = "expired"
    """The platform does not have it any more."""
    REFUSED = "refused"
    """Not a file that we keep: too big, or of a dangerous kind."""
    FAILED = "failed"
    """Could not be fetched in all the time that the platform keeps it."""


class Media(Hot, table=True):
    """One file of a message. Written in the message's transaction; its bytes come later. All hashes are of what lies on the shelf."""

    __tablename__ = "media"
    __table_args__ = (
        sa.UniqueConstraint("message_id", "position", "part"),
        partial("ix_media_pending", "next_at", "id", where=_PENDING),
        sa.Index("ix_media_conversation", "conversation_id", "part"),
        CLUSTERED,
    )
    message_id: bytes = Field(sa_type=Bytes)
    conversation_id: bytes = Field(sa_type=Bytes)
    position: int
    account: str
    kind: str
    ref: str
    """The platform's own id of it; never an address."""
    mime: str = ""
    """As the sender claims, like `name`: shown at most, never believed."""
    name: str = ""
    size: int = 0
    """As claimed until it is stored."""
    state: str = MediaState.PENDING
    attempts: int = 0
    next_at: datetime = Field(sa_type=UtcDateTime)
    error: str = ""
    """One word: why it is not here (yet)."""
    sha256: str = ""
    type: str = ""
    """By its bytes."""
    clean: str = ""
    """Hash of the copy without metadata (photos); its type is `clean_type`."""
    clean_type: str = ""
    thumb: str = ""
    width: int = 0
    height: int = 0
    """Of the thumbnail."""
    seconds: int | None = None
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the citizen was asked to send it again."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    fetched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MediaHost(Row, table=True):
    """How an account's media server behaves; shared by all processes, because the platform counts their errors together."""

    __tablename__ = "media_host"
    account: str = Field(primary_key=True)
    failures: int = 0
    """In a row, of the server itself."""
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Left alone until then."""
    errors: int = 0
    """In the hour that began at `hour_at`, of whatever kind."""
    hour_at: datetime = Field(sa_type=UtcDateTime)
