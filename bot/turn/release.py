"""A case leaves the hands of an officer who is not there: to the queue, or to a colleague. The citizen is not disturbed."""

from typing import Any

from bot.errors import Sentence
from bot.models import Author, Owner, State
from bot.store.batch import Batch, message_row
from bot.store.talk import Talk
from bot.turn.handoff import move
from bot.turn.say import line

SHIFT_OVER, SILENT, MOVED = "dinas petugas selesai", "petugas belum merespons", "dipindahkan petugas"
QUIETLY = frozenset({SHIFT_OVER, SILENT, MOVED})
"""Reasons of a move back to the queue after which the citizen is not told again who helps them."""


def release(
    batch: Batch,
    thread: Talk,
    case: dict[str, Any],
    why: str,
    told: Sentence,
    actor: str = "clock",
    by: int | None = None,
) -> None:
    """Back to the queue, with its place kept. The bot stays silent: the citizen waits for a human, as before."""
    holder = case["officer_id"]
    if case["state"] == State.WAITING_CITIZEN:  # the answer is read by whoever takes it
        move(batch, case, State.ASSIGNED, actor, holder, why=why)
    move(batch, case, State.QUEUED, actor, by, why=why)
    batch.end_assignment(case)
    if thread.owner == Owner.OFFICER and thread.officer_id == holder:
        thread.owner, thread.officer_id = Owner.QUEUE, None
    line(batch, thread, told, by)


def note(batch: Batch, thread: Talk, officer_id: int, words: str) -> None:
    """What the one who leaves wants the next to know, where the next will read it."""
    if words:
        batch.touch(thread)
        data = {"handover": True}
        batch.insert(
            "message", message_row(thread, Author.NOTE, batch.now, body=words, officer_id=officer_id, data=data)
        )
