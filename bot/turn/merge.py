"""Two reports of the same thing become one: the younger ends, its citizen follows the other. Incidents use the same pointer."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.errors import Conflict, NotFound
from bot.models import OVER, Officer, State, Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.policy import number
from bot.store import cases
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import House, known
from bot.turn.handoff import move
from bot.turn.say import line
from bot.turn.tell import let_go, no_open_alarm, only_holder, tell

TICKET = table(Ticket)
HOPS = 8
"""Merging always points to the end of the trail, so it is one or two long."""


async def merge(db: Db, house: House, officer: Officer, ticket: Ref, into: str) -> None:
    """`into`: the number of the ticket that stays. Raises `Conflict`, `NotFound`."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        stays = await _stays(unit.conn, into)
        if (stays["id"], stays["part"]) == (case["id"], case["part"]):
            raise Conflict("laporan tidak bisa digabung dengan dirinya sendiri")
        if stays["state"] in OVER:
            raise Conflict(f"laporan {stays['number']} sudah tidak berjalan; buka kembali dulu")
        only_holder(case, officer)
        no_open_alarm(batch, thread, case)
        move(batch, case, State.MERGED, "officer", officer.id, why=stays["number"])
        case["parent_id"], case["parent_part"] = stays["id"], stays["part"]
        let_go(batch, thread, case)
        line(batch, thread, f"{officer.name} menggabungkan kasus {case['number']} ke {stays['number']}", officer.id)
        tell(batch, house, thread, case, "step_merged")
        if stays["address_id"] != case["address_id"]:  # whoever reported both hears of it anyway
            known.follow(batch, thread, str(Ref(stays["id"], stays["part"])))
        await batch.flush(unit)


async def _stays(conn: AsyncConnection, shown: str) -> dict[str, Any]:
    """The ticket of that number, or the one that it was merged into itself."""
    name, part = number.read(shown)
    query = sa.select(
        TICKET.c.id, TICKET.c.part, TICKET.c.number, TICKET.c.state, TICKET.c.address_id, TICKET.c.parent_id,
        TICKET.c.parent_part,
    )  # fmt: skip
    where: Any = (TICKET.c.number == name) & (TICKET.c.part == part)
    for _ in range(HOPS):
        row = (await conn.execute(query.where(where))).mappings().first()
        if row is None:
            raise NotFound("tiket tidak ditemukan")
        if row["state"] != State.MERGED:
            return dict(row)
        where = (TICKET.c.id == row["parent_id"]) & (TICKET.c.part == row["parent_part"])
    raise Conflict("rantai penggabungan terlalu panjang")
