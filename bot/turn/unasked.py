"""Whose case ended without the question for a rating, and why: nobody chooses that, and it stands in the history and in the counts."""

from typing import Any

from bot.models import State
from bot.policy.measures import skipped, split
from bot.store.batch import Batch

ENDS = {State.REJECTED: "rejected", State.MERGED: "merged", State.CANCELLED: "cancelled"}
"""Ends that are no solution: there is nothing to rate."""
SPOKEN = "spoken"
"""The report was told by mouth: there is no chat in which to ask."""


def unasked(batch: Batch, ticket: dict[str, Any], cause: str) -> None:
    batch.event(ticket, "unasked", "clock", why=cause)
    batch.count(skipped(cause, split(ticket)), batch.now)
