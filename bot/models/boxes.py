"""The two tables of work not yet done, timers, and who may work on which part. Never the officers' list."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot, Row, partial
from bot.models.states import Inbox
from bot.models.types import Bytes, Json, UtcDateTime


class InboxItem(Hot, table=True):
    """One raw item of a webhook. `raw` goes when its turn has committed, the row an hour later; what stays of it is `Seen`."""

    __tablename__ = "inbox"
    __table_args__ = (
        sa.UniqueConstraint("hour", "account", "kind", "external_id", "part"),
        partial("ix_inbox_pending", "id", "part", where="state = 'pending'"),
        partial("ix_inbox_urgent", "id", "part", where="state = 'pending' AND urgent = 1"),
        CLUSTERED,
    )
    hour: int
    account: str
    kind: str
    external_id: str
    address: str | None = None
    raw: bytes | None = Field(default=None, sa_type=Bytes)
    received_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Inbox.PENDING
    attempts: int = 0
    urgent: int | None = Field(default=None, sa_type=sa.SmallInteger)
    """1: the door heard danger in it, so it is taken first. 0: it heard none. Null: nobody has listened yet."""
    error: str = ""
    """Why it was parked, in words an operator can read."""


class Seen(Row, table=True):
    """What was handled more than an hour ago: the shortest key against repetition. Stays 30 days (WhatsApp repeats for 7)."""

    __tablename__ = "seen"
    __table_args__ = (CLUSTERED,)
    hour: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """By the platform's clock, as in the inbox: the same when it is sent again, so that rows of one time lie together."""
    mark: bytes = Field(primary_key=True, sa_type=Bytes)
    """96 bits of a hash of account, kind and external id."""
    part: int = Field(primary_key=True, sa_type=sa.SmallInteger, sa_column_kwargs={"autoincrement": False})
    account: str = ""
    """Of messages only, for they are counted by account and hour."""


class OutboxItem(Hot, table=True):
    """A bubble that has not left yet. Its id is its message's id; the row goes when the platform has taken it (the message keeps the state)."""

    __tablename__ = "outbox"
    __table_args__ = (CLUSTERED,)
    conversation_id: bytes = Field(sa_type=Bytes)
    account: str
    address: str
    payload: dict[str, object] = Field(sa_type=Json)
    """`text`, `choices` as [id, label] pairs, `menu`."""
    priority: int = Field(default=1, sa_type=sa.SmallInteger)
    """0: danger, 1: an answer, 2: bulk. Under a platform's limit the lower number leaves first."""
    epoch: int | None = None
    """The epoch a dialogue message was made under; null for a notice, which is always delivered."""
    state: str
    """`ready`, `retry` or `unknown`."""
    attempts: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Timer(Hot, table=True):
    """Something to do later: `kind` names the verb, `ref` its subject. One live timer a kind and subject."""

    __tablename__ = "timer"
    __table_args__ = (sa.UniqueConstraint("kind", "ref", "part"), sa.Index("ix_timer_due", "due_at", "id"), CLUSTERED)
    kind: str
    ref: bytes = Field(sa_type=Bytes)
    due_at: datetime = Field(sa_type=UtcDateTime)


class Rate(Row, table=True):
    """How much of an account's rate is used up, for all processes together (PostgreSQL). Compared with the database's clock only."""

    __tablename__ = "rate"
    account: str = Field(primary_key=True)
    used_until: datetime = Field(sa_type=UtcDateTime)
    granted: int = 0
    """What the last statement gave: it reads its own answer here."""


class Outage(Row, table=True):
    """Something that a human must mend, until it is mended: a dead token, templates that cannot be read."""

    __tablename__ = "outage"
    name: str = Field(primary_key=True)
    """What it is about, for example `channel whatsapp:100200300`."""
    text: str = ""
    since: datetime = Field(sa_type=UtcDateTime)


class PartLease(Row, table=True):
    """Which worker process owns a part just now (PostgreSQL). Compared with the database's clock only."""

    __tablename__ = "part_lease"
    part: int = Field(primary_key=True, sa_type=sa.SmallInteger, sa_column_kwargs={"autoincrement": False})
    owner: str = ""
    token: int = Field(default=0, sa_type=sa.BigInteger)
    """Rises at every change of owner: a paused worker's commit is refused by it."""
    until: datetime = Field(sa_type=UtcDateTime)


class Worker(Row, table=True):
    """A worker process that is alive, so that parts can be shared out fairly (PostgreSQL)."""

    __tablename__ = "worker"
    name: str = Field(primary_key=True)
    until: datetime = Field(sa_type=UtcDateTime)
