"""Danger first, whoever owns the conversation: an answer at once, a ticket at the top, calls until a human acknowledges."""

from datetime import datetime, timedelta
from typing import Any

from bot import clock, failpoint
from bot.engine.effects import Facts, Said, Say
from bot.engine.match import choose
from bot.engine.texts import text
from bot.engine.turn import Turn
from bot.errors import NotFound, Sentence
from bot.i18n import SOURCE
from bot.message import Choice, Inbound, Item
from bot.models import OVER, WAITING, AlarmState, Owner, State, Urgency
from bot.models.ref import Ref
from bot.policy import rank
from bot.store.batch import Batch
from bot.store.talk import Talk
from bot.triage.urgency import Danger
from bot.turn import House, dialogue, handoff
from bot.turn.say import DANGER, line, say

PRESSED = "darurat"
"""What the ids of the buttons begin with: `darurat/<alarm>/ya`."""
YES, NO, SILENCE = "yes", "no", "silence"
FORGOTTEN = "danger"
"""Timer kind: somebody in a harmful situation has stopped answering the bot."""
FORGOTTEN_AFTER = timedelta(minutes=10)
AGAIN_AFTER = timedelta(minutes=3)
"""More words, a voice note or a picture so long after an acknowledgement call somebody again."""
KEPT = 2048
"""Parsed messages that wait for their turn."""
UNHEARD = ("voice", "audio", "image", "video")
"""Kinds whose content nobody has heard or seen yet: in a critical talk they may say anything."""
WITH_US = WAITING | {State.ASSIGNED}
"""Only such a ticket carries an alarm: one that lies with an agency stands in no list that an officer looks at first."""


def heard(house: House, item: Item) -> int | None:
    """`InboxItem.urgent` of a message, asked at the door before it is stored: 1 is taken first, 0 need not be read again, None is
    harm that its turn will look at. Raises whatever parsing raises."""
    what = house.channels[item.account.partition(":")[0]].parse(item.kind, item.raw)
    if isinstance(what, Inbound):
        if len(house.parsed) >= KEPT:  # of turns that other processes take
            house.parsed.clear()
        house.parsed[item.account, item.kind, item.raw] = what
    danger = house.triage.dangers.read(what.text) if isinstance(what, Inbound) and what.text else None
    if danger is None:
        return 0
    return 1 if is_cry(danger) else None


def is_cry(danger: Danger) -> bool:
    """A life may be in danger now: this passes every other rule."""
    return danger.level == Urgency.CRITICAL or danger.guarded


def hear(batch: Batch, house: House, talk: Talk, inbound: Inbound, danger: Danger | None) -> bool:
    """True when this turn is answered; else it goes to the conversation's owner as any other."""
    alarm = batch.alarms.get(talk.alarm_id) if talk.alarm_id else None
    if inbound.choice.startswith(f"{PRESSED}/"):
        return _pressed(batch, house, talk, alarm, inbound.choice)
    late = alarm is not None and alarm["confirmed"] == SILENCE and talk.owner == Owner.QUEUE
    if alarm is not None and (alarm["answer_by"] is not None or late):
        answer = _yes_or_no(house, inbound.text)
        if answer and (answer == YES or not late):
            _answered(batch, house, talk, alarm, answer)
            return True
    if alarm is not None and alarm["state"] in (AlarmState.PAGING, AlarmState.ACKNOWLEDGED):
        if danger is not None or inbound.kind in UNHEARD:
            _again(batch, alarm)
        return False
    if danger is None:
        return False
    if not is_cry(danger):
        _harm(batch, talk)
        return False
    _raise(batch, house, talk, inbound, danger)
    return True


def _harm(batch: Batch, talk: Talk) -> None:
    """Harm within a day: the ticket will say so; if none comes, an officer looks all the same."""
    ticket = batch.tickets.get(talk.ticket_id) if talk.ticket_id else None
    if ticket is not None and ticket["state"] not in OVER:
        _urgency(batch, ticket, Urgency.HIGH)
    elif not talk.urgency:
        talk.urgency = Urgency.HIGH
        batch.timer(FORGOTTEN, Ref(talk.conversation_id, talk.part), batch.now + FORGOTTEN_AFTER)


def forgotten(batch: Batch, house: House, talk: Talk) -> None:
    """The flow was left before it made a ticket: it goes to the officers as it is."""
    if talk.urgency and talk.owner == Owner.BOT:
        _to_queue(batch, house, talk, "")


def _urgency(batch: Batch, ticket: dict[str, Any], urgency: Urgency) -> None:
    """Urgency only rises here; an officer may lower it."""
    if rank.WEIGHT[Urgency(ticket["urgency"])] >= rank.WEIGHT[urgency]:
        return
    _set_urgency(batch, ticket, urgency, "bot")


def _set_urgency(batch: Batch, ticket: dict[str, Any], urgency: Urgency, actor: str) -> None:
    batch.event(ticket, "urgency", actor, before=ticket["urgency"], after=urgency)
    ticket["urgency"], ticket["rank"] = urgency, rank.rank(ticket["opened_at"], urgency)
    batch.queue_changed = True


def _to_queue(batch: Batch, house: House, talk: Talk, words: str) -> dict[str, Any]:
    """A ticket with all that was gathered, or the one that is open; the bot is silent from here on. The session stays: if it was
    no danger after all, the talk goes on where it was."""
    ticket = batch.tickets.get(talk.ticket_id) if talk.ticket_id else None
    if ticket is None or ticket["state"] not in WITH_US:
        turn = Turn(house.flows, talk.session, Said(), Facts(language=talk.language))
        if words:
            turn.keep(words)
        turn.reason = "danger"
        turn.hand_off()
        what = next(effect for effect in turn.effects if not isinstance(effect, Say))
        ticket = handoff.open_ticket(batch, house, talk, what, "danger")  # type: ignore[arg-type]
    if talk.owner != Owner.OFFICER:
        talk.owner = Owner.QUEUE
        talk.end_epoch()
    batch.touch(talk)
    return ticket


def _raise(batch: Batch, house: House, talk: Talk, inbound: Inbound, danger: Danger) -> None:
    now, ticket = batch.now, None
    guarded = danger.guarded
    if not guarded:
        talk.urgency = Urgency.CRITICAL
        ticket = _to_queue(batch, house, talk, inbound.text)
        _urgency(batch, ticket, Urgency.CRITICAL)
        talk.urgency = ""
    answer_by = now + timedelta(seconds=house.triage.plan.answer_within)
    alarm = alarm_row(
        now, talk.part, kind=danger.kind, state=AlarmState.ASKING if guarded else AlarmState.PAGING,
        conversation_id=talk.conversation_id, words=" · ".join(danger.why)[:500], language=talk.language or "id",
        answer_by=answer_by, next_at=answer_by if guarded else now,
    )  # fmt: skip
    if ticket is not None:
        alarm.update(ticket_id=ticket["id"], number=ticket["number"], agency=_agency(house, ticket))
    failpoint.here("alarm.insert")
    batch.insert("alarm", alarm)
    batch.alarms[alarm["id"]] = alarm
    batch.alarm_changed(alarm)
    talk.alarm_id = alarm["id"]
    if ticket is not None:
        batch.event(ticket, "alarm", "bot", after=danger.kind, why=alarm["words"])
    _answer_at_once(batch, house, talk, inbound, danger, alarm)


def alarm_row(now: datetime, part: int, **more: Any) -> dict[str, Any]:
    """A new row of the table; `more` says what is not the usual."""
    row = {
        "id": clock.new_id(), "part": part, "conversation_id": None, "ticket_id": None, "number": "", "words": "",
        "language": "id", "agency": "", "confirmed": "", "raised_at": now, "answer_by": None, "acknowledged_at": None,
        "acknowledged_by": None, "acknowledged_via": "", "round": 1, "step": 0, "round_at": now, "next_at": now,
        "nobody": False, "drill": False,
    }  # fmt: skip
    return row | more


def _agency(house: House, ticket: dict[str, Any] | None) -> str:
    topic = house.flows.topics.get(ticket["topic"]) if ticket else None
    return topic.agency if topic else ""


def _answer_at_once(
    batch: Batch, house: House, talk: Talk, inbound: Inbound, danger: Danger, alarm: dict[str, Any]
) -> None:
    """The region's numbers as digits, then one question. Both are notices: nothing suppresses them."""
    lang = talk.language
    comfort = house.flows.texts.get(f"critical_{danger.kind}")
    lines = [
        f"{number.digits} – {house.flows.catalogues.gettext(lang or SOURCE, number.label)}"
        for number in house.triage.numbers(_region(batch, house, talk, inbound), danger.kind)
    ]
    words = text(house.flows, "critical_answer", lang)
    if comfort is not None:
        words = f"{text(house.flows, f'critical_{danger.kind}', lang)}\n\n{words}"
    say(batch, talk, Say(words, notice=True, values={"numbers": "\n".join(lines)}), priority=DANGER)
    token = alarm["id"].hex()
    yes, no = text(house.flows, "critical_choice_yes", lang), text(house.flows, "critical_choice_no", lang)
    question = f"{text(house.flows, 'critical_ask', lang)}\n\n1. {yes}\n2. {no}"
    choices = (Choice(f"{PRESSED}/{token}/ya", yes), Choice(f"{PRESSED}/{token}/tidak", no))
    say(batch, talk, Say(question, choices, notice=True), priority=DANGER)


def _region(batch: Batch, house: House, talk: Talk, inbound: Inbound) -> str:
    """The code of the regency that is spoken of, '' where nobody has said: this message, the answers so far, the ticket."""
    session = talk.session or {}
    answers = session.get("answers")
    ticket = batch.tickets.get(talk.ticket_id) if talk.ticket_id else None
    said = [inbound.text, str(answers.get("place") or "") if isinstance(answers, dict) else ""]
    return house.triage.regency([*said, ticket["place"] if ticket else ""], inbound.location)


def _yes_or_no(house: House, words: str) -> str:
    """`yes`, `no` or '': the whole message, in either language. "1" is the first choice."""
    return choose(house.triage.yes_no, words) or "" if words else ""


def _pressed(batch: Batch, house: House, talk: Talk, alarm: dict[str, Any] | None, choice: str) -> bool:
    _, token, answer = [*choice.split("/", 2), "", ""][:3]
    said = {"ya": YES, "tidak": NO}.get(answer)
    ours = alarm is not None and alarm["id"].hex() == token
    # a yes that comes late, or after a no, is still one: whoever runs from a fire answers when they can
    if alarm and ours and said and (alarm["answer_by"] is not None or (said == YES and alarm["confirmed"] != YES)):
        _answered(batch, house, talk, alarm, said)
    else:
        say(batch, talk, Say(text(house.flows, "stale", talk.language), notice=True))
    return True


def _answered(batch: Batch, house: House, talk: Talk, alarm: dict[str, Any], answer: str) -> None:
    """What the citizen, or their silence, says to "is it happening now?"."""
    alarm["confirmed"], alarm["answer_by"] = answer, None
    batch.alarm_changed(alarm)
    ticket = batch.tickets.get(alarm["ticket_id"]) if alarm["ticket_id"] else None
    if ticket is not None:
        batch.event(ticket, "alarm", "clock" if answer == SILENCE else "citizen", after=answer)
    if answer == NO:
        _calm(batch, house, talk, alarm, ticket)
        return
    if alarm["state"] in (AlarmState.ASKING, AlarmState.CALM):
        again = alarm["state"] == AlarmState.CALM
        ticket = _to_queue(batch, house, talk, "")
        alarm.update(ticket_id=ticket["id"], number=ticket["number"], agency=_agency(house, ticket))
        if answer == SILENCE:  # a cue spoke against it and nobody says more: seen by an officer, but nobody is woken
            _urgency(batch, ticket, Urgency.HIGH)
            alarm.update(state=AlarmState.CALM, next_at=None)
            return
        alarm.update(
            state=AlarmState.PAGING, round=alarm["round"] + again, step=0, round_at=batch.now, next_at=batch.now
        )
    if ticket is not None:
        _urgency(batch, ticket, Urgency.CRITICAL)
    if answer == YES:
        say(batch, talk, Say(text(house.flows, "critical_yes", talk.language), notice=True), priority=DANGER)


def _calm(batch: Batch, house: House, talk: Talk, alarm: dict[str, Any], ticket: dict[str, Any] | None) -> None:
    """Not now: nobody else is called, the ticket stays with high urgency, and the talk goes on where it was."""
    if alarm["state"] == AlarmState.ACKNOWLEDGED:
        talk.alarm_id = None  # else the next cry would be more of what a human has already
    else:
        alarm.update(state=AlarmState.CALM, next_at=None)
        batch.cancel_calls(Ref(alarm["id"], alarm["part"]))
    if ticket is not None and ticket["urgency"] == Urgency.CRITICAL:
        _set_urgency(batch, ticket, Urgency.HIGH, "citizen")
    say(batch, talk, Say(text(house.flows, "critical_no", talk.language), notice=True))
    if talk.owner != Owner.QUEUE and talk.owner != Owner.BOT:
        return
    talk.owner = Owner.BOT
    batch.touch(talk)
    if talk.session is not None:
        dialogue.respond(batch, house, talk, Said(text=house.flows.lexicon.word("repeat")))


def _again(batch: Batch, alarm: dict[str, Any]) -> None:
    """More of it while somebody is being called changes nothing; after an acknowledgement it calls once more."""
    at = alarm["acknowledged_at"]
    if alarm["state"] == AlarmState.ACKNOWLEDGED and at is not None and batch.now - at >= AGAIN_AFTER:
        alarm.update(
            state=AlarmState.PAGING, round=alarm["round"] + 1, round_at=batch.now, step=0, next_at=batch.now,
            acknowledged_at=None,
        )  # fmt: skip
    batch.alarm_changed(alarm)


def silent(batch: Batch, house: House, talk: Talk, alarm: dict[str, Any]) -> None:
    """The time for an answer is over."""
    if alarm["answer_by"] is not None and alarm["answer_by"] <= batch.now:
        _answered(batch, house, talk, alarm, SILENCE)


def acknowledge(batch: Batch, talk: Talk | None, alarm: dict[str, Any], officer_id: int, name: str, via: str) -> bool:
    """A human has it. False when somebody was first; their name is in the alarm."""
    if alarm["state"] not in (AlarmState.PAGING, AlarmState.ASKING):
        return False
    alarm.update(
        state=AlarmState.ACKNOWLEDGED, acknowledged_at=batch.now, acknowledged_by=officer_id, acknowledged_via=via,
        next_at=alarm["answer_by"],
    )  # fmt: skip
    batch.alarm_changed(alarm)
    batch.cancel_calls(Ref(alarm["id"], alarm["part"]))
    if talk is not None:
        after = int((batch.now - alarm["round_at"]).total_seconds())
        line(
            batch,
            talk,
            Sentence(
                "{officer} menerima panggilan darurat {number} setelah {seconds} detik",
                officer=name,
                number=alarm["number"],
                seconds=after,
            ),
            officer_id,
        )
    return True


def end(batch: Batch, talk: Talk) -> None:
    """The case is resolved: so is its alarm."""
    alarm = batch.alarms.get(talk.alarm_id) if talk.alarm_id else None
    if alarm is not None and alarm["state"] != AlarmState.CALM:
        alarm.update(state=AlarmState.ENDED, next_at=None, answer_by=None)
        batch.alarm_changed(alarm)
    talk.alarm_id = None


def named(choice: str) -> Ref | None:
    """The alarm whose button an officer pressed in a messenger (`terima/<alarm>.<part>`)."""
    kind, _, ref = choice.partition("/")
    if kind != "terima":
        return None
    try:
        return Ref.parse(ref)
    except NotFound:
        return None
