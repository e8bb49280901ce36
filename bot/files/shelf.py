"""Where files lie: under the hash of their content, in the data directory or in an S3 bucket. Nobody's name is part of a path."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from bot import failpoint
from bot.errors import ConfigError, NotFound

CHUNK = 256 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")


class Shelf(Protocol):
    async def put(self, source: Path, sha256: str) -> None:
        """Takes the file over; safe on return. The same content twice is one file. Raises `OSError`."""

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes, None]:
        """Raises `NotFound`, or `OSError` when the shelf does not answer."""

    async def size(self, sha256: str) -> int:
        """Raises `NotFound`, or `OSError`."""


def shelf(url: str, data_dir: Path) -> Shelf:
    """`url`: empty for the data directory, `file:///folder`, `s3://bucket/prefix`. Raises `ConfigError`."""
    parts = urlsplit(url)
    if not url:
        return Local(data_dir / "media")
    if parts.scheme == "file" and not parts.netloc and len(parts.path) > 1:
        return Local(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        return _bucket(url)
    raise ConfigError("WARGI_MEDIA_URL must be empty, file:///folder or s3://bucket/prefix")


def _bucket(url: str) -> Shelf:
    try:
        from obstore.store import from_url
    except ImportError:
        raise ConfigError("WARGI_MEDIA_URL names a bucket: install wargi with its extra [s3]") from None
    try:
        return Bucket(from_url(url))
    except Exception as error:  # obstore's own errors; their text may quote a key
        raise ConfigError(
            f"WARGI_MEDIA_URL: the bucket's settings (AWS_…) are not complete: {type(error).__name__}"
        ) from None


def _place(sha256: str) -> str:
    if not _HASH.fullmatch(sha256):
        raise NotFound("no such file")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


class Local:
    """Files in a folder, readable by this user only."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, source: Path, sha256: str) -> None:
        await asyncio.to_thread(self._put, source, self._root / _place(sha256))

    def _put(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if target.exists() and target.stat().st_size == source.stat().st_size:
            source.unlink()
            return
        os.chmod(source, 0o600)
        _sync(source, os.O_RDONLY)
        failpoint.here("media.before_rename")
        if os.stat(source.parent).st_dev != os.stat(target.parent).st_dev:  # a rename is only whole within one disk
            source = _copied(source, target.with_name(target.name + ".part"))
        os.replace(source, target)
        _sync(target.parent, os.O_RDONLY | os.O_DIRECTORY)

    async def read(self, sha256: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes, None]:
        try:
            file = _opened(
                self._root / _place(sha256)
            )  # not in a thread: a file that opens after we were cut off is never closed
        except FileNotFoundError:
            raise NotFound("no such file") from None
        with file:
            await asyncio.to_thread(file.seek, start)
            left = length
            while left is None or left > 0:
                chunk = await asyncio.to_thread(file.read, CHUNK if left is None else min(CHUNK, left))
                if not chunk:
                    return
                left = None if left is None else left - len(chunk)
                yield chunk

    async def size(self, sha256: str) -> int:
        try:
            return (await asyncio.to_thread((self._root / _place(sha256)).stat)).st_size
        except FileNotFoundError:
            raise NotFound("no such file") from None


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _copied(source: Path, target: Path) -> Path:
    with source.open("rb") as given, open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as taken:
        while chunk := given.read(CHUNK):
            taken.write(chunk)
        taken.flush()
        os.fsync(taken.fileno())
    source.unlink()
    return target


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Bucket:
    """Any store of obstore's: S3 and what speaks like it."""

    def __init__(self, store: Any) -> None:
        self._store = store

    async def put(self, source: Path, sha256: str) -> None:
        import obstore

        try:
            await obstore.put_async(self._store, _place(sha256), source)
        except Exception as error:
            raise OSError(f"the bucket did not take a file: {type(error).__name__}") from error
        await asyncio.to_thread(source.unlink)

    async def read(self, sha256: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes, None]:
        import obstore

        end = await self.size(sha256) if length is None else start + length
        while start < end:  # piece by piece: a slow reader must not make the whole file wait in memory
            stop = min(end, start + 4 * CHUNK)
            try:
                piece = await obstore.get_range_async(self._store, _place(sha256), start=start, end=stop)
            except Exception as error:
                raise _unknown(error) from error
            start = stop
            yield bytes(piece)

    async def size(self, sha256: str) -> int:
        import obstore

        try:
            return int((await obstore.head_async(self._store, _place(sha256)))["size"])
        except Exception as error:
            raise _unknown(error) from error


def _unknown(error: Exception) -> Exception:
    if isinstance(error, NotFound | FileNotFoundError):
        return NotFound("no such file")
    return OSError(f"the bucket does not answer: {type(error).__name__}")
