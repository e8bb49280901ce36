"""Naive Bayes beside the support vector machine: how much more often a feature stands in a class than in the others.

The machine learns what tells its examples apart and forgets what was not needed for that. What is common in a class, though it
was not needed, speaks in a message that nobody has seen. Both are sums over a message's features, so they share one table.
"""

from collections.abc import Iterable
from math import log

from bot.triage.svm import LANE, SCALE, Row

SMOOTH = 0.1
"""So often every feature counts as seen in every class."""
SHARE = 0.48
"""How loud it is beside the support vector machine."""


def add(weights: list[int], rows: Iterable[tuple[Row, int, float]], classes: int) -> list[int]:
    """Packed weights and, on top, how much more a feature speaks for a class than for all of them.

    `rows` come with their class (-1: of none, which is a class of its own) and with what they count. Every class weighs as
    much as the mean of them: how much was written about it says nothing about how often it is meant. What is taken off for
    all classes alike does not change their order; it keeps the best one low where a message says nothing.
    """
    if not classes:
        return list(weights)
    seen, sums = [dict[int, float]() for _ in weights], [0.0] * (classes + 1)
    for row, target, cost in rows:
        sums[target] += cost * len(row.steps)
        for j, _ in row.steps:
            counts = seen[j]
            counts[target] = counts.get(target, 0.0) + cost
    there = [total for total in sums if total]
    even = [sum(there) / len(there) / total / SMOOTH if total else 0.0 for total in sums]
    found, loud, ones = list(weights), SHARE * SCALE, sum(1 << LANE * k for k in range(classes))
    for j, counts in enumerate(seen):
        times = {k: count * even[k] for k, count in counts.items()}
        total = sum(times.values()) + 1.0
        odds = {k: int(loud * log((own + 1.0) * total / (total - own))) for k, own in times.items()}
        odds.pop(-1, None)
        change = sum([value << LANE * k for k, value in odds.items()])
        found[j] += change - sum(odds.values()) // classes * ones
    return found
