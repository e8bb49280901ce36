"""What an officer does with one message: a file, an answer to it, a sign under it, other words for it."""

import asyncio
from collections.abc import AsyncGenerator
from typing import IO, Any

from aiohttp import web
from aiohttp.web_request import FileField

from bot import clock
from bot.desk.actions import act, key_of, seen_of, seq_of
from bot.desk.cases import Case
from bot.desk.panel import MOST
from bot.errors import Conflict, FetchError, WargiError
from bot.fetching.shelve import put_away, receive
from bot.files.kinds import Refused, recognise
from bot.i18n import N_
from bot.message import clean
from bot.turn.reply import Kept, edit, react, reply
from bot.web import keys

FORM = MOST + 64 * 1024
TOO_BIG = N_("Berkas terlalu besar, paling besar 16 MB.")
ODD = N_(
    "Jenis berkas ini tidak dapat dikirim. Kirim foto (JPEG, PNG), suara, video, PDF, atau dokumen Word atau Excel."
)
RAW = N_("Foto jenis ini membawa lokasi yang tidak dapat kami hapus. Simpan dulu sebagai JPEG, lalu kirim lagi.")
NONE = N_("Pilih dulu berkasnya.")
FULL = N_("Tempat penyimpanan penuh atau tidak menjawab. Coba lagi sebentar lagi.")
PATIENCE = 60.0


async def send_file(request: web.Request) -> web.Response:
    """A file with or without words. It lies on the shelf before its message is written."""
    form, house, db = await request.post(), request.config_dict[keys.HOUSE], request.config_dict[keys.DB]
    given, words, key, seen = form.get("berkas"), str(form.get("teks", "")), key_of(form), seen_of(form)

    async def verb(case: Case) -> object:
        if not case.mine:
            raise Conflict("ambil kasus ini dulu sebelum membalas")
        if not isinstance(given, FileField) or not given.filename:
            raise WargiError(NONE)
        kept = await _keep(request, given)
        return await reply(db, house, case.me, case.conversation, words, key, kept=kept, seen=seen)

    return await act(request, verb, draft=words)


async def _keep(request: web.Request, given: FileField) -> Kept:
    """The same looks at it as at a citizen's file. Raises `WargiError` with a sentence."""
    scratch = request.config_dict[keys.CONFIG].data_dir / "media" / "tmp"
    target = scratch / clock.new_id().hex()
    name, mime = clean(given.filename, 256), clean(given.content_type, 128)
    try:
        await asyncio.to_thread(lambda: scratch.mkdir(parents=True, exist_ok=True, mode=0o700))
        sha256 = await receive(_pieces(given.file), target, MOST, PATIENCE)
        found = await asyncio.to_thread(recognise, target, "document", mime, name)
        row: dict[str, Any] = await put_away(
            request.config_dict[keys.SHELF], target, sha256, kind=found.family, mime=mime, name=name
        )
    except FetchError:
        raise WargiError(TOO_BIG) from None
    except Refused:
        raise WargiError(ODD) from None
    except OSError:
        raise WargiError(FULL) from None
    finally:
        await asyncio.to_thread(lambda: target.unlink(missing_ok=True))
    if found.family == "image" and "clean" not in row:
        raise WargiError(RAW)
    return Kept(name, row)


async def _pieces(file: IO[bytes]) -> AsyncGenerator[bytes, None]:
    while piece := await asyncio.to_thread(file.read, 256 * 1024):
        yield piece


async def answer(request: web.Request) -> web.Response:
    """Words that name the message they answer."""
    form, db, house = await request.post(), request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    seq, words, key, seen = _seq(request), str(form.get("teks", "")), key_of(form), seen_of(form)
    return await act(
        request,
        lambda case: reply(db, house, case.me, case.conversation, words, key, answers=seq, seen=seen),
        draft=words,
    )


async def sign(request: web.Request) -> web.Response:
    form, db, house = await request.post(), request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    seq, emoji, key = _seq(request), str(form.get("reaksi", "")), key_of(form)
    return await act(request, lambda case: react(db, house, case.me, case.conversation, seq, emoji, key))


async def change(request: web.Request) -> web.Response:
    form, db, house = await request.post(), request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    seq, words = _seq(request), str(form.get("teks", ""))
    return await act(request, lambda case: edit(db, house, case.me, case.conversation, seq, words), draft=words)


def _seq(request: web.Request) -> int:
    return seq_of(request.match_info["seq"])
