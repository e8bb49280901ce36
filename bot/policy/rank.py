"""The order of the officers' queue as one stored number: urgency, then age, with ageing so that nothing starves.

`rank = arrival - weight`, in seconds; the smallest is next. Because every ticket ages at the same pace, the order of
`weight + age` is the order of this constant at every moment, and an index can hold it.
"""

from datetime import datetime

from bot.models import Urgency

WEIGHT = {Urgency.CRITICAL: 365 * 86400, Urgency.HIGH: 86400, Urgency.NORMAL: 0}
"""Seconds of head start: a normal ticket passes a high one after a day; nothing ever passes a critical one."""


def rank(opened_at: datetime, urgency: str) -> int:
    """Microseconds, so that two tickets of one second keep their order."""
    return int((opened_at.timestamp() - WEIGHT[Urgency(urgency)]) * 1_000_000)
