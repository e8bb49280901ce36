"""What citizens hear of each step after the chat: once, in the transaction of the step, in their language."""

from datetime import datetime
from typing import Any

from bot.engine.effects import Say
from bot.engine.fill import fill
from bot.engine.texts import text
from bot.errors import Conflict, Sentence, WargiError
from bot.i18n import SOURCE
from bot.message import Choice, clean
from bot.models import AlarmState, Officer, Owner, Role
from bot.store.batch import Batch
from bot.store.talk import Talk
from bot.turn import House
from bot.turn.outside import speak
from bot.turn.words import links
from bot.wib import WIB

LONGEST = 1000


def tell(
    batch: Batch, house: House, thread: Talk, ticket: dict[str, Any], name: str,
    choices: tuple[Choice, ...] = (), **values: str,
) -> None:  # fmt: skip
    """A notice: it is delivered whoever owns the conversation. `choices` come with their numbered twin. When the platform's window
    is closed it leaves as the template for news of a ticket, in Indonesian, as all templates are; what is asked is answered in words."""
    words = text(house.flows, name, thread.language)
    if choices:
        twin = "\n".join(f"{number}. {choice.label}" for number, choice in enumerate(choices, 1))
        words = f"{words}\n\n{twin}"
    made = {**links(house, ticket), "agency_name": house.triage.agencies.name(ticket["agency"]), **values}
    made["kabar"] = fill(text(house.flows, name, SOURCE), made)
    speak(batch, house, thread, Say(words, choices, notice=True), "ticket_update", made)


def reason_of(words: object, what: Sentence) -> str:
    """What an officer or agency must write down. Raises `WargiError` that says which field is empty or too long."""
    plain = " ".join(clean(words, LONGEST * 2).split())
    if not plain:
        raise WargiError("{what} belum diisi", what=what)
    if len(plain) > LONGEST:
        raise WargiError(
            "{what} terlalu panjang ({count} huruf); paling banyak {most}", what=what, count=len(plain), most=LONGEST
        )
    return plain


def day(at: datetime) -> str:
    """15-12-2026: digits need no translation."""
    return f"{at.astimezone(WIB):%d-%m-%Y}"


def next_word(thread: Talk, ticket: dict[str, Any]) -> bool:
    """Is this the citizen's first message since the ticket asked them something, or is there nothing else that they could be
    answering? Whoever has gone on with another form since then answers that form."""
    before = thread.previous_inbound_at
    return thread.session is None or before is None or before <= ticket["updated_at"]


def let_go(batch: Batch, thread: Talk, ticket: dict[str, Any]) -> None:
    """The case leaves the officers: so does its conversation, unless it is about another case by now."""
    batch.end_assignment(ticket)
    if thread.ticket_id == ticket["id"] and thread.owner in (Owner.OFFICER, Owner.QUEUE):
        thread.owner, thread.officer_id, thread.session = Owner.BOT, None, None
        thread.end_epoch()
    batch.touch(thread)


def only_holder(ticket: dict[str, Any], officer: Officer) -> None:
    """Raises `Conflict` when somebody else holds the case; whoever leads may always act."""
    if ticket["officer_id"] not in (None, officer.id) and officer.role == Role.OFFICER:
        raise Conflict("kasus ini dipegang petugas lain")


def no_open_alarm(batch: Batch, thread: Talk, ticket: dict[str, Any]) -> None:
    """Nobody ends a case for which help is still being called. Raises `Conflict`."""
    called = batch.alarms.get(thread.alarm_id or b"")
    if called and called["ticket_id"] == ticket["id"] and called["state"] in (AlarmState.ASKING, AlarmState.PAGING):
        raise Conflict("panggilan darurat kasus ini belum diterima siapa pun; terima dulu panggilannya")
