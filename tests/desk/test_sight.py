"""Every route of the desk × who asks: what is told in confidence shows nowhere to officers who do not handle it, what is for leads only
shows nowhere to officers at all. The routes come from the desk's real table: a new list that forgets the rule fails here."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from bot.desk import ROUTES
from bot.models import (
    AgencyDelivery,
    Alarm,
    Contact,
    Conversation,
    Handover,
    HandoverCase,
    Instruction,
    Message,
    QuarantineAct,
    SlaClock,
    Ticket,
)  # fmt: skip
from bot.models.base import table
from bot.policy.access import may
from bot.store import tally
from bot.store.db import Db
from bot.turn import House
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor

NAME, WORDS, PLACE, NOTE, DETAILS = (
    "Sekar Rahayu",
    "Dipukuli lagi semalam",
    "Desa Sukasirna",
    "Titip ke dinas",
    "Disiksa di rumah",
)
WISH = "Mohon data saya dihapus"
SHOWN = {  # where a lead finds the case: what stands here is really looked at below
    "/desk", "/desk/tiket/{number}", "/desk/cari", "/desk/daftar", "/desk/alarm", "/desk/tenggat", "/desk/serah-terima",
    "/desk/karantina", "/desk/instansi", "/desk/instansi/macet", "/desk/instruksi/{id}", "/desk/dinding", "/desk/angka/tiket.csv",
    "/desk/angka/tiket.parquet",
    "/desk/pengungkapan", "/desk/tiket/{number}/serahkan", "/desk/tiket/{number}/siapa",
}  # fmt: skip
WAYS = {
    "/desk": ("", "?daftar=semua", "?daftar=milik", "?cari=sekar", "?cari=disiksa", "?kelompok=sosial"),
    "/desk/cari": ("?q=sekar", "?q=dipukuli", "?q=6285711112222", "?q={number}"),
    "/desk/daftar": (
        "?status=semua",
        "?status=kembali",
        "?topik=kekerasan&status=semua",
        "?petugas=tanpa&status=semua",
    ),
    "/desk/peristiwa": ("?tiket={number}",),
    "/desk/instansi/lapor.csv": ("",),
}
"""Lists say more with some queries than without; a stream that is opened without one never ends."""
FORM = {
    "kunci": "a" * 32,
    "teks": "halo",
    "urgensi": "high",
    "topik": "jalan",
    "alasan": "Menelepon warga",
    "emoji": "👍",
    "catatan": "x",
}
"""What the forms of a case ask for."""


async def hidden(db: Db, holder: int) -> tuple[seed.Case, seed.Case, int]:
    """A case told in confidence, in a colleague's hands and in every list there is; a wish for leads in the queue; an instruction."""
    case = await seed.case(
        db, NAME, (("citizen", WORDS), ("note", NOTE)), topic="kekerasan", place=PLACE, details=DETAILS, phone="6285711112222"
    )  # fmt: skip
    wish = await seed.case(db, NAME, (("citizen", WISH),), topic="", subtopic="hapus_data", details=WISH)
    now, ref = clock.now(), case.ticket
    hot = {"id": clock.new_id(), "part": ref.part, "ticket_id": ref.id}
    async with db.unit() as unit:
        ticket, contact = table(Ticket), table(Contact)
        row = (await unit.conn.execute(sa.select(ticket).where(ticket.c.id == ref.id))).one()
        one = {"title": "Segera", "text": "Selesaikan", "deadline": now, "officer_id": holder, "created_at": now}
        instruction = (await unit.conn.execute(sa.insert(table(Instruction)).values(one))).inserted_primary_key[0]
        values: dict[str, Any] = {
            "officer_id": holder,
            "agency": "dp3akb",
            "instruction_id": instruction,
        }
        await unit.conn.execute(sa.update(ticket).where(ticket.c.id == ref.id).values(values))
        await unit.conn.execute(sa.update(ticket).where(ticket.c.id == wish.ticket.id).values(line="/hapus_data"))
        held = {"quarantine": "held", "quarantine_reason": WORDS, "quarantine_at": now}
        await unit.conn.execute(sa.update(contact).where(contact.c.id == row.contact_id).values(held))
        act = {
            "at": now,
            "contact_id": row.contact_id,
            "contact_part": row.contact_part,
            "act": "held",
            "reason": WORDS,
        }
        await unit.conn.execute(sa.insert(table(QuarantineAct)).values(act))
        sheet = {"officer_id": holder, "state": "open", "opened_at": now, "due_at": now + timedelta(hours=1)}
        sheet_id = (await unit.conn.execute(sa.insert(table(Handover)).values(sheet))).inserted_primary_key[0]
        left = {
            "handover_id": sheet_id,
            "ticket_id": ref.id,
            "part": ref.part,
            "number": case.number,
            "note": NOTE,
            "outcome": "",
        }
        await unit.conn.execute(sa.insert(table(HandoverCase)).values(left))
        due = {
            "kind": "solution",
            "party": "ours",
            "round": 1,
            "started_at": now,
            "budget": 60,
            "due_at": now + timedelta(hours=1),
        }
        await unit.conn.execute(
            sa.insert(table(SlaClock)).values(**hot, **due, calendar="always", urgency="normal", topic="kekerasan")
        )
        alarm = {"conversation_id": case.conversation.id, "number": case.number, "kind": "violence", "words": WORDS, "state": "acknowledged",
                 "raised_at": now, "round_at": now, "acknowledged_at": now, "acknowledged_by": holder}  # fmt: skip
        await unit.conn.execute(sa.insert(table(Alarm)).values(**hot, **alarm))
        mail = {"number": case.number, "agency": "dp3akb", "kind": "dispatched", "via": "mail", "target": "a@contoh.example",
                "text": WORDS, "state": "stuck", "created_at": now}  # fmt: skip
        await unit.conn.execute(sa.insert(table(AgencyDelivery)).values(**hot, **mail))
    await change(db, case, state="returned")
    return case, wish, instruction


def addresses(case: seed.Case, instruction: int) -> list[tuple[str, str]]:
    """Every page of the real table, as itself and with all its queries."""
    names = {
        "number": case.number,
        "id": instruction,
        "token": "0" * 64,
        "name": "jalan",
        "ref": case.ticket,
        "form": "utuh",
    }
    return [
        (route.path, f"/desk{route.path}{query}".format(**names))
        for route in ROUTES
        if route.method == "GET" and not route.path.startswith("/static")
        for query in WAYS.get(f"/desk{route.path}", ("",))
    ]


async def told(
    visitor: Visitor, case: seed.Case, wish: seed.Case, instruction: int, stream: bool
) -> dict[str, set[str]]:
    """The pages that say something about either case, and what."""
    found: dict[str, set[str]] = {}
    for path, address in addresses(case, instruction):
        if path == "/peristiwa" and not stream:
            continue
        region = {"": "daftar", "/tiket/{number}": "kasus"}.get(path)  # what a live page fetches again by itself
        for headers in ({}, {"HX-Request": "true", "HX-Target": f"section#{region}"})[: 2 if region else 1]:
            status, text = await visitor.get(address, **headers)
            assert status < 500, address
            asked = address.partition("?")[2]
            for marker in (case.number, wish.number, NAME, WORDS, PLACE, NOTE, DETAILS, WISH):
                if marker in text and marker not in asked and status == 200:
                    found.setdefault(f"/desk{path}", set()).add(marker)
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what the conditions find on both: see below
async def test_no_page_shows_an_officer_what_others_were_told_in_confidence(db: Db, enter: Enter) -> None:
    rina, dedi, lead = await enter(), await enter("officer", "Dedi Supriadi"), await enter("lead", "Wulan Sari")
    assert dedi.officer is not None
    case, wish, instruction = await hidden(db, dedi.officer.id or 0)
    assert await told(rina, case, wish, instruction, True) == {}
    for route in ROUTES:
        if route.method == "POST" and "{number}" in route.path and "/dinas" not in route.path:
            form = FORM | {"kasus": case.number, "orang": str(case.ticket), "gabungan": str(case.ticket)}
            names = {"number": case.number, "seq": "1", "langkah": "verifikasi"}
            status, text = await rina.post(f"/desk{route.path}".format(**names), **form)
            allowed = 404 if rina.officer and may(rina.officer.role, route.verb) else 403
            assert status == allowed and NAME not in text and WORDS not in text, route.path
    assert set(await told(lead, case, wish, instruction, False)) == SHOWN


async def test_no_act_from_elsewhere_reaches_it(db: Db, enter: Enter, house: House) -> None:
    """By its number in another case's form, in an act on many, on a handover sheet; and the badge does not count it."""
    rina, dedi, lead = await enter(), await enter("officer", "Dedi Supriadi"), await enter("lead", "Wulan Sari")
    assert rina.officer is not None and dedi.officer is not None
    case, wish, _ = await hidden(db, dedi.officer.id or 0)
    await change(db, case, state="assigned")
    await change(db, wish, state="assigned", officer_id=dedi.officer.id)
    plain = await seed.case(db)
    for act in ("satukan", "bedakan"):
        assert (await rina.post(f"{plain.url}/{act}", kasus=case.number))[0] == 404
    status, answer = await rina.post(f"{plain.url}/langkah/gabung", nomor=case.number)
    assert status == 422 and "tidak dikenal" in answer, "the same as for a number that nobody has"
    await rina.post("/desk/massal", tindakan="urgensi", nomor=case.number, **{"nilai-urgensi": "low"})
    await rina.post("/desk/serah-terima/1/terima", kasus=case.number)
    async with db.read() as conn:
        ticket = table(Ticket)
        now = (await conn.execute(sa.select(ticket).where(ticket.c.number == case.number))).one()
    assert (now.urgency, now.state, now.officer_id) == ("normal", "queued", None), (
        "it went back to the queue, to nobody"
    )
    assert (await rina.get(case.url))[0] == 200, "where it waits for somebody, anybody may look"
    await change(db, wish, state="queued", officer_id=None)
    assert [badge(text) for _, text in (await rina.get("/desk"), await lead.get("/desk"))] == [2, 3]


async def test_whoever_answered_its_alarm_can_open_it(db: Db, enter: Enter) -> None:
    rina, dedi = await enter(), await enter("officer", "Dedi Supriadi")
    assert rina.officer is not None and dedi.officer is not None
    case, _, _ = await hidden(db, dedi.officer.id or 0)
    assert (await rina.get(case.url))[0] == 404 and (await dedi.get(case.url))[0] == 200
    async with db.unit() as unit:
        await unit.conn.execute(sa.update(table(Alarm)).values(acknowledged_by=rina.officer.id))
    assert (await rina.get(case.url))[0] == 200 and case.number in (await rina.get("/desk?daftar=semua"))[1]


async def change(db: Db, case: seed.Case, **values: Any) -> None:
    ticket = table(Ticket)
    async with db.unit() as unit:
        was = (
            await unit.conn.execute(sa.select(ticket.c.state, ticket.c.part).where(ticket.c.id == case.ticket.id))
        ).one()
        await unit.conn.execute(sa.update(ticket).where(ticket.c.id == case.ticket.id).values(values))
        counts, rows = tally.work(unit.conn, {(was.state, was.part): -1, (values["state"], was.part): 1})
        await counts(unit.conn, rows)


def badge(text: str) -> int:
    return int(text.partition('id="tab-antrean"')[2].partition('class="hitung">')[2].partition("<")[0])


async def test_an_older_story_in_the_same_chat_stays_with_whom_it_was_told(db: Db, enter: Enter) -> None:
    """Asep has the report about a lamp, and reads the chat from where it begins; who was told of the family reads that too, and a lead all."""
    rina, asep, lead = await enter(), await enter("officer", "Asep Sunandar"), await enter("lead", "Lilis Suryani")
    lamp = await seed.case(
        db, NAME, (("citizen", WORDS), ("officer", NOTE), ("citizen", "Lampu jalan mati"), ("bot", "Laporan diterima")), topic="pju"
    )  # fmt: skip
    harm = await seed.case(db, NAME, (), topic="kekerasan")
    now, ticket, message = clock.now(), table(Ticket), table(Message)
    old = now - timedelta(days=3)
    async with db.unit() as unit:
        there = {"conversation_id": lamp.conversation.id, "part": lamp.ticket.part}
        over = {
            "state": "closed",
            "officer_id": rina.officer.id,
            "opened_at": old,
            "resolved_at": old + timedelta(hours=2),
        }
        await unit.conn.execute(sa.update(ticket).where(ticket.c.id == harm.ticket.id).values(**there, **over))
        first = (message.c.conversation_id == lamp.conversation.id) & (message.c.seq <= 2)
        await unit.conn.execute(sa.update(message).where(first).values(at=old + timedelta(minutes=5)))
    await change(db, lamp, state="queued")
    assert (await asep.post(f"{lamp.url}/ambil"))[0] == 303
    for path in (lamp.url, f"{lamp.url}?dari=1"):
        _, text = await asep.get(path)
        assert "Lampu jalan mati" in text and WORDS not in text and NOTE not in text, path
        assert "Tampilkan pesan sebelumnya" not in text
    assert WORDS in (await rina.get(lamp.url))[1] and WORDS in (await lead.get(lamp.url))[1]
    await change(db, lamp, state="closed", opened_at=old - timedelta(days=2), resolved_at=old - timedelta(days=1))
    await change_talk(db, lamp)
    _, text = await asep.get(lamp.url)
    assert WORDS not in text and "Lampu jalan mati" not in text, "what came after the older case is not its own"
    assert WORDS in (await rina.get(lamp.url))[1]


async def change_talk(db: Db, case: seed.Case) -> None:
    """Nobody talks with the citizen any more."""
    talk = table(Conversation)
    async with db.unit() as unit:
        await unit.conn.execute(
            sa.update(talk).where(talk.c.id == case.conversation.id).values(owner="bot", officer_id=None)
        )
