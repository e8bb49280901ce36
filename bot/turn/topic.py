"""What a case is about: the machine's guess when it is opened, and the officer's word, which wins and teaches."""

from typing import Any

from bot import clock
from bot.errors import NotFound
from bot.models import Officer
from bot.models.ref import Ref
from bot.store import cases, corrections
from bot.store.batch import Batch
from bot.store.db import Db
from bot.triage.identity import mask
from bot.triage.room import Triage
from bot.turn import House
from bot.turn.leads import only_leads


def guessed(triage: Triage, details: str) -> dict[str, Any] | None:
    """As it is kept with the ticket; None when there is nothing to say. Numbers are masked first: a reason is a piece of the text."""
    guess = triage.guess(mask(details)) if details else None
    if guess is None or not guess.label:
        return None
    ranked = [[label, round(sure, 3)] for label, sure in guess.ranked]
    return {"ranked": ranked, "sure": round(guess.sure, 3), "verdict": guess.verdict, "why": list(guess.why)}


def first(guess: dict[str, Any] | None) -> tuple[str, float]:
    """The best label of a stored guess and how sure it was."""
    return (str(guess["ranked"][0][0]), float(guess["sure"])) if guess and guess.get("ranked") else ("", 0.0)


async def set_topic(db: Db, house: House, officer: Officer, ticket: Ref, label: str) -> None:
    """Raises `NotFound` and `Conflict`. Saying what was said already is no event; saying for the first time that the topic is right is one."""
    if label not in house.flows.topics:
        raise NotFound("topik tidak dikenal")
    async with db.unit() as unit:
        batch = Batch(clock.now())
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        only_leads(house, case, officer)
        before = case["topic"]
        if before == label and await corrections.chosen(unit.conn, ticket):
            return
        batch.event(case, "topic", "officer", officer.id, before=before, after=label)
        if before != label:
            case["topic"], case["subtopic"] = label, ""  # the subtopic belonged to the old one
        batch.queue_changed = True
        unit.changed(thread.ref)
        await batch.flush(unit)
        await corrections.forget_pending(unit.conn, ticket)
        if case["details"].strip() and not _confidential(house, before, label):
            await corrections.add(unit.conn, _correction(case, officer, label, batch))


async def take_back(db: Db, officer: Officer, ticket: Ref, before: str, subtopic: str) -> None:
    """Undoes `set_topic`: what it was about before, also where that was nothing, and nobody learns from it."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        batch.event(case, "topic", "officer", officer.id, before=case["topic"], after=before, why="dibatalkan")
        case["topic"], case["subtopic"] = before, subtopic
        batch.queue_changed = True
        unit.changed(thread.ref)
        await batch.flush(unit)
        await corrections.forget_pending(unit.conn, ticket)


def _confidential(house: House, *labels: str) -> bool:
    """What is told in confidence is nobody's lesson."""
    return any(topic.confidential for label in labels if (topic := house.flows.topics.get(label)))


def _correction(case: dict[str, Any], officer: Officer, label: str, batch: Batch) -> dict[str, Any]:
    guess, sure = first(case["guess"])
    return {
        "at": batch.now, "officer_id": officer.id, "ticket_id": case["id"], "part": case["part"],
        "number": case["number"], "text": mask(case["details"]), "language": case["language"], "guessed": guess,
        "sure": sure, "chosen": label,
    }  # fmt: skip
