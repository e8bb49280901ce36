"""What goes on while something breaks: citizens report, send pictures and cry for help, an officer takes, answers, forwards, resolves."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bot.errors import StoreDown
from tests.fakes.graph import Accepted
from tests.faults.battery.stage import Stage
from tests.files import samples
from tests.world import NUMBER, eventually

HELP = "Tolong!! bapak saya sesak napas, bibirnya biru, di Cimahi"
LONG = 120.0
"""Seconds after which a citizen who got no answer is a violation."""


class Talker:
    """One citizen, and what has reached them, each of our messages once."""

    def __init__(self, stage: Stage, n: int) -> None:
        self.stage, self.who = stage, stage.citizen(n)
        self.said = 0
        self.number = ""
        self._read, self._first = len(stage.graph.accepted), dict[str, Accepted]()

    def got(self) -> list[Accepted]:
        accepted = self.stage.graph.accepted
        for one in accepted[self._read :]:
            if one.address == self.who.address:
                self._first.setdefault(one.ref, one)
        self._read = len(accepted)
        return list(self._first.values())

    async def send(self, message: dict[str, Any]) -> None:
        self.said += 1
        await self.stage.say(self.who, message)

    async def say(self, words: str) -> None:
        await self.send(self.who.text(words))

    async def hears(self, pattern: str) -> re.Match[str]:
        found: list[re.Match[str]] = []

        def there() -> bool:
            found[:] = [hit for one in self.got() if (hit := re.search(pattern, one.text))]
            return bool(found)

        await eventually(
            there, LONG, f"{pattern!r} for {self.who.address}; got {[one.text[:40] for one in self.got()]}"
        )
        return found[-1]

    async def asks_for_an_officer(self) -> str:
        """To a ticket in the queue."""
        await self.say("halo")
        await eventually(lambda: len(self.got()) >= 1, LONG, f"a first answer for {self.who.address}")
        await self.say("1")
        await eventually(lambda: len(self.got()) >= 2, LONG, "the menu")
        await self.say("petugas")
        self.number = (await self.hears(NUMBER.pattern))[0]
        return self.number

    async def rates(self) -> None:
        def question() -> list[str]:
            return [id_ for one in self.got() for id_, _ in one.buttons if id_.endswith("/5")]

        def template() -> bool:  # under a clock that says it is a month later
            return any(one.payload.get("template", {}).get("name") == "nilai_layanan" for one in self.got())

        await eventually(lambda: question() or template(), LONG, "the question for a rating")
        await self.send(self.who.row(question()[-1], "5") if question() else self.who.text("5"))


async def served(stage: Stage, talker: Talker) -> None:
    """The officer's side of one case, from the queue to the rating."""
    desk, number = stage.desk, talker.number
    await stage.insist(lambda: desk.act(number, "ambil"))
    words, key = f"balasan untuk {number}", "kunci" + number.replace("-", "")
    await _holding(stage, number, lambda: desk.say(number, words, key), f"SELECT 1 FROM message WHERE body = '{words}'")
    await talker.hears(words)
    await talker.say("terima kasih banyak")
    over = f"SELECT 1 FROM ticket WHERE number = '{number}' AND state IN ('resolved', 'closed')"
    await _holding(stage, number, lambda: desk.act(number, "selesai"), over)
    await talker.rates()


async def _holding(stage: Stage, number: str, act: Callable[[], Any], done: str) -> None:
    """What only who holds the case may do: refused, it was done before, or the case has gone back to the queue meanwhile (a clock that
    jumps says that nobody has answered for a month), and is taken again."""
    for _again in range(10):
        if (await stage.insist(act))[0] == 200:
            return
        with suppress(StoreDown):
            if await stage.rows(done):
                return
        await asyncio.sleep(1)
        await stage.insist(lambda: stage.desk.act(number, "ambil"))
    raise AssertionError(f"the case does not stay with who takes it: {number}")


async def forwarded(stage: Stage, talker: Talker) -> None:
    """The officer gives the case to an agency that is told by a webhook."""
    desk, number = stage.desk, talker.number
    await stage.insist(lambda: desk.act(number, "ambil"))
    away = f"SELECT 1 FROM ticket WHERE number = '{number}' AND agency = 'dbmpr'"
    await _holding(
        stage, number, lambda: desk.act(number, "langkah/teruskan", instansi="dbmpr", catatan="Mohon ditinjau"), away
    )
    await eventually(lambda: any(what == "agency" and said["ticket"] == number for what, _, said in stage.hook.got), LONG,
                     "the agency's webhook")  # fmt: skip


async def endangered(stage: Stage, talker: Talker) -> None:
    """A cry for help: a human is called, and takes it."""
    await talker.say(HELP)
    await eventually(lambda: called(stage), LONG, "a call to a human")
    talker.number = called(stage)[0]
    await stage.insist(lambda: stage.desk.act(talker.number, "ambil"))


def called(stage: Stage) -> list[str]:
    """The tickets of this story for which a human was called."""
    return [
        said["ticket"] for what, _, said in stage.hook.got if what == "alarm" and said["ticket"] not in stage.alarmed
    ]


async def photographed(stage: Stage, talker: Talker) -> None:
    await talker.asks_for_an_officer()
    picture = stage.graph.media.put(
        samples.photo() + talker.who.phone.encode()
    )  # not twice the same: each is kept once
    await talker.send(talker.who.image("Foto jalan", picture))


async def story(stage: Stage, citizens: int = 2) -> list[Talker]:
    """Everything at once; returns when every citizen has got what they came for."""
    async with stage.telling:
        return await _told(stage, citizens)


async def _told(stage: Stage, citizens: int) -> list[Talker]:
    talkers = [Talker(stage, stage.begun + n) for n in range(citizens + 3)]
    stage.begun += len(talkers)
    forward, danger, photo, *plain = talkers

    async def one(talker: Talker) -> None:
        await talker.asks_for_an_officer()
        await served(stage, talker)

    async def away() -> None:
        await forward.asks_for_an_officer()
        await forwarded(stage, forward)

    async with asyncio.TaskGroup() as group:
        for talker in plain:
            group.create_task(one(talker))
        group.create_task(away())
        group.create_task(endangered(stage, danger))
        group.create_task(photographed(stage, photo))
    await stage.quiet()
    return talkers
