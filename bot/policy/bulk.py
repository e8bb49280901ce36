"""One act on many cases: what there is, what can be taken back and until when. Pure.

What stays in the house is done at once and can be undone. What leaves it, a question to the citizen or a mail to an agency, cannot be
unsaid: it waits a minute before it is done, and until then it is simply called off.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from bot.record import record

MOST = 200
WAIT = timedelta(minutes=1)
UNDO = timedelta(minutes=10)
LOST = timedelta(minutes=5)
"""After so long without an end the process that carried it out is gone, and another goes on with what is left."""


class Stage(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    UNDONE = "undone"
    KEPT = "kept"
    """Somebody has worked on it since: not undone."""


@record
class Kind:
    value: str = ""
    """What must be chosen with it: `officer`, `topic`, `urgency` or `agency`."""
    leaves: bool = False
    """It is told to somebody outside."""


KINDS = {
    "petugas": Kind("officer"),
    "antrean": Kind(),
    "topik": Kind("topic"),
    "urgensi": Kind("urgency"),
    "instansi": Kind("agency", leaves=True),
    "selesai": Kind(leaves=True),
}


def times(kind: Kind, now: datetime) -> tuple[datetime, datetime]:
    """When it is carried out, and until when it can be taken back."""
    return (now + WAIT, now + WAIT) if kind.leaves else (now, now + UNDO)


def may_undo(kind: Kind, stage: str, until: datetime, now: datetime) -> bool:
    return now < until and stage == (Stage.WAITING if kind.leaves else Stage.DONE)
