"""Templates as the platform has them, for whoever is outside the 24-hour window."""

from datetime import datetime

from sqlmodel import Field

from bot.models.base import Row
from bot.models.types import Json, UtcDateTime


class Template(Row, table=True):
    """One template of one account in one language, as the platform told at the last sync."""

    __tablename__ = "template"
    account: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    status: str
    """`APPROVED`, `PENDING`, `REJECTED`, `PAUSED`, `DISABLED` …: Meta's own words."""
    category: str
    """As Meta sees it now, whatever was asked for: it decides the price."""
    category_before: str = ""
    """What it was before Meta changed it; '' if it never did."""
    components: list[object] = Field(sa_type=Json)
    quality: str = ""
    """`GREEN`, `YELLOW`, `RED` or `UNKNOWN`."""
    synced_at: datetime = Field(sa_type=UtcDateTime)
    error: str = ""
    """Why it was rejected or paused, in the platform's words."""
