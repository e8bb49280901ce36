"""An agency's "done" is not the end: the citizen says whether it is, or an officer looks. Silence is not a yes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot import clock
from bot.engine.effects import Say
from bot.engine.match import normalise
from bot.engine.texts import text
from bot.errors import Conflict, NotFound, Sentence
from bot.links import sign
from bot.message import Choice, Inbound
from bot.models import Author, Officer, Owner, State
from bot.models.ref import Ref
from bot.store import cases
from bot.store.batch import Batch, message_row
from bot.store.db import Db, Unit
from bot.store.talk import Talk
from bot.triage.identity import mask
from bot.turn import House, survey
from bot.turn.deliver import deliver
from bot.turn.handoff import move
from bot.turn.known import resolved as followers_hear
from bot.turn.say import line, say
from bot.turn.tell import next_word, reason_of, tell

PRESSED = "beres"
"""What the ids of the buttons begin with: `beres/<ticket>/<how often "not yet">/ya`."""
VERIFIED = "verified"
"""Timer kind: a citizen has confirmed; who follows the report is told."""
PROOF_LASTS = 30 * 86_400
"""Seconds that a citizen can open the photo of what was done."""
LATE = timedelta(days=10)
"""So long after the end a "not yet" still opens the case again (SP4N-LAPOR! gives citizens ten days to respond)."""
YES = frozenset("ya iya sudah udah beres selesai betul atos parantos sampun rengse leres".split())
NO = frozenset("belum blm belom blom tacan acan encan".split())
WHOLE = {"1": "yes", "2": "no", "tidak": "no", "henteu": "no", "tidak beres": "no", "teu beres": "no"}
"""Only as the whole message: "tidak tahu" is no answer, "2 hari" neither."""
BUT = frozenset("tapi tetapi masih namun nanging keneh tidak teu henteu".split())
SHORT = 4
"""Words."""


def ask(
    batch: Batch, house: House, thread: Talk, ticket: dict[str, Any], note: str, files: Sequence[dict[str, Any]]
) -> None:  # fmt: skip
    """In the transaction of the agency's "done": the proof joins the conversation, the citizen is asked."""
    name = house.triage.agencies.name(ticket["agency"])
    proofs = _keep(batch, house, thread, ticket, files)
    ticket["conversation_id"] = thread.conversation_id
    if thread.owner in (Owner.BOT, Owner.SURVEY):
        thread.owner, thread.ticket_id = Owner.BOT, ticket["id"]
    line(
        batch,
        thread,
        Sentence("{agency} menyatakan kasus {number} selesai: {note}", agency=name, number=ticket["number"], note=note),
    )
    shown = text(house.flows, "verify_proof", thread.language).replace("{link}", "\n".join(proofs)) if proofs else ""
    said = tuple(
        Choice(f"{PRESSED}/{ticket['id'].hex()}/{ticket['denials']}/{key}", text(house.flows, f"verify_choice_{key}", thread.language))
        for key in ("yes", "no")
    )  # fmt: skip
    tell(batch, house, thread, ticket, "verify_ask", said, note=f"{note}\n{shown}".strip())


def _keep(
    batch: Batch, house: House, thread: Talk, ticket: dict[str, Any], files: Sequence[dict[str, Any]]
) -> list[str]:  # fmt: skip
    """One line of the desk's own with the files; the links under which the citizen sees them."""
    if not files:
        return []
    message = message_row(
        thread, Author.SYSTEM, batch.now, body="", kind="image", data={"ticket": ticket["number"], "proof": True}
    )
    batch.insert("message", message)
    found = []
    for position, file in enumerate(files):
        row = {
            "id": clock.new_id(), "part": thread.part, "message_id": message["id"],
            "conversation_id": thread.conversation_id, "position": position, "account": "desk:proof", "attempts": 0,
            "next_at": batch.now, "asked_at": None, "created_at": batch.now, "fetched_at": batch.now, "ref": "",
            "clean": "", "clean_type": "", "thumb": "", "width": 0, "height": 0, **file,
        }  # fmt: skip
        batch.insert("media", row)
        path = f"/bukti/{Ref(row['id'], row['part'])}"
        found.append(house.public_url + sign(house.vault.signing_key("proof"), path, batch.now, PROOF_LASTS))
    return found


def pressed(inbound: Inbound, part: int) -> Ref | None:
    """The ticket that a pressed button is about, as the button says."""
    kind, _, rest = inbound.choice.partition("/")
    try:
        return Ref.parse(f"{rest.partition('/')[0]}.{part}") if kind == PRESSED else None
    except NotFound:
        return None


def answered(batch: Batch, house: House, thread: Talk, inbound: Inbound) -> bool:
    """True when this was the citizen's word on whether it is done. A typed one counts where the bot has just asked."""
    if inbound.choice.startswith(f"{PRESSED}/"):
        return _button(batch, house, thread, inbound)
    ticket = batch.tickets.get(thread.ticket_id) if thread.ticket_id else None
    if ticket is None or ticket["state"] != State.DONE or thread.owner not in (Owner.BOT, Owner.SURVEY):
        return False
    if (
        inbound.choice
        or not next_word(thread, ticket)
        or (thread.session is not None and inbound.text.strip().isdigit())
    ):
        return False
    word = meant(inbound.text)
    if word:
        _decide(batch, house, thread, ticket, word == "yes", mask(inbound.text)[:500])
    return bool(word)


def meant(words: str) -> str:
    """`yes`, `no` or '': whether somebody says that it is done, in either language. "Not yet" may be followed by why; a yes
    with a but is neither."""
    plain = normalise(words) if words else ""
    said = plain.split()
    if not said or plain in WHOLE:
        return WHOLE.get(plain, "")
    short = len(said) <= SHORT
    if NO & set(said if short else said[:2]):
        return "no"
    return "yes" if short and said[0] in YES and not BUT & set(said) else ""


def _button(batch: Batch, house: House, thread: Talk, inbound: Inbound) -> bool:
    _, id_, count, key = [*inbound.choice.split("/", 3), "", "", ""][:4]
    ticket = next((each for each in batch.tickets.values() if each["id"].hex() == id_), None)
    if ticket is None or ticket["address_id"] != thread.address_id or key not in ("yes", "no"):
        say(batch, thread, Say(text(house.flows, "stale", thread.language), notice=True))
    elif ticket["state"] == State.DONE and count == str(ticket["denials"]):
        _decide(batch, house, thread, ticket, key == "yes", "")
    elif key == "no" and ticket["state"] in (State.RESOLVED, State.CLOSED) and _recent(batch, ticket):
        deliver(batch, house, ticket, "reopened")
        move(batch, ticket, State.REOPENED, "citizen", why="warga menyatakan belum beres")
        tell(batch, house, thread, ticket, "step_reopened")
    else:
        tell(batch, house, thread, ticket, "verify_over")
    return True


def _recent(batch: Batch, ticket: dict[str, Any]) -> bool:
    return ticket["resolved_at"] is not None and batch.now - ticket["resolved_at"] <= LATE


def _decide(batch: Batch, house: House, thread: Talk, ticket: dict[str, Any], yes: bool, words: str) -> None:
    if not yes:
        return _not_yet(batch, house, thread, ticket, "citizen", None, words, "verify_no")
    move(batch, ticket, State.RESOLVED, "citizen", why=words)
    ticket["resolved_at"] = batch.now
    tell(batch, house, thread, ticket, "verify_yes")
    last = batch.surveys.get(ticket["id"])
    survey.ask(batch, house, thread, ticket, last["round"] if last else 0)
    return batch.timer(VERIFIED, Ref(ticket["id"], ticket["part"]), batch.now)


def _not_yet(
    batch: Batch, house: House, thread: Talk, ticket: dict[str, Any], actor: str, officer_id: int | None, words: str,
    told: str,
) -> None:  # fmt: skip
    """Back to the same agency, counted, and whoever is named there for such cases hears of it. Nobody is asked for a rating."""
    move(batch, ticket, State.IN_PROGRESS, actor, officer_id, why=words)
    ticket["denials"] += 1
    tell(batch, house, thread, ticket, told)
    deliver(batch, house, ticket, "not_yet")


async def not_yet(db: Db, house: House, officer: Officer, ticket: Ref, reason: str) -> None:
    """An officer has looked and it is not done. Raises `Conflict`, `NotFound`, `WargiError`."""
    reason = reason_of(reason, Sentence("alasan"))
    async with db.unit() as unit:
        batch = house.batch()
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        if case["state"] != State.DONE:
            raise Conflict("kasus ini tidak sedang menunggu pemeriksaan")
        _not_yet(batch, house, thread, case, "officer", officer.id, reason, "step_not_yet")
        await batch.flush(unit)


async def confirmed(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """Rings after a citizen's yes."""
    await followers_hear(unit.conn, batch, subject)


__all__ = ["PRESSED", "VERIFIED", "answered", "ask", "confirmed", "meant", "not_yet", "pressed"]
