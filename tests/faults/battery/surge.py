"""F23: thousands write at once, one of them a hundred times a second, some cry for help in between, and some want an officer.

    python -m tests.faults.battery --surge 5000 [--rate 1000]

The platform's own limit decides too: at WhatsApp's 80 sends a second 5,000 first answers take a minute, whatever we do. On a machine that
has other work, look at what the server got of it: seconds are of that share.
"""

import asyncio
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.citizen import Citizen
from tests.faults.battery.judge import _inbound, _outbound, _rules
from tests.faults.battery.stage import Stage, stage
from tests.faults.battery.story import HELP, Talker
from tests.world import eventually

SECONDS, FLOOD, CRIES = 30, 100, 5
PROMISED, NORM = 10.0, 30.0
"""Seconds in which nineteen of twenty others have their first answer, and in which a human is called for a cry."""
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
AT_ONCE = 256
"""Webhooks in flight: what a platform opens to one receiver."""
CLOSED = 40
"""Cases that officers end while the storm begins: their questions for a rating are what nobody waits for."""
ASK = 10
"""One of so many wants an officer next."""
TOLD = "di antrean"
"""The words of whoever is told their wait."""


def share(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


async def run(count: int, rate: str, patience: float) -> int:
    with tempfile.TemporaryDirectory(prefix="wargi-surge-", dir=MEMORY) as folder:
        async with stage(f"sqlite:///{folder}/wargi.db", Path(folder), 23, WARGI_WHATSAPP_RATE=rate) as set_:
            set_.minded = False
            await set_.start()
            await set_.officer()
            storm = Storm(set_, count)
            closed = await storm.cases()
            await storm.blows(closed, patience)
            return await storm.judged()


@dataclass
class Storm:
    set_: Stage
    count: int
    acks: list[float] = field(default_factory=list)
    said: dict[str, float] = field(default_factory=dict)
    """When each citizen's first words were due."""
    asked: dict[str, float] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)
    rated: list[float] = field(default_factory=list)
    ended: float = 0.0
    """When the last of them had the first answer."""
    cpu: float = 0.0
    """Of the server until then, in seconds, and …"""
    took: float = 0.0
    """… how long that was."""
    _read: int = 0

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)
        self.people = [self.set_.citizen(n) for n in range(self.count)]
        self.crying = [self.set_.citizen(self.count + n) for n in range(CRIES)]
        self.loud = self.set_.citizen(self.count + CRIES)
        self.closing = [Talker(self.set_, self.count + CRIES + 1 + n) for n in range(CLOSED)]

    async def cases(self) -> list[str]:
        """Before it: cases that an officer has taken."""
        await asyncio.gather(*[each.asks_for_an_officer() for each in self.closing])
        for each in self.closing:
            await self.set_.insist(lambda each=each: self.set_.desk.act(each.number, "ambil"))  # type: ignore[misc]
        await self.set_.quiet()
        self._read = len(self.set_.graph.accepted)
        return [each.number for each in self.closing]

    async def blows(self, closed: list[str], patience: float) -> None:
        began, before = time.monotonic(), self._cpu()
        listening = asyncio.create_task(self._listen())
        try:
            await asyncio.gather(
                self._flood(), self._cries(), self._end(closed), self._everybody(began, before, patience)
            )
            await self.set_.quiet(patience)
            with suppress(AssertionError):  # judged below
                await eventually(lambda: len(self.told) >= len(self.asked) and len(self.rated) >= CLOSED, 60)
        finally:
            listening.cancel()

    def _cpu(self) -> float:
        process = self.set_.victims[0].process
        assert process is not None
        words = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    async def _post(self, who: Citizen, words: str) -> None:
        began = time.monotonic()
        await self.set_.say(who, who.text(words))
        self.acks.append(time.monotonic() - began)

    async def _say(self, who: Citizen, words: str) -> None:
        self.said.setdefault(who.address, time.monotonic())
        async with self._places:
            await self._post(who, words)

    async def _everybody(self, began: float, before: float, patience: float) -> None:
        """First words, and then some ask for an officer."""
        wanted = {each.address for each in (*self.people, *self.crying)}
        asking = {each.address: each for each in self.people[::ASK]}
        async with asyncio.TaskGroup() as group:
            for each in self.people:
                group.create_task(self._say(each, "halo"))
            while time.monotonic() - began < patience and len(wanted & self.first.keys()) < len(wanted):
                await asyncio.sleep(0.05)
                for address in asking.keys() & self.first.keys():
                    self.asked[address] = time.monotonic()
                    group.create_task(self._say(asking.pop(address), "petugas"))
            self.ended, self.took, self.cpu = time.monotonic(), time.monotonic() - began, self._cpu() - before

    async def _flood(self) -> None:
        end, n = time.monotonic() + SECONDS, 0
        async with asyncio.TaskGroup() as group:
            while time.monotonic() < end:
                n += 1
                group.create_task(self._say(self.loud, f"ayo dong {n}"))
                await asyncio.sleep(1 / FLOOD)

    async def _cries(self) -> None:
        for each in self.crying:
            await asyncio.sleep(1.5)
            self.said[each.address] = time.monotonic()
            await self._post(each, HELP)

    async def _end(self, closed: list[str]) -> None:
        await asyncio.sleep(1)
        for number in closed:
            await self.set_.insist(lambda number=number: self.set_.desk.act(number, "selesai"))  # type: ignore[misc]

    async def _listen(self) -> None:
        """What reaches the platform, read once."""
        closing = {each.who.address for each in self.closing}
        while True:
            new, self._read = self.set_.graph.accepted[self._read :], len(self.set_.graph.accepted)
            for one in new:
                self.first.setdefault(one.address, one.at)
                if TOLD in one.text:
                    self.told.setdefault(one.address, one.at)
                if one.address in closing and any(id_.endswith("/5") for id_, _ in one.buttons):
                    self.rated.append(one.at)
            await asyncio.sleep(0.1)

    async def judged(self) -> int:
        set_, first = self.set_, self.first
        waits = [first[each.address] - self.said[each.address] for each in self.people if each.address in first]
        rescued = [first[each.address] - self.said[each.address] for each in self.crying if each.address in first]
        told = [at - self.asked[address] for address, at in self.told.items() if address in self.asked]
        calls = await self._calls()
        wrong = await _inbound(set_, 0) + await _rules(set_, 0) + await _outbound(set_, 0)
        loudness = sum(address == self.loud.address for _, address, *_ in set_.ledger.lines)
        early = sum(at < self.ended for at in self.rated)
        p95 = share(waits, 0.95)
        print(f"{self.count} citizens, one with {loudness} messages; load of the machine {os.getloadavg()[0]:.1f}")
        print(
            f"the server: {self.cpu:.1f} s of CPU in {self.took:.1f} s: {self.cpu / self.took:.2f} of a core until all were answered"
        )
        print(f"webhooks: p50 {share(self.acks, 0.5) * 1000:.0f} ms, p99 {share(self.acks, 0.99) * 1000:.0f} ms")
        print(
            f"first answers: {len(waits)} of {self.count}, p50 {share(waits, 0.5):.1f} s, p95 {p95:.1f} s, last {max(waits, default=0):.1f} s"
        )
        print(
            f"cries for help: {len(rescued)} of {CRIES} answered, the slowest after {max(rescued, default=0):.1f} s; "
            f"a human called after {max(calls, default=0):.1f} s at most"
        )
        print(f"want an officer: {len(told)} of {len(self.asked)} told their wait, p95 {share(told, 0.95):.1f} s")
        print(f"questions for a rating: {early} of {len(self.rated)} left before all were answered")
        print(
            f"the loud one got {len(set_.graph.to(self.loud.address))} answers; {set_.graph.duplicates} of ours arrived twice"
        )
        wrong += [f"I1 {self.count - len(waits)} have no answer"] * (len(waits) < self.count)
        wrong += [f"I11 {CRIES - len(calls)} cries without a call, {CRIES - len(rescued)} unanswered"] * (
            min(len(calls), len(rescued)) < CRIES
        )
        wrong += [f"I11 a human was called after {max(calls, default=0):.0f} s, {NORM:.0f} are the norm"] * (
            max(calls, default=0) > NORM
        )
        wrong += [f"J3 {len(self.asked) - len(told)} were not told their wait"] * (len(told) < len(self.asked))
        wrong += [f"J3 {CLOSED - len(self.rated)} questions for a rating never left"] * (len(self.rated) < CLOSED)
        wrong += [f"J3 {early} of {CLOSED} bulk sends left in the storm"] * (early > self.took + 2)
        wrong += [f"F23 nineteen of twenty waited {p95:.1f} s, {PROMISED:.0f} were promised"] * (p95 > PROMISED)
        for line in wrong[:20]:
            print(f"    {line}")
        return 1 if wrong else 0

    async def _calls(self) -> list[float]:
        """Seconds from each cry until a human was called for it."""
        rows = await self.set_.rows(
            "SELECT t.number, a.address FROM ticket t JOIN address a ON a.id = t.address_id AND a.part = t.part"
        )
        who = {row["number"]: row["address"] for row in rows}
        called: dict[str, float] = {}
        for what, at, said in self.set_.hook.got:
            if what == "alarm":
                called.setdefault(who[said["ticket"]], at)
        return [called[each.address] - self.said[each.address] for each in self.crying if each.address in called]
