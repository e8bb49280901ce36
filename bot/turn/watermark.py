"""Messenger says "all that you sent by then was read": such a status becomes one for each of the last messages it is about."""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from bot.message import Status
from bot.models import Delivery, Message
from bot.models.base import table
from bot.store import boxes, talk
from bot.store.db import Unit

MESSAGE = table(Message)
LOOK_BACK = 50
"""A person reads what stands on the screen; older messages were reported by earlier watermarks."""
OPEN = (Delivery.ACCEPTED, Delivery.SENT, Delivery.DELIVERED)


async def spread(unit: Unit, statuses: Sequence[tuple[boxes.Row, Status]]) -> Sequence[tuple[boxes.Row, Status]]:
    if not any(status.until for _, status in statuses):
        return statuses
    found: list[tuple[boxes.Row, Status]] = []
    for row, status in statuses:
        if status.until is None:
            found.append((row, status))
        elif row.address:
            found += [(row, replace(status, external_id=id_, until=None)) for id_ in await _sent(unit, row, status)]
    return found


async def _sent(unit: Unit, row: boxes.Row, status: Status) -> list[str]:
    ids: list[str] = []
    for thread in (await talk.load(unit.conn, [(row.account, row.address or "")])).values():
        query = (
            sa.select(MESSAGE.c.external_id, MESSAGE.c.delivery, MESSAGE.c.at)
            .where(MESSAGE.c.conversation_id == thread.conversation_id, MESSAGE.c.part == thread.part)
            .order_by(MESSAGE.c.seq.desc())
            .limit(LOOK_BACK)
        )
        for one in (await unit.conn.execute(query)).mappings():
            # A watermark has whole seconds here; a message of the same second was before it.
            if one["external_id"] and one["delivery"] in OPEN and int(one["at"].timestamp()) <= status.at.timestamp():
                ids.append(one["external_id"])
    return ids
