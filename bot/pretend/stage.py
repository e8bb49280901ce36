"""A clock that jumps from one event to the next, and what happens at each: through the rooms that real events go through."""

import heapq
import random  # noqa: TID251 - drawn from a seed, so that a month can be played again
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock, timers
from bot.channels.web import Web
from bot.models import Author, Delivery
from bot.models.ref import Ref
from bot.pretend.citizen import Citizen, Heard, Line
from bot.store import boxes, pretend
from bot.store.batch import CLOCKS
from bot.store.db import Db, Unit
from bot.store.many import write
from bot.turn import House, intake

TICK = timedelta(milliseconds=1)
LATE = timedelta(minutes=45)
"""Deadlines wait so long for company."""
ENDS = (
    (Delivery.READ, 80, ""),
    (Delivery.DELIVERED, 17, ""),
    (Delivery.SENT, 2, ""),
    (Delivery.FAILED, 1, "nomor tidak aktif"),
)
"""What becomes of bubbles: state, how many in a hundred, the platform's words."""
Act = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Thread:
    """A citizen's address on a pretended platform."""

    channel: Web
    address: str
    citizen: Citizen
    heard: list[Heard] = field(default_factory=list)


class Stage:
    """`async with Stage(...)`: from then on the process's clock is the stage's. Nothing else may run beside it."""

    def __init__(self, db: Db, house: House, start: datetime, seed: int) -> None:
        self.db, self.house, self.at = db, house, start
        self.chance = random.Random(seed)  # noqa: S311
        self.lines: dict[tuple[str, str], Thread] = {}
        self._events: list[tuple[datetime, int, Act]] = []
        self._order = count()
        self._bubbles: list[tuple[str, dict[str, Any]]] = []
        self.conn: AsyncConnection
        self._sent: list[dict[str, Any]] = []
        self.author: str = Author.BOT
        """Who speaks in the next transaction, as citizens see it."""

    async def __aenter__(self) -> "Stage":
        self._thaw = clock.freeze(self._tick, self.chance.getrandbits(64))
        self.db.after_commit.append(self._committed)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.db.after_commit.remove(self._committed)
        self._thaw()

    def _tick(self) -> datetime:
        """Time goes on a little with each look, so that ids made one after another sort one after another."""
        self.at += TICK
        return self.at

    def _committed(self, unit: Unit) -> None:
        self._bubbles += [(self.author, row) for row in unit.outbox]

    # -- the plan ------------------------------------------------------------------------------------

    def later(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._events, (at, next(self._order), act))

    def within(self, low: float, high: float) -> timedelta:
        """Some seconds between these two."""
        return timedelta(seconds=self.chance.uniform(low, high))

    async def play(self, until: datetime) -> None:
        """Everything up to then, in order: events of the plan, and whatever timers they have set."""
        async with self.db.read() as self.conn:  # one for all: each statement sees what was committed before it
            while True:
                event = self._events[0] if self._events else None
                limit = min(event[0], until) if event else until
                timer, deadline = await pretend.next_due(self.conn)
                last = event is None or event[0] > until
                if deadline and deadline <= (limit if last else limit - LATE):
                    await self._ring_deadlines(limit)
                elif timer and timer <= limit:
                    await self._ring(limit)
                elif event is None or last:
                    break
                else:
                    heapq.heappop(self._events)
                    self.at = max(self.at, event[0])
                    await event[2]()
                self._hear()
        await self._settle()
        self.at = max(self.at, until)

    async def _ring(self, limit: datetime) -> None:
        """The first that is due."""
        rows = await boxes.due(self.conn, None, limit, 64)
        first = next(row for row in rows if row.kind != CLOCKS)
        self.at = max(self.at, first.due_at)
        async with self.db.unit() as unit:
            await timers.ring(unit, self.house, first.kind, Ref(first.ref, first.part), first.id)

    async def _ring_deadlines(self, limit: datetime) -> None:
        """Clocks of tickets are worked out from history, so many at once, a little late, come out the same."""
        rows = [row for row in await boxes.due(self.conn, None, limit, 500) if row.kind == CLOCKS]
        self.at = max(self.at, rows[-1].due_at)
        async with self.db.unit() as unit:
            await timers.ring_clocks(unit, self.house, rows)

    # -- citizens ------------------------------------------------------------------------------------

    async def say(self, line: Thread, what: Line) -> None:
        """Through the inbox and one turn, as every message."""
        item = line.channel.item(
            line.address, f"contoh-{next(self._order)}-{line.address}", what.text, what.choice, line.citizen.name
        )
        async with self.db.unit() as unit:
            await write(unit.conn, [boxes.put([boxes.inbox_row(item, clock.now())], self.db.dialect)])
            await intake.run(unit, self.house, await boxes.pending(unit.conn, None, 64))

    def _hear(self) -> None:
        """Those whom something has reached think about an answer."""
        rows, self._bubbles = self._bubbles, []
        told: defaultdict[tuple[str, str], list[Heard]] = defaultdict(list)
        for author, row in rows:
            said = row["payload"]
            choices = [(id_, label) for id_, label in said.get("choices", ())]
            told[row["account"], row["address"]].append(Heard(author, str(said["text"]), choices))
            self._sent.append(self._receipt(row))
        for key, heard in told.items():
            if (line := self.lines.get(key)) and (answer := line.citizen.react(heard)):
                self.later(self.at + self.within(5, 50), partial(self.say, line, answer))

    async def _settle(self) -> None:
        """What has left the house was delivered, mostly."""
        sent, self._sent = self._sent, []
        await self.db.write(boxes.settle(sent))

    def _receipt(self, row: dict[str, Any]) -> dict[str, Any]:
        state, _, error = self.chance.choices(ENDS, [each[1] for each in ENDS])[0]
        if row["account"].startswith("web:"):
            state, error = Delivery.DELIVERED, ""
        external = None if state == Delivery.FAILED else f"contoh.{row['id'].hex()}"
        return {
            "b_id": row["id"], "b_part": row["part"], "b_delivery": state, "b_external_id": external, "b_error": error,
            "b_state": state, "b_attempts": 1, "b_next_at": None,
        }  # fmt: skip

    # -- agencies ------------------------------------------------------------------------------------

    async def carry(self) -> None:
        """Mails to agencies count as sent: their addresses are invented, and nothing may leave."""
        async with self.db.unit() as unit:
            await pretend.carried(unit.conn)
