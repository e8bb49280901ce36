"""E2, E3, S7: people of an agency see their own tickets and nothing else; officers send cases on their way; leaders instruct."""

import re
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from bot import clock
from bot.models import AgencyDelivery, Conversation, Message, Officer, Ticket, TicketEvent
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.db import Db
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor
from tests.desk.test_media import attach, fetch
from tests.files import samples

TICKET, OFFICER = table(Ticket), table(Officer)
SECRET = "Hubungi saya di 081234567890, Jalan berlubang di depan sekolah"


async def of_agency(db: Db, enter: Enter, slug: str, name: str) -> Visitor:
    visitor = await enter("agency", name)
    async with db.unit() as unit:
        assert visitor.officer
        await unit.conn.execute(sa.update(OFFICER).where(OFFICER.c.id == visitor.officer.id).values(agency=slug))
    return visitor


async def test_they_choose_the_language_of_their_pages(db: Db, enter: Enter) -> None:
    roads = await of_agency(db, enter, "dbmpr", "Dadan Dinas")
    for chosen, words in (("en", "To do"), ("id", "Perlu dikerjakan")):
        assert (await roads.post("/desk/akun/bahasa", bahasa=chosen))[0] == 303
        assert words in (await roads.get("/desk/dinas"))[1]


async def state(db: Db, case: seed.Case) -> Any:
    async with db.read() as conn:
        return (await conn.execute(sa.select(TICKET).where(TICKET.c.id == case.ticket.id))).mappings().one()


async def send(visitor: Visitor, path: str, words: dict[str, str], *files: bytes) -> int:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in words.items():
        form.add_field(name, value)
    for number, body in enumerate(files):
        form.add_field("bukti", body, filename=f"bukti{number}.jpg", content_type="image/jpeg")
    url = f"{path}?csrf={visitor.csrf_token()}"
    async with visitor.client.post(url, data=form, headers=visitor.origin, allow_redirects=False) as answer:
        return answer.status


async def test_an_agency_sees_its_own_tickets_and_works_on_them(db: Db, enter: Enter) -> None:
    rina = await enter("officer", "Rina Marlina")
    roads, water = await of_agency(db, enter, "dbmpr", "Dadan Dinas"), await of_agency(db, enter, "dsda", "Sari Air")
    case = await seed.case(db, details=SECRET, answers={"attachments": [{"kind": "image", "ref": "1"}]}, owner="queue")
    other = await seed.case(db, "Warga lain", topic="air")
    photo = await attach(db, case, samples.photo())
    foreign = await attach(db, other, samples.photo())

    await rina.post(f"{case.url}/ambil")
    _, page = await rina.get(case.url)
    assert re.search(r'<option value="dbmpr" selected>', page) and "menangani topik ini, untuk seluruh provinsi" in page
    status, _ = await rina.post(f"{case.url}/langkah/teruskan", instansi="tidak-ada")
    assert status == 422 and (await state(db, case))["state"] == "assigned"
    status, _ = await rina.post(f"{case.url}/langkah/teruskan", instansi="dbmpr", catatan="Mohon ditinjau")
    row = await state(db, case)
    assert (status, row["state"], row["agency"], row["dispatches"]) == (303, "dispatched", "dbmpr", 1)

    mine = f"/desk/dinas/tiket/{case.number}"
    _, listed = await roads.get("/desk/dinas")
    assert case.number in listed and other.number not in listed
    assert case.number in (await roads.get(f"/desk/dinas?cari={case.number}"))[1]
    assert case.number not in (await roads.get("/desk/dinas?daftar=selesai"))[1]
    _, page = await roads.get(mine)
    assert "Jalan berlubang" in page and "081234567890" not in page and "Euis" not in page and "Mohon ditinjau" in page
    assert (await fetch(roads, f"{mine}/berkas/{photo}"))[0] == 200
    for path in (f"{mine}/berkas/{foreign}", f"/desk/dinas/tiket/{other.number}"):
        assert (await roads.get(path))[0] == 404, path
    for path in (case.url, "/desk/peristiwa", "/desk/instansi", f"{case.url}/berkas/{photo}", "/desk/saya"):
        assert (await roads.get(path))[0] == 403, path
    assert (await roads.get("/desk"))[0] == 303
    assert case.number not in (await water.get("/desk/dinas"))[1]
    assert f"/tiket/{case.number}" not in (await water.get(f"/desk/dinas?cari={case.number}"))[1]
    for path in (mine, f"{mine}/berkas/{photo}"):
        assert (await water.get(path))[0] == 404
    assert (await water.post(f"{mine}/terima"))[0] == 404

    await rina.post(f"{case.url}/langkah/buka-identitas", alasan="Perlu janji temu")
    _, page = await roads.get(mine)
    assert "Euis Komariah" in page and "081234567890" in page
    assert (await roads.post(f"{mine}/terima"))[0] == 303
    status, page = await roads.post(f"{mine}/terima")
    assert status == 409 and "sudah diterima" in page
    assert (await send(roads, f"{mine}/selesai", {"keterangan": " "})) == 422
    assert (await send(roads, f"{mine}/selesai", {"keterangan": "Ditambal"}, b"<script>alert(1)</script>")) == 422
    assert (await state(db, case))["state"] == "in_progress"
    assert (await send(roads, f"{mine}/selesai", {"keterangan": "Sudah ditambal"}, samples.photo())) == 303
    assert (await state(db, case))["state"] == "done"
    _, page = await rina.get(case.url)
    assert "Sudah diperiksa, selesai" in page and "Sudah ditambal" in page and "<img" in page
    await rina.post(f"{case.url}/langkah/belum-beres", alasan="Lubangnya masih ada")
    row = await state(db, case)
    assert (row["state"], row["agency"], row["denials"]) == ("in_progress", "dbmpr", 1)

    assert (await roads.post(f"{mine}/kembalikan", alasan="Jalan milik kota"))[0] == 303
    assert (await roads.get(mine))[0] == 404, "what has left an agency is out of its sight"
    row = await state(db, case)
    assert (row["state"], row["agency"], row["returns"], row["identity_open"]) == ("returned", "", 1, False)
    _, page = await rina.get(case.url)
    _, listed = await rina.get("/desk/instansi")
    assert "pernah mengembalikannya" in page and case.number in listed
    assert (
        "Sen–Kam 07.30–16.00, Jum 07.30–16.30" in listed
        and "seluruh Jawa Barat" in listed
        and "timedelta" not in listed
    )
    async with db.unit() as unit:
        await unit.conn.execute(sa.update(TICKET).where(TICKET.c.id == case.ticket.id).values(returns=2))
    status, page = await rina.post(f"{case.url}/langkah/teruskan", instansi="dsda")
    assert status == 409 and "pemimpin regu" in page
    lead = await enter("lead", "Lena Pemimpin")
    assert (await lead.post(f"{case.url}/langkah/teruskan", instansi="dsda"))[0] == 303
    assert case.number in (await water.get("/desk/dinas"))[1]


async def test_an_account_without_an_agency_sees_nothing(db: Db, enter: Enter) -> None:
    nobody, case = await enter("agency", "Tanpa Instansi"), await seed.case(db)
    assert (await nobody.get("/desk/dinas"))[0] == 404
    assert (await nobody.get(f"/desk/dinas/tiket/{case.number}"))[0] == 404
    admin = await enter("admin", "Asep Admin")
    status, page = await admin.post("/desk/petugas/undang", peran="agency", instansi="")
    assert status == 400 and "instansinya" in page
    status, page = await admin.post("/desk/petugas/undang", peran="agency", instansi="dinsos")
    link = re.search(r"/desk/undangan/[0-9a-f]{64}", page)
    assert status == 200 and link
    stranger = await enter(None)
    form = {"nama": "Dewi Dinsos", "nama_masuk": "dewi.dinsos", "sandi": "sampurasun wargi jabar"}
    assert (await stranger.post(link[0], **form))[0] == 303
    async with db.read() as conn:
        found = await conn.execute(sa.select(OFFICER.c.agency, OFFICER.c.role).where(OFFICER.c.login == "dewi.dinsos"))
        assert tuple(found.one()) == ("dinsos", "agency")


async def test_one_instruction_groups_tickets_and_shows_their_progress(db: Db, enter: Enter) -> None:
    lead, rina = await enter("lead", "Lena Pemimpin"), await enter("officer", "Rina Marlina")
    cases = [await seed.case(db, f"Warga {n}") for n in range(3)]
    near = await seed.case(db, "Warga dekat")
    async with db.unit() as unit:
        place = sa.update(TICKET).where(TICKET.c.id == near.ticket.id).values(place_code="32.73.01.1001")
        await unit.conn.execute(place)
    tomorrow = f"{clock.now() + timedelta(days=2):%Y-%m-%d}"
    words = {"judul": "Lubang di jalur mudik", "isi": "Tuntaskan.", "tenggat": tomorrow}
    assert (await rina.post("/desk/instruksi", **words, nomor=cases[0].number))[0] == 403
    assert (await lead.post("/desk/instruksi", **words, nomor="ABCD-EFGH"))[0] == 422
    assert (await lead.post("/desk/instruksi", **{**words, "tenggat": "2020-01-01"}, nomor=cases[0].number))[0] == 422
    numbers = f"{cases[0].number}, {cases[1].number.lower()} {cases[0].number} ABCD-EFGH"
    status, page = await lead.post("/desk/instruksi", **words, nomor=numbers)
    assert status == 200 and "ABCD-EFGH tidak dikenal" in page and "0 dari 2 selesai" in page
    instruction = (await state(db, cases[0]))["instruction_id"]
    url = f"/desk/instruksi/{instruction}"
    assert (await lead.post(url, topik="jalan", wilayah="32.73"))[0] == 303
    assert (await state(db, near))["instruction_id"] == instruction
    assert (await state(db, cases[2]))["instruction_id"] is None
    await rina.post(f"{cases[0].url}/ambil")
    assert (await rina.post(f"{cases[0].url}/selesai"))[0] == 303
    _, page = await rina.get(url)
    assert "1 dari 3 selesai" in page and near.number in page and "terlambat" not in page
    assert "Lubang di jalur mudik" in (await rina.get(near.url))[1]
    async with db.unit() as unit:
        await unit.conn.execute(sa.text("UPDATE instruction SET deadline = :at").bindparams(
            sa.bindparam("at", clock.now() - timedelta(hours=1), TICKET.c.opened_at.type)))  # fmt: skip
    assert "2 terlambat" in (await rina.get(url))[1] and "2 terlambat" in (await rina.get("/desk/instruksi"))[1]
    assert await seed.count(db, TicketEvent, kind="instruction") == 3


async def test_to_the_national_service_and_back(db: Db, enter: Enter) -> None:
    rina, lead = await enter("officer", "Rina Marlina"), await enter("lead", "Lena Pemimpin")
    case = await seed.case(db)
    await rina.post(f"{case.url}/ambil")
    step = f"{case.url}/langkah"
    assert (await rina.post(f"{step}/alihkan", kelas="keluhan", instansi="Kementerian PU"))[0] == 422
    assert (await rina.post(f"{step}/alihkan", kelas="pengaduan", instansi="=Kementerian PU"))[0] == 303
    assert (await rina.post(f"{step}/kabar-lapor", nomor="1234 567", kabar="Diproses"))[0] == 303
    row = await state(db, case)
    assert (row["external_number"], row["external_status"], row["state"]) == ("1234567", "Diproses", "forwarded")
    status, text = await lead.get("/desk/instansi/lapor.csv")
    assert status == 200 and f"{case.number},Pengaduan,'=Kementerian PU,1234567,Diproses,jalan" in text
    assert (await rina.post(f"{step}/tarik"))[0] == 303 and (await state(db, case))["state"] == "assigned"
    assert (await rina.post(f"{step}/tidak-ada"))[0] == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_page_of_the_way_opens(db: Db, enter: Enter) -> None:
    """Also while there is nothing to show, for everybody who may."""
    rina, lead, roads = (
        await enter("officer", "Rina"),
        await enter("lead", "Lena"),
        await of_agency(db, enter, "dbmpr", "Dadan"),
    )
    for visitor in (rina, lead):
        for path in ("/desk/instansi", "/desk/instansi/macet", "/desk/instruksi"):
            assert (await visitor.get(path))[0] == 200, path
    assert (await roads.get("/desk/dinas"))[0] == 200
    assert (await lead.get("/desk/instruksi/1"))[0] == (await lead.get("/desk/instruksi/x"))[0] == 404


async def test_an_agency_hears_what_becomes_of_its_ticket(db: Db, enter: Enter) -> None:
    """Joined by another report, called for a life outside its hours, opened again; its files are those of the whole report."""
    rina, lead = await enter("officer", "Rina Marlina"), await enter("lead", "Lena")
    case = await seed.case(
        db, topic="bansos", urgency="critical", answers={"attachments": [{"kind": "image", "ref": "1"}]}
    )
    other = await seed.case(db, "Warga lain", topic="bansos")
    first = await attach(db, case, samples.photo())
    await rina.post(f"{case.url}/ambil")
    assert (await rina.post(f"{case.url}/langkah/teruskan", instansi="dinsos"))[0] == 303
    # the citizen has come back in a new conversation, and sends two files there: one answers a question about this very report
    again = Ref(clock.new_id(), case.ticket.part)
    async with db.unit() as unit:
        run, talk, message = unit.conn.execute, table(Conversation), table(Message)
        row = dict((await run(sa.select(talk).where(talk.c.id == case.conversation.id))).mappings().one())
        await run(sa.insert(talk), [row | {"id": again.id, "seq": 2}])
        row = dict(
            (await run(sa.select(message).where(message.c.conversation_id == case.conversation.id))).mappings().first()
        )
        row |= {"conversation_id": again.id, "external_id": None}
        told = [
            {"id": clock.new_id(), "seq": 1, "data": {"ticket": case.number}},
            {"id": clock.new_id(), "seq": 2, "data": {}},
        ]
        await run(sa.insert(message), [row | each for each in told])
        await run(sa.update(TICKET).where(TICKET.c.id == case.ticket.id).values(conversation_id=again.id))
    there = seed.Case(case.number, case.ticket, again)
    second, foreign = await attach(db, there, samples.photo()), await attach(db, there, samples.photo(), seq=2, ref="9")
    office = await of_agency(db, enter, "dinsos", "Dadan Dinas")
    found = [(await fetch(office, f"/desk/dinas{case.url[5:]}/berkas/{each}"))[0] for each in (first, second, foreign)]
    assert found == [200, 200, 404]

    assert (await lead.post(f"{other.url}/langkah/gabung", nomor=case.number))[0] == 303
    async with db.unit() as unit:
        await unit.conn.execute(sa.update(TICKET).where(TICKET.c.id == case.ticket.id).values(state="resolved"))
    assert (await lead.post(f"{case.url}/langkah/buka-lagi", alasan="Belum beres"))[0] == 303
    async with db.read() as conn:
        sent = table(AgencyDelivery)
        rows = (await conn.execute(sa.select(sent).where(sent.c.ticket_id == case.ticket.id).order_by(sent.c.id))).all()
    kinds = [row.kind for row in rows if row.target == "pengaduan@dinsos.jabar.example"]
    assert kinds == ["dispatched", "joined", "reopened"]
    assert other.number in rows[-2].text and rows[-1].link == "" and rows[0].next_at < rows[0].created_at
