"""The end of a shift: notes, a sheet, its acceptance or its end; nothing stays with who is gone, and the citizen is not disturbed."""

import asyncio
from datetime import timedelta

import pytest

from bot import clock
from bot.models import Assignment, Handover, TicketEvent
from bot.rounds import look
from bot.store import duty
from bot.turn import House
from bot.turn.claim import claim
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor
from tests.desk.crew import age, of, on_duty, rows


@pytest.fixture
def house(app) -> House:
    return app[keys.HOUSE]


async def holders(db) -> dict[str, int | None]:
    return dict(await rows(db, "SELECT number, officer_id FROM ticket"))


async def outbox(db) -> int:
    return int((await rows(db, "SELECT count(*) FROM outbox"))[0][0])


async def cases_of(db, house: House, visitor: Visitor, *minutes: float) -> list[seed.Case]:
    found = []
    for n in minutes:
        case = await seed.case(db, minutes=n)
        await claim(db, house, visitor.officer, case.ticket)
        found.append(case)
    return found


async def test_accepted_by_the_next_shift(db, enter: Enter, house) -> None:
    rina, asep = await enter("officer", "Rina"), await enter("officer", "Asep")
    await on_duty(db, rina.officer.id)
    await on_duty(db, asep.officer.id)
    first, second = await cases_of(db, house, rina, 30, 20)
    danger = await seed.case(db, urgency="critical")
    await claim(db, house, rina.officer, danger.ticket)
    said = await outbox(db)
    form = {f"catatan-{first.number}": "Tunggu foto dari warga", "catatan-XXXX-XXXX": "bukan milik siapa pun"}
    assert (await rina.post("/desk/serah-terima/catatan", **form))[0] == 303
    assert "Tunggu foto dari warga" in (await rina.get("/desk/serah-terima"))[1]
    assert "Terima serah terima" not in (await asep.get("/desk/serah-terima"))[1]  # her shift still runs
    assert (await rina.post("/desk/serah-terima/catatan", selesai="ya", **form))[0] == 303
    assert (await of(db, rina.officer.id)).duty_until is None
    assert (await holders(db))[danger.number] is None  # a critical case waits for nobody's acceptance
    assert "Rina selesai bertugas dan meninggalkan 3 kasus" in (await asep.get("/desk/alarm/panel"))[1]
    status, text = await asep.get("/desk/serah-terima")
    assert status == 200 and "Tunggu foto dari warga" in text and first.number in text and second.number in text
    sheet = (await rows(db, "SELECT id FROM handover"))[0][0]
    assert (await rina.post(f"/desk/serah-terima/{sheet}/terima", kasus=first.number))[0] == 409
    outcomes = await asyncio.gather(
        *(asep.post(f"/desk/serah-terima/{sheet}/terima", kasus=first.number) for _ in range(2))
    )
    assert 303 in [status for status, _ in outcomes]
    assert await holders(db) == {first.number: asep.officer.id, second.number: None, danger.number: None}
    assert await outbox(db) == said  # not a word to the citizens
    moved = await rows(db, "SELECT before, after FROM ticket_event WHERE kind = 'passed'")
    assert [tuple(row) for row in moved] == [("Rina", "Asep")]
    assert await seed.count(db, Assignment, ticket_id=first.ticket.id, ended_at=None, officer_id=asep.officer.id) == 1
    assert (
        "Diserahterimakan" in (await asep.get(first.url))[1]
        and "Tunggu foto dari warga" in (await asep.get(first.url))[1]
    )
    assert "1 kasus diterima Asep, 2 kasus kembali ke antrean" in (await rina.get("/desk/alarm/panel"))[1]
    status, _ = await asep.post(f"{first.url}/tulis", teks="Selamat siang.", kunci="kunci12345", jenis="balasan")
    assert status == 303  # the conversation came along
    status, text = await asep.post(f"/desk/serah-terima/{sheet}/terima")
    assert status == 409 and "Serah terima ini sudah selesai; kembali ke meja petugas." in text


async def test_nobody_accepts_so_it_goes_back_to_the_queue(db, enter: Enter, house) -> None:
    rina, asep, lead = [await enter(*who) for who in (("officer", "Rina"), ("officer", "Asep"), ("lead", "Tati"))]
    await on_duty(db, rina.officer.id, hours=-0.01)  # her shift has just run out
    mine, done = await cases_of(db, house, rina, 30, 20)
    await look(db, house)
    sheet = (await rows(db, "SELECT state, due_at FROM handover"))[0]
    assert sheet[0] == "open" and (await of(db, rina.officer.id)).duty_until is None
    assert "Rina selesai bertugas" in (await lead.get("/desk/alarm/panel"))[1]  # nobody else is on duty
    assert (await rina.post(f"{done.url}/selesai"))[0] == 303  # still hers meanwhile
    await look(db, house)
    assert (await holders(db))[mine.number] == rina.officer.id
    said = await outbox(db)
    await age(db, Handover, 31, "due_at")
    await look(db, house)
    assert (await holders(db))[mine.number] is None and await outbox(db) == said
    state, owner = (
        await rows(
            db,
            "SELECT t.state, c.owner FROM ticket t JOIN conversation c ON c.id = t.conversation_id WHERE t.number = :n",
            n=mine.number,
        )
    )[0]
    assert (state, owner) == ("queued", "queue")
    outcomes = dict(await rows(db, "SELECT number, outcome FROM handover_case"))
    assert outcomes == {mine.number: "queued", done.number: "left"}
    assert (await rows(db, "SELECT state FROM handover"))[0][0] == "expired"
    assert "kembali ke antrean" in (await rina.get("/desk/alarm/panel"))[1]
    await claim(db, house, asep.officer, mine.ticket)
    assert await outbox(db) == said  # who helps behind the scenes is not told twice


async def test_who_comes_back_goes_on_and_who_vanishes_leaves_a_sheet(db, enter: Enter, house) -> None:
    rina = await enter("officer", "Rina")
    await on_duty(db, rina.officer.id)
    (case,) = await cases_of(db, house, rina, 10)
    assert (await rina.post("/desk/tugas", mulai="tidak"))[0] == 303
    assert (await rina.post("/desk/tugas", mulai="ya"))[0] == 303
    await age(db, Handover, 60, "due_at")
    await look(db, house)
    assert (await holders(db))[case.number] == rina.officer.id
    assert (await rows(db, "SELECT state FROM handover"))[0][0] == "draft"
    # off duty without a word, and not seen for a while
    now = clock.now()
    async with db.unit() as unit:
        await duty.set_values(unit.conn, rina.officer.id, duty_until=None, present_at=now - timedelta(minutes=31))
    await look(db, house)
    assert (await rows(db, "SELECT state FROM handover"))[0][0] == "draft"  # took it just now
    await age(db, Assignment, 31, "started_at")
    await age(db, TicketEvent, 31, "at")
    await look(db, house)
    assert (await rows(db, "SELECT state FROM handover"))[0][0] == "open"
