"""F23: thousands write at once, one of them a hundred times a second, and some cry for help in between.

    python -m tests.faults.battery --surge 5000 [--rate 1000]

The platform's own limit decides too: at WhatsApp's 80 sends a second 5,000 first answers take a minute, whatever we do.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from tests.fakes.citizen import Citizen
from tests.faults.battery.judge import _inbound, _outbound, _rules
from tests.faults.battery.stage import Stage, stage
from tests.faults.battery.story import HELP

SECONDS, FLOOD, CRIES = 30, 100, 5
PROMISED = 10.0
"""Seconds in which nineteen of twenty others have their first answer."""
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
AT_ONCE = 256
"""Webhooks in flight: what a platform opens to one receiver."""


def share(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


async def run(count: int, rate: str, patience: float) -> int:
    with tempfile.TemporaryDirectory(prefix="wargi-surge-", dir=MEMORY) as folder:
        async with stage(f"sqlite:///{folder}/wargi.db", Path(folder), 23, WARGI_WHATSAPP_RATE=rate) as set_:
            set_.minded = False
            await set_.start()
            await set_.officer()
            return await _storm(set_, count, patience)


async def _storm(set_: Stage, count: int, patience: float) -> int:
    places, acks = asyncio.Semaphore(AT_ONCE), list[float]()
    said: dict[str, float] = {}
    people = [set_.citizen(n) for n in range(count)]
    crying = [set_.citizen(count + n) for n in range(CRIES)]
    loud = set_.citizen(count + CRIES)

    async def post(who: Citizen, words: str) -> None:
        began = time.monotonic()
        said.setdefault(who.address, began)
        await set_.say(who, who.text(words))
        acks.append(time.monotonic() - began)

    async def say(who: Citizen, words: str) -> None:
        said.setdefault(who.address, time.monotonic())
        async with places:
            await post(who, words)

    async def flood() -> None:
        end, n = time.monotonic() + SECONDS, 0
        async with asyncio.TaskGroup() as group:
            while time.monotonic() < end:
                n += 1
                group.create_task(say(loud, f"ayo dong {n}"))
                await asyncio.sleep(1 / FLOOD)

    async def cries() -> None:
        for each in crying:
            await asyncio.sleep(1.5)
            await post(each, HELP)

    began = time.monotonic()
    await asyncio.gather(flood(), cries(), *[say(each, "halo") for each in people])
    posted = time.monotonic() - began
    first: dict[str, float] = {}
    wanted = {each.address for each in (*people, *crying)}
    end = time.monotonic() + patience
    while time.monotonic() < end and len(wanted & first.keys()) < len(wanted):
        await asyncio.sleep(0.5)
        for one in set_.graph.accepted:
            first.setdefault(one.address, one.at)
    await set_.quiet(patience)
    waits = [first[each.address] - said[each.address] for each in people if each.address in first]
    rescued = [first[each.address] - said[each.address] for each in crying if each.address in first]
    called = [at for what, at, _ in set_.hook.got if what == "alarm"]
    wrong = await _inbound(set_, 0) + await _rules(set_, 0) + await _outbound(set_, 0)
    wrong += [f"I11 {CRIES - len(rescued)} cries unanswered"] * (len(rescued) < CRIES)
    answered = len(set_.graph.to(loud.address))
    loudness = sum(address == loud.address for _, address, *_ in set_.ledger.lines)
    print(f"{count} citizens and one with {loudness} messages, all taken after {posted:.1f} s")
    print(f"webhooks: p50 {share(acks, 0.5) * 1000:.0f} ms, p99 {share(acks, 0.99) * 1000:.0f} ms")
    p50, p95, last = share(waits, 0.5), share(waits, 0.95), max(waits, default=0)
    print(f"first answers: {len(waits)} of {count}, p50 {p50:.1f} s, p95 {p95:.1f} s, last {last:.1f} s")
    slowest = max(rescued, default=0)
    print(f"cries for help: {len(rescued)} of {CRIES} answered, the slowest after {slowest:.1f} s; {len(called)} calls")
    print(f"the loud one got {answered} answers; {set_.graph.duplicates} of ours arrived twice")
    if p95 > PROMISED:
        wrong.append(f"F23 nineteen of twenty waited {p95:.1f} s, {PROMISED:.0f} were promised")
    for line in wrong[:20]:
        print(f"    {line}")
    return 1 if wrong else 0
