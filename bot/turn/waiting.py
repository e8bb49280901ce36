"""Honest waiting: a citizen in the officers' queue hears their place and how long it may take, and may ask to be written to later.

The line is looked at right after the handoff, in a transaction of its own: no turn waits for it.
"""

from datetime import datetime, timedelta
from functools import partial

from bot.engine.effects import Say
from bot.engine.match import normalise
from bot.engine.texts import text
from bot.errors import Sentence
from bot.i18n import SOURCE
from bot.message import Choice, Inbound
from bot.models import WAITING, Owner, Urgency
from bot.models.ref import Ref
from bot.policy import calendar, moment, waiting
from bot.policy.waiting import Queue
from bot.store import alarms, cases, talk
from bot.store import waiting as line_
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.store.talk import Talk
from bot.turn import House
from bot.turn.outside import speak
from bot.turn.say import line, say
from bot.turn.words import links
from bot.wib import WIB

WAIT, ASKED = "wait", "wait_asked"
"""Timer kinds; their subject is the conversation."""
LATER = "nanti"
"""The button's id."""
SOON = timedelta(seconds=2)
"""What is written in one breath is answered once."""


def handed(batch: Batch, thread: Talk) -> None:
    """Somebody has come into the queue."""
    batch.timer(WAIT, thread.ref, batch.now)


def wrote(batch: Batch, house: House, thread: Talk, inbound: Inbound) -> bool:
    """Words of somebody in the queue; the officer will read them. True when they were the wish to be written to later."""
    said = normalise(inbound.text)
    if inbound.choice == LATER or said in _words(house, "wait_later_words"):
        _call_back(batch, house, thread)
        return True
    asks = any(f" {each} " in f" {said} " for each in _words(house, "wait_ask_words"))
    batch.timer(ASKED if asks else WAIT, thread.ref, batch.now + SOON)
    return False


def _words(house: House, name: str) -> set[str]:
    """A list of the operators', in every language: people mix them."""
    return {
        normalise(each) for words in house.flows.texts[name].values() for each in words.replace("\n", ",").split(",")
    } - {""}


def _call_back(batch: Batch, house: House, thread: Talk) -> None:
    """The ticket keeps its place, the bot takes the line back, the officer writes here when it is their turn."""
    ticket = batch.tickets.get(thread.ticket_id) if thread.ticket_id else None
    if ticket is not None:
        batch.event(ticket, "callback", "citizen")
    thread.owner, thread.session = Owner.BOT, None
    thread.end_epoch()
    batch.touch(thread)
    line(batch, thread, Sentence("Warga minta dihubungi nanti; ia tidak menunggu di percakapan ini"))
    say(batch, thread, Say(text(house.flows, "wait_later", thread.language), notice=True))


async def tell(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    await _tell(unit, batch, house, subject, asked=False)


async def tell_asked(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    await _tell(unit, batch, house, subject, asked=True)


async def _tell(unit: Unit, batch: Batch, house: House, subject: Ref, asked: bool) -> None:
    thread = await talk.of_conversation(unit.conn, subject)
    await alarms.load(unit.conn, batch, alarms.refs([thread]))
    if thread.owner != Owner.QUEUE or thread.ticket_id is None or alarms.goes_on(batch, thread):
        return  # an officer was faster; and who is in danger is not told to wait
    ref = Ref(thread.ticket_id, thread.part)
    await cases.load(unit.conn, batch, [ref])
    ticket = batch.tickets.get(ref.id)
    if ticket is None or ticket["state"] not in WAITING or ticket["urgency"] == Urgency.CRITICAL:
        return
    queue = await _look(unit, house, ticket["rank"], ticket["place_code"], batch.now)
    now, before = waiting.klass(queue), await line_.told(unit.conn, ref)
    if not waiting.speaks(before["klass"] if before else None, now, asked):
        return
    await line_.tell(unit.conn, ref, now, queue.ahead + 1, batch.now)
    words = _words_for(house, thread.language, now, queue, batch.now, offers=before is None or asked)
    speak(batch, house, thread, words, "handed_back", links(house, ticket))


async def _look(unit: Unit, house: House, rank: int, region: str, now: datetime) -> Queue:
    norms, opens = house.triage.norms, None
    if norms.night:
        found = calendar.opens(norms.calendars.of(norms.night, region), now)
        opens = found if found > now else None
    taken, over = await line_.pace(unit.conn, now)
    return Queue(await line_.ahead(unit.conn, rank), taken, over, await line_.on_shift(unit.conn, now), opens)


def _words_for(house: House, language: str | None, klass: str, queue: Queue, now: datetime, offers: bool) -> Say:
    place = str(queue.ahead + 1) if queue.ahead < line_.MOST - 1 else f"{line_.MOST - 1}+"
    parts = [text(house.flows, f"wait_{klass}", language)]
    long = klass not in (waiting.MINUTES, waiting.QUARTER)
    if long and waiting.at_night(now.astimezone(WIB).hour):
        parts.append(text(house.flows, "wait_night", language))
    label = text(house.flows, "wait_later_choice", language)
    if offers and klass != waiting.MINUTES:
        parts.append(text(house.flows, "wait_offer", language))
    opens, tr = (queue.opens or now).astimezone(WIB), partial(house.flows.catalogues.gettext, language or SOURCE)
    values = {"place": place, "date": moment.day(queue.opens or now, tr), "time": f"{opens:%H.%M}", "later": label}
    choices = (Choice(LATER, label),) if offers and klass != waiting.MINUTES else ()
    return Say("\n\n".join(parts), choices, notice=True, values=values)
