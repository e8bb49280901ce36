"""One act on many cases at the desk: begun from a list, shown with what became of each, and taken back."""

from aiohttp import web

from bot import clock
from bot.desk import page, speech
from bot.desk.show import N_
from bot.errors import NotFound, kept
from bot.models import LEADS
from bot.policy.bulk import KINDS, Outcome, Stage, may_undo
from bot.store import bulks, duty
from bot.turn import bulk
from bot.web import keys

NAME = {
    "petugas": N_("Serahkan kepada petugas"),
    "antrean": N_("Kembalikan ke antrean"),
    "topik": N_("Tetapkan topik"),
    "urgensi": N_("Tetapkan urgensi"),
    "instansi": N_("Teruskan ke instansi"),
    "selesai": N_("Selesaikan"),
}
OUTCOME = {
    "": N_("Belum"),
    str(Outcome.DONE): N_("Berhasil"),
    str(Outcome.REFUSED): N_("Ditolak"),
    str(Outcome.UNDONE): N_("Dibatalkan"),
    str(Outcome.KEPT): N_("Tidak dapat dibatalkan"),
}
STAGE = {
    str(Stage.WAITING): N_("Menunggu"),
    str(Stage.RUNNING): N_("Sedang dijalankan"),
    str(Stage.DONE): N_("Sudah dijalankan"),
    str(Stage.UNDONE): N_("Dibatalkan"),
    str(Stage.CANCELLED): N_("Dibatalkan sebelum dijalankan"),
}


async def begin(request: web.Request) -> web.Response:
    """What stays in the house is done before the page comes; what leaves it is done when its minute has passed."""
    form, db, house = await request.post(), request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    verb, me = str(form.get("tindakan", "")), page.signed_in(request).officer
    value = str(form.get(f"nilai-{verb}", ""))[:60]
    bulk_id = await bulk.begin(db, house, me, verb, value, [str(each) for each in form.getall("nomor", [])])
    if not KINDS[verb].leaves:
        await bulk.run(db, house, bulk_id)
    return page.see(f"/desk/massal/{bulk_id}")


def _id(request: web.Request) -> int:
    text = request.match_info["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise NotFound("unknown act")
    return int(text)


async def shown(request: web.Request) -> web.Response:
    """For who did it, and for leads."""
    me, now, house = page.signed_in(request).officer, clock.now(), request.config_dict[keys.HOUSE]
    async with request.config_dict[keys.DB].read() as conn:
        row = await bulks.one(conn, _id(request))
        if row is None or (row.officer_id != me.id and me.role not in LEADS):
            raise NotFound("unknown act")
        cases = await bulks.cases(conn, row.id)
        to = await duty.officer(conn, int(row.value)) if row.verb == "petugas" else None
    value = to.name if to else house.triage.agencies.name(row.value) if row.verb == "instansi" else row.value
    counts = {name: sum(case.outcome == key for case in cases) for key, name in OUTCOME.items()}
    return page.render(
        request, "bulk.html", row=row, cases=cases, now=now, names=NAME, outcomes=OUTCOME, stages=STAGE, value=value,
        counts=counts, why=lambda stored: speech.said(kept(stored)), undo=may_undo(KINDS[row.verb], row.state, row.until, now),
        leaves=KINDS[row.verb].leaves,
    )  # fmt: skip


async def undo(request: web.Request) -> web.Response:
    db, house, bulk_id = request.config_dict[keys.DB], request.config_dict[keys.HOUSE], _id(request)
    await bulk.undo(db, house, page.signed_in(request).officer, bulk_id)
    return page.see(f"/desk/massal/{bulk_id}")


async def recent(request: web.Request) -> web.Response:
    async with request.config_dict[keys.DB].read() as conn:
        rows = await bulks.recent(conn, page.signed_in(request).officer.id or 0)
    return page.render(request, "bulks.html", rows=rows, now=clock.now(), names=NAME, stages=STAGE)
