"""What else may happen to a server: its disk fills, its clock is moved, its limits are narrow, its power fails, bodies are bombs."""

import asyncio
import gzip
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from tests.fakes.citizen import post_signed, signature
from tests.fakes.graph import Failure
from tests.faults.battery import power
from tests.faults.battery.stage import Stage

DAY = 86_400
SMALL = "small"
"""The folder of the small disk."""
CUTS = int(os.environ.get("CUTS", "2000"))
"""Files as power cuts leave them, that F09c opens."""


@contextmanager
def small_disk(folder: Path, megabytes: int, owner: str = "") -> Iterator[Path]:
    """A disk of its own, which a story can fill. Only root may mount one."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", folder], check=True)
    try:
        if owner:
            subprocess.run(["chown", owner, folder], check=True)
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


async def full_disk(stage: Stage, _: Any) -> None:
    """Somebody's file takes all the room for four seconds, three times."""
    small = stage.data if stage.is_sqlite else stage.folder / SMALL
    ballast = small / "ballast"
    try:
        for _again in range(3):
            await asyncio.sleep(1)
            await asyncio.to_thread(_fill, ballast)
            await asyncio.sleep(4)
            ballast.unlink()
    finally:
        ballast.unlink(missing_ok=True)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as out:
        free = os.statvfs(path.parent)
        with suppress(OSError):
            os.posix_fallocate(out.fileno(), 0, free.f_bavail * free.f_bsize)
        out.seek(0, os.SEEK_END)
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while out.write(bytes(size)) == size:
                    pass


async def backends_stand_still(stage: Stage, own: Any) -> None:
    """Half of the database's processes that serve us stop for eight seconds, as on a disk that hangs."""
    await asyncio.sleep(1.5)
    conn = await asyncpg.connect(stage.url)
    rows = await conn.fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await conn.close()
    pids = [row["pid"] for row in rows][::2]
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(8)
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


async def no_place_left(stage: Stage, own: Any) -> None:
    """Others take every connection that the database gives, ours are ended: nothing can be asked for six seconds."""
    await asyncio.sleep(1.5)
    first = await asyncpg.connect(stage.url)
    taken = [first]
    try:
        end = asyncio.get_running_loop().time() + 6
        while asyncio.get_running_loop().time() < end:
            await first.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user "
                "AND backend_type = 'client backend' AND application_name <> 'crowd' AND pid <> pg_backend_pid()"
            )
            with suppress(asyncpg.TooManyConnectionsError):
                while True:
                    taken.append(await asyncpg.connect(stage.url, server_settings={"application_name": "crowd"}))
            await asyncio.sleep(0.2)
    finally:
        await asyncio.gather(*[each.close() for each in taken], return_exceptions=True)


async def nobody_answers(stage: Stage, _: Any) -> None:
    """The agency's server and the way over which humans are called are away for eight seconds."""
    stage.hook.away = {"agency", "alarm"}
    try:
        await asyncio.sleep(8)
    finally:
        stage.hook.away = set()


async def late_words(stage: Stage, _: Any) -> None:
    """Webhooks that the platform could not bring for six days, each twice, newest first."""
    old = str(int(time.time()) - 6 * DAY)
    for n in range(10):
        who = stage.citizen(9000 + n)
        said = [who.text(f"baris {line}", timestamp=old) for line in range(3)]
        for message in reversed([*said, *said]):
            await stage.say(who, message)
        await asyncio.sleep(0.3)


async def statuses_in_any_order(stage: Stage, _: Any) -> None:
    """Each status three times, in any order, some before the answer to the send."""
    graph = stage.graph
    graph.shuffle_statuses, graph.duplicate_statuses = True, 3
    try:
        for early in (False, True, False):
            graph.status_before_answer = early
            await asyncio.sleep(2)
    finally:
        graph.shuffle_statuses, graph.duplicate_statuses, graph.status_before_answer = False, 1, False


async def bursts(stage: Stage, _: Any) -> None:
    """Twenty citizens who were never here send five pictures and a place, all in one moment."""
    people = [stage.citizen(8000 + n) for n in range(20)]
    await asyncio.gather(*[stage.say(who, what) for who in people for what in (*[who.image() for _ in range(5)], who.location())])  # fmt: skip


REFUSALS = (
    Failure(429, 130429, {"Retry-After": "1"}), Failure(400, 130429), Failure(400, 131056), Failure(500, 131000),
    Failure(502, None, body="<html>Bad gateway</html>"), Failure(200, None, body='{"error": {"code": 131000}}'),
    Failure(503, None, body=""), Failure(200, None, body='{"messages": [{"id"'),
)  # fmt: skip
"""What a platform says on a bad day; the last two leave open whether it took the message."""


async def bad_day(stage: Stage, _: Any) -> None:
    """Each refusal a few times, and two sends that are taken and never answered. A day ends: what nobody has run into by then is gone,
    else a single bubble in a quiet moment runs into all that has piled up, and its pauses grow to minutes."""
    stage.graph.hang_next = 2
    for _again in range(3):
        for refusal in REFUSALS[:6]:
            stage.graph.fail_next.append(refusal)
            await asyncio.sleep(0.5)
            while len(stage.graph.fail_next) > 1:
                stage.graph.fail_next.pop()
    stage.graph.fail_next.clear()


async def bombs(stage: Stage, _: Any) -> None:
    """Bodies that unpack to a thousand times their size, ones that are nothing but depth, and heads that do not end."""
    url = f"{stage.base}/webhooks/whatsapp"
    packed = gzip.compress(bytes(30_000_000))
    deep = b'{"object":"whatsapp_business_account","entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    many = {f"X-Many-{n}": "x" * 50 for n in range(1000)}
    for _again in range(3):
        for data, headers, known in (
            (packed, {"Content-Encoding": "gzip", "X-Hub-Signature-256": signature(packed, stage.graph.secret)}, (400, 401, 413)),
            (b"{}", many, (400, 401, 431)),
        ):  # fmt: skip
            with suppress(aiohttp.ClientError, TimeoutError):
                async with stage.http.post(url, data=data, headers=headers) as answer:
                    if answer.status not in known:
                        stage.wrong.append(f"F18 a bomb was answered with {answer.status}")
        if await post_signed(stage.http, url, stage.graph.secret, deep, tries=20) != 200:
            stage.wrong.append("F14 a deep body was not stored")
        process = stage.victims[0].process
        assert process is not None
        if (most := _peak(process.pid)) > 400_000:
            stage.wrong.append(f"F18 {most} kB of memory")
        await asyncio.sleep(0.5)


def _peak(pid: int) -> int:
    """Kilobytes of memory that the process has had at most."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


async def power_cuts(stage: Stage) -> list[str]:
    """After the story: every file that a cut could have left behind is opened."""
    await stage.halt()
    shift = time.time() - asyncio.get_running_loop().time()
    promised = sorted((at + shift, id_) for id_, _, _, status, at in stage.ledger.lines if status == 200)
    found = await asyncio.to_thread(power.calls, stage.folder)
    if not any(call.what == "fdatasync" for call in found):
        return ["F09c strace saw no flush"]
    before, file = (stage.folder / "before.db").read_bytes(), stage.data / "wargi.db"
    return await asyncio.to_thread(power.lost, stage.folder, found, before, file, promised, CUTS, stage.seed)
