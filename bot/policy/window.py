"""The time after a citizen's message in which a platform takes free text (WhatsApp: 24 hours, then only approved templates)."""

from datetime import datetime, timedelta

MARGIN = timedelta(minutes=5)
"""Our clock and theirs differ, and a bubble may wait for its turn: closed a little earlier than the platform says."""


def closes_at(span: timedelta | None, last_inbound_at: datetime | None) -> datetime | None:
    """None: it does not close, or nobody knows (somebody whose first words we never saw): then the platform decides."""
    if not span or last_inbound_at is None:
        return None
    return last_inbound_at + span - MARGIN


def closed(span: timedelta | None, last_inbound_at: datetime | None, now: datetime) -> bool:
    until = closes_at(span, last_inbound_at)
    return until is not None and now >= until
