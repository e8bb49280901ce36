"""PostgreSQL's machine is gone: the one that followed it takes over, or what was kept elsewhere comes back. What was lost is counted."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from bot import clock
from bot.store import invariants
from bot.store.db import Db
from tests.faults.battery.clusters import LEAVES, Archived, Pair
from tests.faults.battery.judge import LATE
from tests.faults.battery.stage import Stage

NOTICED = 2.0
"""Seconds until somebody sees that the first is gone."""
MARGIN = 15.0
"""Seconds beside the promise, for a loaded machine to copy one piece of the log."""
WORDS, PACE = 40, 0.1


async def others_take_over(stage: Stage, own: Pair) -> None:
    """Three times the machine that is first is gone with its disk, and the other goes on, which has applied every commit."""
    for round_ in range(3):
        await asyncio.sleep(1.5)
        async with stage.calm:
            await asyncio.to_thread(own.take_over, NOTICED)
        if round_ < 2:
            await asyncio.to_thread(own.follow)


async def other_stands_still(stage: Stage, own: Pair) -> None:
    """Who follows does not answer for twelve seconds: no commit ends, words wait on the spool."""
    await asyncio.sleep(1.5)
    pid = await asyncio.to_thread(own.receiver)
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(12)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


async def loosely_followed(stage: Stage) -> list[str]:
    """What a takeover loses where commits do not wait: with the line whole, and with one that was cut before."""
    own: Pair = stage.own
    kept, wrong = len(stage.ledger.lines), []
    died = await _talk(stage, WORDS, own.kill)
    await asyncio.to_thread(own.take_over, 0)
    await stage.quiet()
    lost = await _lost(stage, own.folder / "first" if own.folder else Path())
    told(stage, f"line whole: {len(lost)} of the last {WORDS} acknowledged words lost{_since(stage, lost, died)}")
    await asyncio.to_thread(own.follow)
    before = set(await _lost(stage, own.folder / "first" if own.folder else Path()))
    await asyncio.to_thread(own.cut)
    cut, kept = asyncio.get_running_loop().time(), len(stage.ledger.lines)
    died = await _talk(stage, WORDS, own.kill)
    await asyncio.to_thread(own.take_over, 0)
    await stage.quiet()
    lost = [id_ for id_ in await _lost(stage, own.folder / "first" if own.folder else Path()) if id_ not in before]
    told(
        stage,
        f"line cut {died - cut:.1f} s before: {len(lost)} of {WORDS} acknowledged words lost{_since(stage, lost, died)}",
    )
    early = [id_ for id_ in lost if id_ not in {line[0] for line in stage.ledger.lines[kept:]}]
    wrong += [f"F08c lost though it had been said before the line was cut: {id_}" for id_ in early]
    return wrong or ([] if lost else ["F08c nothing was lost with a line that was cut: this proves nothing"])


async def base_is_taken(stage: Stage, own: Archived) -> None:
    """The copy that the log is played onto, while everything goes on."""
    await asyncio.sleep(2)
    await asyncio.to_thread(own.run, own.said("pg_basebackup"))


async def back_from_the_log(stage: Stage) -> list[str]:
    """The disk is gone. All comes back but the last seconds; then once more, but only what was said before a moment."""
    own: Archived = stage.own
    await _talk(stage, WORDS // 2)
    middle, known = clock.now(), {line[0] for line in stage.ledger.lines}
    pace = max(PACE, LEAVES / 600)
    died = await _talk(
        stage, max(WORDS, int(1.2 * LEAVES / pace)), own.lose, pace
    )  # longer than a piece of the log waits
    await stage.halt()
    began = asyncio.get_running_loop().time()
    home = await asyncio.to_thread(own.come_back)
    took = asyncio.get_running_loop().time() - began
    lost = await _lost(stage, home)
    told(stage, f"{len(lost)} of {len(stage.ledger.promised())} acknowledged words lost with the disk{_since(stage, lost, died)}; "
         f"an unfinished piece of the log left after {0 if own.at_once else LEAVES} s; back in {took:.1f} s")  # fmt: skip
    wrong = [f"F20 lost: {id_}" for id_ in lost if own.at_once or died - _at(stage, id_) > LEAVES + MARGIN]
    wrong += await _rules(stage, home)
    home = await asyncio.to_thread(own.come_back, middle)
    there, promised = await _there(stage, home), set(stage.ledger.promised())
    wrong += [f"F20 said before the moment and not there: {id_}" for id_ in (promised & known) - there]
    wrong += [f"F20 said after the moment and there: {id_}" for id_ in there - known]
    return wrong


async def _talk(stage: Stage, words: int, then: Callable[[], None] | None = None, pace: float = PACE) -> float:
    """Words, one after another, each acknowledged and stored; returns when the last was, or when the machine died right behind it."""
    who = stage.citizen(7000)
    for n in range(words):
        await stage.say(who, who.text(f"baris {n}"))
        await asyncio.sleep(pace)
    died = asyncio.get_running_loop().time()
    if then is not None:
        await asyncio.to_thread(then)
    return died


async def _there(stage: Stage, home: Path) -> set[str]:
    conn = await asyncpg.connect(f"postgresql://wargi@/{urlsplit(stage.url).path.lstrip('/')}?host={home}")
    try:
        return {row[0] for row in await conn.fetch("SELECT external_id FROM inbox WHERE kind = 'message'")}
    finally:
        await conn.close()


async def _lost(stage: Stage, home: Path) -> list[str]:
    there = await _there(stage, home)
    return [id_ for id_ in stage.ledger.promised() if id_ not in there]


async def _rules(stage: Stage, home: Path) -> list[str]:
    url = urlsplit(stage.url)._replace(query=f"host={home}").geturl()
    db = Db(url, stage.data)
    await db.open_for_reading()
    try:
        async with db.read() as conn:
            found = await invariants.look_in(conn)
    finally:
        await db.close()
    return [f"{rule.name} in what came back: {row}" for rule, rows in found for row in rows if rule.name not in LATE]


def _at(stage: Stage, id_: str) -> float:
    return next(line[4] for line in stage.ledger.lines if line[0] == id_)


def _since(stage: Stage, lost: list[str], died: float) -> str:
    return f", the oldest {died - min(_at(stage, id_) for id_ in lost):.1f} s before the end" if lost else ""


def told(stage: Stage, words: str) -> None:
    stage.noted.append(words)
