"""What a batch of turns takes from the inbox: when more waits than it holds, nobody's hundred messages stand before others' first one."""

from collections.abc import Sequence
from operator import attrgetter

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.policy.crowd import shared
from bot.store import boxes


async def take(conn: AsyncConnection, parts: Sequence[int] | None, most: int) -> Sequence[boxes.Row]:
    """At most so many of the oldest items of these parts (None: of all), in order of arrival. Each sender's come in their order."""
    rows = await boxes.pending(conn, parts, most)
    if len(rows) < most:
        return rows
    mine, beyond, loud = shared(rows)
    if not loud:
        return rows
    known = {row.id for row in mine}
    others, _, _ = shared(await boxes.pending(conn, parts, most, but=loud))
    mine += [row for row in others if row.id not in known][: most - len(mine)]
    return sorted([*mine, *beyond[: most - len(mine)]], key=attrgetter("id"))
