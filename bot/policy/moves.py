"""Which state a ticket may go to, and what of its way ends with a move. Pure."""

from collections.abc import Mapping
from typing import Any

from bot.errors import Conflict, Sentence
from bot.models import LEAVES_AGENCY, MOVES, STATE_NAME, State


def check(before: str, after: State) -> None:
    """Raises `Conflict` when the table of moves has no such move."""
    if after not in MOVES[State(before)]:
        raise Conflict(
            "tiket berstatus “{before}”, tidak bisa menjadi “{after}”", before=_name(State(before)), after=_name(after)
        )


def _name(state: State) -> Sentence:
    """For officers: citizens read that it is their answer which is waited for."""
    return Sentence("Menunggu jawaban warga") if state == State.WAITING_CITIZEN else Sentence(STATE_NAME[state])


def consequences(ticket: Mapping[str, Any], after: State) -> dict[str, Any]:
    """Columns that the move itself changes, whichever verb makes it: what belonged to the state that is left must not linger.
    An agency that has lost a case loses its sight of it here, and so every link that it holds."""
    changes: dict[str, Any] = {"state": after}
    if after in LEAVES_AGENCY:
        changes |= {"agency": "", "identity_open": False}
    if after == State.RETURNED:
        changes["returns"] = ticket["returns"] + 1
    if after == State.DISPATCHED:
        changes["dispatches"] = ticket["dispatches"] + 1
    if after != State.WAITING_CITIZEN:
        changes["back_to"] = ""
    if after != State.POSTPONED:
        changes["postponed_until"] = None
    if after == State.REOPENED:
        changes |= {"resolved_at": None, "parent_id": None, "parent_part": None}
    return changes
