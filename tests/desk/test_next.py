"""Take the next one: by rank, languages first for those who write them, one winner."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from bot import clock
from bot.models import Officer, Ticket, TicketEvent
from bot.models.base import table
from bot.store.db import Db
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor


async def shift(db: Db, visitor: Visitor, languages: str, on: bool = True) -> None:
    who = table(Officer)
    async with db.unit() as unit:
        until = clock.now() + timedelta(hours=1) if on else None
        query = sa.update(who).where(who.c.id == visitor.officer.id).values(languages=languages, duty_until=until)
        await unit.conn.execute(query)


async def takes(visitor: Visitor) -> str:
    """The number of the case that the next press gives; '' for none."""
    async with visitor.client.post(
        "/desk/berikutnya", data={"csrf": visitor.csrf_token()}, headers=visitor.origin, allow_redirects=False
    ) as answer:
        assert answer.status == 303, await answer.text()
        where = answer.headers["Location"]
    return where.removeprefix("/desk/tiket/") if where.startswith("/desk/tiket/") else ""


async def test_by_rank_until_nothing_waits(db, enter: Enter) -> None:
    rina = await enter()
    old, urgent = await seed.case(db, minutes=90), await seed.case(db, urgency="high", minutes=1)
    assert "tombol-berikutnya" in (await rina.get("/desk"))[1]
    assert [await takes(rina) for _ in range(3)] == [urgent.number, old.number, ""]
    assert "Tidak ada yang menunggu" in (await rina.get("/desk?berikutnya=kosong"))[1]
    assert await seed.count(db, TicketEvent, kind="moved", after="assigned", officer_id=rina.officer.id) == 2


async def test_a_sundanese_case_waits_for_who_writes_it(db, enter: Enter) -> None:
    rina, euis = await enter(), await enter("officer", "Euis")
    await shift(db, euis, "id,su")
    sunda, plain = await seed.case(db, language="su", minutes=9), await seed.case(db, minutes=3)
    assert [await takes(rina), await takes(rina)] == [plain.number, ""]
    status, text = await rina.get("/desk?berikutnya=kosong")
    assert status == 200 and "disisihkan sebentar" in text and "Basa Sunda" in text
    assert await takes(euis) == sunda.number


async def test_not_longer_than_its_time_and_never_a_critical_one(db, enter: Enter) -> None:
    rina, euis = await enter(), await enter("officer", "Euis")
    await shift(db, euis, "id,su")
    late = await seed.case(db, language="su", minutes=16)
    danger = await seed.case(db, language="su", minutes=1, urgency="critical")
    await seed.case(db, language="su", minutes=14)
    assert [await takes(rina) for _ in range(3)] == [danger.number, late.number, ""]


async def test_nobody_on_shift_writes_it_so_nobody_waits(db, enter: Enter) -> None:
    rina, euis = await enter(), await enter("officer", "Euis")
    await shift(db, euis, "id,su", on=False)
    case = await seed.case(db, language="su", minutes=1)
    assert await takes(rina) == case.number


async def test_the_claim_itself_stays_free(db, enter: Enter) -> None:
    rina, euis = await enter(), await enter("officer", "Euis")
    await shift(db, euis, "id,su")
    case = await seed.case(db, language="su", minutes=1)
    assert (await rina.post(f"{case.url}/ambil"))[0] == 303
    assert await takes(euis) == ""


async def test_many_press_at_once_and_each_gets_another(db, enter: Enter) -> None:
    people = [await enter("officer", name) for name in ("Rina", "Asep", "Tati")]
    cases = {(await seed.case(db, minutes=9 - i)).number for i in range(4)}
    taken = await asyncio.gather(*(takes(each) for each in people))
    assert len(set(taken)) == 3 and set(taken) <= cases


async def pile(db: Db, n: int, minutes: float, **values: str) -> None:
    """So many more that wait, opened a moment after one another; nobody will take them here."""
    other = (await seed.case(db, minutes=minutes)).ticket
    ticket = table(Ticket)
    async with db.unit() as unit:
        row = dict((await unit.conn.execute(sa.select(ticket).where(ticket.c.id == other.id))).mappings().one())
        rows = [
            row | values | {"id": clock.new_id(), "number": f"N{minutes}{i}", "rank": row["rank"] + i} for i in range(n)
        ]
        await unit.conn.execute(sa.insert(ticket), rows)
        await unit.conn.execute(sa.delete(ticket).where(ticket.c.id == other.id))


async def test_a_long_line_of_what_is_left_to_others_hides_nothing(db, enter: Enter) -> None:
    """Six hundred in Sundanese and six hundred for leads stand before the one case that this officer may take; what stood in
    another line before operators changed what is for leads is brought to its own."""
    rina, euis, lead = await enter(), await enter("officer", "Euis"), await enter("lead", "Tati")
    await shift(db, euis, "id,su")
    await pile(db, 600, 10, language="su", line="jalan")
    await pile(db, 600, 30, topic="jalan", subtopic="hapus_data", line="jalan")
    mine = await seed.case(db, minutes=2)
    oldest = await seed.case(db, minutes=40, subtopic="hapus_data")
    assert [await takes(rina), await takes(rina)] == [mine.number, ""]
    assert await takes(lead) == oldest.number
    ticket = table(Ticket)
    async with db.read() as conn:
        query = sa.select(ticket.c.line, sa.func.count()).where(ticket.c.state == "queued").group_by(ticket.c.line)
        assert dict((await conn.execute(query)).all()) == {"jalan": 600, "jalan/hapus_data": 600}


async def test_cases_of_a_citizen_whom_a_colleague_helps_are_passed_over(db, enter: Enter) -> None:
    rina, euis = await enter(), await enter("officer", "Euis")
    helped, free = await seed.case(db, minutes=9), await seed.case(db, minutes=3)
    async with db.unit() as unit:
        await unit.conn.execute(
            sa.text("UPDATE conversation SET owner = 'officer', officer_id = :who WHERE id = :id"),
            {"who": euis.officer.id, "id": helped.conversation.id},
        )
    assert [await takes(rina), await takes(rina)] == [free.number, ""]
    assert await takes(euis) == helped.number
