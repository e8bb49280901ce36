"""Citizens' files at the desk: the door that checks session, case and file, and the short link behind it."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot import clock
from bot.desk import looked, page
from bot.desk.show import KIND, N_
from bot.errors import NotFound
from bot.files.kinds import TYPES
from bot.links import sign, valid
from bot.models import MediaState
from bot.models.ref import Ref
from bot.policy import number
from bot.store import desk, media
from bot.web import keys
from bot.web.give import give, name_of

WHY = {
    "expired": N_("Sudah tidak ada lagi di platform. Minta warga mengirim ulang."),
    "too_big": N_("Terlalu besar, tidak disimpan."),
    "markup": N_("Jenis berkas berbahaya (halaman web), tidak disimpan."),
    "program": N_("Jenis berkas berbahaya (program), tidak disimpan."),
    "archive": N_("Berkas arsip tidak diterima."),
    "unknown": N_("Jenis berkas tidak dikenal, tidak disimpan."),
    "bomb": N_("Isi berkas terlalu besar untuk dibuka, tidak disimpan."),
    "empty": N_("Berkas kosong."),
    "host": N_("Alamat berkas dari platform tidak tepercaya, tidak diambil."),
    "refused": N_("Platform menolak memberikan berkas ini."),
    "disk": N_("Menunggu: tempat penyimpanan penuh atau tidak menjawab."),
    "auth": N_("Menunggu: platform menolak token akun ini."),
    "throttled": N_("Menunggu: platform minta lebih pelan."),
}
"""Why a file is not here, in words; what has no words of its own is told by its state."""
STATE = {
    MediaState.PENDING: N_("Sedang diambil. Muncul sendiri di sini."),
    MediaState.EXPIRED: N_("Sudah tidak ada lagi di platform. Minta warga mengirim ulang."),
    MediaState.REFUSED: N_("Tidak disimpan."),
    MediaState.FAILED: N_("Tidak berhasil diambil dari platform. Minta warga mengirim ulang."),
}
KB = 1024


def family(file: Mapping[str, Any]) -> str:
    """How a page shows it: `image` only with its clean copies, `photo` for one that cannot be shown, else audio, video, document."""
    found = TYPES[file["type"]].family if file["type"] in TYPES else "document"
    return "photo" if found == "image" and not file["thumb"] else found


def why(file: Mapping[str, Any]) -> str:
    return WHY.get(file["error"]) or STATE[MediaState(file["state"])]


def url(case_url: str, file: Mapping[str, Any], door: str = "berkas") -> str:
    return f"{case_url}/{door}/{Ref(file['id'], file['part'])}"


def size(file: Mapping[str, Any]) -> str:
    """`PDF · 120 KB`."""
    kind = TYPES[file["type"]].ext.upper() if file["type"] in TYPES else ""
    count = file["size"]
    shown = f"{count / KB / KB:.1f} MB".replace(".", ",") if count >= KB * KB else f"{max(1, round(count / KB))} KB"
    return f"{kind} · {shown}"


def length(file: Mapping[str, Any]) -> str:
    """`0.12`, minutes and seconds; '' where it is not known."""
    seconds = file["seconds"]
    return "" if seconds is None else f"{seconds // 60}.{seconds % 60:02}"


async def open_file(request: web.Request) -> web.StreamResponse:
    """The file as officers see it; `?kecil`: its thumbnail."""
    return await _lead_on(request, "kecil" if "kecil" in request.query else "utuh")


async def open_original(request: web.Request) -> web.StreamResponse:
    """As it was sent, place and camera included: evidence."""
    return await _lead_on(request, "asli")


async def _lead_on(request: web.Request, form: str) -> web.StreamResponse:
    """To a link that only this officer can use, and only for a moment. Raises `NotFound` unless the file is of this case."""
    shown, part = number.read(request.match_info["number"])
    ref = Ref.parse(request.match_info["ref"])
    async with request.config_dict[keys.DB].read() as conn:
        ticket = await desk.case(conn, shown, part, page.sight(request))
        file = await media.one(conn, ref)
    if ticket is None or file is None or file["state"] != MediaState.STORED:
        raise NotFound("no such file")
    if (file["conversation_id"], file["part"]) != (ticket["conversation_id"], part):
        raise NotFound("no such file")
    if form != "kecil":  # what every page shows of a photo is no look at it
        await looked.look(request, "original" if form == "asli" else "file", shown)
    path = f"/desk/media/{ref}/{form}"
    link = sign(request.config_dict[keys.LINK_KEY], _sealed(request, path), clock.now())
    return web.Response(status=303, headers={"Location": link.replace(_sealed(request, path), path, 1)})


def _sealed(request: web.Request, path: str) -> str:
    """A link that was passed on opens nothing for anybody else."""
    return f"{path}#{page.signed_in(request).officer.id}"


async def give_file(request: web.Request) -> web.StreamResponse:
    """The bytes. Raises `NotFound` for a link that is over, not ours or not this officer's."""
    ref, form = Ref.parse(request.match_info["ref"]), request.match_info["form"]
    path = _sealed(request, f"/desk/media/{ref}/{form}")
    if not valid(request.config_dict[keys.LINK_KEY], path, request.query, clock.now()):
        raise NotFound("no such file")
    async with request.config_dict[keys.DB].read() as conn:
        file = await media.one(conn, ref)
    found = _form(dict(file), form) if file is not None and file["state"] == MediaState.STORED else None
    if file is None or found is None:
        raise NotFound("no such file")
    name = name_of(file["name"], found[1], KIND.get(file["kind"], "berkas").lower())
    return await give(request, request.config_dict[keys.SHELF], *found, name, inline=form != "asli")


def _form(file: Mapping[str, Any], form: str) -> tuple[str, str] | None:
    """Hash and type of what is given out. A photo without a clean copy has no form but the original."""
    if form == "asli":
        return file["sha256"], file["type"]
    if form == "kecil":
        return (file["thumb"], "image/webp") if file["thumb"] else None
    if file["clean"]:
        return file["clean"], file["clean_type"]
    return None if family(file) == "photo" else (file["sha256"], file["type"])
