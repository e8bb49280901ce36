"""One person in several channels at the desk: seen by everybody, joined and parted by leads only, on record for good."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from bot.models import Address, Contact, Joining, Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import aliases, search
from bot.store.db import Db
from tests.desk import seed
from tests.desk.conftest import Enter

CONTACT, TICKET, JOINING, ADDRESS = table(Contact), table(Ticket), table(Joining), table(Address)


async def contact(db: Db, case: seed.Case) -> Ref:
    async with db.read() as conn:
        row = (
            await conn.execute(
                sa.select(TICKET.c.contact_id, TICKET.c.contact_part).where(TICKET.c.number == case.number)
            )
        ).one()
    return Ref(*row)


async def flagged(db: Db) -> tuple[seed.Case, seed.Case]:
    """Two cases of two contacts that share a number."""
    here = await seed.case(db, "Euis Komariah")
    there = await seed.case(db, "Bu Euis", account="telegram:7000")
    pair = (await contact(db, here), await contact(db, there), "phone")
    async with db.unit() as unit:
        await aliases.flag(unit.conn, [pair], clock.now())
        await aliases.flag(unit.conn, [pair], clock.now())  # the same again changes nothing
        await unit.conn.execute(sa.update(CONTACT).where(CONTACT.c.id == pair[1].id).values(username="euis_k"))
    await search.rebuild(db)  # the seed writes past the house
    return here, there


async def joined(db: Db) -> list[Any]:
    async with db.read() as conn:
        return list((await conn.execute(sa.select(CONTACT.c.name).where(CONTACT.c.same_id.is_not(None)))).scalars())


def hidden(page: str, field: str) -> str:
    found = re.search(rf'name="{field}" value="([^"]+)"', page)
    assert found, f"no {field} on the page"
    return found[1]


async def test_a_lead_joins_and_parts_and_both_are_kept(db: Db, enter: Enter) -> None:
    here, there = await flagged(db)
    officer, lead = await enter("officer"), await enter("lead", "Dedi Supriadi")
    page = (await officer.get(here.url))[1]
    assert "Mungkin orang yang sama" in page and there.number in page and "Gabungkan" not in page
    other = hidden((await lead.get(here.url))[1], "orang")
    assert (await officer.post(f"{here.url}/gabungkan", orang=other))[0] == 403
    assert await joined(db) == []
    assert (await lead.post(f"{here.url}/gabungkan", orang=other))[0] == 303
    assert await joined(db) == ["Bu Euis"]
    for case, another in ((here, there), (there, here)):
        page = (await officer.get(case.url))[1]
        assert "Mungkin orang yang sama" not in page and "Saluran warga ini" in page
        assert another.number in page and "@euis_k" in page
    assert (await lead.post(f"{here.url}/gabungkan", orang=other))[0] == 409
    joining = hidden((await lead.get(here.url))[1], "gabungan")
    assert (await officer.post(f"{here.url}/pisahkan", gabungan=joining))[0] == 403
    assert (await lead.post(f"{here.url}/pisahkan", gabungan=joining))[0] == 303
    assert await joined(db) == []
    assert "Mungkin orang yang sama" in (await officer.get(here.url))[1]
    async with db.read() as conn:
        [row] = (await conn.execute(sa.select(JOINING))).mappings().all()
    assert row["officer_id"] == row["undone_by"] == lead.officer.id and row["undone_at"] is not None  # type: ignore[union-attr]


@pytest.mark.parametrize("odd", ["", "x", "00.1", f"{'0' * 32}.1", f"{'f' * 32}.255"])
async def test_only_what_was_flagged_can_be_joined(db: Db, enter: Enter, odd: str) -> None:
    lead, (here, _) = await enter("lead"), await flagged(db)
    stranger = await seed.case(db, "Orang Lain")
    for value in (odd, str(await contact(db, stranger))):
        assert (await lead.post(f"{here.url}/gabungkan", orang=value))[0] == 404
        assert (await lead.post(f"{here.url}/pisahkan", gabungan=value))[0] == 404
    assert await joined(db) == []


async def test_a_user_name_is_found(db: Db, enter: Enter) -> None:
    officer, (here, there) = await enter(), await flagged(db)
    page = (await officer.get("/desk?cari=@euis_k"))[1]
    assert there.number in page and here.number not in page
