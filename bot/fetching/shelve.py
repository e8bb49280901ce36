"""One file from the platform's bytes to the shelf: measured, recognised, copied without metadata, put away."""

import asyncio
import errno
import hashlib
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any, BinaryIO

from bot.errors import Fault, FetchError
from bot.files.kinds import CAPS, Refused, Type, recognise, seconds_of
from bot.files.picture import copies
from bot.files.shelf import Shelf
from bot.models import MediaState

BUFFER = 1024 * 1024
"""Written to disk at once; all that a fetch holds in memory."""
RESERVE = 256 * 1024 * 1024
"""Bytes of the disk that are left to the database: files can wait, words cannot."""
SLACK = 30.0
_darkroom = asyncio.Semaphore(1)
"""Unpacked photos are large: one at a time in this process."""


async def receive(pieces: AsyncGenerator[bytes, None], target: Path, cap: int, patience: float) -> str:
    """Writes the stream to `target`; returns its hash. Raises `FetchError`, and `OSError` for our own disk."""
    if (await asyncio.to_thread(shutil.disk_usage, target.parent)).free < RESERVE:
        raise OSError(errno.ENOSPC, "too little room is left")
    digest, size, buffer = hashlib.sha256(), 0, bytearray()
    with _made(target) as file:
        try:
            async with asyncio.timeout(patience), aclosing(pieces):  # ends the request when we stop in the middle
                async for piece in pieces:
                    size += len(piece)
                    if size > cap:  # counted as it comes: what was claimed is no promise
                        raise FetchError(Fault("too_big"))
                    digest.update(piece)
                    buffer += piece
                    if len(buffer) >= BUFFER:
                        await asyncio.to_thread(file.write, bytes(buffer))
                        buffer.clear()
        except TimeoutError:
            raise FetchError(Fault("slow", f"not whole after {patience:.0f} s", retryable=True)) from None
        await asyncio.to_thread(file.write, bytes(buffer))
        await asyncio.to_thread(file.flush)
    return digest.hexdigest()


def _made(target: Path) -> BinaryIO:
    return open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


async def put_away(shelf: Shelf, file: Path, sha256: str, *, kind: str, mime: str, name: str) -> dict[str, Any]:
    """Looks at the file and shelves it with its copies; the columns of its row. Raises `Refused`, and `OSError` for the shelf."""
    clean, thumb = file.with_name(f"{file.name}.clean"), file.with_name(f"{file.name}.thumb")
    try:
        size = (await asyncio.to_thread(file.stat)).st_size
        found: Type = await asyncio.to_thread(recognise, file, kind, mime, name)
        made = None
        if found.family == "image":
            async with _darkroom:
                made = await asyncio.to_thread(copies, file, found.mime, clean, thumb)
        changes: dict[str, Any] = {
            "state": MediaState.STORED, "error": "", "sha256": sha256, "type": found.mime, "size": size,
            "seconds": await asyncio.to_thread(seconds_of, file),
        }  # fmt: skip
        if made is not None:
            changes |= {"clean": await _shelve(shelf, clean), "clean_type": made.type}
            changes |= {"thumb": await _shelve(shelf, thumb), "width": made.width, "height": made.height}
        await shelf.put(file, sha256)
        return changes
    finally:
        for each in (clean, thumb):
            each.unlink(missing_ok=True)


async def _shelve(shelf: Shelf, file: Path) -> str:
    name = await asyncio.to_thread(lambda: hashlib.sha256(file.read_bytes()).hexdigest())
    await shelf.put(file, name)
    return name


def cap_of(kind: str) -> int:
    return CAPS.get(kind, CAPS["document"])


def patience_of(kind: str) -> float:
    """Seconds for one file: at 2 Mbit/s the largest of its kind would do. Who drips more slowly must not hold a lane for ever."""
    return SLACK + cap_of(kind) / (256 * 1024)


__all__ = ["Refused", "cap_of", "patience_of", "put_away", "receive"]
