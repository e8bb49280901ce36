"""A flow waits for what becomes of a citizen's report: it goes on when the report's history says so.

Whichever verb moves a ticket, its clocks' timer rings next (`deadline`), and sets this one where some flow waits for anything. The
history decides, from the moment on at which the wait began: a report that is dispatched and resolved in one breath was both.
"""

from datetime import datetime, timedelta

from bot.engine.doing import CHANGED, Rest
from bot.engine.effects import Said
from bot.errors import NotFound
from bot.models.ref import Ref
from bot.store import reports, talk
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.store.talk import Talk
from bot.turn import House, asleep, dialogue

HAPPENED = "happened"
"""Timer kind; its subject is the conversation."""
BUSY = timedelta(minutes=30)
"""So long until the next look, while officers have the conversation or the platform takes no free text."""


def waits(house: House, thread: Talk) -> Rest | None:
    """The step at which the conversation waits for what becomes of a report; None elsewhere."""
    session = thread.session or {}
    node = house.flows.nodes.get(f"{session.get('flow')}/{session.get('node')}")
    return node if isinstance(node, Rest) and node.event else None


async def happened(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    thread = await talk.of_conversation(unit.conn, subject)
    node, held = waits(house, thread), (thread.session or {}).get("held")
    if thread.conversation_id != subject.id or node is None or not held:
        raise NotFound("tidak ditunggu lagi")
    since = datetime.fromisoformat(str(held[0])) if isinstance(held, list) else batch.now
    states = await reports.moved(unit.conn, subject, since)
    event = next((state for state in states if node.event in (state, CHANGED)), "")
    if not event:
        return
    if thread.owner != "bot" or not asleep.speaks(house, thread, batch.now):
        batch.timer(HAPPENED, subject, batch.now + BUSY)
        return
    dialogue.respond(batch, house, thread, Said(kind="event", choice=event))
