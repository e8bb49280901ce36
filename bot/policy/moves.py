"""Which state a ticket may go to."""

from bot.errors import Conflict
from bot.models import MOVES, STATE_NAME, State


def check(before: str, after: State) -> None:
    """Raises `Conflict` when the table of moves has no such move."""
    if after not in MOVES[State(before)]:
        raise Conflict(f"tiket berstatus {STATE_NAME[State(before)]}, tidak bisa menjadi {STATE_NAME[after]}")
