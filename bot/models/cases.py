"""Tickets: what outlives a conversation."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.models.base import CLUSTERED, Hot, partial
from bot.models.states import State, SurveyState, Urgency
from bot.models.types import Bytes, Json, UtcDateTime

BEYOND = "state IN ('waiting_citizen', 'dispatched', 'in_progress', 'postponed', 'returned', 'done', 'forwarded')"
"""Cases that lie with somebody outside: literal, for a partial index is not matched with parameters."""
_WAITING = "state IN ('queued', 'reopened')"
_SAID = "kind = 'topic'"
_UNHEARD = "silent_at IS NOT NULL"
_AGENCY, _CHILD, _GROUPED = "agency <> ''", "parent_id IS NOT NULL", "instruction_id IS NOT NULL"
_EMPTY, _ZERO = {"server_default": ""}, {"server_default": "0"}


class Ticket(Hot, table=True):
    __tablename__ = "ticket"
    __table_args__ = (
        sa.UniqueConstraint("number", "part"),
        partial("ix_ticket_queue", "rank", "id", where=_WAITING),
        partial("ix_ticket_queue_line", "language", "line", "urgency", "rank", "id", where=_WAITING),
        partial("ix_ticket_queue_topic", "topic", "rank", "id", where=_WAITING),
        sa.Index("ix_ticket_officer", "officer_id", "state", "rank"),
        sa.Index("ix_ticket_conversation", "conversation_id", "part"),
        sa.Index("ix_ticket_address", "address_id", "part"),
        sa.Index("ix_ticket_place", "place_code", "topic", "opened_at"),
        partial("ix_ticket_agency", "agency", "state", "id", where=_AGENCY),
        partial("ix_ticket_beyond", "state", "updated_at", "id", where=BEYOND),
        partial("ix_ticket_parent", "parent_id", "parent_part", where=_CHILD),
        partial("ix_ticket_instruction", "instruction_id", "state", where=_GROUPED),
        CLUSTERED,
    )
    number: str
    conversation_id: bytes = Field(sa_type=Bytes)
    address_id: bytes = Field(sa_type=Bytes)
    contact_id: bytes = Field(sa_type=Bytes)
    contact_part: int = Field(sa_type=sa.SmallInteger)
    account: str
    language: str = "id"
    state: str = State.QUEUED
    urgency: str = Urgency.NORMAL
    rank: int = Field(sa_type=sa.BigInteger)
    """Orders the queue by urgency, then age, with ageing; see policy.rank."""
    topic: str = ""
    subtopic: str = ""
    line: str = Field(default="", sa_column_kwargs=_EMPTY)
    """With language and urgency the line of the queue that it stands in; see `line_of`."""
    place: str = ""
    """As the citizen wrote it."""
    place_code: str = ""
    """Kemendagri's code of the village, district or regency that was understood; '' where none was."""
    details: str = ""
    answers: dict[str, object] | None = Field(default=None, sa_type=Json)
    """Everything the flow asked, as it was answered."""
    guess: dict[str, object] | None = Field(default=None, sa_type=Json)
    """What the machine took the details to be about when the ticket was opened (`ranked`, `sure`, `verdict`, `why`); never
    changed, so that it can be compared with what officers chose."""
    reason: str = ""
    """Why it came to a human: `flow`, `asked`, `misunderstood` …"""
    officer_id: int | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    first_answer_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    score: int | None = None
    """1-5, only ever written because the citizen gave it."""
    version: int = 0
    """Rises with every change; an officer's act on a stale view is refused by it."""
    agency: str = Field(default="", sa_column_kwargs=_EMPTY)
    """Who has it now, a slug of flows/data/agencies.yaml; '' = nobody outside. Cleared by every move that takes it away."""
    dispatches: int = Field(default=0, sa_column_kwargs=_ZERO)
    """How often it was sent to an agency. A link in a mail names the count, so an earlier one opens nothing."""
    dispatched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    returns: int = Field(default=0, sa_column_kwargs=_ZERO)
    """How often an agency has said that it is not theirs."""
    denials: int = Field(default=0, sa_column_kwargs=_ZERO)
    """How often "done" was answered with "not yet" by the citizen or an officer."""
    back_to: str = Field(default="", sa_column_kwargs=_EMPTY)
    """Where it goes when the citizen has answered (`waiting_citizen` only)."""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the citizen last answered a question about it: lines that follow at once belong to the answer."""
    postponed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    identity_open: bool = Field(default=False, sa_column_kwargs=_ZERO)
    """The agency may see who reported it; an officer said so, for a reason that stands in the history."""
    parent_id: bytes | None = Field(default=None, sa_type=Bytes)
    """The ticket that this one was merged into, or the incident that it belongs to."""
    parent_part: int | None = Field(default=None, sa_type=sa.SmallInteger)
    instruction_id: int | None = None
    external_class: str = Field(default="", sa_column_kwargs=_EMPTY)
    """Class at SP4N-LAPOR!; see policy.lapor."""
    external_agency: str = Field(default="", sa_column_kwargs=_EMPTY)
    external_number: str = Field(default="", sa_column_kwargs=_EMPTY)
    external_status: str = Field(default="", sa_column_kwargs=_EMPTY)
    """What they last said of it."""


def line_of(topic: str, subtopic: str, apart: bool = False) -> str:
    """Where a case stands: with its topic, or with what a flow asked that has none. `apart`: not everybody takes this sub-topic."""
    return f"{topic}/{subtopic}" if subtopic and (apart or not topic) else topic


FRESH: dict[str, object] = {
    "line": "", "agency": "", "dispatches": 0, "dispatched_at": None, "returns": 0, "denials": 0, "back_to": "",
    "answered_at": None, "postponed_until": None, "identity_open": False, "parent_id": None, "parent_part": None, "instruction_id": None,
    "external_class": "", "external_agency": "", "external_number": "", "external_status": "",
}  # fmt: skip
"""A new ticket's columns of the way after the chat."""


class TicketEvent(Hot, table=True):
    """One row of a ticket's history: who, when, why, from, to."""

    __tablename__ = "ticket_event"
    __table_args__ = (
        sa.Index("ix_ticket_event_ticket", "ticket_id", "id", "part"),
        partial("ix_ticket_event_topic", "id", where=_SAID),
        CLUSTERED,
    )
    ticket_id: bytes = Field(sa_type=Bytes)
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    """`opened`, `moved`, `urgency`, `rated` …"""
    actor: str
    """`citizen`, `bot`, `officer`, `agency` or `clock`."""
    officer_id: int | None = None
    before: str = ""
    after: str = ""
    why: str = ""


class Assignment(Hot, table=True):
    """A stretch in which one officer held a ticket; `ended_at` null = now. At most one open a ticket."""

    __tablename__ = "assignment"
    __table_args__ = (
        partial("uq_assignment_open", "ticket_id", "part", unique=True, where="ended_at IS NULL"),
        sa.Index("ix_assignment_ticket", "ticket_id", "part"),
        sa.Index("ix_assignment_officer", "officer_id", "started_at"),
        partial("ix_assignment_silent", "silent_at", "id", where=_UNHEARD),
        CLUSTERED,
    )
    ticket_id: bytes = Field(sa_type=Bytes)
    officer_id: int
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    weight: int = Field(default=1, sa_type=sa.SmallInteger, sa_column_kwargs={"server_default": "1"})
    """Of flows/data/assignment.yaml, as it was then: what an officer was given in a shift is the sum."""
    distress: int = Field(default=0, sa_type=sa.SmallInteger, sa_column_kwargs={"server_default": "0"})
    """Of flows/data/load.yaml, as it was then."""
    silent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """If the officer has done nothing until then, the case goes to the next; null when they have."""


class Follow(Hot, table=True):
    """A citizen who follows a report of somebody else's; lies in the part of the follower's address."""

    __tablename__ = "follow"
    __table_args__ = (sa.Index("ix_follow_ticket", "ticket_id"), CLUSTERED)
    ticket_id: bytes = Field(sa_type=Bytes)
    ticket_part: int = Field(sa_type=sa.SmallInteger)
    address_id: bytes = Field(sa_type=Bytes)
    conversation_id: bytes = Field(sa_type=Bytes)
    """Where they told it in their own words."""
    at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When they heard that it is done."""


class Survey(Hot, table=True):
    """One question for a rating; one a closing of a ticket."""

    __tablename__ = "survey"
    __table_args__ = (sa.UniqueConstraint("ticket_id", "round", "part"), CLUSTERED)
    ticket_id: bytes = Field(sa_type=Bytes)
    conversation_id: bytes = Field(sa_type=Bytes)
    round: int = 1
    state: str = SurveyState.ASKED
    asked_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    score: int | None = None
    comment: str = ""
    split: str = Field(default="", sa_column_kwargs=_EMPTY)
    """Channel, language, agency and who helped, as they were when it was asked; see `policy.measures`."""
