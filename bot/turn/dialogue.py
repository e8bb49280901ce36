"""The bot's turn: one step of the pure engine, its effects applied in order."""

from datetime import timedelta

import orjson

from bot import clock
from bot.engine.effects import (
    CHOSEN,
    Call,
    Count,
    Effect,
    End,
    Facts,
    Follow,
    HandOff,
    Later,
    Link,
    LookUp,
    OpenTicket,
    Remember,
    Said,
    Say,
    Wait,
)  # fmt: skip
from bot.engine.step import step
from bot.engine.walked import walked
from bot.errors import Sentence
from bot.message import Inbound
from bot.models.ref import Ref
from bot.models.states import Quarantine
from bot.store.batch import Batch
from bot.store.talk import Talk
from bot.turn import House, asleep, handoff, known, linking, pace, sealing
from bot.turn.say import line, say
from bot.turn.words import links

BURST = timedelta(seconds=3)
COUNTED = {
    "outside": Sentence("Tempatnya di luar wilayah"),
    "rated": Sentence("Penilaian percakapan"),
    "stale": Sentence("Jawaban yang ditanyakan sudah kedaluwarsa"),
    "gate": Sentence("Program sedang tidak buka"),
}
"""How officers read what was counted."""
QUIET = "quiet"
"""Timer kind: the citizen has stopped typing."""
LATER, LOOKUP = "later", "lookup"
"""Timer kinds: a step has waited long enough; reports are to be looked for."""
ERRAND = "errand"
"""What requests to others are sealed for."""


def said(talk: Talk, inbound: Inbound, album: bool = False) -> Said:
    """What the engine hears of a message. `album`: it continues the pictures right before it."""
    before, now = talk.previous_inbound_at, talk.last_inbound_at
    return Said(
        text=inbound.text,
        choice=inbound.choice,
        kind=inbound.kind,
        attachments=inbound.attachments,
        location=inbound.location,
        quick=before is not None and now is not None and now - before < BURST,
        album=album,
    )


def respond(batch: Batch, house: House, talk: Talk, heard: Said) -> None:
    """One step, in this transaction."""
    facts = Facts(
        talk.language, talk.notice, talk.name, batch.now, talk.channel, memory=talk.memory or 0.0,
        known=batch.known.get(talk.address_id, ()),
    )  # fmt: skip
    facts = house.triage.listen(facts, heard.text)
    if facts.memory != talk.memory:
        talk.memory, talk.contact_changed = facts.memory, True
    nap = (talk.session or {}).get(asleep.NAP)
    seen = set[str]()
    before = sealing.opened(house.vault, talk.session)
    session, effects = step(house.flows, before, heard, facts, seen)
    for id_, became in walked(house.flows, before, session, heard.kind, seen):
        batch.walked(talk, id_, became)
    talk.session = sealing.closed(house.vault, session)
    asleep.watch(batch, house, talk, heard, nap)
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
            talk.memory = CHOSEN.get(value, 0.0)
        case Remember(name="notice", value=value):
            talk.notice, talk.notice_at, talk.contact_changed = value, batch.now, True
        case Remember():
            raise ValueError(f"a flow wants to remember {effect.name!r}, which contacts do not have")
        case OpenTicket():
            made |= links(house, handoff.open_ticket(batch, house, talk, effect, "flow"))
            pace.opened(batch, house, talk)
        case HandOff():
            made |= links(house, handoff.hand_off(batch, house, talk, effect))
        case Link():
            linking.offer(batch, house, talk)
        case Count(what=what, about=about):
            batch.counted.append(what)
            line(batch, talk, Sentence("{what}: {about}", what=COUNTED[what], about=about))
        case Follow(ticket=ticket):
            known.follow(batch, talk, ticket)
        case Wait():
            batch.timer(QUIET, Ref(talk.conversation_id, talk.part), batch.now + timedelta(seconds=effect.seconds))
        case Later():
            batch.timer(LATER, Ref(talk.conversation_id, talk.part), batch.now + timedelta(seconds=effect.seconds))
        case LookUp():
            batch.timer(LOOKUP, Ref(talk.conversation_id, talk.part), batch.now)
        case Call():
            _send_out(batch, house, talk, effect)
        case End():
            talk.session = None


def _send_out(batch: Batch, house: House, talk: Talk, call: Call) -> None:
    """Asked after this turn is written: a slow system delays nobody."""
    request = {
        "method": call.method, "host": call.host, "base": house.flows.hosts[call.host], "url": call.url, "body": call.body,
        "take": dict(call.take), "seconds": call.seconds,
    }  # fmt: skip
    batch.insert("errand", {
        "id": clock.new_id(), "part": talk.part, "conversation_id": talk.conversation_id, "token": call.token,
        "request": house.vault.seal(orjson.dumps(request).decode(), ERRAND), "attempts": 0, "due_at": batch.now, "result": None,
    })  # fmt: skip


def waited(batch: Batch, house: House, talk: Talk) -> None:
    """The time has come that a step waits for. Where nothing can be said any more, the flow goes on when the citizen writes."""
    if talk.owner == "bot" and talk.session is not None and asleep.speaks(house, talk, batch.now):
        respond(batch, house, talk, Said(kind="time"))


def quiet(batch: Batch, house: House, talk: Talk) -> None:
    """The wait is over; a session that has moved on meanwhile is left alone by the engine."""
    if talk.owner == "bot" and talk.session is not None and talk.quarantine != Quarantine.HELD:
        respond(batch, house, talk, Said(kind="quiet"))
