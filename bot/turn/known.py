"""Reports that are known already: offered before a ticket is made, followed instead of opened twice, told when they are done.

A citizen sees topic, place, date, state and how many follow; never another's words, name or number.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.engine import effects
from bot.engine.effects import Say
from bot.engine.fill import fill
from bot.engine.reports import Summary
from bot.engine.texts import text
from bot.errors import NotFound
from bot.models import State
from bot.models.ref import Ref
from bot.policy.likeness import MOST, RECENT, Report, alike, within
from bot.store import incidents, known, talk
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.store.talk import Talk
from bot.turn import House
from bot.turn.outside import speak
from bot.turn.say import NOTICE
from bot.wib import WIB

DONE = "followed"
"""Timer kind: a report that somebody follows is resolved."""
INCIDENT = "i"
"""Before the reference of an incident, where a key may also be a ticket's."""


async def load(conn: AsyncConnection, batch: Batch, house: House, talks: Sequence[Talk]) -> None:
    """For talks that stand right before the ticket: what they may be about."""
    for each in talks:
        session = each.session or {}
        node = house.flows.nodes.get(f"{session.get('flow')}/{session.get('node')}")
        answers = session.get("answers")
        if isinstance(node, Summary) and isinstance(answers, dict) and each.owner == "bot":
            batch.known[each.address_id] = await _of(conn, batch, house, each, answers)


async def _of(
    conn: AsyncConnection, batch: Batch, house: House, thread: Talk, answers: dict[str, Any]
) -> tuple[effects.Known, ...]:
    topic, code = house.flows.topics.get(str(answers.get("topic") or "")), str(answers.get("place_code") or "")
    places = house.triage.senses.places
    if topic is None or topic.confidential or len(code) < 5 or places is None:
        return ()
    found = await _incidents(conn, batch, house, thread, topic.slug, code)
    rows = await known.near(conn, topic.slug, places.within(code[:8]), batch.now - RECENT)
    new = Report("", code, str(answers.get("details") or ""), batch.now, _spot(answers))
    reports = {Ref(row["id"], row["part"]): row for row in rows}
    best = alike(new, [report(ref, row) for ref, row in reports.items()])
    counts = await known.followers(conn, [Ref.parse(each.key).id for each in best])
    for each in best[: MOST - len(found)]:
        row = reports[Ref.parse(each.key)]
        waits = row["state"] in (State.QUEUED, State.REOPENED)
        label = fill(text(house.flows, "known_item", thread.language), {
            "place_name": places.place(row["place_code"]).shown, "date": f"{row['opened_at'].astimezone(WIB):%d-%m-%Y}",
            "topic_name": topic.label.get(thread.language or "id", topic.label["id"]),
            "state": text(house.flows, "known_waiting" if waits else "known_handled", thread.language),
            "followers": str(counts.get(row["id"], 0)),
        })  # fmt: skip
        found.append(effects.Known(each.key, label))
    return tuple(found)


async def _incidents(
    conn: AsyncConnection, batch: Batch, house: House, thread: Talk, topic: str, code: str
) -> list[effects.Known]:
    """What leads have declared for this topic and place."""
    rows = [
        row
        for row in await incidents.going_on(conn, batch.now)
        if row["topic"] in ("", topic) and within(code, row["places"])
    ][:MOST]
    counts = await known.followers(conn, [row["id"] for row in rows])
    words = text(house.flows, "incident_item", thread.language)
    return [
        effects.Known(f"{INCIDENT}{Ref(row['id'], row['part'])}", fill(words, {
            "title": row["title"], "followers": str(counts.get(row["id"], 0)),
            "text": (row["text_su"] if thread.language == "su" else "") or row["text"],
        }))
        for row in rows
    ]  # fmt: skip


def report(ref: Ref, row: Mapping[str, Any]) -> Report:
    """A ticket as the rules of likeness see it."""
    return Report(str(ref), row["place_code"], row["details"], row["opened_at"], _spot(row["answers"] or {}))


def _spot(answers: Mapping[str, Any]) -> tuple[float, float] | None:
    found = answers.get("spot")
    return (float(found[0]), float(found[1])) if isinstance(found, list) and len(found) == 2 else None


def follow(batch: Batch, thread: Talk, key: str) -> None:
    """The citizen follows a report, or an incident, instead of making another report. Officers see it in the report's history."""
    ticket = Ref.parse(key.removeprefix(INCIDENT))
    batch.insert("follow", follower(thread, ticket, batch.now))
    batch.counted.append("followed")
    if key.startswith(INCIDENT):
        return
    batch.insert("ticket_event", {
        "id": clock.new_id(), "part": ticket.part, "ticket_id": ticket.id, "at": batch.now, "kind": "followed",
        "actor": "citizen", "officer_id": None, "before": "", "after": "", "why": "",
    })  # fmt: skip


def follower(thread: Talk, ticket: Ref, at: datetime) -> dict[str, Any]:
    """A new row of `follow`."""
    return {
        "id": clock.new_id(), "part": thread.part, "ticket_id": ticket.id, "ticket_part": ticket.part,
        "address_id": thread.address_id, "conversation_id": thread.conversation_id, "at": at, "told_at": None,
    }  # fmt: skip


async def resolved(conn: AsyncConnection, batch: Batch, ticket: Ref) -> None:
    """Each follower is told in a transaction of their own: their conversations are others' to lock."""
    for ref in await known.untold(conn, ticket):
        batch.timer(DONE, ref, batch.now)


async def tell(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    row = await known.follow(unit.conn, subject)
    if row is None or row["told_at"] is not None:
        raise NotFound("pengikut sudah dikabari")
    thread = await talk.of_address(unit.conn, Ref(row["address_id"], row["part"]))
    if row["title"] is not None:
        title = row["title"]
        words, named = "incident_over", {"title": title, "topic_name": title, "place_name": "-"}
    else:
        topic, places = house.flows.topics.get(row["topic"]), house.triage.senses.places
        words, named = (
            "followed_done",
            {
                "topic_name": topic.label.get(thread.language or "id", topic.label["id"]) if topic else row["topic"],
                "place_name": places.place(row["place_code"]).shown
                if places and row["place_code"] in places.codes
                else "-",
            },
        )
    said = Say(text(house.flows, words, thread.language), notice=True)
    speak(batch, house, thread, said, "followed", named, NOTICE)
    await known.told(unit.conn, row, batch.now)
