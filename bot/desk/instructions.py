"""Leaders' instructions: one text and deadline for many tickets, and how far they are."""

from datetime import time

from aiohttp import web

from bot import clock
from bot.desk import page, speech
from bot.errors import NotFound, WargiError
from bot.message import clean
from bot.store import instructions
from bot.turn.instruct import Chosen, extend, instruct
from bot.web import keys
from bot.web.agency_form import date_of

END = time(23, 59)
"""A deadline is the end of its day."""


async def listed(request: web.Request) -> web.Response:
    return await _list(request)


async def _list(request: web.Request, status: int = 200, problem: str = "", **typed: str) -> web.Response:
    before = request.query.get("sebelum", "")
    async with request.config_dict[keys.DB].read() as conn:
        rows = await instructions.newest(conn, int(before) if before.isdecimal() and len(before) < 10 else None)
        more = rows[instructions.PAGE - 1]["id"] if len(rows) > instructions.PAGE else None
        rows = rows[: instructions.PAGE]
        progress = await instructions.progress(conn, [row["id"] for row in rows])
    regions = request.config_dict[keys.HOUSE].triage.emergencies.names
    return page.render(
        request, "instructions.html", status, rows=rows, progress=progress, more=more, problem=problem, typed=typed,
        regions=regions,
    )  # fmt: skip


async def begin(request: web.Request) -> web.Response:
    form = {name: clean(value, 20_000) for name, value in (await request.post()).items()}
    try:
        id_, left = await instruct(
            request.config_dict[keys.DB], page.signed_in(request).officer, form.get("judul", ""), form.get("isi", ""),
            date_of(form.get("tenggat", ""), END), _chosen(form),
        )  # fmt: skip
    except NotFound:
        raise
    except WargiError as error:
        if error.retryable:
            raise
        return await _list(request, 422, speech.said(error), **form)
    return await _one(request, id_, 200, left) if left else page.see(f"/desk/instruksi/{id_}")


def _chosen(form: dict[str, str]) -> Chosen:
    return Chosen(form.get("nomor", ""), form.get("topik", ""), form.get("wilayah", ""))


def _id(request: web.Request) -> int:
    text = request.match_info["id"]
    if not text.isdecimal() or len(text) > 9:
        raise NotFound("unknown instruction")
    return int(text)


async def one(request: web.Request) -> web.Response:
    return await _one(request, _id(request))


async def change(request: web.Request) -> web.Response:
    form = {name: clean(value, 20_000) for name, value in (await request.post()).items()}
    id_ = _id(request)
    try:
        left = await extend(request.config_dict[keys.DB], page.signed_in(request).officer, id_, _chosen(form))
    except NotFound:
        raise
    except WargiError as error:
        if error.retryable:
            raise
        return await _one(request, id_, 422, [error])
    return await _one(request, id_, 200, left) if left else page.see(f"/desk/instruksi/{id_}")


async def _one(request: web.Request, id_: int, status: int = 200, left: list[WargiError] | None = None) -> web.Response:
    async with request.config_dict[keys.DB].read() as conn:
        row = await instructions.one(conn, id_)
        if row is None:
            raise NotFound("unknown instruction")
        progress = (await instructions.progress(conn, [id_]))[id_]
        tickets = await instructions.tickets(conn, id_, page.sight(request))
    late = progress.late(row["deadline"], clock.now())
    return page.render(
        request, "instruction.html", status, row=row, p=progress, late=late, tickets=tickets, left=[speech.said(each) for each in left or []],
        regions=request.config_dict[keys.HOUSE].triage.emergencies.names,
    )  # fmt: skip
