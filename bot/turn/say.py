"""A bubble of ours: one message, one outbox row, in the same transaction."""

from collections.abc import Mapping
from typing import Any

from bot.engine.effects import Say
from bot.engine.fill import fill
from bot.models import Author, Delivery
from bot.policy.split import parts
from bot.store.batch import Batch, message_row
from bot.store.talk import Talk

DANGER, ANSWER = 0, 1
"""Priorities of the outbox."""


def say(
    batch: Batch,
    talk: Talk,
    what: Say,
    made: Mapping[str, str] | None = None,
    priority: int = ANSWER,
    more: Mapping[str, Any] | None = None,
) -> None:
    """The bot speaks. A dialogue message carries the epoch it was made under; a notice does not, and is always delivered.
    `more` goes into the payload: a template for when the window is closed."""
    *first, text = parts(fill(what.text, {**(made or {}), **what.values}))
    epoch = None if what.notice else talk.epoch
    for each in first:  # a bubble of its own; the buttons belong under the last
        row = message_row(talk, Author.BOT, batch.now, body=each, delivery=Delivery.READY)
        send(batch, talk, row, {"text": each}, epoch, priority)
    data: dict[str, Any] | None = None
    if what.choices:
        data = {"choices": [[choice.id, choice.label] for choice in what.choices]}
    if more and more.get("outside"):
        data = marked(more["template"])
    row = message_row(talk, Author.BOT, batch.now, body=text, data=data, delivery=Delivery.READY)
    choices = {"choices": data["choices"]} if data and "choices" in data else {}
    payload = {"text": text, **choices, **({"menu": what.menu} if what.menu else {}), **(more or {})}
    send(batch, talk, row, payload, epoch, priority)


def marked(template: Mapping[str, Any]) -> dict[str, Any]:
    """A message's note that it left as a template, in that language whatever the citizen's own is."""
    return {"template": template["name"], "template_language": template["language"]}


def send(
    batch: Batch,
    talk: Talk,
    message: dict[str, Any],
    payload: dict[str, Any],
    epoch: int | None,
    priority: int = ANSWER,
) -> None:
    """Stores a message and queues it for its platform; both or neither."""
    batch.touch(talk)
    if talk.last_inbound_at is not None:  # delivery looks at it again when the bubble leaves
        payload = payload | {"heard": talk.last_inbound_at.timestamp()}
    batch.insert("message", message)
    batch.insert(
        "outbox",
        {
            "id": message["id"],
            "part": talk.part,
            "conversation_id": talk.conversation_id,
            "account": talk.account,
            "address": talk.send_to or talk.address,
            "payload": payload,
            "priority": priority,
            "epoch": epoch,
            "state": Delivery.READY,
            "attempts": 0,
            "next_at": None,
        },
    )


def line(batch: Batch, talk: Talk, text: str, officer_id: int | None = None) -> None:
    """A line of the desk's own about what happened; never sent."""
    batch.touch(talk)
    batch.insert("message", message_row(talk, Author.SYSTEM, batch.now, body=text, officer_id=officer_id))
