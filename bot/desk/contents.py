"""Everything that operators write, as files: taken away as one zip, and brought back with a look at what would change.

Flows and their texts, topics, agencies, rota, deadlines, templates, knowledge, translations: all of it lies in `flows/` and
`locales/`, so one export holds it, and one door lets it in: what was published (see `bot.published`).
"""

import asyncio
import difflib
import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web
from aiohttp.web_request import FileField

from bot import clock, content
from bot.desk import drafts, page
from bot.desk.keys import DRAFTS, Look
from bot.desk.show import N_
from bot.desk.speech import said, tr
from bot.errors import Conflict, WargiError
from bot.message import clean
from bot.triage import room
from bot.web import keys

FORM = content.LARGEST + 64 * 1024
LINES = 80
"""Of the difference in one file; who wants more compares the files."""
PARTS = {
    "flows/data/topics.yaml": N_("Topik"), "flows/data/agencies.yaml": N_("Instansi"), "flows/data/shifts.yaml": N_("Aturan jadwal"),
    "flows/data/assignment.yaml": N_("Pembagian kasus"), "flows/data/sla.yaml": N_("Tenggat"), "flows/data/calendars.yaml": N_("Kalender"),
    "flows/data/templates.yaml": N_("Templat"), "flows/data/emergency.yaml": N_("Nomor darurat"), "flows/data/urgency.yaml": N_("Kata bahaya"),
    "flows/data/comfort.yaml": N_("Balasan penghibur"), "flows/data/words.yaml": N_("Kata perintah"), "flows/texts.yaml": N_("Teks bersama"),
}  # fmt: skip
"""Files with a name of their own for people."""


async def files_page(request: web.Request) -> web.Response:
    return await _show(request)


async def _show(request: web.Request, status: int = 200, problem: str = "", upload: Look | None = None) -> web.Response:
    now = await drafts.running(request)
    rows = [(PARTS.get(name, ""), name, len(text.splitlines())) for name, text in sorted(_texts(now.raw).items())]
    rows.sort(key=lambda row: not row[0])
    changes = [] if upload is None else await asyncio.to_thread(lambda: list(changed(now.raw, upload.raw)))
    return page.render(
        request, "contents.html", status, rows=rows, problem=problem, upload=upload, changes=changes, version=now.flows.version,
        token=_name(upload.raw) if upload else "", most=content.LARGEST >> 20,
        texts=content.differences(now.flows, upload.flows, tr) if upload else [],
    )  # fmt: skip


async def take_away(request: web.Request) -> web.Response:
    """What the bot says now, as a zip that can be brought back."""
    now = await drafts.running(request)
    headers = {"Content-Disposition": f'attachment; filename="wargi-isi-{now.flows.version}.zip"'}
    return web.Response(body=io.BytesIO(now.raw), content_type="application/zip", headers=headers)


async def preview(request: web.Request) -> web.Response:
    """What would change. Nothing does until somebody has seen it and says so."""
    given = (await request.post()).get("berkas")
    if not isinstance(given, FileField) or not given.filename:
        return await _show(request, 422, tr(N_("Pilih dulu berkas zip yang diunduh dari halaman ini.")))
    raw = await asyncio.to_thread(given.file.read)
    now = await drafts.running(request)
    try:
        look = await asyncio.to_thread(
            _look, raw, now.raw, request.config_dict[keys.DB].data_dir, drafts.folder(request).flows
        )
    except WargiError as error:
        return await _show(request, 422, said(error))
    except OSError as error:
        return await _show(request, 422, str(error))
    if look.problems:
        return await _show(request, 422, "\n".join(each.said(tr) for each in look.problems))
    kept = request.config_dict[DRAFTS]
    kept[_name(look.raw)] = look
    return await _show(request, upload=look)


async def bring_in(request: web.Request) -> web.Response:
    """The content that was looked at, as long as what it was compared with is still what the bot says."""
    form, now = await request.post(), await drafts.running(request)
    look = request.config_dict[DRAFTS].get(str(form.get("isi", "")))
    if look is None or form.get("versi") != now.flows.version:
        raise Conflict("Isi sudah berubah sejak pratinjau ini dibuat. Unggah lagi berkasnya dan lihat perubahannya.")
    officer = page.signed_in(request).officer
    note = clean(form.get("catatan"), 300).strip() or "dibawa masuk sebagai berkas"
    await drafts.publish(request, look.raw, f"{officer.name} ({officer.login})", note, now)
    return page.see("/desk/alur")


def _name(raw: bytes) -> str:
    return f"unggahan {hashlib.sha256(raw).hexdigest()}"


def _look(raw: bytes, before: bytes, data_dir: Path, like: Path) -> Look:
    """Loaded and checked as the server would, data files included. Files that the zip does not have stay as they are."""
    folder = data_dir / "publish" / f"draft-{clock.new_id().hex()}"
    folder.mkdir(parents=True)
    try:
        content.unpack(before, folder)
        found = content.unpack(raw, folder)
        content.warm(found, like)
        flows = found.load()
        room.load(found.flows, flows)
        problems, pity = content.faults(flows)
        return Look(flows, content.pack(found), tuple(problems), tuple(pity))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _texts(raw: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def changed(before: bytes, after: bytes) -> Iterator[tuple[str, str, list[str]]]:
    """Each file that differs: its name for people, its path, and the lines that come and go."""
    old, new = _texts(before), _texts(after)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) == new.get(name):
            continue
        lines = difflib.unified_diff(old.get(name, "").splitlines(), new.get(name, "").splitlines(), n=1, lineterm="")
        shown = [line for line in lines if not line.startswith(("---", "+++"))]
        more = [f"… {len(shown) - LINES}"] if len(shown) > LINES else []
        yield PARTS.get(name, ""), name, shown[:LINES] + more
