"""What stands beside the words of a message: what it answers, what became of it, what it was if we cannot show it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.desk.show import N_
from bot.desk.speech import tr
from bot.errors import unpacked
from bot.record import record

Message = Mapping[str, Any]

FORWARDED = {1: N_("Diteruskan"), 2: N_("Diteruskan berkali-kali")}
WHAT = {
    "poll": N_("jajak pendapat"),
    "poll_creation": N_("jajak pendapat"),
    "poll_update": N_("suara jajak pendapat"),
    "dice": N_("dadu"),
    "story": N_("cerita"),
    "checklist": N_("daftar centang"),
    "game": N_("permainan"),
    "gift": N_("hadiah"),
    "edit": N_("pesan yang diedit"),
    "pin": N_("pesan yang disematkan"),
    "event": N_("acara"),
    "paid_media": N_("media berbayar"),
    "image": N_("foto"),
    "video": N_("video"),
    "audio": N_("rekaman suara"),
    "voice": N_("pesan suara"),
    "document": N_("dokumen"),
    "sticker": N_("stiker"),
    "text": N_("teks"),
    "location": N_("lokasi"),
    "contacts": N_("kartu kontak"),
    "interactive": N_("tombol"),
}
"""Kinds that cannot be shown, as platforms call them; any other keeps the platform's own word."""
SHORT = 90


def data(message: Message) -> Mapping[str, Any]:
    return message["data"] or {}


def what(message: Message) -> str:
    """What an unsupported message was; '' where nobody knows."""
    name = str((data(message).get("details") or {}).get("what", ""))
    return WHAT.get(name, name.replace("_", " ")[:40])


def quoted(message: Message, shown: Sequence[Message], since: int) -> tuple[int, str] | None:
    """Number and first words of what this message answers: (0, '') where we do not have it, '' where it is not on this page."""
    reply = data(message).get("reply")
    if not isinstance(reply, int):
        return None
    place = reply - since
    if reply == 0 or not 0 <= place < len(shown):
        return reply, ""
    words = " ".join((shown[place]["body"] or "")[: SHORT * 3].split())
    return reply, words if len(words) <= SHORT else words[: SHORT - 1].rstrip() + "…"


@record
class Place:
    """A point that somebody has sent."""

    name: str
    point: str
    url: str
    """A map without our page's address: whoever draws it does not learn which case this is."""


def place(message: Message) -> Place | None:
    found: Any = data(message).get("location") or {}
    try:
        latitude, longitude = float(found["latitude"]), float(found["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    point = f"{latitude:.6f},{longitude:.6f}"
    url = (
        f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}#map=17/{latitude:.6f}/{longitude:.6f}"
    )
    return Place(str(found.get("name") or ""), point.replace(",", ", "), url)


def edits(message: Message) -> list[tuple[datetime, str]]:
    """Earlier words (or an earlier place) with the time they were replaced."""
    rows = []
    for row in data(message).get("edits") or ():
        place = row.get("location") or {}
        words = row.get("text", "") or ", ".join(str(place[key]) for key in ("latitude", "longitude") if key in place)
        rows.append((datetime.fromisoformat(row["at"]), words))
    return rows


def deleted(message: Message) -> datetime | None:
    at = data(message).get("deleted")
    return datetime.fromisoformat(at) if at else None


def proven(message: Message) -> bool:
    """The card holds the sender's own number, and the platform vouches for it."""
    return any(card.get("proof") for card in data(message).get("cards") or ())


def details(message: Message) -> list[tuple[str, str]]:
    """What came along and is not text: where the citizen came from, a form's answers, an order."""
    found = data(message).get("details") or {}
    referral, order, product = found.get("referral") or {}, found.get("order") or {}, found.get("product") or {}
    items = [f"{row.get('quantity', '1')} × {row.get('product_retailer_id', '?')}" for row in order.get("items") or ()]
    rows = [
        (N_("Mengutip"), str(found.get("quote", ""))),
        (N_("Datang dari"), " · ".join(str(referral[key]) for key in ("headline", "source_url") if key in referral)),
        (N_("Tentang barang"), str(product.get("product_retailer_id", ""))),
        (N_("Pesanan"), ", ".join(items)),
        (N_("Diberi tahu"), ", ".join(data(message).get("named") or ())),
        (N_("Tidak berhak membuka kasus ini, tidak diberi tahu"), ", ".join(data(message).get("shut") or ())),
        (N_("Tidak dikenal, tidak diberi tahu"), ", ".join(f"@{each}" for each in data(message).get("unknown") or ())),
        *((str(key).replace("_", " "), str(answer)) for key, answer in (found.get("flow") or {}).items()),
    ]
    return [(name, words) for name, words in rows if words]


def line(m: Message) -> str:
    """A line of the desk's own in the language of the page; one that an older version has written as it stands."""
    told = (m["data"] or {}).get("line")
    return unpacked(told).said(tr) if told else str(m["body"])
