"""What a flow wanted to know of others: where reports stand, and what another system has said. Each comes as a turn of its own."""

from typing import Any

from bot import clock
from bot.engine.effects import Said
from bot.engine.fill import fill
from bot.engine.texts import text
from bot.errors import NotFound
from bot.models import STATE_NAME, WITH_AGENCY, State
from bot.models.ref import Ref
from bot.policy import moment, number
from bot.store import errands, persons, reports, talk
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.store.sight import ALL
from bot.store.talk import Talk
from bot.turn import House, dialogue

MOST = 5
"""Reports that are listed at once: the newest."""


async def looked_up(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """The reports that a look-up asked for. Somebody who has gone on meanwhile is not told."""
    thread = await talk.of_conversation(unit.conn, subject)
    session = thread.session or {}
    token, held = str(session.get("pending") or ""), session.get("held")
    if thread.conversation_id != subject.id or thread.owner != "bot" or not token:
        raise NotFound("tidak ditanyakan lagi")
    wanted = str(held[0]) if isinstance(held, list) and held else ""
    numbers = (
        [wanted] if wanted else [row["number"] for row in (await persons.load(unit.conn, thread.person, ALL)).tickets]
    )
    rows = [await reports.standing(unit.conn, *number.read(each)) for each in dict.fromkeys(numbers[:MOST])]
    lines = "\n".join(line(house, thread, row) for row in rows if row is not None)
    dialogue.respond(batch, house, thread, Said(kind="result", result={"reports": lines}, token=token))


def line(house: House, thread: Talk, row: dict[str, Any]) -> str:
    """What may be told of a report: number, topic, state, agency, day; never another's words."""
    flows, language = house.flows, thread.language or "id"
    topic = flows.topics.get(row["topic"])
    state = flows.catalogues.gettext(language, STATE_NAME[State(row["state"])])
    label = topic.label.get(language, topic.label["id"]) if topic else "-"
    day = moment.ago(row["updated_at"], clock.now(), lambda text: flows.catalogues.gettext(language, text))
    values = {"number": row["number"], "topic_name": label, "state": state, "date": day}
    told = fill(text(flows, "report_item", language), values)
    agency = house.triage.agencies.name(row["agency"]) or (topic.agency if topic else "")
    if agency and row["state"] in WITH_AGENCY:
        told += " " + fill(text(flows, "report_agency", language), {"agency": agency})
    return told


async def answered(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """Another system has answered, or will not."""
    row = await errands.take(unit.conn, subject)
    if row is None:
        raise NotFound("sudah dijawab")
    thread = await talk.of_conversation(unit.conn, Ref(row["conversation_id"], row["part"]))
    if thread.conversation_id == row["conversation_id"] and thread.owner == "bot":
        dialogue.respond(batch, house, thread, Said(kind="result", result=row["result"] or {}, token=row["token"]))
