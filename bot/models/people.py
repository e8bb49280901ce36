"""Officers and their ways in. Small tables: plain keys."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import Row
from bot.models.states import Role
from bot.models.types import Json, UtcDateTime


class Officer(Row, table=True):
    __tablename__ = "officer"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    login: str = Field(unique=True)
    """What they type at the door, in lower case: an e-mail address or a short name."""
    password_hash: str
    role: str = Role.OFFICER
    active: bool = True
    duty_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """On shift until then, by their own word; alarms go to who is on shift."""
    paged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Last alarm: who has had none for the longest is called first."""
    duty_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When that shift began: what was given to them since is their share of it."""
    present_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The desk's last sign of life; null after signing out."""
    away: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """Gone from the desk for a moment, by their own button or after a case that was met with silence."""
    opted_out: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """Heavy cases rather go to others. There is no reason beside it, and nobody asks for one."""
    debrief_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when a lead should talk with them about what they went through; null when that is done."""
    languages: str = "id"
    """Languages they write, comma-separated: `id,su`."""
    topics: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Topics they know best, comma-separated; '' = all."""
    telegram: str = ""
    """Chat id where alarms reach them; likewise the next two."""
    whatsapp: str = ""
    email: str = ""
    pushes: int = Field(default=0, sa_type=sa.SmallInteger, sa_column_kwargs={"server_default": "0"})
    """Browsers in which they have asked for news while the desk is closed."""
    agency: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Slug of the agency whose tickets somebody with the role `agency` sees; without one they see none."""
    capacity: int = Field(default=0, sa_type=sa.SmallInteger, sa_column_kwargs={"server_default": "0"})
    """Weight that they may hold at once; 0 = as everybody (flows/data/assignment.yaml)."""
    password_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """An admin has made the password: it opens only the page where it is changed, until then; null = it is their own."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class OfficerSession(Row, table=True):
    """A browser that is signed in. Only the hash of its token is kept."""

    __tablename__ = "officer_session"
    token_hash: str = Field(primary_key=True)
    officer_id: int = Field(foreign_key="officer.id", index=True)
    csrf: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    agent: str = ""


class OfficerFactor(Row, table=True):
    """The second factor of one officer: a shared secret for codes that change every half minute (RFC 6238)."""

    __tablename__ = "officer_factor"
    officer_id: int = Field(primary_key=True, foreign_key="officer.id")
    secret: str
    """Sealed."""
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Null until a first code was right: before that nobody is asked for one."""
    last_step: int = Field(default=0, sa_type=sa.BigInteger)
    """The half minute of the last code that was taken: a code opens once."""
    codes: list[str] = Field(sa_type=Json)
    """Hashes of the recovery codes that are left."""


class PushDevice(Row, table=True):
    """A browser that an officer wants news in; as the browser's push service names it."""

    __tablename__ = "push_device"
    id: int | None = Field(default=None, primary_key=True)
    officer_id: int = Field(foreign_key="officer.id", index=True)
    endpoint: str = Field(unique=True)
    p256dh: str
    auth: str
    language: str = "id"
    created_at: datetime = Field(sa_type=UtcDateTime)


class Invite(Row, table=True):
    """A one-time link that makes an officer. Only the hash of its token is kept; used or late ones answer as unknown ones do."""

    __tablename__ = "invite"
    token_hash: str = Field(primary_key=True)
    role: str
    agency: str = Field(default="", sa_column_kwargs={"server_default": ""})
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Throttle(Row, table=True):
    """Failed sign-ins of one account name or one network address; shared by all processes."""

    __tablename__ = "throttle"
    subject: str = Field(primary_key=True)
    failures: int = 0
    until: datetime = Field(sa_type=UtcDateTime)


class Disclosure(Row, table=True):
    """An officer has seen what a case hides, and why (UU PDP 27/2022: access to personal data is recorded)."""

    __tablename__ = "disclosure"
    __table_args__ = (
        sa.Index("ix_disclosure_officer", "officer_id", "number", "at"),
        sa.Index("ix_disclosure_number", "number", "id"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=sa.BigInteger().with_variant(sa.Integer, "sqlite"))
    at: datetime = Field(sa_type=UtcDateTime)
    officer_id: int = Field(foreign_key="officer.id")
    number: str
    """Of the ticket; its part is inside. '' where many were taken away at once."""
    what: str = "numbers"
    """A key of `DISCLOSED` in `bot/desk/show.py`."""
    reason: str
