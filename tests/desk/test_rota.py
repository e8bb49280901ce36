"""The rota at the desk: made by a lead, exchanged, left by who is sick, followed by duty; gaps are told once."""

import re
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot import clock
from bot.policy import rota as rules
from bot.store import notices, shifts
from bot.store.db import Db
from bot.turn import House, rota
from bot.web import keys
from tests.desk.conftest import Enter, Visitor
from tests.desk.crew import of, rows

HOUR = timedelta(hours=1)


@pytest.fixture
def house(app) -> House:
    return app[keys.HOUSE]


async def plan(db: Db, who: int, kind: str, starts_at: datetime, hours: float = 8) -> int:
    """A shift that stands; its id."""
    row = {
        "officer_id": who,
        "kind": kind,
        "starts_at": starts_at,
        "ends_at": starts_at + hours * HOUR,
        "created_at": clock.now(),
    }
    async with db.unit() as unit:
        await shifts.add(unit.conn, [row])
    return int((await rows(db, "SELECT max(id) FROM shift"))[0][0])


async def told(visitor: Visitor) -> str:
    return (await visitor.get("/desk/alarm/panel"))[1]


async def test_made_for_weeks_and_watched(db, enter: Enter, house) -> None:
    lead, rina = await enter("lead", "Tati"), await enter("officer", "Rina")
    for name in ("Asep", "Budi", "Cici", "Dadang"):
        await enter("officer", name)
    assert await rota.watch(db, house) == 0  # nobody uses the rota, so nothing is missing from it
    monday = (clock.now() + timedelta(days=7)).date()
    monday -= timedelta(days=monday.weekday())
    assert (await rina.post("/desk/jadwal/buat", mulai=str(monday), minggu="1"))[0] == 403
    assert (await lead.post("/desk/jadwal/buat", mulai="besok", minggu="1"))[0] == 400
    assert (await lead.post("/desk/jadwal/buat", mulai=str(monday), minggu="2"))[0] == 303
    made = [tuple(row) for row in await rows(db, "SELECT officer_id, kind, starts_at FROM shift WHERE kind <> 'siaga'")]
    assert {who for who, _, _ in made} == set(range(2, 7)) and len(made) == len(set(made))
    assert (await lead.post("/desk/jadwal/buat", mulai=str(monday), minggu="2"))[0] == 303
    assert len(await rows(db, "SELECT id FROM shift WHERE kind <> 'siaga'")) == len(made)  # what stands stays
    status, text = await rina.get(f"/desk/jadwal?minggu={monday}&panjang=bulan")
    assert status == 200 and "Malam (batman)" in text and "Dinas saya" in text and "/desk/jadwal/buat" not in text
    assert "Coret" in (await lead.get(f"/desk/jadwal?minggu={monday}"))[1]
    assert (await lead.get("/desk/jadwal?minggu=0001-01-01"))[0] == 404
    # until Monday nobody is planned: leads are told, once
    text = await told(lead)
    assert "Jadwal kurang petugas" in text and "Jadwal kurang petugas" not in await told(rina)
    count = len(await rows(db, "SELECT id FROM notice"))
    assert count == 1 and await rota.watch(db, house) == 0 and len(await rows(db, "SELECT id FROM notice")) == 1
    assert await rows(db, "SELECT next_at FROM notice WHERE next_at IS NOT NULL")  # it also leaves by their ways


async def test_added_and_struck_by_a_lead(db, enter: Enter) -> None:
    lead, rina = await enter("lead", "Tati"), await enter("officer", "Rina")
    day = (clock.now() + timedelta(days=9)).date()
    day -= timedelta(days=day.weekday())
    form = {"petugas": str(rina.officer.id), "tanggal": str(day)}
    assert (await lead.post("/desk/jadwal/tambah", dinas="siang", **form))[0] == 303
    status, text = await lead.post("/desk/jadwal/tambah", dinas="malam", **form)
    assert status == 409 and "istirahat" in text and "11 jam" in text
    assert (await lead.post("/desk/jadwal/tambah", dinas="pagi-pekan", **form))[0] == 400
    assert "Dinas baru untuk Anda: Siang" in await told(rina)
    id_ = (await rows(db, "SELECT id FROM shift"))[0][0]
    assert (await rina.post(f"/desk/jadwal/{id_}/hapus"))[0] == 403
    assert (await lead.post(f"/desk/jadwal/{id_}/hapus"))[0] == 303
    assert (await lead.post(f"/desk/jadwal/{id_}/hapus"))[0] == 409
    assert "Dinas Anda dicoret" in await told(rina)


async def test_exchanged_when_both_agree(db, enter: Enter) -> None:
    lead, rina, asep = [await enter(*who) for who in (("lead", "Tati"), ("officer", "Rina"), ("officer", "Asep"))]
    base = clock.now() + 48 * HOUR
    mine, theirs = (
        await plan(db, rina.officer.id, "pagi", base),
        await plan(db, asep.officer.id, "siang", base + 48 * HOUR),
    )
    close = await plan(db, asep.officer.id, "malam", base + 28 * HOUR)
    text = (await rina.get("/desk/jadwal"))[1]
    assert f'value="s{theirs}.{asep.officer.id}"' in text
    for wish in ("", "o", "x1.2", f"s{theirs}.", "s.2"):
        assert (await rina.post(f"/desk/jadwal/{mine}/tukar", dengan=wish))[0] == 400
    assert (await asep.post(f"/desk/jadwal/{mine}/tukar", dengan=f"o{lead.officer.id}"))[0] == 409  # not his
    assert (await rina.post(f"/desk/jadwal/{mine}/tukar", dengan=f"s{theirs}.{asep.officer.id}"))[0] == 303
    assert "minta tukar dinas" in await told(asep)
    swap = (await rows(db, "SELECT id FROM swap"))[0][0]
    assert (await rina.post(f"/desk/jadwal/tukar/{swap}", jawab="ya"))[0] == 403
    assert (await lead.post(f"/desk/jadwal/tukar/{swap}", jawab="ya"))[0] == 403
    assert (await asep.post(f"/desk/jadwal/tukar/{swap}", jawab="ya"))[0] == 303
    assert (await asep.post(f"/desk/jadwal/tukar/{swap}", jawab="ya"))[0] == 409
    standing = {tuple(row) for row in await rows(db, "SELECT officer_id, kind FROM shift WHERE state = 'planned'")}
    assert standing == {(asep.officer.id, "pagi"), (rina.officer.id, "siang"), (asep.officer.id, "malam")}
    assert (
        "Sudah saya lihat" in (await lead.get("/desk/jadwal"))[1]
        and "Sudah saya lihat" not in (await rina.get("/desk/jadwal"))[1]
    )
    assert (await lead.post(f"/desk/jadwal/tukar/{swap}/lihat"))[0] == 303
    assert "Sudah saya lihat" not in (await lead.get("/desk/jadwal"))[1]
    # a rule that is against it is said at once, and nothing is asked
    late = await plan(db, rina.officer.id, "siang", base + 30 * HOUR)
    status, text = await rina.post(f"/desk/jadwal/{late}/tukar", dengan=f"o{asep.officer.id}")
    assert status == 409 and "bertumpuk" in text and close


async def test_duty_follows_the_rota_and_sickness_leaves_a_gap(db, enter: Enter, house) -> None:
    lead, rina, asep = [await enter(*who) for who in (("lead", "Tati"), ("officer", "Rina"), ("officer", "Asep"))]
    now = clock.now()
    shift = await plan(db, rina.officer.id, "pagi", now - HOUR)
    await plan(db, lead.officer.id, "siaga", now - HOUR, 24)
    assert await rota.begin(db, house) == 1 and await rota.begin(db, house) == 0
    on = await of(db, rina.officer.id)
    assert on.duty_until == now - HOUR + 8 * HOUR and (await of(db, lead.officer.id)).duty_until is None
    # what she says herself stands
    assert (await rina.post("/desk/tugas", mulai="tidak"))[0] == 303
    assert await rota.begin(db, house) == 0 and (await of(db, rina.officer.id)).duty_until is None
    assert (await rina.post("/desk/tugas", mulai="ya"))[0] == 303
    assert (await of(db, rina.officer.id)).duty_until == on.duty_until  # until the rota's end
    assert (await asep.post(f"/desk/jadwal/{shift}/sakit"))[0] == 403
    assert (await rina.post(f"/desk/jadwal/{shift}/sakit"))[0] == 303
    assert (await of(db, rina.officer.id)).duty_until is None
    assert "Rina sakit: Pagi" in await told(lead) and "sakit" not in await told(asep)
    assert (await rows(db, "SELECT state FROM shift WHERE id = :i", i=shift))[0][0] == "sick"
    # a slot of the file that was filled, fell empty and is filled again: told, counted, told again
    kinds = house.triage.staff.rota

    slot = next(each for each in rules.slots(kinds, now.date(), 4) if each[0].name == "malam" and each[1] > now)
    await rota.watch(db, house)
    async with db.read() as conn:
        there = {(row.kind, row.starts_at): row.missing for row in await shifts.gaps(conn, now)}
    assert there["malam", slot[1]] == 1
    night = await plan(db, asep.officer.id, "malam", slot[1])
    before = len(await rows(db, "SELECT id FROM notice"))
    assert await rota.watch(db, house) == 0 and len(await rows(db, "SELECT id FROM notice")) == before
    assert (await asep.post(f"/desk/jadwal/{night}/sakit"))[0] == 303
    async with db.read() as conn:
        found = (await conn.execute(sa.select(notices.NOTICE).order_by(notices.NOTICE.c.id))).mappings().all()
    words = [notices.words(row) for row in found][before:]
    assert any("Asep sakit" in each for each in words) and any(
        re.search(r"kurang petugas: Malam", each) for each in words
    )
