"""Invented citizens beside a running server: they write, wait for answers as people do, and answer back."""

import asyncio
from collections import deque
from collections.abc import Mapping
from contextlib import suppress

from bot import clock, logs
from bot.channels.web import Web
from bot.engine.flow import Flows
from bot.errors import WargiError
from bot.message import Item, Outbound
from bot.models import Author
from bot.models.ref import Ref
from bot.pretend import people, stories
from bot.pretend.channel import Pretend
from bot.pretend.citizen import Citizen, Heard, Line
from bot.store import pretend
from bot.store.boxes import inbox_row, put
from bot.store.db import Db

QUIET = 1.0
"""Seconds without another bubble before somebody begins to think."""
THINK = 4.0
"""And at most so long until they have typed."""
PATIENT = 20
"""So often they wait for a bubble that is to come."""
MOST = 40
"""Citizens at once."""


def one_of(count: int) -> int:
    """A place in a list, by chance."""
    return clock.random_bits(32) % count


class Alive:
    """All the invented citizens of one server."""

    def __init__(self, db: Db, flows: Flows, channels: Mapping[str, Pretend], hurry: float = 1.0) -> None:
        """`hurry`: tests make them think faster."""
        self._db, self._channels, self._hurry = db, channels, hurry
        self._groups = {topic.slug: group.slug for group in flows.groups for topic in group.topics}
        self.citizens: dict[tuple[str, str], Citizen] = {}
        self._heard: dict[tuple[str, str], list[Outbound]] = {}
        self._end = asyncio.Event()
        self._thinking: dict[tuple[str, str], asyncio.Task[None]] = {}
        for channel in channels.values():
            channel.heard = self._hear

    async def begin(self, name: str, language: str = "") -> str:
        """Somebody new writes on the platform of this name; returns their address."""
        channel = self._channels[name]
        language = language or ("su" if one_of(100) < 35 else "id")
        known = [each for each in stories.STORIES if each.topic in self._groups]
        if not known or len(self.citizens) >= MOST:
            return ""
        story = known[one_of(len(known))]
        told, hello = story.told(language), stories.OPENINGS[language]
        address = f"contoh-{clock.token()[:16]}"
        self.citizens[channel.account, address] = Citizen(
            people.NAMES[one_of(len(people.NAMES))], language, story, self._groups[story.topic],
            people.PLACES[one_of(len(people.PLACES))], told[one_of(len(told))], hello[one_of(len(hello))],
            deque(stories.ANSWERS[language]), score=3 + one_of(3), comment=stories.COMMENTS[language][0],
        )  # fmt: skip
        await self._say(channel, address, Line(self.citizens[channel.account, address].opening))
        return address

    async def stop(self) -> None:
        """What they are about to read or write is finished first: a connection that is torn away in its middle is not given back."""
        self._end.set()
        await asyncio.gather(*self._thinking.values(), return_exceptions=True)

    async def _pause(self, seconds: float) -> bool:
        """True when it was not the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._end.wait()
        return not self._end.is_set()

    def _hear(self, out: Outbound) -> None:
        if self._end.is_set():
            return
        key = (out.account, out.address)
        self._heard.setdefault(key, []).append(out)
        if (task := self._thinking.get(key)) is None or task.done():
            self._thinking[key] = asyncio.create_task(self._think(key))

    async def _think(self, key: tuple[str, str]) -> None:
        """Until nothing new has come for a moment; then an answer to all of it."""
        tries = 0
        try:
            while self._heard.get(key):
                count = len(self._heard[key])
                if not await self._pause((QUIET + clock.jitter(THINK)) * self._hurry):
                    return
                if len(self._heard[key]) > count:
                    continue
                if tries < PATIENT and not await self._all_there(key):
                    tries += 1
                    continue
                tries = 0
                await self._answer(key, self._heard.pop(key))
        except WargiError as error:  # they try again when something new comes
            logs.get("pretend").warning("an invented citizen is silent", error=logs.fault(error))

    async def _all_there(self, key: tuple[str, str]) -> bool:
        """Nobody answers the first of two bubbles while the second is on its way."""
        async with self._db.read() as conn:
            newest = await pretend.newest(conn, Ref.parse(self._heard[key][-1].ref))
        return any(Ref.parse(out.ref).id == newest for out in self._heard[key])

    async def _answer(self, key: tuple[str, str], outs: list[Outbound]) -> None:
        refs = {out.ref: Ref.parse(out.ref) for out in outs}
        async with self._db.read() as conn:
            authors = await pretend.authors(
                conn, [ref.id for ref in refs.values()], {ref.part for ref in refs.values()}
            )
            report = await pretend.report(conn, *key)
        heard = [
            Heard(authors.get(refs[out.ref].id, Author.BOT), out.text, [(each.id, each.label) for each in out.choices])
            for out in outs
        ]
        if (citizen := self.citizens.get(key)) is None:
            if report is None or len(self.citizens) >= MOST:
                return
            citizen = self.citizens[key] = known_before(report["language"])
        citizen.number = report["number"] if report is not None else citizen.number
        if (line := citizen.react(heard)) is not None:
            with suppress(KeyError):  # a platform that is not pretended
                await self._say(self._channels[key[0].partition(":")[0]], key[1], line)

    async def _say(self, channel: Web, address: str, line: Line) -> None:
        citizen = self.citizens[channel.account, address]
        item: Item = channel.item(address, f"contoh-{clock.token()[:24]}", line.text, line.choice, citizen.name)
        await self._db.write([put([inbox_row(item, clock.now())], self._db.dialect)], {"inbox"})


def known_before(language: str) -> Citizen:
    """Somebody of whom only the report is left: patient, and content in the end."""
    language = language if language in stories.ANSWERS else "id"
    return Citizen(
        "", language, stories.STORIES[0], "", people.PLACES[0], "", "", deque(stories.ANSWERS[language]),
        score=4, comment=stories.COMMENTS[language][0],
    )  # fmt: skip
