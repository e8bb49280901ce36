"""How much distress an officer bears in a shift. The limits choose among those who are free; they never make a citizen wait. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta

from bot.record import record

FREE, SPARED, OPTED_OUT = 0, 1, 2


@record
class Load:
    """flows/data/load.yaml."""

    urgency: Mapping[str, int] = field(default_factory=lambda: {"critical": 3, "high": 1})
    topics: Mapping[str, int] = field(default_factory=dict)
    """Comes on top of the urgency."""
    heavy: int = 3
    """From so much distress on a case counts as heavy."""
    row: int = 2
    """So many heavy cases in a row …"""
    shift: int = 6
    """… and so many in a shift; then others come first."""
    cool_down: timedelta = timedelta(minutes=15)
    """After a heavy case others come first for so long."""
    debrief: int = 4
    """From so many heavy cases in a shift on the lead is asked to talk with this officer."""


@record
class Borne:
    """What an officer was given in this shift: (when, how distressing), the oldest first."""

    cases: Sequence[tuple[datetime, int]] = ()
    opted_out: bool = False
    """By their own choice, for which nobody asks a reason."""

    def heavy(self, load: Load) -> int:
        return sum(distress >= load.heavy for _, distress in self.cases)


def distress(load: Load, urgency: str, topic: str) -> int:
    return load.urgency.get(urgency, 0) + load.topics.get(topic, 0)


def tier(load: Load, borne: Borne, now: datetime) -> int:
    """In which order officers are asked to take a heavy case: FREE first, then SPARED, at last who has opted out."""
    if borne.opted_out:
        return OPTED_OUT
    heavy = [at for at, distress in borne.cases if distress >= load.heavy]
    last = [distress >= load.heavy for _, distress in borne.cases[-load.row :]]
    in_a_row = len(last) == load.row and all(last)
    cooling = bool(heavy) and now - heavy[-1] < load.cool_down
    return SPARED if in_a_row or cooling or len(heavy) >= load.shift else FREE


def debrief(load: Load, borne: Borne) -> bool:
    """A lead should talk with them."""
    return borne.heavy(load) >= load.debrief
