"""What an agency sends with its form: words, and files that lie on the shelf, looked at and copied, before the act is done."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from bot import clock
from bot.errors import FetchError, NotFound, WargiError
from bot.fetching.shelve import put_away, receive
from bot.files.kinds import Refused
from bot.message import clean
from bot.models.ref import Ref
from bot.store.db import Db
from bot.turn import House, agency
from bot.turn.agency import Actor
from bot.web import keys
from bot.wib import WIB

MOST = 5
"""Files of one report of work."""
LARGEST = 16 * 1024 * 1024
FIELD = 16 * 1024
PATIENCE = 120.0
FORMS = "multipart/form-data"


@dataclass(slots=True)
class Sent:
    words: dict[str, str] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    """Columns of rows of `media`."""


async def read(request: web.Request) -> Sent:
    """Raises `WargiError` with a sentence for whoever filled the form in."""
    if request.content_type != FORMS:
        return Sent({name: str(value)[:FIELD] for name, value in (await request.post()).items()})
    if (request.content_length or 0) > MOST * LARGEST + FIELD:
        raise WargiError("berkas terlalu besar")
    sent = Sent()
    try:
        async with asyncio.timeout(PATIENCE):
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader) or not part.name:
                    continue
                if part.filename:
                    if len(sent.files) >= MOST:
                        raise WargiError("paling banyak {most} berkas", most=MOST)
                    sent.files.append(await _file(request, part))
                else:
                    sent.words[part.name] = (await _small(part)).decode("utf-8", "replace")
    except TimeoutError:
        raise WargiError("kiriman terlalu lama; coba lagi saat sambungan lebih baik") from None
    except (HttpProcessingError, ValueError, AssertionError, KeyError, RuntimeError):
        raise WargiError("formulir tidak terbaca; muat ulang halaman dan coba lagi") from None
    return sent


async def _small(part: BodyPartReader) -> bytes:
    body = b""
    while chunk := await part.read_chunk(8192):
        body += chunk
        if len(body) > FIELD:
            raise WargiError("teksnya terlalu panjang")
    return body


async def _file(request: web.Request, part: BodyPartReader) -> dict[str, Any]:
    scratch: Path = request.config_dict[keys.CONFIG].data_dir / "media" / "tmp"
    target = scratch / clock.new_id().hex()
    name, mime = clean(part.filename, 256), clean(part.headers.get("Content-Type", ""), 128)
    try:
        await asyncio.to_thread(lambda: scratch.mkdir(parents=True, exist_ok=True, mode=0o700))
        sha256 = await receive(_pieces(part), target, LARGEST, PATIENCE)
        kind = "image" if mime.startswith("image/") else "document"
        made = await put_away(request.config_dict[keys.SHELF], target, sha256, kind=kind, mime=mime, name=name)
    except FetchError:
        raise WargiError(
            "berkas {name} terlalu besar, paling besar {most} MB", name=name[:60], most=LARGEST >> 20
        ) from None
    except Refused:
        raise WargiError("jenis berkas {name} tidak dapat kami terima; kirim foto atau PDF", name=name[:60]) from None
    except OSError:
        raise WargiError("berkas belum dapat disimpan; coba lagi sebentar lagi") from None
    finally:
        await asyncio.to_thread(lambda: target.unlink(missing_ok=True))
    return {"kind": kind, "mime": mime, "name": name, **made}


async def _pieces(part: BodyPartReader) -> AsyncGenerator[bytes, None]:
    while chunk := await part.read_chunk(64 * 1024):
        yield chunk


# -- the acts, by the name that their form's address ends with -------------------------------------


async def _done(db: Db, house: House, who: Actor, ticket: Ref, sent: Sent) -> None:
    await agency.done(db, house, who, ticket, sent.words.get("keterangan", ""), sent.files)


async def _accept(db: Db, house: House, who: Actor, ticket: Ref, sent: Sent) -> None:
    await agency.accept(db, house, who, ticket)


async def _ask(db: Db, house: House, who: Actor, ticket: Ref, sent: Sent) -> None:
    await agency.need_information(db, house, who, ticket, sent.words.get("pertanyaan", ""))


async def _return(db: Db, house: House, who: Actor, ticket: Ref, sent: Sent) -> None:
    await agency.not_ours(db, house, who, ticket, sent.words.get("alasan", ""))


async def _put_off(db: Db, house: House, who: Actor, ticket: Ref, sent: Sent) -> None:
    until = date_of(sent.words.get("tanggal", ""))
    await agency.put_off(db, house, who, ticket, until, sent.words.get("alasan", ""))


ACTS: Mapping[str, Callable[[Db, House, Actor, Ref, Sent], Awaitable[None]]] = {
    "terima": _accept,
    "tanya": _ask,
    "kembalikan": _return,
    "tunda": _put_off,
    "selesai": _done,
}


def date_of(text: str, at: time = time(7)) -> datetime:
    """`2026-12-01` of a date field, in the morning of Western Indonesian Time. Raises `WargiError`."""
    try:
        return datetime.combine(datetime.strptime(text.strip(), "%Y-%m-%d").date(), at, WIB)
    except ValueError:
        raise WargiError("tanggal belum diisi") from None


async def act(request: web.Request, name: str, who: Actor, ticket: Ref, sent: Sent) -> None:
    """Raises `NotFound` for an act that there is none of, and whatever the act raises."""
    if name not in ACTS:
        raise NotFound("unknown act")
    await ACTS[name](request.config_dict[keys.DB], request.config_dict[keys.HOUSE], who, ticket, sent)
