"""The rating at the end. A score exists only if the citizen gave it."""

from typing import Any

from bot import clock, failpoint
from bot.engine.effects import Say
from bot.engine.texts import match_score, score_of_choice, survey_question, text
from bot.errors import NotFound
from bot.message import Inbound
from bot.models import Owner, State, SurveyState
from bot.models.ref import Ref
from bot.store.batch import Batch
from bot.store.talk import Talk
from bot.turn import House
from bot.turn.handoff import later, move
from bot.turn.outside import speak
from bot.turn.say import NOTICE, say
from bot.turn.words import command, declines

EXPIRES = "survey"
"""Timer kind; its subject is the survey."""


def elsewhere(talk: Talk, ticket: dict[str, Any]) -> bool:
    """The conversation belongs to another case, with an officer or in the queue: nothing about this one may take it away."""
    return talk.owner in (Owner.OFFICER, Owner.QUEUE) and talk.ticket_id != ticket["id"]


def pressed(inbound: Inbound, part: int) -> Ref | None:
    """The survey whose button was pressed, as the button says."""
    choice = score_of_choice(inbound.choice)
    try:
        return Ref.parse(f"{choice[0]}.{part}") if choice else None
    except NotFound:
        return None


def ask(batch: Batch, house: House, talk: Talk, ticket: dict[str, Any], rounds: int) -> None:
    """Asks 1-5 in the citizen's language, once a closing, in the transaction that resolves."""
    expires_at = later(batch.now, house.survey_hours)
    survey = {
        "id": clock.new_id(), "part": talk.part, "ticket_id": ticket["id"], "conversation_id": talk.conversation_id,
        "round": rounds + 1, "state": SurveyState.ASKED, "asked_at": batch.now, "expires_at": expires_at,
        "answered_at": None, "score": None, "comment": "",
    }  # fmt: skip
    failpoint.here("survey.insert")
    batch.insert("survey", survey)
    batch.surveys[ticket["id"]] = survey
    batch.timer(EXPIRES, Ref(survey["id"], talk.part), expires_at)
    if not elsewhere(talk, ticket):
        talk.owner, talk.ticket_id = Owner.SURVEY, ticket["id"]
    question = survey_question(house.flows, talk.language, survey["id"].hex())
    speak(batch, house, talk, question, "survey", {"number": ticket["number"]}, NOTICE)


def answer(batch: Batch, house: House, talk: Talk, inbound: Inbound) -> bool:
    """A turn whose owner is the survey, or a press on one of its buttons. False when it was none of the survey's business."""
    token = score_of_choice(inbound.choice) is not None
    survey = _named(batch, talk, inbound) if token else batch.surveys.get(talk.ticket_id) if talk.ticket_id else None
    if survey is None:
        if token:
            return _stale(batch, house, talk)
        talk.owner = Owner.BOT
        return False
    if survey["state"] in (SurveyState.ASKED, SurveyState.UNCLEAR):
        if token or talk.owner == Owner.SURVEY:
            return _score(batch, house, talk, survey, inbound)
        return False
    if token:
        return _stale(batch, house, talk)
    if survey["state"] == SurveyState.ANSWERED and not survey["comment"] and inbound.text:
        return _comment(batch, house, talk, survey, inbound.text)
    talk.owner = Owner.BOT
    return False


def _named(batch: Batch, talk: Talk, inbound: Inbound) -> dict[str, Any] | None:
    """The survey of the pressed button, if it is the last one of a case of this very citizen: a newer case changes nothing."""
    ref = pressed(inbound, talk.part)
    survey = next((each for each in batch.surveys.values() if ref and each["id"] == ref.id), None)
    ours = survey is not None and batch.tickets[survey["ticket_id"]]["address_id"] == talk.address_id
    return survey if ours else None


def _stale(batch: Batch, house: House, talk: Talk) -> bool:
    """A button of an old or answered survey: said kindly, nothing changes."""
    say(batch, talk, Say(text(house.flows, "survey_stale", talk.language), notice=True))
    return True


def _score(batch: Batch, house: House, talk: Talk, survey: dict[str, Any], inbound: Inbound) -> bool:
    score = match_score(house.flows, inbound.choice or inbound.text, talk.language)
    ticket = batch.tickets[survey["ticket_id"]]
    batch.survey_changed(survey)
    if score is None:
        survey["state"] = SurveyState.UNCLEAR
        batch.event(ticket, "unclear", "citizen")
        talk.owner = Owner.BOT
        return False
    survey.update(state=SurveyState.ANSWERED, score=score, answered_at=batch.now)
    ticket["score"] = score
    batch.event(ticket, "rated", "citizen", after=str(score))
    if ticket["state"] == State.RESOLVED:
        move(batch, ticket, State.CLOSED, "citizen")
    words = text(house.flows, "survey_thanks", talk.language)
    if talk.ticket_id == ticket["id"] and talk.owner in (Owner.BOT, Owner.SURVEY):
        talk.owner = Owner.SURVEY  # the next line is the comment
        words += "\n\n" + text(house.flows, "survey_comment", talk.language)
    say(batch, talk, Say(words, notice=True))
    return True


def _comment(batch: Batch, house: House, talk: Talk, survey: dict[str, Any], words: str) -> bool:
    """The line after a score is its comment, unless it asks for something else."""
    talk.owner = Owner.BOT
    if command(house.flows, words):
        return False
    if not declines(words):
        survey["comment"] = words
        batch.survey_changed(survey)
        batch.event(batch.tickets[survey["ticket_id"]], "comment", "citizen")
    say(batch, talk, Say(text(house.flows, "survey_comment_thanks", talk.language), notice=True))
    return True


def expire(batch: Batch, talk: Talk, survey: dict[str, Any]) -> None:
    """Silence: its own state. The ticket closes either way; the conversation goes back to the bot without a word."""
    ticket = batch.tickets[survey["ticket_id"]]
    if survey["state"] == SurveyState.ASKED:
        survey["state"] = SurveyState.EXPIRED
        batch.survey_changed(survey)
        batch.event(ticket, "expired", "clock")
    if ticket["state"] == State.RESOLVED:
        move(batch, ticket, State.CLOSED, "clock")
    if talk.owner == Owner.SURVEY and talk.ticket_id == ticket["id"]:
        talk.owner = Owner.BOT
    batch.touch(talk)
