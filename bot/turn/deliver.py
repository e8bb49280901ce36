"""What an agency hears of its tickets: one row a mail or call, in the transaction of the act; `bot/courier.py` sends it."""

from datetime import timedelta
from typing import Any

from bot import clock
from bot.links import make_pass, read_pass, valid_pass
from bot.models import DeliveryState, State, Urgency
from bot.policy import hours
from bot.policy.calendar import ZONES
from bot.policy.directory import Agency, reached
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
    "joined": "Laporan {number}: laporan {note} dari warga lain tentang hal yang sama digabungkan ke laporan ini.",
    "cancelled": "Laporan {number}: dibatalkan oleh warga. {agency} tidak perlu berbuat apa-apa lagi.",
    "reopened": "Laporan {number}: dibuka kembali karena dinyatakan belum beres. Petugas memeriksanya dulu; bila perlu laporan ini "
    "diteruskan lagi kepada {agency}.",
}
GONE = frozenset({"recalled", "cancelled", "reopened"})
"""Said while the ticket is leaving: a link would open nothing any more."""
AHEAD = timedelta(hours=6)
"""A critical case is due before everything that waits after an outage."""
"""Mails travel over other people's servers: no name, no place and no words of the citizen are in them."""


def deliver(batch: Batch, house: House, ticket: dict[str, Any], kind: str, note: str = "") -> None:
    """For those of the agency that has the ticket; before the move that takes it away. Nobody at all is nothing."""
    agency = house.triage.agencies.agencies.get(ticket["agency"])
    if agency is None:
        return
    topic = house.flows.topics.get(ticket["topic"])
    words = TEXT[kind].format(
        number=ticket["number"], topic=topic.label["id"] if topic else "laporan warga", agency=agency.name,
        count=ticket["denials"], note=note,
    )  # fmt: skip
    link = "" if kind in GONE else f"{house.public_url}/instansi/{pass_for(house, ticket, batch)}"
    open_now = hours.is_open(agency.hours, batch.now, _zone(house, agency))
    ahead = AHEAD if ticket["urgency"] == Urgency.CRITICAL else timedelta(0)
    for via, target in reached(agency, kind, ticket["urgency"], open_now):
        if via in ("telegram", "whatsapp") and via not in house.channels:
            continue  # what is switched off reaches nobody
        made = row(batch, via, target, words.strip(), kind, link, ticket, agency.slug)
        batch.insert("agency_delivery", made | {"next_at": batch.now - ahead})


def _zone(house: House, agency: Agency) -> timedelta:
    zones = house.triage.norms.calendars.zones
    return zones.get(agency.areas[0][:2], ZONES["WIB"]) if agency.areas else ZONES["WIB"]


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
