"""Looking for cases at the desk: what is found, what is written down about the look, and what stays hidden."""

from urllib.parse import quote

import sqlalchemy as sa

from bot.models import Disclosure, Ticket
from bot.models.base import table
from tests.desk import seed
from tests.desk.conftest import Enter

PHONE = "0857 1111 2222"


async def test_a_search_by_telephone_number_is_written_down_once_and_opens_nothing(db, enter: Enter) -> None:
    officer, lead = await enter(), await enter("lead", "Dedi Supriadi")
    case = await seed.case(db, "Asep Sunandar", phone="6285711112222", details="Lampu jalan padam")
    await seed.case(db, "Orang Lain", phone="6281200000000")
    for _ in range(2):
        _, text = await officer.get(f"/desk/cari?q={quote(PHONE)}")
        assert case.number in text and text.count('class="nomor"') == 1 and "1111 2222" not in text.replace(PHONE, "")
    assert await seed.count(db, Disclosure, number=case.number, what="phone") == 1
    assert await seed.count(db, Disclosure) == 1
    assert (
        "6285711112222" not in (await officer.get(case.url))[1] and "0857••••2222" in (await officer.get(case.url))[1]
    )
    assert "Kasus milik satu nomor telepon" in (await lead.get("/desk/pengungkapan"))[1]
    await officer.get("/desk/cari?q=lampu")
    await officer.get(f"/desk/cari?q={case.number}")
    assert await seed.count(db, Disclosure) == 1


async def test_the_page_narrows_forgives_and_keeps_what_is_told_in_confidence(db, enter: Enter) -> None:
    officer, lead = await enter(), await enter("lead", "Dedi Supriadi")
    road = await seed.case(db, "Euis", (), details="Jalan gorowong pisan", topic="jalan", minutes=60 * 24 * 900)
    lamp = await seed.case(db, "Ujang", (), details="Lampu jalan mati", topic="pju")
    harm = await seed.case(db, "Neng", (), details="Dipukul suami di jalan", topic="kekerasan")
    async with db.unit() as unit:
        ticket = table(Ticket)
        closed = sa.update(ticket).where(ticket.c.id == harm.ticket.id).values(state="closed")
        await unit.conn.execute(closed)
    wanted = [
        ("q=jalan", {road, lamp}), ("q=jalan&topik=pju", {lamp}), ("q=jalan&status=selesai", set()),
        ("q=jalan&sampai=2024-12-31", {road}), ("q=jalan&dari=apa", {road, lamp}), ("q=gorowongg", {road}),
        (f"q={harm.number}", set()), ("q=%22+OR+*", set()), ("q=3205171212900001", set()), ("q=jalan&setelah=99999999999999999999", {road, lamp}),
    ]  # fmt: skip
    for query, cases in wanted:
        status, text = await officer.get(f"/desk/cari?{query}")
        assert status == 200 and numbers(text) == {case.number for case in cases}, query
    assert "bunyinya mirip" in (await officer.get("/desk/cari?q=gorowongg"))[1]
    assert harm.number in (await lead.get("/desk/cari?q=jalan&status=selesai"))[1]
    assert numbers((await officer.get("/desk?cari=lampu"))[1], 'id="k-') == {lamp.number}


async def test_an_agency_finds_its_own_by_the_reports_words(db, enter: Enter) -> None:
    rina, roads = await enter(), await enter("agency", "Dinas Bina Marga")
    case, other = (
        await seed.case(db, "Euis", (), details="Jembatan goyang"),
        await seed.case(db, details="Jembatan ambruk"),
    )
    async with db.unit() as unit:
        await unit.conn.execute(sa.text("UPDATE officer SET agency = 'dbmpr' WHERE role = 'agency'"))
    await rina.post(f"{case.url}/ambil")
    assert (await rina.post(f"{case.url}/langkah/teruskan", instansi="dbmpr"))[0] == 303
    _, text = await roads.get("/desk/dinas?cari=jembatan")
    assert case.number in text and other.number not in text
    assert case.number not in (await roads.get("/desk/dinas?cari=euis"))[1], (
        "who reported it is not an agency's to ask for"
    )


def numbers(text: str, before: str = "/desk/tiket/") -> set[str]:
    return {piece[:9] for piece in text.split(before)[1:]}
