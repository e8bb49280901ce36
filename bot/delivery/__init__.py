"""Bubbles leave here: outside any transaction, one at a time per address, under a common rate; the error decides about retry."""

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from bot import clock, failpoint, logs
from bot.delivery.backlog import Backlog, Rows
from bot.delivery.breaker import Alert
from bot.delivery.bubble import Bubble, Chains
from bot.delivery.late import WINDOW_CLOSED, Looks, may_leave, note, taken_over
from bot.delivery.late import wait as _wait
from bot.delivery.names import Names
from bot.delivery.rate import Paces, of_account
from bot.delivery.receipts import Receipts
from bot.delivery.sender import Sender
from bot.errors import Fault, SendError
from bot.message import Channel, Receipt
from bot.metrics import Metrics
from bot.models import Delivery as State
from bot.store.db import Db, Unit
from bot.turn import learnt

CONFIRM_WAIT = 60.0
"""An ambiguous send waits so long for a status that proves it (platforms that echo our reference), then goes out once more."""
MAX_ATTEMPTS = 18
"""With the waits below about an hour; then an officer sees it as failed. What is not the message's own fault does not count."""
MAX_HELD = 50_000
"""Bubbles in memory; the rest stays in the table until there is room."""
EPOCHS_KEPT = 10_000
CHECK_LASTS = 0.1
"""Seconds for which a look at the epoch holds; a bubble that waited longer for the rate or a pause is looked at again."""
TAKEN_OVER = "petugas sudah mengambil alih"


class Delivery:
    """The outbox of the parts that this process holds."""

    def __init__(self, db: Db, channels: Mapping[str, Channel], metrics: Metrics) -> None:
        self._db, self._channels, self._metrics = db, channels, metrics
        self._log = logs.get("delivery")
        self._held: dict[bytes, Bubble] = {}
        """Everything not yet settled in the table, flying or waiting: what a load finds here is no news."""
        self._chains = Chains()
        self._ready: list[Bubble] = []
        self._senders: dict[str, Sender] = {}
        self._receipts = Receipts(db, self._written)
        self._paces = Paces()
        self._alert, self._names = Alert(db, metrics), Names(db)
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._parts: frozenset[int] | None = frozenset()
        self._backlog = Backlog(
            db, lambda: None if self._parts is None else sorted(self._parts), self._held.__contains__, self._offer
        )
        self._stopping = False
        self._epochs: dict[bytes, int] = {}
        """The newest rises of epochs that this process has committed."""
        self._looks = Looks(db, self._epochs)
        self.valid_until = math.inf
        """Our leases hold until then (monotonic); nothing is sent later, whoever slept."""
        self.crowded: Callable[[], bool] = lambda: False
        """More wait for answers than get one at once."""

    # -- coming in ---------------------------------------------------------------------------------

    def committed(self, unit: Unit) -> None:
        """A `Db.after_commit` listener: takes what this process wrote without reading it again. What it cannot take waits in the table,
        and nothing newer passes it."""
        try:
            self._take(unit)
        except Exception as error:
            self._log.error("bubbles left to be read", error=logs.fault(error))
            self._backlog.fallen_behind()

    def _take(self, unit: Unit) -> None:
        if unit.outbox:
            failpoint.here("outbox.taken")
        self._epochs.update(unit.epochs)
        while len(self._epochs) > EPOCHS_KEPT:
            self._epochs.pop(next(iter(self._epochs)))
        if unit.outbox:
            self._backlog.take(unit.outbox)
        for id_ in unit.confirmed:
            if bubble := self._held.get(id_):
                self._finish(bubble)
                self._forget(bubble)

    def _offer(self, rows: Rows, fresh: bool) -> bool:
        """Rows of parts that are not ours are left to those who hold them. False: there is no more room."""
        now = clock.now()
        for row in rows:
            if self._stopping or row["id"] in self._held or not self.holds(row["part"]):
                continue
            if len(self._held) >= MAX_HELD:
                return False
            bubble = self._held[row["id"]] = Bubble(row, fresh)
            if row["next_at"] is not None:
                bubble.due = clock.monotonic() + (row["next_at"] - now).total_seconds()
            if self._chains.add(bubble):
                self._again(bubble)
            else:
                self._hurry(bubble)
        return True

    def holds(self, part: int) -> bool:
        return self._parts is None or part in self._parts

    def busy(self, part: int) -> bool:
        """A send of this part is in flight, or its outcome is not written: nobody else may have the part yet."""
        return any(each.part == part and (each.flying or each.unwritten) for each in self._held.values())

    async def hold(self, parts: frozenset[int] | None) -> None:
        """From now on these parts are ours (None: all); loads what others left unsent, and drops what others hold now."""
        before, self._parts = self._parts, parts
        for bubble in list(self._held.values()):
            if not self.holds(bubble.part) and not bubble.flying:
                self._finish(bubble, go_on=False)
                self._forget(bubble)
        gained: set[int | None] = {None} if parts is None else set(parts - (before or frozenset()))
        if gained:
            await self._backlog.load(gained)

    def ask(self, parts: Iterable[int]) -> None:
        """Another process wrote bubbles of these parts."""
        self._backlog.ask(part for part in parts if self.holds(part))

    def sweep(self) -> None:
        """Looks through the whole table again: hints may get lost, and memory may have been full."""
        if len(self._held) < MAX_HELD // 2 and self._parts != frozenset():
            self._backlog.ask([None])

    # -- going out ---------------------------------------------------------------------------------

    def start(self) -> None:
        loops = (self._dispatch(), self._receipts.run(), self._backlog.run(), self._names.run())
        self._tasks = [asyncio.create_task(loop) for loop in loops]

    async def stop(self, seconds: float) -> None:
        """Begins no send, lets those in flight end, marks the rest as unknown, writes all receipts."""
        self._stopping = True
        end = clock.monotonic() + seconds
        for sender in self._senders.values():
            sender.close()
        while any(sender.busy for sender in self._senders.values()) and clock.monotonic() < end - 1:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        for sender in self._senders.values():
            await sender.cut()
        while not self._receipts.idle and clock.monotonic() < end + 1:  # noqa: ASYNC110 - once in a process's life
            await asyncio.sleep(0.02)
        await self._alert.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _again(self, bubble: Bubble) -> None:
        """Now, or when it is due."""
        wait = bubble.due - clock.monotonic() if bubble.due else 0
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._again, bubble)
        else:
            self._ready.append(bubble)
            self._wake.set()

    def _in(self, bubble: Bubble, seconds: float) -> None:
        bubble.due = clock.monotonic() + seconds
        self._again(bubble)

    async def _dispatch(self) -> None:
        """Checks the epoch just before sending: the bot does not talk over a human."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            ready, self._ready = self._ready, []
            bubbles = [each for each in ready if not each.gone and not each.flying and self._chains.is_head(each)]
            try:
                over = await taken_over(self._db, bubbles, self._epochs)
            except Exception as error:
                self._log.warning("bubbles wait for the database", error=logs.fault(error))
                self._ready += bubbles
                asyncio.get_running_loop().call_later(1.0, self._wake.set)
                continue
            for bubble in bubbles:
                if bubble.id in over:
                    self._suppress(bubble)
                elif bubble.channel not in self._channels:
                    self._later(bubble, State.RETRY, 300, Fault("channel_off", "kanal sedang dimatikan"))
                elif not self._stopping and not bubble.flying and not bubble.gone:
                    self._launch(bubble)

    def _launch(self, bubble: Bubble) -> None:
        """Into its account's line, when its address may get one."""
        limits = self._channels[bubble.channel].limits
        if wait := self._paces.take(limits, bubble.account, bubble.address):
            bubble.fresh = False
            self._in(bubble, wait)
        else:
            bubble.flying = True
            self._sender(bubble.account).put(bubble, min(each.priority for each in self._chains.line(bubble)))

    def _hurry(self, bubble: Bubble) -> None:
        """Nothing overtakes within an address, so what stands first there is as urgent as what has come behind it."""
        head = self._chains.line(bubble)[0]
        if head.flying and bubble.priority < head.priority:
            self._sender(head.account).hurry(head, bubble.priority)

    async def _may(self, bubble: Bubble) -> bool:
        """The last look before a send: do we still hold its part, and may the bot still speak, and speak freely, and where."""
        if clock.monotonic() > self.valid_until or not self.holds(bubble.part):
            bubble.flying = False
            if self.holds(bubble.part):
                self._in(bubble, 0.2)
            else:
                self._finish(bubble, go_on=False)
                self._forget(bubble)
            return False
        try:
            return await self._checked(bubble)
        except Exception as error:
            self._log.warning("a bubble waits for the database", error=logs.fault(error))
            bubble.flying = False
            self._in(bubble, 1.0)
            return False

    async def _checked(self, bubble: Bubble) -> bool:
        if bubble.epoch is not None and clock.monotonic() - bubble.checked > CHECK_LASTS:
            bubble.fresh = False
            if await self._looks.over(bubble):
                self._suppress(bubble)
                return False
        if bubble.moved:
            await self._follow(bubble)
            return False
        if await may_leave(self._db, bubble, self._channels[bubble.channel].limits.window):
            return True
        self._metrics.sends.labels(bubble.channel, "window_closed").inc()
        self._settled(bubble, State.FAILED, error=WINDOW_CLOSED)
        return False

    async def _follow(self, bubble: Bubble) -> None:
        """The platform has named another address: all that waits for the old one goes there. That is written first, so that what is
        queued from now on stands behind it."""
        now = await learnt.moved(self._db, bubble.ref, bubble.address, bubble.moved)
        if not now:
            return self._settled(bubble, State.FAILED, error=learnt.TAKEN)
        bubble.flying, bubble.moved = False, ""
        head = self._chains.move(bubble, now)
        self._again(head)
        for each in self._chains.line(head)[1:]:
            self._hurry(each)

    def _suppress(self, bubble: Bubble) -> None:
        self._metrics.sends.labels(bubble.channel, "suppressed").inc()
        self._settled(bubble, State.SUPPRESSED, error=TAKEN_OVER)

    def _sender(self, account: str) -> Sender:
        if account not in self._senders:
            channel = self._channels[account.partition(":")[0]]
            take, down = of_account(self._db, account, channel.limits.rate), partial(self._alert.tell, account)
            acts = (
                self._may,
                self._sent,
                self._failed,
                take,
                down,
                lambda: self.crowded() and len(self._held) < MAX_HELD // 2,
            )
            self._senders[account] = Sender(channel, *acts)
        return self._senders[account]

    # -- outcomes ----------------------------------------------------------------------------------

    def _sent(self, bubble: Bubble, receipt: Receipt) -> None:
        self._metrics.sends.labels(bubble.channel, receipt.state).inc()
        self._settled(bubble, receipt.state, external_id=receipt.external_id or None, error=note(bubble))
        if receipt.aliases:
            self._names.heard(bubble, receipt.aliases)

    def _failed(self, bubble: Bubble, error: SendError) -> None:
        fault = error.fault
        self._metrics.sends.labels(bubble.channel, fault.name).inc()
        if bubble.gone:
            return
        if fault.scope != "account" and fault.name != "unreachable":
            bubble.attempts += 1
        if fault.name == "window_closed" and bubble.template and not bubble.outside:
            bubble.outside = True  # the platform's clock, not ours
            return self._later(bubble, State.RETRY, 0.0, fault)
        if fault.moved and fault.moved != bubble.address:
            bubble.moved = fault.moved
        if fault.ambiguous:
            bubble.doubts += 1
            if bubble.doubts <= 1:
                confirms = self._channels[bubble.channel].limits.confirms
                return self._later(bubble, State.UNKNOWN, CONFIRM_WAIT if confirms else 0.5, fault)
        elif fault.retryable and bubble.attempts < (fault.most or MAX_ATTEMPTS):
            self._later(bubble, State.RETRY, _wait(fault, max(1, bubble.attempts)), fault)
            return
        self._log.warning("send failed", channel=bubble.channel, fault=fault.name, message=bubble.id.hex())
        self._settled(bubble, State.FAILED, error=fault.text or fault.name)

    def _later(self, bubble: Bubble, state: str, seconds: float, fault: Fault) -> None:
        bubble.flying = bubble.fresh = False
        self._receipts.add(bubble, state, None, fault.text or fault.name, seconds)
        self._in(bubble, seconds)

    def _settled(self, bubble: Bubble, state: str, external_id: str | None = None, error: str = "") -> None:
        if not bubble.gone:
            self._receipts.add(bubble, state, external_id, error, None)
            self._finish(bubble)

    def _finish(self, bubble: Bubble, go_on: bool = True) -> None:
        """The next bubble of this address may leave."""
        bubble.gone, bubble.flying = True, False
        following = self._chains.remove(bubble)
        if following is not None and go_on:
            following.fresh = False  # it has waited
            self._again(following)

    def _written(self, bubble: Bubble) -> None:
        """Its receipt is in the table."""
        if bubble.gone or (not bubble.flying and not self.holds(bubble.part)):
            self._finish(bubble)
            self._forget(bubble)

    def _forget(self, bubble: Bubble) -> None:
        """Its row is gone, or somebody else's; until then it must stay known, or a load would send it again."""
        if bubble.unwritten:
            return
        self._held.pop(bubble.id, None)
        self._backlog.forget(bubble.id)
