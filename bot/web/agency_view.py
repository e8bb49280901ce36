"""What an agency sees of one ticket, signed in or by a link: the same page, made here once. Nothing else of the case is read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.files.kinds import TYPES
from bot.models import STATE_NAME, State
from bot.models.ref import Ref
from bot.record import record
from bot.store import agencies
from bot.store.db import Db
from bot.triage.identity import mask
from bot.triage.phone import phone
from bot.turn import House

STATE = {**STATE_NAME, State.WAITING_CITIZEN: "Menunggu jawaban warga", State.DISPATCHED: "Baru, belum diterima"}
ACTOR = {"agency": "Instansi", "citizen": "Warga", "officer": "Petugas layanan", "clock": "Otomatis", "bot": "Bot"}
OPEN = (State.DISPATCHED, State.IN_PROGRESS)


@record
class View:
    """Plain words, ready to print."""

    ref: Ref
    number: str
    agency: str
    state: str
    state_name: str
    topic: str
    place: str
    details: str
    opened_at: datetime
    dispatched_at: datetime | None
    note: str
    who: str
    """'' while the citizen's identity is masked."""
    denials: int
    steps: list[tuple[datetime, str, str, str]]
    """When, what, by whom, why."""
    files: list[tuple[str, str, bool]]
    """Reference, what it is, whether it is a picture with a thumbnail."""
    rows: Mapping[str, Mapping[str, Any]]
    """The files' own rows, by reference."""
    ticket: Mapping[str, Any]

    @property
    def may_accept(self) -> bool:
        return self.state in (State.DISPATCHED, State.POSTPONED)

    @property
    def may_work(self) -> bool:
        """Ask, put off, report done."""
        return self.state in OPEN

    @property
    def may_return(self) -> bool:
        return self.state in (*OPEN, State.POSTPONED)


async def load(db: Db, house: House, number: str, part: int, agency: str | None) -> View | None:
    """None for a ticket that is not this agency's; `agency` None asks for whichever has it."""
    async with db.read() as conn:
        found = await agencies.ticket(conn, number, part, agency)
        if found is None:
            return None
        row, ref = dict(found), Ref(found["id"], part)
        steps = [dict(each) for each in await agencies.steps(conn, ref, row["dispatched_at"])]
        files = [dict(each) for each in await agencies.files(conn, row)]
    topic = house.flows.topics.get(row["topic"])
    plain = (lambda text: text) if row["identity_open"] else mask
    name = house.triage.agencies.name(row["agency"])
    note = next((each["why"] for each in reversed(steps) if each["after"] == State.DISPATCHED), "")
    return View(
        ref, row["number"], row["agency"], row["state"], STATE[State(row["state"])],
        topic.label["id"] if topic else row["topic"], plain(row["place"]), plain(row["details"]), row["opened_at"],
        row["dispatched_at"], mask(note.removeprefix(name).removeprefix(": ")), _who(row), row["denials"],
        [_step(each) for each in steps],
        [(str(Ref(each["id"], each["part"])), _called(each), bool(each["thumb"])) for each in files],
        {str(Ref(each["id"], each["part"])): each for each in files}, row,
    )  # fmt: skip


def _who(row: Mapping[str, Any]) -> str:
    if not row["identity_open"]:
        return ""
    number = row["phone"] or (row["address"] if str(row["address"] or "").lstrip("+").isdigit() else "")
    return " · ".join(filter(None, (row["name"], phone(number) or number))) or "tidak dikenal"


def _step(row: Mapping[str, Any]) -> tuple[datetime, str, str, str]:
    what = STATE[State(row["after"])] if row["kind"] == "moved" and row["after"] else "Keterangan tambahan"
    return row["at"], what, ACTOR.get(row["actor"], row["actor"]), mask(row["why"])


def _called(row: Mapping[str, Any]) -> str:
    kind = TYPES[row["type"]].family if row["type"] in TYPES else "document"
    proof = bool((row["data"] or {}).get("proof"))
    word = {"image": "Foto", "audio": "Suara", "video": "Video"}.get(kind, "Dokumen")
    return f"{word} {'bukti' if proof else 'dari warga'}"


def form_of(row: Mapping[str, Any], small: bool) -> tuple[str, str] | None:
    """Hash and type of what is given out: of a photo only copies without metadata."""
    if small and row["thumb"]:
        return row["thumb"], "image/webp"
    if row["clean"]:
        return row["clean"], row["clean_type"]
    photo = row["type"] in TYPES and TYPES[row["type"]].family == "image"
    return None if photo else (row["sha256"], row["type"])
