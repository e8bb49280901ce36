"""Which stretch of a chat belongs to a case, where another story was told in it in confidence. Pure.

One citizen has one chat. Whoever holds the report about a street lamp must not read there what the same citizen told somebody else about
their family: they see the chat from where their own story begins, and to where the other one begins.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

BEFORE = timedelta(hours=1)
"""What is said to the bot before a report is opened, and belongs to it."""

Story = tuple[datetime, datetime | None]
"""When a case was opened, and when it was over; None while it is not."""


def stretch(own: Story, hidden: Iterable[Story]) -> tuple[datetime | None, datetime | None]:
    """From when on and before when whoever may see `own` and none of `hidden` may read; None = no such bound."""
    opened, over = own
    since: datetime | None = None
    until: datetime | None = None
    for begun, ended in hidden:
        if begun < opened:
            first = max(opened - BEFORE, ended) if ended is not None and ended < opened else opened - BEFORE
            since = first if since is None else max(since, first)
        else:
            last = max(opened, begun - BEFORE, over if over is not None and over < begun else opened)
            until = last if until is None else min(until, last)
    return since, until
