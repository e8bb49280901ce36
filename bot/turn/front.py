"""The front of the queue: the first of each line, the next one first. Who is passed over makes room for those behind, or takes
the whole line out: whoever may not have its first may have none of it."""

import heapq

from bot.models.ref import Ref
from bot.policy.routing import Routing
from bot.store import lines
from bot.store.boxes import Row
from bot.store.db import Db

LOOKS = 512
"""So many cases are looked at for one choice: mostly the first few, more where citizens are being helped with another case."""
_AGAIN = 30


class Front:
    def __init__(self, db: Db, rule: Routing, rows: list[Row]) -> None:
        self._db, self._rule = db, rule
        self._next = [(row.rank, row.id, row) for row in rows]
        self._behind: dict[tuple[str, str, str], list[Row]] = {}
        heapq.heapify(self._next)

    def __bool__(self) -> bool:
        return bool(self._next)

    def pop(self) -> Row | None:
        """The next case, by rank; its line is out until `on`."""
        return heapq.heappop(self._next)[2] if self._next else None

    async def on(self, row: Row) -> None:
        """Its line moves on by one."""
        line = (row.language, row.line, row.urgency)
        behind = self._behind.get(line)
        if not behind:
            async with self._db.read() as conn:
                found = await lines.behind(conn, row)
            # one that stands wrong here is brought to its place when it is a head
            behind = [each for each in found if each.line == _line(self._rule, each)]
            self._behind[line] = behind[::-1]
            behind = self._behind[line]
        if behind:
            following = behind.pop()
            heapq.heappush(self._next, (following.rank, following.id, following))


def _line(rule: Routing, row: Row) -> str:
    return rule.line(row.topic, row.subtopic)


async def front(db: Db, rule: Routing) -> Front:
    """What stands in a line of before (operators have changed what only leads take) is put right first, wherever it is a head."""
    rows: list[Row] = []
    for _ in range(_AGAIN):
        async with db.read() as conn:
            rows = await lines.heads(conn)
        wrong = [row for row in rows if row.line != _line(rule, row)]
        if not wrong:
            break
        async with db.unit() as unit:
            for row in wrong:
                await lines.settle(unit.conn, row, _line(rule, row))
    return Front(db, rule, [row for row in rows if row.line == _line(rule, row)])


def ref(row: Row) -> Ref:
    return Ref(row.id, row.part)
