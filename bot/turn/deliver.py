"""What an agency hears of its tickets: one row a mail or call, in the transaction of the act; `bot/courier.py` sends it."""

from collections.abc import Iterator
from typing import Any

from bot import clock
from bot.links import make_pass, read_pass, valid_pass
from bot.models import DeliveryState, State
from bot.policy.directory import Agency
from bot.store.batch import Batch
from bot.turn import House

LASTS = 14 * 86_400
"""Seconds that a link in a mail works, if the ticket stays there that long."""
PURPOSE = "agency link"
TEXT = {
    "dispatched": "Laporan {number}: {topic}. Laporan warga diteruskan kepada {agency}. {note}",
    "answered": "Laporan {number}: warga sudah menjawab. Keterangan yang diminta ada di halaman laporan.",
    "not_yet": "Laporan {number}: belum beres. Warga atau petugas menyatakan pekerjaan belum selesai ({count} kali). {note}",
    "resumed": "Laporan {number}: tanggal penundaan sudah tiba. Mohon dilanjutkan.",
    "recalled": "Laporan {number}: ditarik kembali oleh petugas. {agency} tidak perlu berbuat apa-apa lagi.",
}
"""Mails travel over other people's servers: no name, no place and no words of the citizen are in them."""


def deliver(batch: Batch, house: House, ticket: dict[str, Any], kind: str, note: str = "") -> None:
    """Nothing for an agency that works at the desk: its list shows it."""
    agency = house.triage.agencies.agencies.get(ticket["agency"])
    if agency is None or agency.channel == "login":
        return
    topic = house.flows.topics.get(ticket["topic"])
    words = TEXT[kind].format(
        number=ticket["number"], topic=topic.label["id"] if topic else "laporan warga", agency=agency.name,
        count=ticket["denials"], note=note,
    )  # fmt: skip
    link = "" if kind == "recalled" else f"{house.public_url}/instansi/{pass_for(house, ticket, batch)}"
    for via, target in _targets(agency, kind):
        batch.insert("agency_delivery", row(batch, via, target, words.strip(), kind, link, ticket, agency.slug))


def row(
    batch: Batch, via: str, target: str, words: str, kind: str, link: str = "",
    ticket: dict[str, Any] | None = None, agency: str = "", part: int = 0,
) -> dict[str, Any]:  # fmt: skip
    return {
        "id": clock.new_id(), "part": ticket["part"] if ticket else part, "ticket_id": ticket["id"] if ticket else None,
        "number": ticket["number"] if ticket else "", "agency": agency, "kind": kind, "via": via, "target": target,
        "text": words, "link": link, "state": DeliveryState.READY, "attempts": 0, "created_at": batch.now,
        "next_at": batch.now, "sent_at": None, "error": "",
    }  # fmt: skip


def _targets(agency: Agency, kind: str) -> Iterator[tuple[str, str]]:
    if agency.channel == "webhook":
        yield "webhook", agency.url
    for contact in agency.contacts:
        duty = agency.channel == "mail" and not contact.escalation
        if contact.email and (duty or (contact.escalation and kind == "not_yet")):
            yield "mail", contact.email


# -- the link that needs no login ------------------------------------------------------------------


def pass_for(house: House, ticket: dict[str, Any], batch: Batch) -> str:
    """Names the ticket and which dispatch of it; bound to the agency that has it now."""
    shown = (ticket["number"], str(ticket["dispatches"]))
    return make_pass(house.vault.signing_key(PURPOSE), shown, (ticket["agency"],), batch.now, LASTS)


def number_in(token: str) -> str:
    """The ticket's number that a pass shows; '' when it is none."""
    words = read_pass(token, 2)
    return words[0] if words else ""


def opens(house: House, token: str, ticket: Any) -> bool:
    """Is this pass ours, in time, of this very dispatch, and is the ticket still there? What the agency has said to be
    done stays open to it until somebody has confirmed it."""
    words = read_pass(token, 2)
    if words is None or words != (ticket["number"], str(ticket["dispatches"])) or not ticket["agency"]:
        return False
    if ticket["state"] in (State.RESOLVED, State.CLOSED):
        return False
    return valid_pass(house.vault.signing_key(PURPOSE), token, (ticket["agency"],), clock.now())
