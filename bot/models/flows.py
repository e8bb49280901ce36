"""What flows leave in the database: what was published, and what other systems are being asked."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot, Row, partial
from bot.models.types import Bytes, Json, UtcDateTime

_OPEN = "result IS NULL"


class FlowVersion(Row, table=True):
    """One act of publishing; the newest row is what the bot says. A rollback is an act, too, with the older content."""

    __tablename__ = "flow_version"
    id: int | None = Field(default=None, primary_key=True)
    version: str
    """The hash of the content (`Flows.version`)."""
    content: bytes = Field(sa_type=Bytes)
    """A zip of `flows/` and `locales/`."""
    by: str
    note: str = ""
    at: datetime = Field(sa_type=UtcDateTime)


class Errand(Hot, table=True):
    """Something that a flow asks of another system; gone when the flow has heard the answer."""

    __tablename__ = "errand"
    __table_args__ = (
        partial("ix_errand_due", "due_at", "id", where=_OPEN),
        CLUSTERED,
    )
    conversation_id: bytes = Field(sa_type=Bytes)
    token: str
    """Which question of the conversation it is; an answer to an older one is passed over."""
    request: str
    """Sealed: it may hold an identity number."""
    attempts: int = Field(default=0, sa_type=sa.SmallInteger)
    due_at: datetime = Field(sa_type=UtcDateTime)
    result: dict[str, object] | None = Field(default=None, sa_type=Json)


class FlowEdit(Row, table=True):
    """One text of the draft at the desk. The draft is what the bot says now with these laid over it, so that what somebody
    publishes meanwhile is not taken back by it."""

    __tablename__ = "flow_edit"
    context: str = Field(primary_key=True)
    """Which text it is: `flow.step.field`."""
    language: str = Field(primary_key=True)
    text: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)


class FlowCount(Row, table=True):
    """How often a step was come to, answered and left on one day, and by whom, as `store.sketch` has it. `part`: of the citizens that
    are counted here, which the writing process holds, so that two processes never wait for each other's row."""

    __tablename__ = "flow_count"
    __table_args__ = (CLUSTERED,)
    day: date = Field(primary_key=True)
    flow: str = Field(primary_key=True)
    node: str = Field(primary_key=True)
    part: int = Field(primary_key=True, sa_type=sa.SmallInteger, sa_column_kwargs={"autoincrement": False})
    reached: int = Field(sa_type=sa.BigInteger)
    answered: int = Field(sa_type=sa.BigInteger)
    gone: int = Field(sa_type=sa.BigInteger)
    reached_by: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": "0"})
    answered_by: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": "0"})
    gone_by: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": "0"})
