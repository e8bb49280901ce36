"""How fast we may send: one bucket an account, shared by all processes, and one an address.

An address lies in one part and a part with one process, so the second kind needs no table. Both remember one moment only: until
when the permitted sends are used up (GCRA).
"""

from collections.abc import Awaitable, Callable

from bot import clock
from bot.errors import StoreDown
from bot.message import Limits, Pace
from bot.store import rates
from bot.store.db import Db

AHEAD = 0.25
"""A process takes at most so many seconds' worth at once: one statement for many sends, and the others get theirs."""
DOWN_WAIT = 0.5
KEPT = 10_000

Take = Callable[[int], Awaitable[tuple[int, float]]]
"""(wanted) -> (granted, seconds until there may be more)."""


def of_account(db: Db, account: str, rate: float) -> Take | None:
    """The account's bucket; it holds one second's worth. None: no limit."""
    if not rate:
        return None
    return _of_process(rate) if db.is_sqlite else _of_all(db, account, rate)


def _of_process(rate: float) -> Take:
    used_until = 0.0

    async def take(wanted: int) -> tuple[int, float]:
        nonlocal used_until
        now = clock.monotonic()
        base = max(used_until, now - max(1.0, 1 / rate))
        granted = min(wanted, int((now - base) * rate + 1e-9))
        used_until = base + granted / rate
        return granted, 0.0 if granted else 1 / rate - (now - base)

    return take


def _of_all(db: Db, account: str, rate: float) -> Take:
    async def take(wanted: int) -> tuple[int, float]:
        try:
            async with db.unit() as unit:
                return await rates.take(unit.conn, account, rate, min(wanted, max(1, int(rate * AHEAD))))
        except StoreDown:
            return 0, DOWN_WAIT

    return take


class Paces:
    """What a platform allows towards one address: some at once, then slowly."""

    def __init__(self) -> None:
        self._used_until: dict[tuple[str, str], float] = {}

    def take(self, limits: Limits, account: str, address: str) -> float:
        """0.0: go; otherwise the seconds until this address may get its next bubble."""
        pace = pace_of(limits, address)
        if pace is None:
            return 0.0
        now, key = clock.monotonic(), (account, address)
        base = max(self._used_until.get(key, 0.0), now - pace.burst / pace.rate)
        if (wait := base + 1 / pace.rate - now) > 1e-9:
            return wait
        self._used_until[key] = base + 1 / pace.rate
        if len(self._used_until) > KEPT:
            self._used_until = {key: until for key, until in self._used_until.items() if until > now}
        return 0.0


def pace_of(limits: Limits, address: str) -> Pace | None:
    """Telegram's groups have negative numbers and a limit of their own."""
    return limits.group if address.startswith("-") else limits.pair
