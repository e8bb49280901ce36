"""Counts what a sender writes: how soon they are answered, and whether a human should look at them. See `policy.patience`."""

from bot.errors import Sentence
from bot.message import Inbound
from bot.models import Owner
from bot.models.ref import Ref
from bot.policy import patience
from bot.policy.patience import CALM, Pace, Verdict
from bot.store import alarms
from bot.store.batch import Batch
from bot.store.talk import Talk
from bot.turn import House
from bot.turn.say import line

PAUSE = "patience"
"""Timer kind: the pause before an answer to a sender who writes too much."""
SLOWED = Sentence("Mesin menjawab pengirim ini lebih lambat: terlalu banyak pesan, atau pesan yang hanya mengganggu.")


def waits(batch: Batch, house: House, thread: Talk, inbound: Inbound, album: bool) -> bool:
    """Counts this message. True when its answer comes later."""
    rules = house.triage.patience
    if thread.owner != Owner.BOT or thread.urgency or alarms.goes_on(batch, thread):
        return False
    before, now = thread.previous_inbound_at, thread.last_inbound_at
    gap = now - before if before is not None and now is not None else None
    kind = disturbs(house, inbound.text) if inbound.text and not inbound.choice else ""
    pace, verdict = patience.hear(rules, thread.pace, inbound.text, kind, gap, album)
    _keep(batch, thread, pace, verdict)
    if verdict.level == CALM and "since" not in pace:
        return False
    if "since" not in pace:
        pace["since"] = thread.seq
        batch.timer(PAUSE, Ref(thread.conversation_id, thread.part), batch.now + rules.pause(verdict.level))
    return True


def disturbs(house: House, words: str) -> str:
    """What the text is nothing else than. Where a topic is sure, it is a complaint in whatever words, if it is more than one: "anjing!"
    says nothing about stray dogs."""
    kind = patience.empty(house.triage.patience, words)
    if not kind:
        return ""
    guess = house.triage.guess(words)
    return "" if guess is not None and guess.verdict == "sure" and len(words.split()) > 1 else kind


def opened(batch: Batch, house: House, thread: Talk) -> None:
    """This talk has made a report."""
    pace, verdict = patience.opened(house.triage.patience, thread.pace)
    _keep(batch, thread, pace, verdict)


def _keep(batch: Batch, thread: Talk, pace: Pace, verdict: Verdict) -> None:
    thread.pace = pace
    if verdict.suspicion:
        batch.suspect(thread, verdict.suspicion)
        line(batch, thread, Sentence("Mesin menyarankan karantina. {why}.", why=verdict.suspicion))
        batch.counted.append("suspected")
    elif verdict.level > verdict.before == CALM and "told" not in pace:
        pace["told"] = True
        line(batch, thread, SLOWED)
        batch.counted.append("slowed")
