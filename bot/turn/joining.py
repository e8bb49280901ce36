"""Contacts are made one person by an explicit act only: a code that the citizen types in the other channel, or a lead at the desk.

Nothing is rewritten for it. The contact points to the other one (`Contact.same_id`), the act is a row of `joining`, and undoing it
takes the pointer away: every ticket, message and address is then again exactly whose it was.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.errors import Conflict, NotFound, Sentence
from bot.models import Contact, Joining, Officer, Twin
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import aliases, cases
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn.say import line

CONTACT, JOINING, TWIN = table(Contact), table(Joining), table(Twin)
CODE, LEAD = "code", "lead"
_TRIES = 5


async def join(
    conn: AsyncConnection, one: Ref, into: Ref, how: str, now: datetime, officer_id: int | None = None
) -> tuple[Ref, Ref] | None:
    """Makes `one` the person that `into` is; the two contacts that were joined. None when they are one already."""
    for _ in range(_TRIES):
        ends = await aliases.roots(conn, {one, into})
        here, there = ends[one], ends[into]
        if here == there:
            return None
        # both ends locked in one order: two acts at once could otherwise lead them to each other
        both = sa.select(CONTACT.c.same_id).where(
            CONTACT.c.id.in_([here.id, there.id]), CONTACT.c.part.in_(sorted({here.part, there.part}))
        )
        rows = (await conn.execute(both.order_by(CONTACT.c.id).with_for_update())).all()
        if all(row.same_id is None for row in rows):
            break
    else:
        raise Conflict("kontak ini sedang digabungkan orang lain; coba lagi")
    await conn.execute(
        sa.update(CONTACT)
        .where(CONTACT.c.id == here.id, CONTACT.c.part == here.part)
        .values(same_id=there.id, same_part=there.part)
    )
    await conn.execute(
        sa.insert(JOINING).values(
            id=clock.new_id(), part=here.part, contact_id=here.id, into_id=there.id, into_part=there.part, how=how,
            officer_id=officer_id, at=now,
        )
    )  # fmt: skip
    return here, there


async def merge(db: Db, officer: Officer, ticket: Ref, other: Ref) -> None:
    """A lead says that the two are one person. Only what has been flagged can be joined. Raises `Conflict`, `NotFound`."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        mine = Ref(case["contact_id"], case["contact_part"])
        if not await _flagged(unit.conn, mine, other):
            raise NotFound("these two have not been flagged")
        if await join(unit.conn, other, mine, LEAD, batch.now, officer.id) is None:
            raise Conflict("kedua kontak ini sudah menjadi satu orang")
        line(
            batch,
            thread,
            Sentence(
                "{officer} menggabungkan warga ini dengan kontak lain yang ternyata orang yang sama",
                officer=officer.name,
            ),
            officer.id,
        )
        await batch.flush(unit)


async def separate(db: Db, officer: Officer, ticket: Ref, joining: Ref) -> None:
    """Takes one act of joining back, whoever did it. Raises `Conflict`, `NotFound`."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        thread, case = await cases.open_for(unit.conn, batch, ticket)
        found = sa.select(JOINING).where(JOINING.c.id == joining.id, JOINING.c.part == joining.part).with_for_update()
        row = (await unit.conn.execute(found)).mappings().first()
        if row is None:
            raise NotFound("unknown joining")
        ends = await aliases.roots(
            unit.conn, {Ref(case["contact_id"], case["contact_part"]), Ref(row["contact_id"], row["part"])}
        )
        if row["undone_at"] is not None:
            raise Conflict("penggabungan ini sudah dibatalkan")
        if len(set(ends.values())) != 1:
            raise NotFound("that joining is about somebody else")
        await unit.conn.execute(
            sa.update(CONTACT)
            .where(CONTACT.c.id == row["contact_id"], CONTACT.c.part == row["part"])
            .values(same_id=None, same_part=None)
        )
        await unit.conn.execute(
            sa.update(JOINING)
            .where(JOINING.c.id == joining.id, JOINING.c.part == joining.part)
            .values(undone_at=batch.now, undone_by=officer.id)
        )
        line(
            batch,
            thread,
            Sentence("{officer} memisahkan kembali kontak yang tadinya digabungkan", officer=officer.name),
            officer.id,
        )
        await batch.flush(unit)


async def _flagged(conn: AsyncConnection, mine: Ref, other: Ref) -> bool:
    """Between any contacts of the two persons."""
    query = sa.select(TWIN.c.contact_id, TWIN.c.part).where(
        TWIN.c.other_id == other.id, TWIN.c.other_part == other.part
    )
    pairs = [Ref(*row) for row in await conn.execute(query)]
    ends = await aliases.roots(conn, {mine, *pairs})
    return any(ends[each] == ends[mine] for each in pairs)
