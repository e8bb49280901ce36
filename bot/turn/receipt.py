"""What platforms report about our messages: states only ever rise, `failed` gives way to a later `delivered`."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.errors import NotFound
from bot.message import Status
from bot.models import RANK, Delivery, Message
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import boxes, talk
from bot.store.db import Unit
from bot.store.many import Many
from bot.turn import watermark

MESSAGE = table(Message)
_UPDATE = Many(
    sa.update(MESSAGE)
    .where(MESSAGE.c.id == sa.bindparam("b_id"), MESSAGE.c.part == sa.bindparam("b_part"))
    .values(
        delivery=sa.bindparam("b_delivery"), external_id=sa.bindparam("b_external_id"), error=sa.bindparam("b_error")
    )
)
LOOK_BACK = 200
"""A status without our reference is looked for among so many last messages of its conversation."""


async def apply(unit: Unit, statuses: Sequence[tuple[boxes.Row, Status]]) -> None:
    """Writes the states and errors that these statuses bring; unknown messages (not ours, or older than our memory) are passed over."""
    statuses = await watermark.spread(unit, statuses)
    known = await _messages(unit, statuses)
    changes: dict[bytes, dict[str, Any]] = {}
    for row, status in statuses:
        message = known.get(_name(row, status))
        if message is None or not _rises(message["delivery"], status.state):
            continue
        message["delivery"] = status.state
        changes[message["id"]] = {
            "b_id": message["id"],
            "b_part": message["part"],
            "b_delivery": status.state,
            "b_external_id": status.external_id,
            "b_error": status.error[:1000] if status.state == "failed" else "",
        }
        unit.changed(Ref(message["conversation_id"], message["part"]))
        if row.account.startswith("web:"):
            unit.hints.add(f"w:{row.address}")
        unit.confirmed.append(message["id"])
    if changes:
        await _UPDATE(unit.conn, [changes[id_] for id_ in sorted(changes)])  # in the order of `boxes.settle`
        await boxes.gone(unit.conn, [(change["b_id"], change["b_part"]) for change in changes.values()])


def _rises(before: str, after: str) -> bool:
    return before != Delivery.SUPPRESSED and RANK.get(after, 0) > RANK.get(before, 0)


def _name(row: boxes.Row, status: Status) -> bytes | str:
    """Our own id where the platform echoed it, else the platform's."""
    try:
        return Ref.parse(status.ref).id
    except NotFound:
        return status.external_id


async def _messages(unit: Unit, statuses: Sequence[tuple[boxes.Row, Status]]) -> dict[bytes | str, dict[str, Any]]:
    found: dict[bytes | str, dict[str, Any]] = {}
    ours = {(name, row.part) for row, status in statuses if isinstance(name := _name(row, status), bytes)}
    columns = (MESSAGE.c.id, MESSAGE.c.part, MESSAGE.c.conversation_id, MESSAGE.c.delivery, MESSAGE.c.external_id)
    if ours:
        query = sa.select(*columns).where(
            MESSAGE.c.id.in_([name for name, _ in ours]), MESSAGE.c.part.in_(sorted({part for _, part in ours}))
        )
        for each in (await unit.conn.execute(query)).mappings():
            found[each["id"]] = dict(each)
    for row, status in statuses:
        name = _name(row, status)
        if isinstance(name, str) and name not in found and row.address:
            await _by_external_id(unit, row, columns, found)
    return found


async def _by_external_id(
    unit: Unit, row: boxes.Row, columns: Sequence[sa.Column[Any]], found: dict[bytes | str, dict[str, Any]]
) -> None:
    """A platform's id is random: an index on it would dirty a page a message. The conversation's last messages are enough."""
    talks = await talk.load(unit.conn, [(row.account, row.address)])
    for thread in talks.values():
        query = (
            sa.select(*columns)
            .where(MESSAGE.c.conversation_id == thread.conversation_id, MESSAGE.c.part == thread.part)
            .order_by(MESSAGE.c.seq.desc())
            .limit(LOOK_BACK)
        )
        for each in (await unit.conn.execute(query)).mappings():
            if each["external_id"]:
                found[each["external_id"]] = dict(each)
