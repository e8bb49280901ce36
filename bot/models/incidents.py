"""What officers know already, before the reports of it come in."""

from datetime import datetime

from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot, partial
from bot.models.types import Json, UtcDateTime

_OPEN = "ended_at IS NULL"


class Incident(Hot, table=True):
    """Declared by a lead: a pipe has burst, a road is closed. Citizens who would report it may follow it instead: their rows of
    `follow` name it as they would name a ticket. There are few at a time; all lie in part 0."""

    __tablename__ = "incident"
    __table_args__ = (
        partial("ix_incident_open", "valid_until", "id", where=_OPEN),
        CLUSTERED,
    )
    title: str
    topic: str = ""
    """'' = whatever is reported there."""
    places: list[str] = Field(sa_type=Json)
    """Kemendagri's codes of regencies, districts or villages."""
    text: str
    """What citizens read, in Indonesian."""
    text_su: str = ""
    valid_until: datetime = Field(sa_type=UtcDateTime)
    """It ends by itself then."""
    declared_at: datetime = Field(sa_type=UtcDateTime)
    declared_by: int
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: int | None = None
    """Null where its time has ended it."""
