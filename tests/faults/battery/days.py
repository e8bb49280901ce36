"""Clocks: that jump, that run fast or slow, and days that pass in a moment."""

import asyncio
import os
import re
import signal
import time
from pathlib import Path
from typing import Any

from tests.fakes.citizen import post_signed
from tests.faults.battery.judge import judge
from tests.faults.battery.stage import Stage, stop
from tests.faults.battery.story import Talker, called, story
from tests.world import eventually

DAY = 86_400
AWAY = ((2, 2), (8, 3), (16, 3), (25, 4), (90, 5), (300, 6), (660, 6), (1020, 6), (1440, 6))
"""Minutes after which is looked, and how often the agency has been tried by then: at once, and 1, 5, 15, 60 and 180 minutes later."""


def move(stage: Stage, *clocks: str) -> None:
    """All processes of the server read these clocks from now on; the second is for those that only work."""
    new = stage.folder / "skew.new"
    new.write_text("\n".join(clocks))
    new.rename(stage.folder / "skew")


async def clock_jumps(stage: Stage, _: Any) -> None:
    """Two hours ahead, two back, and right again, in the middle of everything. Then thirty days ahead for a whole story, and back: all
    that waited falls due at once. (In the middle of a story the officer would have been silent for a month, and so would the citizen.)"""
    for seconds in (7200, -7200, 0):
        await asyncio.sleep(2.5)
        move(stage, str(seconds))
    async with stage.telling:
        move(stage, str(30 * DAY))
        await stage.sign_in()
        await asyncio.sleep(2.5)
        begun = stage.begun
    await eventually(lambda: stage.begun > begun, 120, "a story in that month")
    async with stage.telling:
        move(stage, "0")


async def clocks_disagree(stage: Stage, _: Any) -> None:
    """A tenth too fast, a tenth too slow, the other machine the other way round; then twenty steps of up to a second, there and back."""
    for rate in (0.1, -0.1):
        now = time.time()
        move(stage, f"0 {rate} {now}", f"0 {-rate} {now}")
        await asyncio.sleep(6)
    for _again in range(20):
        move(stage, str(stage.chance.uniform(-1, 1)), str(stage.chance.uniform(-1, 1)))
        await asyncio.sleep(0.2)
    move(stage, "0")


async def agency_is_away(stage: Stage) -> list[str]:
    """A day without the agency: what it should hear is tried, seen to be late, given up in sight of everybody, and sent by a press."""
    talker = Talker(stage, stage.begun)
    stage.begun += 1
    stage.hook.away = {"agency"}
    await talker.asks_for_an_officer()
    await stage.insist(lambda: stage.desk.act(talker.number, "ambil"))
    await stage.insist(lambda: stage.desk.act(talker.number, "langkah/teruskan", instansi="dbmpr"))
    await _tried(stage, talker, 1)
    wrong = []
    for minutes, tries in AWAY:
        move(stage, str(60 * minutes))
        await _tried(stage, talker, tries)
        page, said = await _seen(stage)
        found = re.search(r"^wargi_agency_lag_seconds (\S+)", said, re.M)
        late = found is not None and float(found[1]) > 900
        if late != (minutes > 15) or (talker.number in page) != (minutes > 15):
            wrong.append(f"F24 after {minutes} minutes: alarm {late}, on the list {talker.number in page}")
        (case,) = await stage.rows(f"SELECT state, agency FROM ticket WHERE number = '{talker.number}'")
        if (case["state"], case["agency"]) != ("dispatched", "dbmpr"):
            wrong.append(f"F24 after {minutes} minutes the case is {case['state']}, with {case['agency'] or 'nobody'}")
    stage.hook.away = set()
    page, _ = await _seen(stage)
    for path in re.findall(r'action="(/desk/instansi/macet/[^"]+)"', page):
        await stage.insist(lambda at=path: stage.desk.post(at))
    await eventually(lambda: _heard(stage, talker), 60, "the agency's webhook")
    await _tried(stage, talker, 1)
    if (count := _heard(stage, talker)) != 1:
        wrong.append(f"F24 the agency heard {count} times")
    return wrong


async def _tried(stage: Stage, talker: Talker, times: int) -> None:
    async def done() -> bool:
        rows = await stage.rows(f"SELECT attempts FROM agency_delivery WHERE number = '{talker.number}'")
        return len(rows) == 1 and rows[0]["attempts"] == times

    await eventually(done, 60, f"{times} tries")


async def _seen(stage: Stage) -> tuple[str, str]:
    """What a lead sees, and what alarms read."""
    page = await stage.desk.get("/desk/instansi/macet")
    async with stage.http.get(f"{stage.base}/metrics") as answer:
        return page, await answer.text()


def _heard(stage: Stage, talker: Talker) -> int:
    return sum(what == "agency" and said["ticket"] == talker.number for what, _, said in stage.hook.got)


async def a_week(stage: Stage) -> list[str]:
    """Seven days, each with people, with something that breaks, and with a night; what the first process has in memory is noted."""
    passed, wrong, memory = 0, list[str](), list[int]()
    for day in range(7):
        name, fault = stage.chance.choice(DAILY)
        trouble = asyncio.create_task(fault(stage))
        talkers = await story(stage, 3)
        await trouble
        await stage.quiet()
        wrong += [f"day {day + 1}, {name}: {line}" for line in await judge(stage, talkers, MANY)]
        stage.alarmed |= {*called(stage)}
        memory.append(_resident(stage))
        for _night in range(3):
            passed += 8 * 3600
            move(stage, str(passed))
            await stage.insist(lambda: stage.desk.get("/desk"))
            await asyncio.sleep(1.5)
            await stage.quiet()
    stage.noted.append(f"memory at the end of each day: {', '.join(map(str, memory))} MB")
    return wrong


async def _dies(stage: Stage) -> None:
    await asyncio.sleep(stage.chance.uniform(0.5, 3))
    stop(stage.chance.choice(stage.victims))


async def _stands_still(stage: Stage) -> None:
    await asyncio.sleep(1)
    victim = stage.chance.choice(stage.victims)
    stop(victim, signal.SIGSTOP)
    await asyncio.sleep(8)
    stop(victim, signal.SIGCONT)


async def _refuses(stage: Stage) -> None:
    stage.graph.fail_p, stage.graph.drop_p = 0.1, 0.03
    await asyncio.sleep(6)
    stage.graph.fail_p = stage.graph.drop_p = 0.0


async def _says_it_again(stage: Stage) -> None:
    for _again in range(8):
        await asyncio.sleep(0.5)
        some = stage.chance.sample(stage.posted, min(8, len(stage.posted)))
        url = f"{stage.base}/webhooks/whatsapp"
        await asyncio.gather(*[post_signed(stage.http, url, stage.graph.secret, body) for _, body in some])


DAILY = (("a process dies", _dies), ("a process stands still", _stands_still),
         ("the platform refuses", _refuses), ("everything comes again", _says_it_again))  # fmt: skip
MANY = 1000


def _resident(stage: Stage) -> int:
    """Megabytes of the first process."""
    process = stage.victims[0].process
    assert process is not None
    pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000
