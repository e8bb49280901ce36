"""When more write than can be answered at once: everybody gets a share of each batch, and what nobody waits for waits. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

EACH = 4
"""Items of one sender in a full batch; the rest of theirs comes behind everybody else's."""
CALM = 3.0
"""Seconds after the last full batch until the crowd counts as gone."""
HELD = timedelta(minutes=10)
"""News for many, due for longer than this, goes out beside the crowd."""
TRICKLE = 1.0
"""Seconds between bubbles that nobody waits for, while a crowd waits for answers."""

Sender = tuple[str, str]
"""Account and address."""


def shared(rows: Sequence[Any]) -> tuple[list[Any], list[Any], set[Sender]]:
    """Of a full batch in order of arrival: what is everybody's share, what is beyond it, and whose that is."""
    seen: Counter[Sender] = Counter()
    mine, beyond = [], []
    for row in rows:
        if row.address is not None:
            seen[row.account, row.address] += 1
            if seen[row.account, row.address] > EACH:
                beyond.append(row)
                continue
        mine.append(row)
    return mine, beyond, {sender for sender, count in seen.items() if count > EACH}


class Crowd:
    """Whether there is one just now, as one worker sees it."""

    def __init__(self) -> None:
        self._until = 0.0

    def came(self, now: float) -> None:
        """A batch was full, or its first had waited too long."""
        self._until = now + CALM

    def here(self, now: float) -> bool:
        return now < self._until
