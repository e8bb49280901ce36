"""Speaking when the platform's window is closed: in an approved template, or not at all; and asking to reply before it closes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.engine.effects import Say
from bot.engine.texts import text
from bot.message import Template, templated
from bot.models import OPEN_WITH_OFFICER
from bot.policy import window
from bot.policy.templates import Purpose
from bot.record import record
from bot.store.batch import Batch
from bot.store.talk import Talk
from bot.turn import House
from bot.turn.say import ANSWER, NOTICE, say

CLOSES = "window"
"""Timer kind: the window of a conversation closes soon."""


@record
class Fallback:
    """What is sent instead of free text."""

    template: Template
    text: str
    at_once: bool
    """The window is closed already; else only if the bubble waits too long."""

    def payload(self) -> dict[str, Any]:
        template = self.template
        found: dict[str, Any] = {
            "name": template.name,
            "language": template.language,
            "body": list(template.body),
            "text": self.text,
        }
        if template.header:
            found["header"] = template.header
        if template.buttons:
            found["buttons"] = [list(each) for each in template.buttons]
        return found


def span(house: House, talk: Talk) -> timedelta | None:
    """The platform's window; None where there is none."""
    channel = house.channels.get(talk.channel)
    return channel.limits.window if channel else None


def closed(house: House, talk: Talk, now: datetime) -> bool:
    return window.closed(span(house, talk), talk.last_inbound_at, now)


def usable(house: House, purpose: str) -> Purpose | None:
    """None also for a template that the platform has rejected, paused or never approved."""
    found = house.purposes.get(purpose)
    return found if found and found.name not in house.unusable else None


def fallback(
    house: House, talk: Talk, purpose: str, values: Mapping[str, str], now: datetime, answers: Sequence[str] = ()
) -> Fallback | None:
    """None on platforms without a window, and where no template fits. `answers`: ids of what can be answered."""
    found = usable(house, purpose) if templated(house.channels.get(talk.channel)) else None
    if found is None:
        return None
    return Fallback(found.fill(values, answers), found.say(values), closed(house, talk, now))


def speak(
    batch: Batch, house: House, talk: Talk, what: Say, purpose: str, values: Mapping[str, str], priority: int = ANSWER,
) -> None:  # fmt: skip
    """As `say`, for words that may come when the citizen has been silent for long."""
    other = fallback(house, talk, purpose, values, batch.now, [each.id for each in what.choices])
    if other is None:
        say(batch, talk, what, values, priority)
    elif other.at_once:
        outside = {"template": other.payload(), "outside": True}
        say(
            batch, talk, Say(other.text.replace("{", "").replace("}", ""), notice=True), priority=priority, more=outside
        )
    else:
        say(batch, talk, what, values, priority, more={"template": other.payload()})


def watch(batch: Batch, house: House, talk: Talk) -> None:
    """After each message of somebody who has a case: a reminder is set for the hour before the window closes."""
    if not (house.remind_hours and talk.ticket_id and talk.last_inbound_at and span(house, talk)):
        return
    batch.timer(CLOSES, talk.ref, talk.last_inbound_at + timedelta(hours=house.remind_hours))


def closes_soon(batch: Batch, house: House, talk: Talk) -> None:
    """Asks once a window, while an officer has the case: afterwards free words no longer reach the citizen."""
    ticket = batch.tickets.get(talk.ticket_id or b"")
    if ticket is None or ticket["state"] not in OPEN_WITH_OFFICER or talk.last_inbound_at is None:
        return
    if batch.now < talk.last_inbound_at + timedelta(hours=house.remind_hours) or closed(house, talk, batch.now):
        return
    words = text(house.flows, "window_closes", talk.language)
    values = {"number": ticket["number"], "officer": "kami"}
    speak(batch, house, talk, Say(words, notice=True), "ask_to_reply", values, NOTICE)
