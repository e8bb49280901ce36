"""Where inbox rows wait on disk while the database cannot take them: flushed before the platform gets its 200.

    <data>/spool/<time>-<process>.spool    records, oldest first; locked by the process that writes into it
    <data>/spool/….damaged                 what could not be read or stored, for a human

A record is `WSP1`, the length and the CRC-32 of its payload, and the payload: JSON of one group of rows. A record that is cut
short was never acknowledged, so it is put aside, and what stands around it is brought in all the same.
"""

import base64
import errno
import fcntl
import json
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import clock, failpoint
from bot.errors import ConfigError
from bot.message import Item
from bot.record import record
from bot.store import boxes

MAGIC, HEAD = b"WSP1", struct.Struct(">4sII")
MOST = 1 << 30
"""Bytes on disk; beyond them the platform keeps its messages itself (503)."""
FILE = 16 << 20
"""Bytes after which a new file begins: one is read as a whole."""
FOLDER, ENDING, DAMAGED = "spool", ".spool", ".damaged"
Rows = list[dict[str, Any]]


@record
class Kept:
    """What lies in a spool folder."""

    files: int = 0
    size: int = 0
    since: datetime | None = None
    damaged: int = 0


@record
class Taken:
    """A file that is being brought in: nobody else may meanwhile."""

    handle: int
    path: Path
    records: list[Rows | bytes]

    def leave(self) -> None:
        """It stays, for later."""
        os.close(self.handle)


def pack(rows: Sequence[dict[str, Any]]) -> bytes:
    """One record. The standard library's JSON: a platform's id may hold halves of characters, which orjson refuses."""
    names = ("part", "hour", "account", "kind", "external_id", "address", "urgent")
    said = [
        {name: row[name] for name in names}
        | {"id": row["id"].hex(), "raw": base64.b64encode(row["raw"]).decode(), "at": row["received_at"].isoformat()}
        for row in rows
    ]
    payload = json.dumps(said, separators=(",", ":")).encode()
    return HEAD.pack(MAGIC, len(payload), zlib.crc32(payload)) + payload


def unpack(payload: bytes) -> Rows:
    """Rows as they were: the same id, so that they are handled in the order in which they came."""
    rows = []
    for said in json.loads(payload):
        raw = base64.b64decode(said["raw"])
        item = Item(
            said["account"], said["kind"], said["external_id"], said["address"], raw, said["hour"], said["part"]
        )
        row = boxes.inbox_row(item, datetime.fromisoformat(said["at"]))
        rows.append(row | {"id": bytes.fromhex(said["id"]), "urgent": said["urgent"]})
    return rows


def records(body: bytes) -> Iterator[Rows | bytes]:
    """The records of one file; bytes are a stretch that is none. What follows a damaged one is found by its mark."""
    at = 0
    while at < len(body):
        found = _one(body, at)
        if found is not None:
            rows, at = found
            yield rows
            continue
        following = body.find(MAGIC, at + 1)
        while following >= 0 and _one(body, following) is None:
            following = body.find(MAGIC, following + 1)
        end = following if following >= 0 else len(body)
        yield body[at:end]
        at = end


def _one(body: bytes, at: int) -> tuple[Rows, int] | None:
    if at + HEAD.size > len(body):
        return None
    magic, length, crc = HEAD.unpack_from(body, at)
    payload = body[at + HEAD.size : at + HEAD.size + length]
    if magic != MAGIC or len(payload) != length or zlib.crc32(payload) != crc:
        return None
    try:
        return unpack(payload), at + HEAD.size + length
    except (ValueError, KeyError, TypeError):  # of another version, or not ours
        return None


class Spool:
    """The spool of one process; its calls wait for the disk, so they belong into a thread."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER
        self._file: int | None = None
        self._path = Path()
        self._good = 0
        """Bytes of our file that are flushed."""

    def open(self) -> None:
        """Raises `ConfigError` where nothing can be written: a promise that is made while the database is down needs a place."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = self.folder / f".{clock.process_name()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise ConfigError(
                f"{self.folder} cannot be written to ({error.strerror}); set WARGI_DATA_DIR to a folder that this user may write to"
            ) from None

    @property
    def idle(self) -> bool:
        """No file of ours is open: nothing came since the last one was sealed."""
        return self._file is None

    def append(self, rows: Sequence[dict[str, Any]]) -> None:
        """On disk when it returns. Raises `OSError`: then nothing of it is kept."""
        record = pack(rows)
        if look(self.folder).size + len(record) > MOST:
            raise OSError(errno.EDQUOT, "the spool is full")
        handle = self._opened()
        failpoint.here("spool.before_write")
        try:
            left = memoryview(record)
            while left:
                left = left[os.write(handle, left) :]
            failpoint.here("spool.written")
            os.fsync(handle)
        except Exception:
            self._take_back(handle)
            raise
        self._good += len(record)
        if self._good > FILE:
            self.seal()
        failpoint.here("spool.synced")

    def _opened(self) -> int:
        if self._file is None:
            self._path = self.folder / f"{clock.now():%Y%m%dT%H%M%S%f}-{clock.process_name()}{ENDING}"
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _flush(self.folder)
            except OSError:
                os.close(handle)
                raise
            self._file, self._good = handle, 0
        return self._file

    def _take_back(self, handle: int) -> None:
        """After a failed flush nobody knows what is on disk: this file gets no more records."""
        with suppress(OSError):
            os.ftruncate(handle, self._good)
        self.seal()

    def seal(self) -> None:
        """What comes next goes into another file, so that this one can be read to its end."""
        if self._file is not None:
            os.close(self._file)  # and with it its lock
            self._file = None

    def take(self) -> Taken | None:
        """The oldest file that no living process writes into. To be given back by `drop`, or left."""
        for path in sorted(self.folder.glob(f"*{ENDING}")):
            try:
                handle = os.open(path, os.O_RDONLY)
            except FileNotFoundError:  # another process has brought it in
                continue
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if path.exists():
                    return Taken(handle, path, list(records(path.read_bytes())))
            except BlockingIOError:
                pass
            os.close(handle)
        return None

    def drop(self, taken: Taken, damaged: Sequence[bytes] = ()) -> None:
        """All of it is in the database, but for these stretches, which are kept beside."""
        if damaged:
            with taken.path.with_suffix(DAMAGED).open("wb") as out:
                out.write(b"".join(damaged))
                out.flush()
                os.fsync(out.fileno())
        taken.path.unlink(missing_ok=True)
        _flush(self.folder)
        taken.leave()


def look(folder: Path) -> Kept:
    """What waits there, of all processes."""
    files = size = damaged = 0
    since: datetime | None = None
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.suffix == DAMAGED:
            damaged += 1
        elif path.suffix == ENDING:
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            files, size = files + 1, size + found.st_size
            since = since or _moment(path.name)
    return Kept(files, size, since, damaged)


def _moment(name: str) -> datetime | None:
    try:
        return datetime.strptime(name.partition("-")[0] + "+0000", "%Y%m%dT%H%M%S%f%z")
    except ValueError:
        return None


def _flush(folder: Path) -> None:
    """The name of a new file is safe only with its folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
