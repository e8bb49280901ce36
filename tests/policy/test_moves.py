"""The ways of a ticket: nothing outside the table, one row of history for each move, and nothing lingers of a state that was left."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Conflict
from bot.models import LEAVES_AGENCY, MOVES, OVER, TAKEABLE, WAITING, WITH_AGENCY, State
from bot.models.cases import FRESH
from bot.store.batch import Batch
from bot.turn.handoff import move

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def ticket(state: State = State.QUEUED) -> dict[str, Any]:
    return {"id": b"t" * 16, "part": 7, "state": state, "officer_id": None, "version": 0, "updated_at": NOW,
            "account": "web:1", "language": "id", "reason": "", **FRESH}  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(State), max_size=25))
def test_no_move_outside_the_table_and_one_row_for_each(wanted: list[State]) -> None:
    batch, row, made = Batch(NOW), ticket(), 0
    row["agency"] = "dinsos"
    for after in wanted:
        before = dict(row)
        if after in MOVES[State(row["state"])]:
            move(batch, row, after, "officer", 3, why="alasan")
            made += 1
            event = next(each for each in reversed(batch._inserts["ticket_event"]) if each["kind"] == "moved")
            assert (event["before"], event["after"], event["why"]) == (before["state"], after, "alasan")
            assert (event["kind"], event["actor"], event["officer_id"], event["at"]) == ("moved", "officer", 3, NOW)
            assert row["returns"] == before["returns"] + (after == State.RETURNED)
            assert not (row["agency"] and after in LEAVES_AGENCY)
            assert (row["officer_id"] is not None) == (after in (State.ASSIGNED, State.WAITING_CITIZEN))
            if after == State.DISPATCHED:
                row["agency"] = "dinsos"
        else:
            with pytest.raises(Conflict):
                move(batch, row, after, "officer", 3)
            assert row == before
    kinds = [each["kind"] for each in batch._inserts["ticket_event"]]
    assert kinds.count("moved") == made and len(kinds) == row["version"]
    assert set(kinds) <= {"moved", "unasked"}, "who is asked for no rating is on record, with the cause"


def test_the_groups_of_states() -> None:
    """An agency never holds what waits for an officer or is over; a case may be taken back exactly where the table allows it."""
    assert not WITH_AGENCY & (LEAVES_AGENCY | OVER | WAITING)
    assert {state for state in State if State.ASSIGNED in MOVES[state]} == TAKEABLE | WAITING
    assert all(MOVES[state] <= {State.CLOSED, State.REOPENED} for state in OVER)
    reached, new = {State.QUEUED}, {State.QUEUED}
    while new:
        new = set().union(*(MOVES[state] for state in new)) - reached
        reached |= new
    assert reached == set(State)
