"""F09c, power loss: the server runs under strace, and from what it wrote and flushed the file is rebuilt as it may lie on a disk
whose power fails at that moment. Every such file must open whole and hold each word that had got its 200 by then.

What was flushed is there; of what was written since then each 512 bytes may be there or not, and a change of length may be, too.
"""

import random
import re
import shutil
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512
CALLS = "pwrite64,fdatasync,fsync,ftruncate"
_CALL = re.compile(
    r'^([\d.]+) (\w+)\(\d+<((?:\\x[0-9a-f]{2})+)>(?:, (?:"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?, )?(.*))?\)\s+= (\d+).*<([\d.]+)>$'
)


def traced(folder: str) -> tuple[str, ...]:
    """What is put before a command: it stays our child, strace is the one that watches from beside it."""
    name = f"{folder}/trace"
    return ("strace", "-D", "-f", "-ff", "--seccomp-bpf", "-ttt", "-T", "-y", "-xx", "-s", "1048576", "-e", f"trace={CALLS}", "-o", name)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the system: it began at `at` and was over at `end`, in seconds since 1970."""

    at: float
    end: float
    what: str
    path: Path
    data: bytes = b""
    offset: int = 0


def calls(folder: Path) -> list[Call]:
    """Of all threads, in the order in which they ended."""
    found = []
    for path in folder.glob("trace.*"):
        with path.open(encoding="ascii", errors="replace") as lines:
            found += [call for line in lines if (call := _call(line.rstrip("\n"))) is not None]
    return sorted(found, key=lambda call: call.end)


def _call(line: str) -> Call | None:
    hit = _CALL.match(line)
    if hit is None:
        return None
    at, what, name, data, cut, numbers, _, took = hit.groups()
    if cut:
        raise ValueError("strace cut a write short")
    path, start = Path(_bytes(name).decode()), float(at)
    if what == "pwrite64":
        return Call(start, start + float(took), what, path, _bytes(data), int(numbers.split(", ")[-1]))
    return Call(start, start + float(took), what, path, offset=int(numbers) if what == "ftruncate" else 0)


def _bytes(hexed: str) -> bytes:
    return bytes.fromhex(hexed.replace("\\x", ""))


class Disk:
    """One file: what is on the disk for good, and what was written since the last flush."""

    def __init__(self, body: bytes = b"") -> None:
        self.safe, self.loose = bytearray(body), list[Call]()

    def does(self, call: Call) -> None:
        if call.what in ("fdatasync", "fsync"):
            for each in self.loose:
                _apply(self.safe, each)
            self.loose = []
        else:
            self.loose.append(call)

    def after_a_cut(self, chance: random.Random) -> bytes:
        body, whole = bytearray(self.safe), chance.random()
        for each in self.loose:
            if each.what == "ftruncate":
                if chance.random() < whole:
                    _apply(body, each)
                continue
            for start in range(0, len(each.data), SECTOR):
                if chance.random() < whole:
                    _write(body, each.offset + start, each.data[start : start + SECTOR])
        return bytes(body)


def _apply(body: bytearray, call: Call) -> None:
    if call.what == "ftruncate":
        del body[call.offset :]
        body.extend(bytes(call.offset - len(body)))
    else:
        _write(body, call.offset, call.data)


def _write(body: bytearray, offset: int, data: bytes) -> None:
    if len(body) < offset:
        body.extend(bytes(offset - len(body)))
    body[offset : offset + len(data)] = data


def cuts(
    found: Sequence[Call], before: bytes, path: Path, count: int, chance: random.Random
) -> Iterator[tuple[float, bytes, bytes]]:
    """(when, the database, its log) at `count` moments, half of them just before a flush, when the most is at stake."""
    wal = Path(f"{path}-wal")
    mine = [call for call in found if call.path in (path, wal)]
    flushes = [n for n, call in enumerate(mine) if call.what in ("fdatasync", "fsync")]
    moments = sorted(
        chance.choice(flushes) if chance.random() < 0.5 else chance.randrange(len(mine)) for _ in range(count)
    )
    disks = {path: Disk(before), wal: Disk()}
    done = 0
    for moment in moments:
        for call in mine[done:moment]:
            disks[call.path].does(call)
        done = moment
        yield mine[moment].at, disks[path].after_a_cut(chance), disks[wal].after_a_cut(chance)


def lost(
    folder: Path,
    found: Sequence[Call],
    before: bytes,
    path: Path,
    promised: Sequence[tuple[float, str]],
    count: int,
    seed: int,
) -> list[str]:
    """What was promised and is missing, or does not open. `promised`: when the 200 had come, and of which message, oldest first."""
    chance, wrong = random.Random(seed), list[str]()
    times = [at for at, _ in promised]
    image = folder / "image.db"
    for when, body, log in cuts(found, before, path, count, chance):
        for stale in folder.glob("image.db*"):
            stale.unlink()
        image.write_bytes(body)
        Path(f"{image}-wal").write_bytes(log)
        due = {id_ for _, id_ in promised[: bisect_right(times, when)]}
        try:
            conn = sqlite3.connect(image)
            whole = [row[0] for row in conn.execute("PRAGMA integrity_check")]
            there = {row[0] for row in conn.execute("SELECT external_id FROM inbox")}
            conn.close()
        except sqlite3.DatabaseError as error:
            whole, there = [str(error)], due
        if whole != ["ok"]:
            wrong.append(f"F09c the file is broken after a power cut: {whole[0]}")
        wrong += [f"I1 lost by a power cut after its 200: {id_}" for id_ in sorted(due - there)[:1]]
        if len(wrong) >= 5:
            shutil.copy(image, folder / "broken.db")
            break
    return wrong
