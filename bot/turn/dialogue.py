"""The bot's turn: one step of the pure engine, its effects applied in order."""

from datetime import timedelta

from bot.engine.effects import Effect, End, Facts, HandOff, OpenTicket, Remember, Said, Say, Wait
from bot.engine.step import step
from bot.message import Inbound
from bot.models.ref import Ref
from bot.models.states import Quarantine
from bot.store.batch import Batch
from bot.store.talk import Talk
from bot.turn import House, handoff
from bot.turn.say import say

BURST = timedelta(seconds=3)
QUIET = "quiet"
"""Timer kind: the citizen has stopped typing."""


def said(talk: Talk, inbound: Inbound) -> Said:
    """What the engine hears of a message."""
    before, now = talk.previous_inbound_at, talk.last_inbound_at
    return Said(
        text=inbound.text,
        choice=inbound.choice,
        kind=inbound.kind,
        attachments=inbound.attachments,
        location=inbound.location,
        quick=before is not None and now is not None and now - before < BURST,
    )


def respond(batch: Batch, house: House, talk: Talk, heard: Said) -> None:
    """One step, in this transaction."""
    facts = Facts(language=talk.language, notice=talk.notice, name=talk.name)
    talk.session, effects = step(house.flows, talk.session, heard, facts)
    batch.touch(talk)
    made = {"track": f"{house.public_url}/lacak"}
    for effect in effects:
        _apply(batch, house, talk, effect, made)


def _apply(batch: Batch, house: House, talk: Talk, effect: Effect, made: dict[str, str]) -> None:
    match effect:
        case Say():
            say(batch, talk, effect, made)
        case Remember(name="language", value=value):
            talk.language, talk.contact_changed = value, True
        case Remember(name="notice", value=value):
            talk.notice, talk.notice_at, talk.contact_changed = value, batch.now, True
        case Remember():
            raise ValueError(f"a flow wants to remember {effect.name!r}, which contacts do not have")
        case OpenTicket():
            made |= handoff.links(house, handoff.open_ticket(batch, house, talk, effect, "flow"))
        case HandOff():
            made |= handoff.links(house, handoff.hand_off(batch, house, talk, effect))
        case Wait():
            batch.timer(QUIET, Ref(talk.conversation_id, talk.part), batch.now + timedelta(seconds=effect.seconds))
        case End():
            talk.session = None


def quiet(batch: Batch, house: House, talk: Talk) -> None:
    """The wait is over; a session that has moved on meanwhile is left alone by the engine."""
    if talk.owner == "bot" and talk.session is not None and talk.quarantine != Quarantine.HELD:
        respond(batch, house, talk, Said(kind="quiet"))
