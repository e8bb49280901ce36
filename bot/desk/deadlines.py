"""Deadlines in words, and the page that lists them: what ends next, what has ended, what this officer was told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot import clock
from bot.desk import page
from bot.desk.show import N_
from bot.desk.speech import tr
from bot.errors import NotFound
from bot.models.ref import Ref
from bot.store import sla
from bot.web import keys

KIND = {
    "first_answer": N_("Jawaban pertama"),
    "next_answer": N_("Jawaban berikutnya"),
    "verify": N_("Verifikasi"),
    "solution": N_("Penyelesaian"),
    "agency_accept": N_("Tanggapan instansi"),
    "agency_solution": N_("Penyelesaian instansi"),
}
PARTY = {"ours": N_("Jam kita"), "agency": N_("Jam instansi")}
BALL = {
    "ours": N_("menunggu petugas"),
    "citizen": N_("menunggu warga"),
    "agency": N_("dikerjakan instansi"),
    "date": N_("ditunda"),
    "outside": N_("di SP4N-LAPOR!"),
}
OUTCOME = {"met": N_("tepat waktu"), "late": N_("terlambat"), "void": N_("tidak dihitung")}
PAGE = 50
LATE = N_("lewat {span}")


def span(time: timedelta) -> str:
    """`3 mnt`, `1 jam 20 mnt`, `2 hr 4 jam`: two sizes at most, rounded down, never negative."""
    minutes = max(0, int(time.total_seconds()) // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{n} {unit}" for n, unit in ((days, tr("hr")), (hours, tr("jam")), (minutes, tr("mnt"))) if n]
    return " ".join(parts[:2]) or tr(N_("kurang dari 1 mnt"))


def left(row: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    """What a clock shows, and its look: (`tinggal 3 mnt`, `run`), (`lewat 2 jam`, `late`), (`berhenti`, `else`), (`tepat waktu`, `over`)."""
    if row["outcome"]:
        return OUTCOME[row["outcome"]], "late" if row["outcome"] == "late" else "over"
    due = row["due_at"]
    if due is not None and due <= now:
        return tr(LATE).format(span=span(now - due)), "late"
    if row["paused_at"] is not None:
        rest = timedelta(seconds=max(0, row["budget"] - row["used"]))
        return tr(N_("berhenti, sisa {span}")).format(span=span(rest)), "else"
    if due is None:
        return "", "else"
    return tr(N_("tinggal {span}")).format(span=span(due - now)), "wait" if row["warned_at"] else "run"


def short(due: datetime, now: datetime) -> str:
    """For a list: the next deadline of a case."""
    words = LATE if due <= now else N_("tenggat {span}")
    return tr(words).format(span=span(abs(due - now)))


def at(text: str) -> datetime | None:
    """A time of the history; None where none was promised."""
    return datetime.fromisoformat(text) if text else None


async def deadlines_page(request: web.Request) -> web.Response:
    """All clocks that run, the next end first."""
    mine = request.query.get("milik") == "ya"
    after = _after(request.query.get("setelah", ""))
    officer = page.signed_in(request).officer.id or 0
    async with request.config_dict[keys.DB].read() as conn:
        rows = await sla.running(conn, after, officer if mine else None, PAGE + 1, page.sight(request))
        told = await sla.notices(conn, officer)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    more = f"{last['due_at'].isoformat()}_{Ref(last['id'], last['part'])}" if last else ""
    return page.render(
        request, "deadlines.html", rows=rows[:PAGE], told=told, mine=mine, after=more, paged=after is not None,
        now=clock.now(),
    )  # fmt: skip


async def read(request: web.Request) -> web.Response:
    """This officer has read what they were told."""
    async with request.config_dict[keys.DB].unit() as unit:
        await sla.seen(unit.conn, page.signed_in(request).officer.id or 0, clock.now())
        unit.hints.add("alarm")
    return page.see("/desk/tenggat")


def _after(text: str) -> tuple[datetime, Ref] | None:
    moment, _, ref = text.partition("_")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        raise NotFound("unknown place") from None
    if found.tzinfo is None:
        raise NotFound("unknown place")
    return found, Ref.parse(ref)
