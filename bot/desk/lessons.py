"""Leads: what the machine may learn from officers, and how well it guesses, week by week."""

from aiohttp import web
from sqlalchemy.engine import RowMapping

from bot import clock
from bot.desk import page
from bot.errors import NotFound, WargiError
from bot.lessons import HINT
from bot.models import CorrectionState
from bot.store import corrections
from bot.triage import drift
from bot.turn.topic import first
from bot.web import keys

DECISIONS = {
    "setuju": ("id", CorrectionState.APPROVED),
    "tolak": ("id", CorrectionState.REFUSED),
    "setuju-semua": ("semua", CorrectionState.APPROVED),
}
"""What a button says: which field holds the corrections, and what becomes of them."""


async def lessons(request: web.Request) -> web.Response:
    """The same three statements whatever is in the tables."""
    after, now = request.query.get("setelah", ""), clock.now()
    if after and not (after.isascii() and after.isdigit() and len(after) < 16):
        raise NotFound("unknown place")
    async with request.config_dict[keys.DB].read() as conn:
        rows, more = await corrections.pending(conn, int(after) if after else None)
        judged = await corrections.judged(conn, drift.begin(now))
        learnt, _ = await corrections.approved_mark(conn)
    found = drift.drift([_judged(row) for row in judged], now)
    return page.render(
        request, "lessons.html", rows=rows, after=more, paged=bool(after), drift=found, learnt=learnt, now=now
    )


def _judged(row: RowMapping) -> drift.Judged:
    return drift.Judged(row["at"], first(row["guess"])[0], row["guess"].get("verdict") == "sure", row["after"])


async def decide(request: web.Request) -> web.Response:
    """Many at once. What somebody else has decided meanwhile stays as they said."""
    form = await request.post()
    field, state = DECISIONS.get(str(form.get("putusan", "")), ("", CorrectionState.PENDING))
    if not field:
        raise NotFound("unknown decision")
    chosen = [
        int(text) for text in map(str, form.getall(field, [])) if text.isascii() and text.isdigit() and len(text) < 16
    ]
    if not chosen:
        raise WargiError("Pilih dulu koreksi yang akan diputuskan, lalu tekan tombolnya lagi.")
    async with request.config_dict[keys.DB].unit() as unit:
        officer = page.signed_in(request).officer.id or 0
        done = await corrections.decide(unit.conn, chosen[: corrections.PAGE], state, officer, clock.now())
        if done and state == CorrectionState.APPROVED:
            unit.hints.add(HINT)
    return page.see("/desk/triase")
