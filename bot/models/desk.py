"""What officers keep at their desk: ready replies, views, acts on many cases. Small tables: plain keys."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import Row
from bot.models.types import Bytes, Json, UtcDateTime

_ROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Reply(Row, table=True):
    """A ready reply. Words for bad news are not here but in flows/data/comfort.yaml: their translations are checked like the bot's."""

    __tablename__ = "reply"
    slug: str = Field(primary_key=True)
    title: str
    texts: dict[str, str] = Field(sa_type=Json)
    """Language -> text, with `{…}` where something of the case goes; Indonesian is always there."""
    officer_id: int = Field(foreign_key="officer.id")
    """Who changed it last."""
    at: datetime = Field(sa_type=UtcDateTime)


class ReplyUse(Row, table=True):
    """How often something ready was sent, wherever it comes from."""

    __tablename__ = "reply_use"
    key: str = Field(primary_key=True)
    """`balasan.<slug>`, `hibur.<name>` or `info.<entry>`."""
    uses: int = Field(default=0, sa_type=sa.BigInteger)
    last_at: datetime = Field(sa_type=UtcDateTime)


class View(Row, table=True):
    """A filtered list under a name: somebody's own, or everybody's."""

    __tablename__ = "saved_view"
    id: int | None = Field(default=None, primary_key=True)
    officer_id: int = Field(foreign_key="officer.id", index=True)
    name: str
    shared: bool = False
    query: str
    """As in the address of the list."""
    at: datetime = Field(sa_type=UtcDateTime)


class Bulk(Row, table=True):
    """One act on many cases: what is done at once can be undone until `until`; what leaves the house waits until then instead."""

    __tablename__ = "bulk"
    __table_args__ = (sa.Index("ix_bulk_state", "state", "due_at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=_ROW)
    officer_id: int = Field(foreign_key="officer.id", index=True)
    verb: str
    value: str = ""
    at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    """From then on it is carried out."""
    until: datetime = Field(sa_type=UtcDateTime)
    """Till then it can be taken back."""
    state: str
    """See `policy.bulk.Stage`."""


class BulkCase(Row, table=True):
    """One case of it, and what became of it."""

    __tablename__ = "bulk_case"
    __table_args__ = (sa.Index("ix_bulk_case_bulk", "bulk_id", "id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=_ROW)
    bulk_id: int = Field(foreign_key="bulk.id", sa_type=_ROW)
    ticket_id: bytes = Field(sa_type=Bytes)
    part: int = Field(sa_type=sa.SmallInteger)
    number: str
    outcome: str = ""
    """'' = not yet; `done`, `refused`, `undone`, `kept` (could not be undone any more)."""
    why: str = ""
    before: dict[str, object] | None = Field(default=None, sa_type=Json)
    """What it was: state, officer, topic, subtopic."""
    version: int = 0
    """The ticket's after the act: if it has changed since, somebody has worked on it and nothing is undone."""
