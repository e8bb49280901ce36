"""How long a citizen may have to wait, as far as it is known. Pure: a class, never a minute, and no class where nothing is known."""

from datetime import datetime, timedelta

from bot.record import record

MINUTES, QUARTER, HALF, HOURS, LATER, UNKNOWN = "minutes", "quarter", "half", "hours", "tomorrow", "unknown"
CLASSES = ((timedelta(minutes=5), MINUTES), (timedelta(minutes=15), QUARTER), (timedelta(minutes=35), HALF))
"""Up to so long: half an hour may be thirty-five minutes, a quarter never is."""
FEW = 3
"""Cases that must have been taken lately before their pace says anything."""
CARE = 1.25
"""A wait is told a quarter longer than it looks: nobody is angry about an answer that comes early."""
NIGHT = (21, 5)
"""From … to this hour, where the citizen is."""


@record
class Queue:
    """What is known of the line at a moment."""

    ahead: int
    """How many come before this citizen."""
    taken: int
    """Cases that officers took lately …"""
    over: timedelta
    """… in so long, until now."""
    on_shift: int
    opens: datetime | None = None
    """When officers answer again; None = now."""


def klass(queue: Queue) -> str:
    """What may be said. Nobody on shift, or too few cases taken to know a pace: nothing is promised."""
    if queue.opens is not None:
        return LATER
    if queue.on_shift == 0 or queue.taken < FEW or queue.over <= timedelta(0):
        return UNKNOWN
    wait = queue.over * ((queue.ahead + 1) / queue.taken * CARE)
    return next((name for most, name in CLASSES if wait <= most), HOURS)


def speaks(before: str | None, now: str, asked: bool) -> bool:
    """Told at first, then only when the class is another one; who asks is answered."""
    return asked or before != now


def at_night(hour: int) -> bool:
    return hour >= NIGHT[0] or hour < NIGHT[1]
