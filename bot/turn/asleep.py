"""Somebody has not answered for long: reminded once, and after longer the flow ends kindly. How long, each flow's file says.

One timer a conversation: it is set when a flow begins and looks at the clock when it rings, so that an ordinary answer costs
nothing. A platform that takes no free text any more (WhatsApp after a day) is not written to: the flow ends in silence there, and
the next words hear of it.
"""

from datetime import datetime, timedelta

from bot.engine.effects import Said
from bot.engine.flow import Sleep
from bot.engine.walked import walked
from bot.models.ref import Ref
from bot.models.states import Quarantine
from bot.store.batch import Batch
from bot.store.talk import Talk
from bot.turn import House, outside

ASLEEP = "asleep"
"""Timer kind."""
NAP = "nap"
"""In the session: a reminder comes next (1), or the end (2)."""
REMIND, EXPIRE = 1, 2
MARGIN = timedelta(minutes=5)
OWN = frozenset({"quiet", "time", "event", "result", "remind", "expire"})
"""Turns that no citizen began."""


def rule(house: House, talk: Talk) -> Sleep | None:
    """Of the flow where the conversation stands, or of one that it is a part of."""
    session = talk.session or {}
    frames = session.get("frames")
    outer = [str(frame.get("to")).partition("/")[0] for frame in frames] if isinstance(frames, list) else []
    names = [str(session.get("flow") or ""), *reversed(outer)]
    return next((found for name in names if (found := house.flows.sleep.get(name))), None)


def watch(batch: Batch, house: House, talk: Talk, heard: Said, before: object) -> None:
    """After a turn that left the conversation in a flow. `before`: what was to come next until now."""
    found = rule(house, talk)
    if talk.session is None or found is None:
        return
    talk.session[NAP] = before if heard.kind in OWN and before else REMIND
    if before != REMIND and heard.kind not in OWN:
        batch.timer(ASLEEP, Ref(talk.conversation_id, talk.part), batch.now + found.first)


def ring(batch: Batch, house: House, talk: Talk) -> None:
    from bot.turn.dialogue import respond

    found, session = rule(house, talk), talk.session or {}
    nap, since = session.get(NAP), talk.last_inbound_at
    if talk.owner != "bot" or found is None or nap not in (REMIND, EXPIRE) or since is None:
        return
    if nap == REMIND and found.remind is not None:
        if batch.now - since < found.remind:
            return _again(batch, talk, since + found.remind)
        if speaks(house, talk, batch.now):
            respond(batch, house, talk, Said(kind="remind"))
        if talk.session is not None:
            talk.session = {**talk.session, NAP: EXPIRE}
            batch.touch(talk)
            if found.expire is not None:
                _again(batch, talk, since + found.expire)
        return None
    if found.expire is None:
        return None
    if batch.now - since < found.expire:
        return _again(batch, talk, since + found.expire)
    if speaks(house, talk, batch.now):
        return respond(batch, house, talk, Said(kind="expire"))
    for id_, became in walked(house.flows, session, None, "expire", set()):
        batch.walked(talk, id_, became)
    talk.session = {"expired": True, "extra": session.get("extra") or []}
    return batch.touch(talk)


def _again(batch: Batch, talk: Talk, at: datetime) -> None:
    batch.timer(ASLEEP, Ref(talk.conversation_id, talk.part), at)


def speaks(house: House, talk: Talk, now: datetime) -> bool:
    """Whether free text still reaches them where they wrote."""
    there = talk.channel in house.channels and talk.quarantine != Quarantine.HELD
    return there and not outside.closed(house, talk, now + MARGIN)
