"""Where a citizen's reports stand, said in the chat: state, agency, and the day of the last step."""

from collections.abc import Mapping
from typing import Any

from bot.engine.effects import Say
from bot.engine.fill import fill
from bot.engine.texts import text
from bot.models import OVER, State
from bot.models.ref import Ref
from bot.store import public, talk
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.turn import House
from bot.turn.say import say
from bot.turn.tell import day

LOOK = "standing"
"""Timer kind; its subject is the address: the turn itself reads no tickets but the one that is talked about."""
MOST = 5
WORDS = {
    State.QUEUED: "known_waiting",
    State.REOPENED: "known_waiting",
    State.RETURNED: "known_waiting",
    State.ASSIGNED: "known_handled",
    State.WAITING_CITIZEN: "standing_asked",
    State.DISPATCHED: "standing_agency",
    State.IN_PROGRESS: "standing_agency",
    State.POSTPONED: "standing_postponed",
    State.DONE: "standing_check",
    State.FORWARDED: "standing_forwarded",
    State.RESOLVED: "standing_done",
    State.CLOSED: "standing_done",
    State.REJECTED: "standing_rejected",
    State.MERGED: "standing_merged",
    State.CANCELLED: "standing_cancelled",
}


async def told(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """The open ones first, then the newest; nothing is said to who has none: the flow has told where to look."""
    thread = await talk.of_address(unit.conn, subject)
    rows = await public.own(unit.conn, subject, MOST)
    if not rows:
        return
    lines = [_line(house, dict(row), thread.language) for row in sorted(rows, key=lambda row: row["state"] in OVER)]
    words = "\n".join([text(house.flows, "standing_head", thread.language), *lines])
    say(batch, thread, Say(words, notice=True))


def _line(house: House, row: Mapping[str, Any], language: str | None) -> str:
    values = {
        "agency_name": house.triage.agencies.name(row["agency"]), "external_number": row["external_number"],
        "until": day(row["postponed_until"]) if row["postponed_until"] else "", "number": row["number"],
        "date": day(row["moved_at"] or row["updated_at"]),
    }  # fmt: skip
    state = fill(text(house.flows, WORDS[State(row["state"])], language), values).strip()
    return fill(text(house.flows, "standing_item", language), {**values, "state": state})
