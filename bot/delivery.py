"""Bubbles leave here: outside any transaction, one at a time per address, under a common rate; the error decides about retry."""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot import clock, logs
from bot.errors import Fault, SendError, StoreDown
from bot.message import Channel, Choice, Outbound, Receipt
from bot.metrics import Metrics
from bot.models import Conversation
from bot.models import Delivery as State
from bot.models.base import table
from bot.models.ref import Ref
from bot.sender import Sender
from bot.store import boxes
from bot.store.db import Db, Unit

CONVERSATION = table(Conversation)
LINGER = 0.005
"""Receipts wait so long for company: a commit for each would cost more than the send."""
CONFIRM_WAIT = 60.0
"""An ambiguous send waits so long for a status that proves it (platforms that echo our reference), then goes out once more."""
MAX_ATTEMPTS = 18
"""With the waits below about an hour; then an officer sees it as failed."""
MAX_HELD = 50_000
"""Bubbles in memory; the rest stays in the table until there is room."""
EPOCHS_KEPT = 10_000
TAKEN_OVER = "petugas sudah mengambil alih"


class Bubble:
    """An outbox row on its way."""

    __slots__ = (
        "account",
        "address",
        "attempts",
        "conversation_id",
        "doubts",
        "epoch",
        "fresh",
        "gone",
        "id",
        "part",
        "payload",
    )

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.id: bytes = row["id"]
        self.part: int = row["part"]
        self.conversation_id: bytes = row["conversation_id"]
        self.account: str = row["account"]
        self.address: str = row["address"]
        self.payload: Mapping[str, Any] = row["payload"]
        self.epoch: int | None = row["epoch"]
        self.attempts: int = row["attempts"]
        self.doubts = 1 if row["state"] == State.UNKNOWN else 0
        """Sends whose outcome we do not know."""
        self.fresh = False
        """Comes straight from a commit of this process and has not waited yet."""
        self.gone = False

    def outbound(self) -> Outbound:
        payload = self.payload
        return Outbound(
            ref=f"{self.id.hex()}.{self.part}",
            account=self.account,
            address=self.address,
            text=payload["text"],
            choices=tuple(Choice(*pair) for pair in payload.get("choices", ())),
            menu=payload.get("menu", ""),
        )


class Delivery:
    """The outbox of the parts that this process holds."""

    def __init__(self, db: Db, channels: Mapping[str, Channel], metrics: Metrics) -> None:
        self._db = db
        self._channels = channels
        self._metrics = metrics
        self._held: dict[bytes, Bubble] = {}
        self._chains: dict[tuple[str, str], deque[Bubble]] = {}
        self._ready: list[Bubble] = []
        self._senders: dict[str, Sender] = {}
        self._receipts: list[tuple[Bubble, dict[str, Any]]] = []
        self._wake, self._settle = asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._parts: frozenset[int] | None = frozenset()
        self._overflow = False
        self._stopping = False
        self._epochs: dict[bytes, int] = {}
        """The newest rises of epochs that this process has committed."""
        self._loading = 0
        self._left: set[bytes] = set()
        """Bubbles whose rows went while a load was reading: what it read of them is old."""

    # -- coming in ---------------------------------------------------------------------------------

    def committed(self, unit: Unit) -> None:
        """A `Db.after_commit` listener: takes what this process wrote without reading it again."""
        self._epochs.update(unit.epochs)
        while len(self._epochs) > EPOCHS_KEPT:
            self._epochs.pop(next(iter(self._epochs)))
        if unit.outbox:
            self.offer(unit.outbox, fresh=True)
        for id_ in unit.confirmed:
            if bubble := self._held.get(id_):
                self._finish(bubble)
                self._forget(id_)

    def offer(self, rows: Iterable[Mapping[str, Any]], fresh: bool = False) -> None:
        """Rows of parts that are not ours are left to those who hold them."""
        if self._stopping:
            return
        now = clock.now()
        for row in rows:
            if (self._parts is not None and row["part"] not in self._parts) or row["id"] in self._held:
                continue
            if row["id"] in self._left:
                continue
            if self._overflow or len(self._held) >= MAX_HELD:
                self._overflow = True
                return
            bubble = Bubble(row)
            bubble.fresh = fresh
            self._held[bubble.id] = bubble
            chain = self._chains.setdefault((bubble.account, bubble.address), deque())
            chain.append(bubble)
            if len(chain) == 1:
                due = row["next_at"]
                self._again(bubble, (due - now).total_seconds() if due else 0)

    async def hold(self, parts: frozenset[int] | None) -> None:
        """From now on these parts are ours (None: all); loads what earlier processes left unsent, and drops what others hold now."""
        before, self._parts = self._parts, parts
        if parts is not None:
            for bubble in [each for each in self._held.values() if each.part not in parts]:
                self._finish(bubble, go_on=False)
                self._forget(bubble.id)
        gained = None if parts is None else sorted(parts - (before or frozenset()))
        if gained != []:
            await self._load(gained)

    async def _load(self, parts: list[int] | None) -> None:
        after = b""
        with self._reading():
            while True:
                async with self._db.read() as conn:
                    rows = await boxes.unsent(conn, parts, after, 1000)
                self.offer(rows)
                if len(rows) < 1000 or self._overflow:
                    return
                after = rows[-1]["id"]

    @contextmanager
    def _reading(self) -> Iterator[None]:
        self._loading += 1
        try:
            yield
        finally:
            self._loading -= 1
            if not self._loading:
                self._left.clear()

    async def fetch(self, refs: list[Ref]) -> None:
        """Bubbles that another process wrote."""
        mine = [ref for ref in refs if self._parts is None or ref.part in self._parts]
        if mine:
            with self._reading():
                async with self._db.read() as conn:
                    self.offer(await boxes.unsent_of(conn, mine))

    async def sweep(self) -> None:
        """Looks through the table again: hints may get lost, and memory may have been full."""
        self._overflow = len(self._held) >= MAX_HELD // 2
        if not self._overflow and self._parts != frozenset():
            await self._load(None if self._parts is None else sorted(self._parts))

    # -- going out ---------------------------------------------------------------------------------

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._dispatch()), asyncio.create_task(self._write_receipts())]

    async def stop(self, seconds: float) -> None:
        """Takes nothing new, lets sends in flight end, writes their receipts."""
        self._stopping = True
        end = clock.monotonic() + seconds
        while any(sender.busy for sender in self._senders.values()) and clock.monotonic() < end:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.02)
        for sender in self._senders.values():
            sender.stop()
        while self._receipts and clock.monotonic() < end:
            self._settle.set()
            await asyncio.sleep(0.02)  # one commit later
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _again(self, bubble: Bubble, seconds: float) -> None:
        if seconds > 0:
            asyncio.get_running_loop().call_later(seconds, self._again, bubble, 0)
        elif not bubble.gone:
            self._ready.append(bubble)
            self._wake.set()

    async def _dispatch(self) -> None:
        """Checks the epoch just before sending: the bot does not talk over a human."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            bubbles, self._ready = self._ready, []
            try:
                over = await self._taken_over(bubbles)
            except StoreDown:
                self._ready += bubbles
                asyncio.get_running_loop().call_later(1.0, self._wake.set)
                continue
            for bubble in bubbles:
                if bubble.id in over:
                    self._metrics.sends.labels(bubble.account.partition(":")[0], "suppressed").inc()
                    self._settled(bubble, State.SUPPRESSED, error=TAKEN_OVER)
                elif bubble.account.partition(":")[0] not in self._channels:
                    self._later(bubble, State.RETRY, 300, Fault("channel_off", "kanal sedang dimatikan"))
                elif not self._stopping:
                    self._sender(bubble.account).put(bubble)

    async def _taken_over(self, bubbles: list[Bubble]) -> set[bytes]:
        """Ids of dialogue bubbles whose epoch is over. On SQLite every rise passes through this process, so a bubble that was
        made here a moment ago needs no look at the table; all others do."""
        over = {
            each.id
            for each in bubbles
            if each.epoch is not None and self._epochs.get(each.conversation_id, 0) > each.epoch
        }
        if self._db.is_sqlite:
            bubbles = [each for each in bubbles if not each.fresh]
        asked = {each.conversation_id: each.part for each in bubbles if each.epoch is not None}
        if not asked:
            return over
        query = sa.select(CONVERSATION.c.id, CONVERSATION.c.epoch).where(
            CONVERSATION.c.id.in_(list(asked)), CONVERSATION.c.part.in_(sorted(set(asked.values())))
        )
        async with self._db.read() as conn:
            epochs = {row[0]: row[1] for row in await conn.execute(query)}
        for each in bubbles:
            if each.epoch is not None and epochs.get(each.conversation_id) != each.epoch:
                over.add(each.id)
        return over

    def _sender(self, account: str) -> Sender:
        sender = self._senders.get(account)
        if sender is None:
            channel = self._channels[account.partition(":")[0]]
            sender = self._senders[account] = Sender(channel, self._sent, self._failed)
        return sender

    # -- outcomes ----------------------------------------------------------------------------------

    def _sent(self, bubble: Bubble, receipt: Receipt) -> None:
        self._metrics.sends.labels(bubble.account.partition(":")[0], receipt.state).inc()
        self._settled(bubble, receipt.state, external_id=receipt.external_id or None)

    def _failed(self, bubble: Bubble, error: SendError) -> None:
        fault, channel = error.fault, bubble.account.partition(":")[0]
        self._metrics.sends.labels(channel, fault.name).inc()
        if bubble.gone:
            return
        bubble.attempts += 1
        if fault.ambiguous:
            bubble.doubts += 1
            confirms = self._channels[channel].limits.confirms
            if bubble.doubts <= 1:
                self._later(bubble, State.UNKNOWN, CONFIRM_WAIT if confirms else 0.5, fault)
                return
        elif fault.retryable and bubble.attempts < MAX_ATTEMPTS:
            self._later(bubble, State.RETRY, _wait(fault, bubble.attempts), fault)
            return
        logs.get("delivery").warning("send failed", channel=channel, fault=fault.name, message=bubble.id.hex())
        self._settled(bubble, State.FAILED, error=fault.text or fault.name)

    def _later(self, bubble: Bubble, state: str, seconds: float, fault: Fault) -> None:
        bubble.fresh = False
        self._receipt(bubble, state, None, fault.text or fault.name, seconds)
        self._again(bubble, max(seconds, 0.001))

    def _settled(self, bubble: Bubble, state: str, external_id: str | None = None, error: str = "") -> None:
        if not bubble.gone:
            self._receipt(bubble, state, external_id, error, None)
            self._finish(bubble)

    def _finish(self, bubble: Bubble, go_on: bool = True) -> None:
        """The next bubble of this address may leave."""
        if bubble.gone:
            return
        bubble.gone = True
        key = (bubble.account, bubble.address)
        chain = self._chains.get(key)
        if chain is None:
            return
        head = chain[0] is bubble
        chain.remove(bubble)
        if not chain:
            del self._chains[key]
        elif head and go_on:
            chain[0].fresh = False  # it has waited
            self._again(chain[0], 0)

    def _forget(self, id_: bytes) -> None:
        """Its row is gone from the table; until then it must stay known, or a sweep would send it again."""
        self._held.pop(id_, None)
        if self._loading:
            self._left.add(id_)

    def _receipt(self, bubble: Bubble, state: str, external_id: str | None, error: str, wait: float | None) -> None:
        row = {
            "b_id": bubble.id,
            "b_part": bubble.part,
            "b_delivery": state,
            "b_external_id": external_id,
            "b_error": error[:1000],
            "b_state": state,
            "b_attempts": bubble.attempts,
            "b_next_at": None if wait is None else clock.now() + timedelta(seconds=wait),
        }
        self._receipts.append((bubble, row))
        self._settle.set()

    async def _write_receipts(self) -> None:
        """T3: what became of sends, many in one commit."""
        while True:
            await self._settle.wait()
            await asyncio.sleep(LINGER)
            self._settle.clear()
            taken, self._receipts = self._receipts, []
            if not taken:
                continue
            try:
                await self._db.write(boxes.settle([row for _, row in taken]), _hints(bubble for bubble, _ in taken))
                for bubble, _ in taken:
                    if bubble.gone:
                        self._forget(bubble.id)
            except Exception as error:
                logs.get("delivery").error("receipts not written", error=repr(error)[:300])
                self._receipts[:0] = taken
                await asyncio.sleep(0.5)
                self._settle.set()


def _hints(bubbles: Iterable[Bubble]) -> set[str]:
    """Who looks at these conversations fetches them again."""
    hints = set()
    for bubble in bubbles:
        hints.add(f"c:{Ref(bubble.conversation_id, bubble.part)}")
        if bubble.account.startswith("web:"):
            hints.add(f"w:{bubble.address}")
    return hints


def _wait(fault: Fault, attempts: int) -> float:
    """Full jitter under a doubling cap; a pair limit asks for 4^n seconds, a platform's own figure wins."""
    if fault.wait is not None:
        return fault.wait + clock.jitter(0.2)
    if fault.scope == "address":
        return min(300.0, 4.0 ** (attempts - 1))
    return min(300.0, 0.25 * 2.0**attempts) * 0.5 + clock.jitter(min(300.0, 0.25 * 2.0**attempts) * 0.5)
