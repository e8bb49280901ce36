"""Take the next one: by rank, languages first for those who write them, one winner."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from bot import clock
from bot.models import Officer, TicketEvent
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
