"""A bubble that waited: has the platform's window closed meanwhile, and what then. And how long the next try waits."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot import clock
from bot.delivery.bubble import Bubble
from bot.errors import Fault
from bot.models.ref import Ref
from bot.policy import window
from bot.store import talk
from bot.store.db import Db

WINDOW_CLOSED = "window_closed: warga sudah lebih dari 24 jam tidak menulis, dan tidak ada templat yang cocok"
AS_TEMPLATE = "lebih dari 24 jam sejak pesan terakhir warga; dikirim sebagai templat"


async def may_leave(db: Db, bubble: Bubble, span: timedelta | None) -> bool:
    """False: the window is closed and no template says the same. A bubble that has one leaves as that from now on."""
    heard = bubble.payload.get("heard")
    if bubble.outside or not heard or not window.closed(span, datetime.fromtimestamp(heard, UTC), clock.now()):
        return True
    async with db.read() as conn:  # they may have written again meanwhile
        last = await talk.last_inbound_at(conn, Ref(bubble.conversation_id, bubble.part))
    if window.closed(span, last, clock.now()):
        bubble.outside = bubble.template is not None
        return bubble.outside
    return True


async def taken_over(db: Db, bubbles: Sequence[Bubble], epochs: Mapping[bytes, int]) -> set[bytes]:
    """Ids of dialogue bubbles whose epoch is over; `epochs` are the newest rises that this process has committed. On SQLite every
    rise passes through this process, so a bubble that was made here a moment ago needs no look at the table; all others do."""
    now = clock.monotonic()
    asked = [each for each in bubbles if each.epoch is not None]
    for each in asked:
        each.checked = now
    over = {each.id for each in asked if epochs.get(each.conversation_id, 0) > (each.epoch or 0)}
    if db.is_sqlite:
        asked = [each for each in asked if not each.fresh]
    if not asked:
        return over
    async with db.read() as conn:
        true = await talk.epochs(conn, [(each.conversation_id, each.part) for each in asked])
    return over | {each.id for each in asked if true.get(each.conversation_id) != each.epoch}


class Looks:
    """Bubbles that have waited are looked at once more, each just before it leaves; those that ask while a look runs share the next one.
    In a flood, when all of them wait, each had a statement of its own."""

    def __init__(self, db: Db, epochs: Mapping[bytes, int]) -> None:
        self._db, self._epochs = db, epochs
        self._asking: list[tuple[Bubble, asyncio.Future[bool]]] = []
        self._task: asyncio.Task[None] | None = None

    async def over(self, bubble: Bubble) -> bool:
        """Is its epoch over? Raises what the database raises."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._asking.append((bubble, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        return await answer

    async def _look(self) -> None:
        while self._asking:
            asked, self._asking = self._asking, []
            error, over = None, set[bytes]()
            try:
                over = await taken_over(self._db, [bubble for bubble, _ in asked], self._epochs)
            except Exception as problem:
                error = problem
            for bubble, answer in asked:
                if answer.done():
                    continue
                if error is None:
                    answer.set_result(bubble.id in over)
                else:
                    answer.set_exception(error)


def note(bubble: Bubble) -> str:
    """For the officer, who sees other words on the message than the citizen got."""
    if bubble.template is None or not bubble.outside or bubble.payload.get("outside"):
        return ""
    return f"{AS_TEMPLATE} {bubble.template.name} ({bubble.template.language})"


def wait(fault: Fault, attempts: int) -> float:
    """Full jitter under a doubling cap; a pair limit asks for 4^n seconds, a platform's own figure wins."""
    if fault.wait is not None:
        return fault.wait + clock.jitter(0.2)
    if fault.scope == "address":
        return min(300.0, 4.0 ** (attempts - 1))
    return 0.05 + clock.jitter(min(300.0, 0.5 * 2.0**attempts))
