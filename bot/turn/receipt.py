"""What platforms report about our messages: states only ever rise, `failed` gives way to a later `delivered`; each report is kept.

A report may come before our own commit, and of messages that we do not know (yet): it waits, and is looked at again for a day.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot import clock, failpoint
from bot.errors import NotFound
from bot.message import Status
from bot.models import RANK, Delivery, Inbox, Message
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import boxes, statuses, talk
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.store.many import ByIds, Many, Work
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
AGAIN = "status"
"""Timer kind; its subject is the inbox item."""
WAITS = (2, 30, 300, 3600, 6 * 3600, 17 * 3600)
"""Seconds from one look to the next, a day together."""
UNKNOWN = "status {state} untuk pesan yang tidak dikenal ({id}); {then}"

Reported = Sequence[tuple[boxes.Row, Status]]
_COLUMNS = (MESSAGE.c.id, MESSAGE.c.part, MESSAGE.c.conversation_id, MESSAGE.c.delivery)


async def apply(unit: Unit, batch: Batch, reported: Reported) -> tuple[list[Work], set[bytes]]:
    """What is to be written of these statuses, and the inbox items that must wait because nobody knows their message."""
    failpoint.here("status.apply")
    reported = await watermark.spread(unit, reported)
    known = await _messages(unit, reported)
    changes: dict[bytes, dict[str, Any]] = {}
    arrived: list[tuple[bytes, int]] = []
    history: list[dict[str, Any]] = []
    unknown: list[tuple[boxes.Row, Status]] = []
    for row, status in reported:
        message = known.get((row.id, status.external_id))
        if message is None:
            unknown.append((row, status))
            continue
        history.append(_kept(row, status, message))
        if not _rises(message["delivery"], status.state):
            continue
        if message["delivery"] in boxes.UNSENT:  # else our receipt has taken the bubble out of the outbox already
            arrived.append((message["id"], message["part"]))
        message["delivery"] = status.state
        changes[message["id"]] = _change(status, message)
        unit.changed(Ref(message["conversation_id"], message["part"]))
        if row.account.startswith("web:"):
            unit.hints.add(f"w:{row.address}")
        unit.confirmed.append(message["id"])
    work: list[Work] = [
        (_UPDATE, [changes[id_] for id_ in sorted(changes)]),  # in the order of `boxes.settle`
        boxes.gone(arrived),
        (statuses.INSERT, history),
        boxes.wait([_later(batch, row, status) for row, status in unknown]),
    ]
    return work, {row.id for row, _ in unknown}


def _kept(row: boxes.Row, status: Status, message: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": clock.new_id(),
        "part": message["part"],
        "message_id": message["id"],
        "state": status.state,
        "at": status.at,
        "received_at": row.received_at,
        "code": status.code,
        "error": status.error[:1000],
        "category": status.category,
        "billable": status.billable,
    }


def _change(status: Status, message: dict[str, Any]) -> dict[str, Any]:
    return {
        "b_id": message["id"],
        "b_part": message["part"],
        "b_delivery": status.state,
        "b_external_id": status.external_id,
        "b_error": status.error[:1000] if status.state == "failed" else "",
    }


def _rises(before: str, after: str) -> bool:
    return before != Delivery.SUPPRESSED and RANK.get(after, 0) > RANK.get(before, 0)


def _later(batch: Batch, row: boxes.Row, status: Status) -> dict[str, Any]:
    """Looked at again later; after a day it is put away with its reason: it was somebody else's message."""
    over = row.attempts >= len(WAITS)
    if not over:
        batch.timer(AGAIN, Ref(row.id, row.part), batch.now + timedelta(seconds=WAITS[row.attempts]))
    then = "tidak ditemukan selama sehari" if over else "akan dicocokkan lagi"
    reason = UNKNOWN.format(state=status.state, id=status.external_id[:120], then=then)
    state = Inbox.DONE if over else Inbox.WAITING
    return {"b_id": row.id, "b_part": row.part, "b_state": state, "b_attempts": row.attempts + 1, "b_error": reason}


# -- finding the message ---------------------------------------------------------------------------

_OURS = ByIds(sa.select(*_COLUMNS), MESSAGE.c.id)
"""By ids alone, which are unique: with a list of parts beside it both databases look up every combination of the two."""


def _refs(reported: Reported) -> dict[bytes, Ref | None]:
    """By inbox item: our own name of the message, where the platform echoed it."""
    refs: dict[bytes, Ref | None] = {}
    for row, status in reported:
        try:
            refs[row.id] = Ref.parse(status.ref) if status.ref else None
        except NotFound:
            refs[row.id] = None
    return refs


async def _messages(unit: Unit, reported: Reported) -> dict[tuple[bytes, str], dict[str, Any]]:
    """By inbox item and the platform's id in it: the message that it is about."""
    refs = _refs(reported)
    found: dict[bytes | str, dict[str, Any]] = {}
    if wanted := {ref.id for ref in refs.values() if ref}:
        for id_, part, conversation, delivery in await _OURS(unit.conn, sorted(wanted)):
            found[id_] = _message(id_, part, conversation, delivery)
    nameless = [(row, status) for row, status in reported if (ref := refs[row.id]) is None or ref.id not in found]
    if nameless:
        await _by_external_id(unit, nameless, found)
    known: dict[tuple[bytes, str], dict[str, Any]] = {}
    for row, status in reported:
        ref = refs[row.id]
        message = (found.get(ref.id) if ref else None) or found.get(status.external_id)
        if message is not None:
            known[row.id, status.external_id] = message
    return known


async def _by_external_id(unit: Unit, reported: Reported, found: dict[bytes | str, dict[str, Any]]) -> None:
    """A platform's id is random: an index on it would dirty a page a message. The conversation's last messages are enough."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for row, status in reported:
        if row.address:
            wanted.setdefault((row.account, row.address), set()).add(status.external_id)
    if not wanted:
        return
    for key, thread in (await talk.load(unit.conn, wanted)).items():
        query = sa.select(*_COLUMNS, MESSAGE.c.external_id).where(
            MESSAGE.c.conversation_id == thread.conversation_id,
            MESSAGE.c.part == thread.part,
            MESSAGE.c.seq > thread.seq - LOOK_BACK,
            MESSAGE.c.external_id.in_(sorted(wanted[key])),
        )
        for *columns, external_id in await unit.conn.execute(query):
            found[external_id] = _message(*columns)


def _message(id_: bytes, part: int, conversation: bytes, delivery: str) -> dict[str, Any]:
    return {"id": id_, "part": part, "conversation_id": conversation, "delivery": delivery}
