"""A bubble of ours: one message, one outbox row, in the same transaction."""

from collections.abc import Mapping
from typing import Any

from bot import failpoint
from bot.engine.effects import Say
from bot.engine.fill import fill
from bot.errors import Sentence
from bot.models import Author, Delivery
from bot.policy.split import parts
from bot.store.batch import Batch, message_row
from bot.store.talk import Talk

SPOKEN = "phone"
"""The channel of reports that an officer wrote down: nothing leaves there, the words are told by mouth."""
DANGER, ANSWER, NOTICE = 0, 1, 2
"""Priorities of the outbox: what saves lives, what somebody waits for, what nobody waits for."""


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
    values = {**(made or {}), **what.values}
    *first, text = cut(batch, talk, fill(what.text, values))
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
    payload = {
        "text": text,
        **choices,
        **({"menu": what.menu} if what.menu else {}),
        **_asked(what, values),
        **(more or {}),
    }
    send(batch, talk, row, payload, epoch, priority)


def cut(batch: Batch, talk: Talk, text: str) -> list[str]:
    """As this conversation's platform takes it."""
    limits = batch.limits.get(talk.channel)
    return parts(text, limits.text, limits.size) if limits else parts(text)


def _asked(what: Say, values: Mapping[str, str]) -> dict[str, Any]:
    """A button that shares or opens something, where the platform has one; the words ask for it anyhow."""
    found: dict[str, Any] = {"ask": what.ask} if what.ask else {}
    if what.link:
        found["link"] = [fill(what.link[0], values), fill(what.link[1], values)]
    return found


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
    if talk.channel == SPOKEN:
        message |= {"delivery": Delivery.SUPPRESSED, "error": "lisan"}
    batch.insert("message", message)
    queue(batch, talk, message["id"], payload, epoch, priority)


def queue(
    batch: Batch, talk: Talk, message: bytes, payload: dict[str, Any], epoch: int | None, priority: int = ANSWER
) -> None:
    """The outbox row of a message; its receipt becomes the message's."""
    batch.touch(talk)
    if talk.channel == SPOKEN:
        return
    if talk.last_inbound_at is not None:  # delivery looks at it again when the bubble leaves
        payload = payload | {"heard": talk.last_inbound_at.timestamp()}
    failpoint.here("outbox.insert")
    batch.insert(
        "outbox",
        {
            "id": message,
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


def line(batch: Batch, talk: Talk, told: Sentence, officer_id: int | None = None) -> None:
    """A line of the desk's own about what happened; never sent. Each page says it in its own language."""
    batch.touch(talk)
    data = {"line": told.packed()}
    batch.insert(
        "message", message_row(talk, Author.SYSTEM, batch.now, body=str(told), officer_id=officer_id, data=data)
    )
