"""State names and their only allowed moves. The Indonesian names are what officers and citizens read (gettext source text)."""

from enum import StrEnum

from bot.i18n import N_


class Owner(StrEnum):
    """Who answers in a conversation."""

    BOT = "bot"
    QUEUE = "queue"
    OFFICER = "officer"
    SURVEY = "survey"


class Inbox(StrEnum):
    PENDING = "pending"
    WAITING = "waiting"
    """A status of a message that is not known yet: looked at again by a timer, for a day."""
    DONE = "done"
    PARKED = "parked"


class Delivery(StrEnum):
    """A message's way to the citizen. Inbound messages and notes have `none`."""

    NONE = "none"
    READY = "ready"
    RETRY = "retry"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


RANK = {
    state: rank
    for rank, state in enumerate(
        ["ready", "retry", "unknown", "accepted", "sent", "failed", "delivered", "read", "played"]
    )
}
"""`failed` wins over everything up to `sent`, a later `delivered` or `read` overrides it (several devices)."""


class Author(StrEnum):
    CITIZEN = "citizen"
    BOT = "bot"
    OFFICER = "officer"
    NOTE = "note"
    """Internal: never leaves the desk."""
    SYSTEM = "system"
    """A line about what happened ("Rina mengambil kasus"), never sent."""


class Role(StrEnum):
    OFFICER = "officer"
    LEAD = "lead"
    ADMIN = "admin"
    AGENCY = "agency"
    """Works for an agency and sees its tickets only."""


STAFF = frozenset(Role) - {Role.AGENCY}
"""Who works for the hotline itself."""
LEADS = frozenset({Role.LEAD, Role.ADMIN})


class Urgency(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"


URGENCY_NAME = {Urgency.CRITICAL: N_("Kritis"), Urgency.HIGH: N_("Tinggi"), Urgency.NORMAL: N_("Biasa")}


class State(StrEnum):
    """A ticket's state."""

    QUEUED = "queued"
    ASSIGNED = "assigned"
    WAITING_CITIZEN = "waiting_citizen"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    POSTPONED = "postponed"
    RETURNED = "returned"
    DONE = "done"
    FORWARDED = "forwarded"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    REJECTED = "rejected"
    MERGED = "merged"
    CANCELLED = "cancelled"


STATE_NAME = {
    State.QUEUED: N_("Menunggu petugas"),
    State.ASSIGNED: N_("Ditangani petugas"),
    State.WAITING_CITIZEN: N_("Menunggu jawaban Anda"),
    State.DISPATCHED: N_("Diteruskan ke instansi"),
    State.IN_PROGRESS: N_("Ditindaklanjuti instansi"),
    State.POSTPONED: N_("Ditunda"),
    State.RETURNED: N_("Bukan wewenang"),
    State.DONE: N_("Selesai menurut instansi"),
    State.FORWARDED: N_("Dialihkan"),
    State.RESOLVED: N_("Selesai, menunggu penilaian"),
    State.REOPENED: N_("Dibuka kembali"),
    State.CLOSED: N_("Selesai"),
    State.REJECTED: N_("Ditolak"),
    State.MERGED: N_("Digabung"),
    State.CANCELLED: N_("Dibatalkan warga"),
}

_S = State
MOVES: dict[State, frozenset[State]] = {
    _S.QUEUED: frozenset({_S.ASSIGNED, _S.REJECTED, _S.MERGED, _S.CANCELLED}),
    _S.ASSIGNED: frozenset(
        {_S.QUEUED, _S.WAITING_CITIZEN, _S.DISPATCHED, _S.FORWARDED, _S.RESOLVED, _S.REJECTED, _S.MERGED}
    ),
    _S.WAITING_CITIZEN: frozenset({_S.ASSIGNED, _S.DISPATCHED, _S.IN_PROGRESS, _S.RESOLVED, _S.CANCELLED}),
    _S.DISPATCHED: frozenset({_S.IN_PROGRESS, _S.RETURNED, _S.ASSIGNED}),
    _S.IN_PROGRESS: frozenset({_S.WAITING_CITIZEN, _S.POSTPONED, _S.DONE, _S.RETURNED}),
    _S.POSTPONED: frozenset({_S.IN_PROGRESS, _S.RETURNED}),
    _S.RETURNED: frozenset({_S.ASSIGNED, _S.DISPATCHED, _S.FORWARDED, _S.REJECTED}),
    _S.DONE: frozenset({_S.RESOLVED, _S.IN_PROGRESS}),
    _S.FORWARDED: frozenset({_S.RESOLVED, _S.ASSIGNED}),
    _S.RESOLVED: frozenset({_S.CLOSED, _S.REOPENED}),
    _S.REOPENED: frozenset({_S.ASSIGNED, _S.DISPATCHED}),
    _S.CLOSED: frozenset({_S.REOPENED}),
    _S.REJECTED: frozenset({_S.REOPENED}),
    _S.MERGED: frozenset({_S.REOPENED}),
    _S.CANCELLED: frozenset({_S.REOPENED}),
}
"""spec: the ticket table. A move that is not here is a bug, and `policy.moves.check` says so."""

OPEN_WITH_OFFICER = frozenset({State.ASSIGNED, State.WAITING_CITIZEN})
"""Somebody may need to write to the citizen."""

WAITING = frozenset({State.QUEUED, State.REOPENED})
"""In the officers' queue."""


WITH_AGENCY = frozenset({State.DISPATCHED, State.IN_PROGRESS, State.POSTPONED, State.DONE})
"""An agency has it; `waiting_citizen` too, when it was the agency that asked."""
OVER = frozenset({State.RESOLVED, State.CLOSED, State.REJECTED, State.MERGED, State.CANCELLED})
"""Nothing more is done about it."""
LEAVES_AGENCY = frozenset({State.QUEUED, State.ASSIGNED, State.RETURNED, State.FORWARDED, State.REOPENED, State.REJECTED,
                           State.MERGED, State.CANCELLED})  # fmt: skip
"""Where a ticket is no agency's any more."""
TAKEABLE = frozenset({State.RETURNED, State.DISPATCHED, State.FORWARDED, State.WAITING_CITIZEN})
"""Whence an officer may take it back."""


class DeliveryState(StrEnum):
    """Of what is sent to agencies."""

    READY = "ready"
    SENT = "sent"
    STUCK = "stuck"
    """Tried often enough: a human looks at it, and may have it tried again."""


class Quarantine(StrEnum):
    """A sender who only disturbs. Words of danger pass in every state."""

    NONE = ""
    SUGGESTED = "suggested"
    """A machine thinks so; nothing changes until a human has looked."""
    HELD = "held"
    """What they write is stored; nobody answers, nobody is called, the queue stays as it is."""


class CorrectionState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    """An example to learn from."""
    REFUSED = "refused"


class AlarmState(StrEnum):
    ASKING = "asking"
    """A cue spoke against it: the citizen is asked, nobody is paged yet."""
    PAGING = "paging"
    """One person after another is called until somebody acknowledges."""
    ACKNOWLEDGED = "acknowledged"
    CALM = "calm"
    """The citizen said that it is not happening now; the ticket stays, with high urgency."""
    ENDED = "ended"


class PageState(StrEnum):
    READY = "ready"
    SENT = "sent"
    FAILED = "failed"


class SurveyState(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    EXPIRED = "expired"
    """Silence: its own state, never a score."""
    UNCLEAR = "unclear"
    """Answered with something that is not a score, which went on to the bot."""
    SKIPPED = "skipped"
    """Nobody could be asked; why stands in the ticket's history."""
