"""Who looks at a conversation just now, and what officers have begun to write. Neither is ever counted or kept for long."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import Row
from bot.models.types import Bytes, UtcDateTime


class Watching(Row, table=True):
    """One open page that shows a conversation. The page's live stream renews it; a row that is not renewed means nothing."""

    __tablename__ = "watching"
    conversation_id: bytes = Field(primary_key=True, sa_type=Bytes)
    part: int = Field(primary_key=True, sa_type=sa.SmallInteger, sa_column_kwargs={"autoincrement": False})
    officer_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    page: str = Field(primary_key=True)
    """Two windows of one officer are two rows: closing one does not hide the other."""
    seen_at: datetime = Field(sa_type=UtcDateTime)


class Unsent(Row, table=True):
    """What one officer has begun to write in one conversation. Its time says whether they are still typing."""

    __tablename__ = "unsent"
    conversation_id: bytes = Field(primary_key=True, sa_type=Bytes)
    part: int = Field(primary_key=True, sa_type=sa.SmallInteger, sa_column_kwargs={"autoincrement": False})
    officer_id: int = Field(primary_key=True, foreign_key="officer.id", sa_column_kwargs={"autoincrement": False})
    kind: str = "balas"
    """`balas` (to the citizen) or `catatan` (a note)."""
    text: str = ""
    at: datetime = Field(sa_type=UtcDateTime)
